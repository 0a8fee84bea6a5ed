import { clip, padEnd, padStart, widthOf } from './text.ts';

export interface Column {
  readonly title: string;
  /** Columns of the terminal that are always taken: a table that grows line by line knows no other way. */
  readonly width?: number | undefined;
  readonly align?: 'left' | 'right' | undefined;
}

const GAP = '  ';

/**
 * One line of a table. On a terminal of `columns` columns it is cut where it does not fit; elsewhere (`columns` undefined) every cell is whole.
 * The last cell takes what room there is.
 */
export const tableLine = (
  columns: readonly Column[],
  cells: readonly string[],
  terminalColumns?: number | undefined,
): string => {
  let line = '';
  for (const [i, column] of columns.entries()) {
    const last = i === columns.length - 1;
    const cell = cells[i] ?? '';
    const width = column.width ?? widthOf(column.title);
    const room = last ? (terminalColumns ?? Number.POSITIVE_INFINITY) - widthOf(line) : width;
    const fitted = terminalColumns === undefined || widthOf(cell) <= room ? cell : clip(cell, room);
    if (last) line += column.align === 'right' ? padStart(fitted, width) : fitted;
    else line += (column.align === 'right' ? padStart(fitted, width) : padEnd(fitted, width)) + GAP;
  }
  return line.trimEnd();
};

export const tableHead = (columns: readonly Column[]): string =>
  tableLine(
    columns,
    columns.map(({ title }) => title),
  );

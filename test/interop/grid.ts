/** Rows that are many of a kind, as tables. */
import type { Cell, Row } from './judge.ts';

interface Entry {
  readonly row: Row;
  readonly cell: Cell;
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];

/** Lines of text: the tables, with a number beside each cell that has a known defect, and what the numbers mean. */
export const gridsOf = (rows: readonly Row[]): string[] => {
  const entries: Entry[] = rows.flatMap((row) => (row.cell === undefined ? [] : [{ row, cell: row.cell }]));
  const defects = distinct(entries.flatMap(({ row: { defect } }) => (defect === undefined ? [] : [defect])));
  const textOf = ({ row: { fault, defect }, cell }: Entry): string => {
    if (fault !== undefined) return fault.tried ? 'WRONG' : 'NOT TRIED';
    return defect === undefined ? cell.text : `${cell.text} (${defects.indexOf(defect) + 1})`;
  };
  const width =
    2 +
    Math.max(
      0,
      ...entries.flatMap((entry) => [textOf(entry).length, entry.cell.row.length, entry.cell.column.length]),
    );
  const tables = distinct(entries.map(({ cell }) => cell.table)).flatMap((title) => {
    const inTable = entries.filter(({ cell }) => cell.table === title);
    const columns = distinct(inTable.map(({ cell }) => cell.column));
    const line = (texts: readonly string[]): string => texts.map((text) => text.padEnd(width)).join('');
    const body = distinct(inTable.map(({ cell }) => cell.row)).map((name) => {
      const at = (column: string): string => {
        const entry = inTable.find(({ cell }) => cell.row === name && cell.column === column);
        return entry === undefined ? '' : textOf(entry);
      };
      return line([name, ...columns.map(at)]);
    });
    return ['', title, line(['', ...columns]), ...body];
  });
  return [
    ...tables,
    ...(defects.length === 0 ? [] : ['']),
    ...defects.map((defect, at) => `(${at + 1}) ${defect}`),
  ];
};

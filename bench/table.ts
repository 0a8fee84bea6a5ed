import process from 'node:process';
import type { Phase } from './phases.ts';

/** Microseconds of processor time, user and system, for each operation. */
export interface Cost {
  readonly centralUs: number;
  readonly peripheralUs: number;
  readonly perSecond: number;
}

export interface Row {
  readonly name: string;
  readonly kind: Phase['kind'];
  /** With no host at all. */
  readonly floor: Cost;
  readonly cost: Cost;
}

const us = (value: number): string => value.toFixed(value < 100 ? 2 : 0);

/** Who begins an operation, and who takes it. A report has no sender that is measured. */
const sides = ({ kind }: Row, { centralUs, peripheralUs }: Cost): readonly [number | undefined, number] => {
  if (kind === 'notify') return [peripheralUs, centralUs];
  if (kind === 'report') return [undefined, centralUs];
  return [centralUs, peripheralUs];
};

export const printTable = (rows: readonly Row[]): void => {
  const lines = [['', 'sender', 'null', 'ratio', 'receiver', 'null', 'ratio', 'per second']];
  for (const row of rows) {
    const [sender, receiver] = sides(row, row.cost);
    const [nullSender, nullReceiver] = sides(row, row.floor);
    const trio = (value: number | undefined, floor: number | undefined): string[] =>
      value === undefined || floor === undefined
        ? ['', '', '']
        : [us(value), us(floor), (value / floor).toFixed(2)];
    lines.push([
      row.name,
      ...trio(sender, nullSender),
      ...trio(receiver, nullReceiver),
      row.cost.perSecond.toFixed(0),
    ]);
  }
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  process.stdout.write(
    '\nProcessor microseconds for each operation (null: the same bytes through the same transport, no host)\n\n',
  );
  for (const line of lines) {
    const cells = line.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    process.stdout.write(`${cells.join('  ')}\n`);
  }
};

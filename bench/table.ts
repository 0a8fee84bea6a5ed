import process from 'node:process';
import type { Row, SideCost } from './rows.ts';

const us = (value: number): string => value.toFixed(value < 100 ? 2 : 0);

const trio = (side: SideCost | undefined): string[] =>
  side === undefined ? ['', '', ''] : [us(side.us), us(side.nullUs), side.ratio.toFixed(2)];

export const printTable = (title: string, lines: readonly string[][]): void => {
  // The head alone says nothing.
  if (lines.length < 2) return;
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  process.stdout.write(`\n${title}\n\n`);
  for (const line of lines) {
    const cells = line.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    process.stdout.write(`${cells.join('  ')}\n`);
  }
};

export const printTables = (rows: readonly Row[]): void => {
  printTable(
    'Processor microseconds for each operation (null: the same bytes through the same transport, no host)',
    [
      ['', 'sender', 'null', 'ratio', 'receiver', 'null', 'ratio', 'per second'],
      ...rows
        .filter(({ receiver }) => receiver !== undefined)
        .map(({ name, sender, receiver, cost }) => [
          name,
          ...trio(sender),
          ...trio(receiver),
          cost.perSecond.toFixed(0),
        ]),
    ],
  );
  printTable('Requests that wait for an answer, and milliseconds, for each operation', [
    ['', 'round trips', 'ms'],
    ...rows.flatMap(({ name, kind, cost: { roundTrips, perSecond } }) =>
      kind === 'connect' && roundTrips !== undefined
        ? [[name, roundTrips.toFixed(1), (1000 / perSecond).toFixed(2)]]
        : [],
    ),
  ]);
  printTable('Shares of links that are busy at once', [
    ['', 'slowest', 'fastest', 'spread', 'microseconds', 'per second'],
    ...rows.flatMap(({ name, cost: { shares, centralUs, perSecond } }) =>
      shares === undefined
        ? []
        : [
            [
              name,
              String(shares.least),
              String(shares.most),
              `${((shares.most / shares.least - 1) * 100).toFixed(1)} %`,
              us(centralUs),
              perSecond.toFixed(0),
            ],
          ],
    ),
  ]);
};

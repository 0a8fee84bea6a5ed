import type { Output } from './output.ts';
import { held, leakRule, type Range } from './soak-leaks.ts';
import type { SoakResult, SoakRound } from './soak-run.ts';
import type { OperationTally } from './soak-tally.ts';
import { type Column, tableHead, tableLine } from './table.ts';
import { printable } from './text.ts';

const HOUR_MS = 3_600_000;

/** A line for each virtual hour that has passed. */
export const tellHours = (output: Output): ((round: SoakRound) => void) => {
  let told = 0;
  return ({ elapsedMs, tally, sample }) => {
    const hour = Math.floor(elapsedMs / HOUR_MS);
    if (hour === told) return;
    told = hour;
    const { linksMade, linksLost, recoveries, done, failed } = tally;
    const event = { event: 'hour', hour, linksMade, linksLost, recoveries, done, failed, held: sample };
    output.note(event, () =>
      output.noteStyle(
        'dim',
        `hour ${hour}: ${linksMade} links made, ${linksLost} lost, ${recoveries} recoveries, ${done} operations, ${failed} failed`,
      ),
    );
  };
};

/** What came of it. Gives whether all is well. */
export const tellSoak = (output: Output, { tally, verdicts, violations }: SoakResult): boolean => {
  const { linksMade, linksLost, recoveries, notifications, operations, faults } = tally;
  const leaks = verdicts.filter((verdict) => verdict.leaks).map(({ what }) => what);
  output.data(
    {
      event: 'result',
      linksMade,
      linksLost,
      recoveries,
      notifications,
      operations,
      faults,
      held: Object.fromEntries(
        verdicts.map(({ what, first, last, atEnd }) => [what, { first, last, atEnd }]),
      ),
      leaks,
      violations,
    },
    () =>
      [
        ...table('Links', ['made', 'lost', 'controllers recovered', 'notifications'], {
          '': [linksMade, linksLost, recoveries, notifications].map(String),
        }),
        ...table(
          'Faults',
          ['times'],
          mapped(faults, (count) => [String(count)]),
        ),
        ...table('Operations', ['done', 'failed'], mapped(operations, describeOperation)),
        ...table(
          'Held',
          ['first quarter', 'last quarter', 'at the end', ''],
          Object.fromEntries(
            verdicts.map(({ what, first, last, atEnd, leaks: leaking }) => [
              held[what],
              [describeRange(first), describeRange(last), String(atEnd), leaking ? 'leaks' : ''],
            ]),
          ),
        ),
      ].join('\n'),
  );
  for (const violation of violations) {
    output.remark(output.noteStyle('yellow', `a rule was broken by the ${printable(violation)}`));
  }
  if (verdicts.every(({ what }) => what !== 'heapOctets')) {
    output.remark('the heap was not looked at: that takes node --expose-gc');
  }
  const well = leaks.length === 0;
  output.line(
    well
      ? output.style('green', 'no leak')
      : output.style('red', `leaks: ${leaks.map((what) => held[what]).join(', ')}`),
  );
  if (!well) output.remark(leakRule);
  return well && violations.length === 0;
};

const mapped = <T>(
  values: Readonly<Record<string, T>>,
  cells: (value: T) => readonly string[],
): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, cells(value)]));

const describeOperation = ({ done, failed }: OperationTally): readonly string[] => {
  const kinds = Object.entries(failed).map(([code, count]) => `${count} ${code}`);
  return [String(done), kinds.length === 0 ? '0' : kinds.join(', ')];
};

const describeRange = ({ least, most }: Range): string =>
  least === most ? `${least}` : `${least} to ${most}`;

const NAME_WIDTH = 40;
const CELL_WIDTH = 22;

const table = (
  title: string,
  heads: readonly string[],
  rows: Readonly<Record<string, readonly string[]>>,
): readonly string[] => {
  const columns: readonly Column[] = [
    { title, width: NAME_WIDTH },
    ...heads.map((head) => ({ title: head, width: CELL_WIDTH })),
  ];
  return [
    tableHead(columns),
    ...Object.entries(rows).map(([name, cells]) => tableLine(columns, [name, ...cells])),
    '',
  ];
};

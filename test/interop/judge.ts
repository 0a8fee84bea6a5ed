/** Compares what the two sides of a pair saw with what they agreed on. No side is asked whether it went well. */
import { isDeepStrictEqual } from 'node:util';
import type { Report, Seen } from './report.ts';
import type { Pair } from './table.ts';

/** What is wrong with a row. `tried` is false when the pair never came to it, which proves nothing about the row. */
export interface Fault {
  text: string;
  tried: boolean;
}

/** What the sides must have seen of one procedure. */
interface Expectation {
  central?: Seen;
  peripheral?: Seen;
  controllers?: Seen;
  /** Where what a side must have seen is known only from what the other has. */
  compare?: (central: Report, peripheral: Report) => Fault | undefined;
  /** What the foreign side is known to do wrong, where that is what is expected. */
  defect?: string | undefined;
  cell?: Cell | undefined;
}

/** Where a row stands that is one of many of its kind. */
export interface Cell {
  readonly table: string;
  readonly row: string;
  readonly column: string;
  /** What it says when the row has passed. */
  readonly text: string;
}

/** The rows of a topic in their order. Where the sides must agree on what nobody knows before, a function compares them. */
export type Expectations = Record<
  string,
  Expectation | ((central: Report, peripheral: Report) => Fault | undefined)
>;

/** What a pair must see, once both have reported. */
export type Topic = (pair: Pair, central: Report, peripheral: Report) => Expectations;

/** Who reports: a side, or those who serve the controllers. */
export type Witness = 'central' | 'peripheral' | 'controllers';

export const wrongly = (text: string): Fault => ({ text, tried: true });

/** Why a side has nothing to show for a procedure, or nothing that counts. */
export const failureOf = (side: Witness, procedure: string, report: Report): Fault | undefined => {
  const failure = report.failure(procedure);
  if (failure !== undefined) return wrongly(`${side}: ${failure}`);
  if (report.seen(procedure) !== undefined) return undefined;
  return { text: `${side}: ${report.ended ?? 'saw nothing of it'}`, tried: false };
};

export const difference = (
  side: Witness,
  procedure: string,
  report: Report,
  expected: Seen,
): Fault | undefined => {
  const seen = report.seen(procedure);
  const failure = failureOf(side, procedure, report);
  if (failure !== undefined || isDeepStrictEqual(seen, expected)) return failure;
  return wrongly(`${side} saw ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`);
};

export interface Row {
  procedure: string;
  /** What is wrong with it; nothing when it passed. */
  fault?: Fault | undefined;
  defect?: string | undefined;
  cell?: Cell | undefined;
}

/** A verdict on each row of a topic. */
export const judge = (
  topic: Topic,
  pair: Pair,
  central: Report,
  peripheral: Report,
  controllers: Report,
): Row[] =>
  Object.entries(topic(pair, central, peripheral)).map(([procedure, expected]) => {
    if (typeof expected === 'function') return { procedure, fault: expected(central, peripheral) };
    const fault =
      (expected.central && difference('central', procedure, central, expected.central)) ??
      (expected.peripheral && difference('peripheral', procedure, peripheral, expected.peripheral)) ??
      (expected.controllers && difference('controllers', procedure, controllers, expected.controllers)) ??
      expected.compare?.(central, peripheral);
    return { procedure, fault, defect: expected.defect, cell: expected.cell };
  });

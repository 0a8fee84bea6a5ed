import type { Phase } from './phases.ts';

/** What one operation costs. */
export interface Cost {
  /** Microseconds of processor time, user and system. */
  readonly centralUs: number;
  readonly peripheralUs: number;
  readonly perSecond: number;
  /** Calls of the operating system that sent something. */
  readonly centralWrites: number;
  readonly peripheralWrites: number;
  /** ATT requests that the central sent; none where nobody counts. */
  readonly roundTrips?: number | undefined;
  /** What the slowest and the fastest link carried, where there are several. */
  readonly shares?: { readonly least: number; readonly most: number } | undefined;
}

/** One side of an operation beside no host at all. */
export interface SideCost {
  readonly us: number;
  readonly nullUs: number;
  readonly ratio: number;
}

export interface Row {
  readonly name: string;
  readonly kind: Phase['kind'];
  readonly cost: Cost;
  readonly floor?: Cost | undefined;
  /** Who begins an operation, and who takes it; not where it has no floor to stand beside. A report has no sender that is measured. */
  readonly sender?: SideCost | undefined;
  readonly receiver?: SideCost | undefined;
}

const beside = (us: number, nullUs: number): SideCost => ({ us, nullUs, ratio: us / nullUs });

/** `floor` is the cost with no host at all. */
export const makeRow = ({ name, kind }: Phase, cost: Cost, floor: Cost | undefined): Row => {
  if (floor === undefined) return { name, kind, cost };
  const central = beside(cost.centralUs, floor.centralUs);
  const peripheral = beside(cost.peripheralUs, floor.peripheralUs);
  if (kind === 'notify') return { name, kind, cost, floor, sender: peripheral, receiver: central };
  if (kind === 'report') return { name, kind, cost, floor, receiver: central };
  return { name, kind, cost, floor, sender: central, receiver: peripheral };
};

const middleBy = <T>(items: readonly T[], measure: (item: T) => number): T | undefined =>
  [...items].sort((a, b) => measure(a) - measure(b))[Math.floor(items.length / 2)];

/**
 * Of several runs, for each side the one whose ratio is in the middle. A machine that is busy elsewhere makes a host dearer, by taking its caches, or
 * cheaper, by letting more packets gather for one call: neither end of the list is the truth.
 */
export const middle = (rows: readonly Row[]): Row | undefined => {
  const row = middleBy(rows, ({ cost }) => cost.centralUs + cost.peripheralUs);
  if (row === undefined) return undefined;
  const side = (which: 'sender' | 'receiver'): SideCost | undefined =>
    middleBy(
      rows.flatMap((each) => each[which] ?? []),
      ({ ratio }) => ratio,
    );
  return { ...row, sender: side('sender'), receiver: side('receiver') };
};

import type { Case } from './cases.ts';

/** What one case came to. */
export interface Outcome {
  readonly name: string;
  readonly kind: Case['kind'];
  readonly size: number;
  readonly pace: 'line' | 'none';
  /** Processor time of the host, user and system, for a packet: with an exchange, for one that leaves and one that comes. */
  readonly usPerPacket: number;
  /** Each way, as H4 counts them. */
  readonly octetsPerSecond: number;
  /** Calls of the operating system that sent something, where the transport counts them. */
  readonly writesPerPacket?: number | undefined;
  /** Of one core, at the rate of the case; undefined where it has none. */
  readonly coreShare: number | undefined;
  /** Results that a reader of the scanner got. */
  readonly results?: number | undefined;
}

export interface LineOutcome extends Outcome {
  readonly line: string;
}

export interface CodecCost {
  readonly name: string;
  readonly size: number;
  readonly usPerPacket: number;
}

/** Of several runs of each row the one whose cost is in the middle. */
export const middleOutcome = <T extends { readonly usPerPacket: number }>(
  runs: readonly T[],
  keyOf: (run: T) => string,
): readonly T[] => {
  const rows = new Map<string, T[]>();
  for (const run of runs) rows.set(keyOf(run), [...(rows.get(keyOf(run)) ?? []), run]);
  return [...rows.values()].flatMap(
    (row) => [...row].sort((a, b) => a.usPerPacket - b.usPerPacket)[Math.floor(row.length / 2)] ?? [],
  );
};

import { expect } from 'vitest';
import type { Bench } from '../../conformance/harness/bench.ts';

/** Whatever was sent, the link is up, the host answers, and nothing of it threw. */
export const expectAlive = async (bench: Bench): Promise<void> => {
  await bench.att.exchange('0a0100', '0b0018');
  expect(bench.tester.isConnected).toBe(true);
  expect(bench.iut.counters['l2capReceiverErrors']).toBe(0);
};

/** The error of a call that is under way while the tester goes on. */
export const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no failure',
    (error: unknown) => error,
  );

/** What a counter of L2CAP has come to. */
export const counted = (bench: Bench, name: string): number | undefined =>
  bench.iut.counters[`l2cap${name[0]?.toUpperCase()}${name.slice(1)}`];

import { expect, test } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { rejectNotUnderstood, Signal, signal } from '../../conformance/harness/signalling.ts';
import { expectAlive } from './alive.ts';

/** Interval least and most, latency, supervision time-out, in their units (Vol 3, Part A, 4.20). */
const bombs: readonly (readonly [string, readonly [number, number, number, number]])[] = [
  ['an interval below 7.5 ms', [5, 24, 0, 400]],
  ['an interval above 4 s', [24, 3_201, 0, 3_200]],
  ['an interval of 65535', [24, 0xffff, 0, 3_200]],
  ['a least interval above the most', [40, 24, 0, 400]],
  ['a latency above 499', [24, 24, 500, 3_200]],
  ['a time-out below 100 ms', [6, 6, 0, 9]],
  ['a time-out above 32 s', [24, 24, 0, 3_201]],
  ['a time-out that two chances do not fit into', [3_200, 3_200, 0, 400]],
  ['a latency that the time-out does not bear', [24, 24, 499, 400]],
  ['nothing at all', [0, 0, 0, 0]],
];

test.each(bombs)(
  'L10: a peripheral that asks for %s is refused, and the link stays as it is',
  async (_, values) => {
    await using bench = await Bench.central();
    const before = bench.tester.parameters;
    const request = signal(Signal.parameterUpdateRequest, 9, ...values);
    await bench.signalling.exchange(request, signal(Signal.parameterUpdateResponse, 9, 1));
    await bench.clock.advance(2_000);
    expect(bench.tester.parameters).toEqual(before);
    await expectAlive(bench);
  },
);

test('L10: a central that asks its peripheral is not understood', async () => {
  await using bench = await Bench.peripheral();
  const before = bench.tester.parameters;
  const request = signal(Signal.parameterUpdateRequest, 9, 24, 40, 0, 400);
  await bench.signalling.exchange(request, rejectNotUnderstood(9));
  await bench.clock.advance(2_000);
  expect(bench.tester.parameters).toEqual(before);
  await expectAlive(bench);
});

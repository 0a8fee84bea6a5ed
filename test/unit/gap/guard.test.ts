import { expect, test, vi } from 'vitest';
import { DisconnectedError, TimeoutError } from '../../../src/core/errors.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { WaitScope } from '../../../src/core/wait-scope.ts';
import { guard } from '../../../src/gap/guard.ts';

const endless = (seen: { reason?: unknown }) => (signal: AbortSignal) =>
  new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => {
      seen.reason = signal.reason;
      reject(new Error('the work noticed'));
    }),
  );

test('work that ends in time gives its result or its own error', async () => {
  const clock = new ManualClock();
  const scope = new WaitScope();
  expect(await guard(clock, scope, 'w', 100, () => 7)).toBe(7);
  await expect(
    guard(clock, scope, 'w', 100, () => {
      throw new RangeError('mine');
    }),
  ).rejects.toThrow(RangeError);
  await clock.advance(0);
  expect([clock.pending, scope.size]).toEqual([0, 0]);
});

test('the deadline aborts the work and rejects with TimeoutError', async () => {
  const clock = new ManualClock();
  const scope = new WaitScope();
  const seen: { reason?: unknown } = {};
  const guarded = guard(clock, scope, 'talking to F0:F1:F2:F3:F4:F5', 100, endless(seen));
  const rejected = vi.fn();
  guarded.catch(rejected);
  await clock.advance(100);
  expect(rejected.mock.calls[0]?.[0]).toBeInstanceOf(TimeoutError);
  expect(seen.reason).toBeInstanceOf(TimeoutError);
  expect([clock.pending, scope.size]).toEqual([0, 0]);
});

test('the end of the link aborts the work and rejects with its error', async () => {
  const clock = new ManualClock();
  const scope = new WaitScope();
  const seen: { reason?: unknown } = {};
  const guarded = guard(clock, scope, 'w', Number.POSITIVE_INFINITY, endless(seen));
  guarded.catch(() => undefined);
  await clock.advance(0);
  const lost = new DisconnectedError('link lost', 0x08);
  scope.end(lost);
  await expect(guarded).rejects.toBe(lost);
  expect(seen.reason).toBe(lost);
});

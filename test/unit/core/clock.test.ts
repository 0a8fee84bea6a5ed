import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { systemClock } from '../../../src/core/system-clock.ts';

describe('ManualClock', () => {
  test('fires in order of time, then of starting, and lets awaiting code see each moment', async () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    clock.after(20, () => seen.push(`b@${clock.now()}`));
    clock.after(10, () => {
      void Promise.resolve().then(() => {
        seen.push(`a@${clock.now()}`);
        clock.after(5, () => seen.push(`c@${clock.now()}`));
      });
    });
    clock.after(20, () => seen.push(`d@${clock.now()}`));
    clock.after(15, () => seen.push('cancelled')).cancel();
    await clock.advance(25);
    expect(seen).toEqual(['a@10', 'c@15', 'b@20', 'd@20']);
    expect([clock.now(), clock.pending]).toEqual([25, 0]);
  });

  test('run() gives the outcome, or says that there is none', async () => {
    const clock = new ManualClock();
    const promise = new Promise<number>((resolve) => clock.after(5_000, () => resolve(1)));
    expect(await clock.run(promise)).toBe(1);
    expect(clock.now()).toBe(5_000);
    await expect(clock.run(new Promise(() => undefined))).rejects.toThrow('still pending');
  });
});

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('re-arms a delay beyond what a timer takes', () => {
    const callback = vi.fn();
    const month = 31 * 24 * 3_600_000;
    systemClock.after(month, callback);
    vi.advanceTimersByTime(month - 1);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('never fires after Infinity or a cancel', () => {
    const callback = vi.fn();
    const never = systemClock.after(Number.POSITIVE_INFINITY, callback);
    const timer = systemClock.after(10, callback);
    timer.cancel();
    timer.cancel();
    vi.advanceTimersByTime(1_000);
    never.cancel();
    expect([callback.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

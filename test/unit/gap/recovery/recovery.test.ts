import { beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../../src/core/clock.ts';
import { Log } from '../../../../src/core/log.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { Recovery } from '../../../../src/gap/recovery.ts';

let clock: ManualClock;
let lines: string[];
/** When tries were made. */
let tries: number[];
let outcomes: (() => Promise<void>)[];

const fails = (): Promise<void> => Promise.reject(new Error('no such port'));
const works = (): Promise<void> => Promise.resolve();

const recovery = (over: Clock = clock): Recovery =>
  new Recovery({
    what: 'the controller',
    clock: over,
    log: new Log(({ message }) => lines.push(message)),
    random: () => 0,
    tryTimeoutMs: 10_000,
    attempt: (signal) => {
      tries.push(clock.now());
      const outcome = outcomes.shift();
      if (outcome !== undefined) return outcome();
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
  });

beforeEach(() => {
  clock = new ManualClock();
  lines = [];
  tries = [];
  outcomes = [];
});

describe('what is lost', () => {
  test('is tried soon, then less and less often, until it is back', async () => {
    outcomes = [fails, fails, fails, works];
    const one = recovery();
    await clock.advance(60_000);
    one.begin(Promise.resolve());
    await clock.advance(10_000);
    expect(tries.map((at) => at - 60_000)).toEqual([250, 750, 1_750, 3_750]);
    expect(clock.pending).toBe(0);
    expect(lines).toContain('the controller is not back: no such port');
  });

  test('waits longer from the start where it is lost again soon', async () => {
    outcomes = [works, works, works];
    const one = recovery();
    await clock.advance(60_000);
    for (let i = 0; i < 3; i++) {
      const before = clock.now();
      one.begin(Promise.resolve());
      await clock.advance(2_000);
      expect(tries.at(-1)).toBe(before + 250 * 2 ** i);
    }
    await clock.advance(30_000);
    outcomes = [works];
    const before = clock.now();
    one.begin(Promise.resolve());
    await clock.advance(2_000);
    expect(tries.at(-1)).toBe(before + 250);
  });

  test('is not tried before it has been let go', async () => {
    outcomes = [works];
    const one = recovery();
    let release: () => void = () => undefined;
    one.begin(
      new Promise<void>((resolve) => {
        release = resolve;
      }),
    );
    await clock.advance(5_000);
    expect(tries).toEqual([]);
    release();
    await clock.advance(500);
    expect(tries).toEqual([5_500]);
  });

  test('a try that does not end is given up after its deadline', async () => {
    const one = recovery();
    one.begin(Promise.resolve());
    await clock.advance(500 + 10_000 + 1_000);
    expect(tries).toEqual([500, 11_500]);
    expect(lines.join()).toContain('timed out after 10000 ms while bringing the controller back');
    await one.close();
  });

  test('is not looked for any more after close(), in a wait or in a try', async () => {
    const waiting = recovery();
    waiting.begin(Promise.resolve());
    await clock.advance(100);
    await waiting.close();
    expect(clock.pending).toBe(0);
    const trying = recovery();
    trying.begin(Promise.resolve());
    await clock.advance(600);
    expect(tries).toHaveLength(1);
    await trying.close();
    expect(clock.pending).toBe(0);
    await clock.advance(60_000);
    expect(tries).toHaveLength(1);
  });

  test('keeps the process alive while it waits, unless it is told not to', async () => {
    const backgrounds: (boolean | undefined)[] = [];
    const seen: Clock = {
      now: () => clock.now(),
      after: (delayMs, callback, options) => {
        backgrounds.push(options?.background);
        return clock.after(delayMs, callback);
      },
    };
    outcomes = [works];
    const one = recovery(seen);
    one.begin(Promise.resolve());
    await clock.advance(100);
    one.keepAlive(false);
    one.keepAlive(false);
    expect(backgrounds).toEqual([false, true]);
    await clock.advance(400);
    expect(tries).toEqual([500]);
  });
});

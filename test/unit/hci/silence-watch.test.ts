import { expect, test } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import { TransportError } from '../../../src/core/errors.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { WaitScope } from '../../../src/core/wait-scope.ts';
import { SilenceWatch, type WatchedController } from '../../../src/hci/silence-watch.ts';

const GONE = new TransportError('gone');

/** A controller that keeps its answers until it is told. */
const controller = () => {
  const answers: (() => void)[] = [];
  const hci = {
    scope: new WaitScope(),
    packetsReceived: 7,
    owesAnswer: false as boolean,
    send: () => new Promise<never>((_, reject) => answers.push(() => reject(new Error('refused')))),
    answers,
  } satisfies WatchedController & { readonly answers: (() => void)[] };
  return hci;
};

test('no timer of it keeps the process alive', async () => {
  const manual = new ManualClock();
  const kinds: unknown[] = [];
  const clock: Clock = {
    now: () => manual.now(),
    after: (delayMs, callback, options) => {
      kinds.push([delayMs, options?.background]);
      return manual.after(delayMs, callback);
    },
  };
  const hci = controller();
  void new SilenceWatch(hci, clock, 1_000);
  hci.packetsReceived++;
  await manual.advance(2_500);
  hci.answers.shift()?.();
  await manual.advance(1_000);
  expect(kinds).toEqual([0, 1, 2].map(() => [1_000, true]));
  hci.scope.end(GONE);
});

test('one question at a time, and none where a command is to be answered anyhow', async () => {
  const clock = new ManualClock();
  const hci = controller();
  const watch = new SilenceWatch(hci, clock, 1_000);
  await clock.advance(10_000);
  expect([hci.answers.length, watch.counters.all().silenceChecks, clock.pending]).toEqual([1, 1, 0]);
  hci.owesAnswer = true;
  hci.answers.shift()?.();
  await clock.advance(10_000);
  expect(hci.answers).toEqual([]);
  hci.owesAnswer = false;
  await clock.advance(1_000);
  expect(hci.answers.length).toBe(1);
  hci.scope.end(GONE);
});

test('it ends with the controller, also while that is asked', async () => {
  for (const askedAt of [500, 1_500]) {
    const clock = new ManualClock();
    const hci = controller();
    void new SilenceWatch(hci, clock, 1_000);
    await clock.advance(askedAt);
    hci.scope.end(GONE);
    hci.answers.shift()?.();
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  }
});

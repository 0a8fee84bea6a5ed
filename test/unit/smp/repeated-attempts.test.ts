import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { MAX_REMEMBERED, RepeatedAttempts } from '../../../src/smp/repeated-attempts.ts';

test('each failure doubles the wait of its peer, up to a limit', async () => {
  const clock = new ManualClock();
  const attempts = new RepeatedAttempts(clock);
  expect(attempts.waitMs('a')).toBe(0);
  const waits: number[] = [];
  for (let i = 0; i < 12; i++) {
    attempts.failed('a');
    waits.push(attempts.waitMs('a'));
  }
  expect(waits.slice(0, 5)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  expect(waits.at(-1)).toBe(512_000);
  expect(attempts.waitMs('b')).toBe(0);
  await clock.advance(12_000);
  expect(attempts.waitMs('a')).toBe(500_000);
  await clock.advance(500_000);
  expect(attempts.waitMs('a')).toBe(0);
});

test('a long quiet time halves it, a success forgets it', async () => {
  const clock = new ManualClock();
  const attempts = new RepeatedAttempts(clock);
  for (let i = 0; i < 4; i++) attempts.failed('a');
  await clock.advance(2 * 300_000);
  attempts.failed('a');
  expect(attempts.waitMs('a')).toBe(4_000);
  attempts.succeeded('a');
  expect(attempts.waitMs('a')).toBe(0);
  attempts.failed('a');
  expect(attempts.waitMs('a')).toBe(1_000);
});

test('so many peers are remembered; the one that has to wait least is forgotten first', () => {
  const attempts = new RepeatedAttempts(new ManualClock());
  attempts.failed('guesser');
  attempts.failed('guesser');
  for (let i = 0; i < 3 * MAX_REMEMBERED; i++) attempts.failed(`peer ${i}`);
  expect(attempts.size).toBe(MAX_REMEMBERED);
  expect(attempts.waitMs('guesser')).toBe(2_000);
});

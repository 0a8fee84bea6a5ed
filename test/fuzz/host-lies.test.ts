import { expect, test } from 'vitest';
import { liesTrial } from './host-lies.ts';
import { hunt } from './host-trial.ts';

/** More of them by hand. */
const TRIALS = 16;

test('whatever a controller says or a line does: every promise settles in time, nothing escapes, and a host that is opened again works', async () => {
  const { calls, failures } = await hunt(liesTrial, 1, TRIALS);
  expect(failures).toEqual([]);
  expect(calls).toBeGreaterThan(TRIALS * 20);
}, 60_000);

import { expect, test } from 'vitest';
import { noiseTrial } from './host-noise.ts';
import { hunt } from './host-trial.ts';

/** More of them by hand. */
const TRIALS = 16;

test('hosts get over noise, garbage of peers, silence and stalls by themselves', async () => {
  const { calls, failures } = await hunt(noiseTrial, 1, TRIALS);
  expect(failures).toEqual([]);
  expect(calls).toBeGreaterThan(TRIALS * 30);
}, 60_000);

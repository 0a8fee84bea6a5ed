import { expect, test } from 'vitest';
import { TimeoutError } from '../../../../src/core/errors.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { WaitScope } from '../../../../src/core/wait-scope.ts';
import { SharedResult } from '../../../../src/gatt/client/shared-result.ts';

/** Code that runs in circles without a wait would hang the test; this makes it fail. */
class ImpatientClock extends ManualClock {
  #asked = 0;

  override now(): number {
    if (++this.#asked > 1_000) throw new Error('asked for the time in a circle');
    return super.now();
  }
}

test('one who joins, and whose time is over first, gives up alone', async () => {
  const clock = new ImpatientClock();
  const result = new SharedResult<string>();
  const wait = { what: 'looking', clock, scope: new WaitScope() };
  const fetch = (): Promise<string> =>
    new Promise((resolve) => {
      clock.after(500, () => resolve('found'));
    });
  const first = result.get(wait, fetch);
  const second = result.get({ ...wait, timeoutMs: 100 }, fetch);
  const error = await clock.run(second).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TimeoutError);
  expect(String(error)).toContain('timed out after 100 ms while looking');
  expect(clock.now()).toBe(100);
  expect(await clock.run(first)).toBe('found');
});

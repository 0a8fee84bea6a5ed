import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { holdBack } from '../../../src/att/hold-back.ts';
import { DisconnectedError, InvalidArgumentError } from '../../../src/core/errors.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { WaitScope } from '../../../src/core/wait-scope.ts';

const lost = new DisconnectedError('the link was lost', 0x08);

/** What holds something back, and fails when it is told to. */
const held = () => {
  let fail = (_: Error): void => undefined;
  const promise = new Promise<void>((_, reject) => {
    fail = reject;
  });
  return { promise, fail };
};

test.each<
  readonly [
    string,
    { readonly signal?: AbortSignal; readonly timeoutMs?: number; readonly ended?: boolean },
    unknown,
  ]
>([
  ['has aborted', { signal: AbortSignal.abort('enough') }, 'enough'],
  ['has a deadline that is none', { timeoutMs: 0 }, expect.any(InvalidArgumentError)],
  ['calls on a link that has ended', { ended: true }, lost],
])(
  'a failure of what held it back is no unhandled rejection where the caller %s',
  async (_, { ended, ...wait }, reason) => {
    const { promise, fail } = held();
    const scope = new WaitScope();
    if (ended === true) scope.end(lost);
    const options = { held: promise, what: 'reading', clock: new ManualClock(), scope, ...wait };
    const outcome = await holdBack(options, () => Promise.resolve('done')).catch((error: unknown) => error);
    expect(outcome).toEqual(reason);
    fail(new Error('nobody listens'));
    await setImmediate();
  },
);

test('what held it back decides, and the rest of the deadline goes on', async () => {
  const clock = new ManualClock();
  const { promise, fail } = held();
  const options = { held: promise, what: 'reading', clock, scope: new WaitScope() };
  const failed = holdBack(options, () => Promise.resolve('done')).catch((error: unknown) => error);
  fail(lost);
  expect(await failed).toBe(lost);
  let left: number | undefined;
  const released = clock.advance(300).then(() => undefined);
  const done = holdBack({ ...options, held: released, timeoutMs: 1_000 }, ({ timeoutMs }) => {
    left = timeoutMs;
    return Promise.resolve('done');
  });
  expect(await done).toBe('done');
  expect(left).toBe(700);
});

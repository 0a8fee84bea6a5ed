import { describe, expect, test, vi } from 'vitest';
import { InvalidArgumentError, TimeoutError } from '../../../src/core/errors.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { type ProcedureOptions, procedure, type Settle } from '../../../src/core/procedure.ts';
import { WaitScope } from '../../../src/core/wait-scope.ts';

const begin = (options: Partial<ProcedureOptions> = {}, withdraw?: () => void | Promise<void>) => {
  const clock = new ManualClock();
  let settle: Settle<number> | undefined;
  const promise = procedure<number>(
    { what: 'reading 0x2A6E', clock, defaultTimeoutMs: 1_000, ...options },
    (given) => {
      settle = given;
      return withdraw;
    },
  );
  // Outcomes are looked at later than they happen; that is no unhandled rejection.
  promise.catch(() => undefined);
  if (settle === undefined) throw new Error('not started');
  return { clock, promise, settle };
};

describe('procedure', () => {
  test('a result settles it and leaves no timer, listener or scope entry', async () => {
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const scope = new WaitScope();
    const { clock, promise, settle } = begin({ signal: controller.signal, scope });
    expect(scope.size).toBe(1);
    settle.resolve(7);
    settle.reject(new Error('too late'));
    expect(await promise).toBe(7);
    expect([clock.pending, scope.size, removed.mock.calls.length]).toEqual([0, 0, 1]);
  });

  test('a deadline rejects with TimeoutError that says what was being done and why it hung', async () => {
    const withdraw = vi.fn();
    const { clock, promise, settle } = begin({ hint: () => 'the bearer is held by a write' }, withdraw);
    await clock.advance(999);
    expect(withdraw).not.toHaveBeenCalled();
    await clock.advance(1);
    settle.resolve(1);
    await expect(promise).rejects.toThrow(
      new TimeoutError('timed out after 1000 ms while reading 0x2A6E: the bearer is held by a write', 1_000),
    );
    expect(withdraw).toHaveBeenCalledTimes(1);
  });

  test('an abort that the start itself sets off gives up at once', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const withdraw = vi.fn();
    const promise = procedure<number>(
      { what: 'reading', clock, defaultTimeoutMs: 1_000, signal: controller.signal },
      () => {
        controller.abort('enough');
        return withdraw;
      },
    );
    await expect(promise).rejects.toBe('enough');
    expect(withdraw).toHaveBeenCalledExactlyOnceWith('enough');
    expect(clock.pending).toBe(0);
  });

  test('it rejects only when the withdrawal is over, however that ends', async () => {
    let over: (() => void) | undefined;
    const { clock, promise } = begin(
      { timeoutMs: 5 },
      () => new Promise((_, reject) => (over = () => reject(new Error('no')))),
    );
    const rejected = vi.fn();
    promise.catch(rejected);
    await clock.advance(10);
    expect(rejected).not.toHaveBeenCalled();
    over?.();
    await clock.advance(0);
    expect(rejected.mock.calls[0]?.[0]).toBeInstanceOf(TimeoutError);
  });

  test('an abort rejects with the signal’s own reason', async () => {
    const controller = new AbortController();
    const { clock, promise } = begin({ signal: controller.signal });
    const reason = { any: 'thing' };
    controller.abort(reason);
    await expect(promise).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  test('nothing starts on an aborted signal, an ended scope or a senseless deadline', async () => {
    const start = vi.fn();
    const clock = new ManualClock();
    const scope = new WaitScope();
    const gone = new Error('gone');
    scope.end(gone);
    const base = { what: 'x', clock, defaultTimeoutMs: 1 };
    await expect(procedure({ ...base, signal: AbortSignal.abort('why') }, start)).rejects.toBe('why');
    await expect(procedure({ ...base, scope }, start)).rejects.toBe(gone);
    for (const timeoutMs of [0, -1, Number.NaN]) {
      await expect(procedure({ ...base, timeoutMs }, start)).rejects.toThrow(InvalidArgumentError);
    }
    expect(start).not.toHaveBeenCalled();
  });

  test('the end of the scope rejects without a withdrawal', async () => {
    const scope = new WaitScope();
    const withdraw = vi.fn();
    const { promise, clock } = begin({ scope }, withdraw);
    const error = new Error('link lost');
    scope.end(error);
    scope.end(new Error('a second end'));
    await expect(promise).rejects.toBe(error);
    expect([withdraw.mock.calls.length, clock.pending]).toEqual([0, 0]);
  });

  test('Infinity means no deadline', async () => {
    const { clock, promise, settle } = begin({ timeoutMs: Number.POSITIVE_INFINITY });
    expect(clock.pending).toBe(0);
    await clock.advance(1e9);
    settle.resolve(3);
    expect(await promise).toBe(3);
  });

  test('a start that throws rejects and leaves nothing', async () => {
    const clock = new ManualClock();
    const scope = new WaitScope();
    const thrown = new Error('start');
    await expect(
      procedure({ what: 'x', clock, defaultTimeoutMs: 1, scope }, () => {
        throw thrown;
      }),
    ).rejects.toBe(thrown);
    expect([clock.pending, scope.size]).toEqual([0, 0]);
  });
});

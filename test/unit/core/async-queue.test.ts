import { describe, expect, test } from 'vitest';
import { AsyncQueue, type AsyncQueueOptions } from '../../../src/core/async-queue.ts';
import { InvalidStateError, TimeoutError } from '../../../src/core/errors.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';

const make = <T>(options: Partial<AsyncQueueOptions> = {}) => {
  const clock = new ManualClock();
  return {
    clock,
    queue: new AsyncQueue<T>({ what: 'waiting', clock, limit: 3, overflow: 'dropOldest', ...options }),
  };
};

describe('AsyncQueue', () => {
  test('falsy values survive, queued or awaited', async () => {
    const { queue } = make<number | undefined | string>();
    queue.push(0);
    queue.push(undefined);
    expect(await queue.next()).toEqual({ done: false, value: 0 });
    expect(await queue.next()).toEqual({ done: false, value: undefined });
    const waiting = queue.next();
    queue.push('');
    expect(await waiting).toEqual({ done: false, value: '' });
  });

  test.each([
    ['dropOldest', [2, 3, 4]],
    ['dropNewest', [1, 2, 3]],
  ] as const)('%s keeps its limit and counts', async (overflow, kept) => {
    let drops = 0;
    const { queue } = make<number>({ overflow, onDrop: () => drops++ });
    for (const value of [1, 2, 3, 4]) queue.push(value);
    expect([queue.dropped, drops, queue.size]).toEqual([1, 1, 3]);
    const seen: unknown[] = [];
    for (let i = 0; i < 3; i++) seen.push((await queue.next()).value);
    expect(seen).toEqual(kept);
  });

  test('an end wakes the reader, and what was queued comes first', async () => {
    const { queue } = make<number>();
    const waiting = queue.next();
    queue.end();
    queue.push(1);
    expect(await waiting).toEqual({ done: true, value: undefined });

    const other = make<number>().queue;
    other.push(5);
    other.end(new Error('lost'));
    expect(await other.next()).toEqual({ done: false, value: 5 });
    await expect(other.next()).rejects.toThrow('lost');
  });

  test('a reader that gave up takes no value with it', async () => {
    const { clock, queue } = make<number>();
    const waiting = queue.next({ timeoutMs: 10 });
    waiting.catch(() => undefined);
    await clock.advance(10);
    await expect(waiting).rejects.toThrow(TimeoutError);
    queue.push(9);
    expect(await queue.next()).toEqual({ done: false, value: 9 });
    expect(clock.pending).toBe(0);
  });

  test('one reader at a time', async () => {
    const { queue } = make<number>();
    const first = queue.next();
    await expect(queue.next()).rejects.toThrow(InvalidStateError);
    queue.push(1);
    expect((await first).value).toBe(1);
  });
});

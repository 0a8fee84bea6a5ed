import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { STALE_LOCK_MS, withLock } from '../../../../src/gap/bonds/lock-file.ts';
import { identityOf, localIdentity, otherLocal, secureBond } from '../../../support/bonds.ts';

let folder = '';
const lock = () => join(folder, 'bonds.json.lock');
const clock = new ManualClock();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jelling-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Lets so much time pass that `promise` settles; gives how much. */
const timeUntil = async (promise: Promise<unknown>): Promise<number> => {
  const startMs = clock.now();
  let isOver = false;
  void promise.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await clock.advance(5);
    await nextTurn();
  }
  return clock.now() - startMs;
};

test('is there while the work goes on and gone behind it, also when it fails', async () => {
  expect(await withLock(lock(), clock, async () => existsSync(lock()))).toBe(true);
  expect(existsSync(lock())).toBe(false);
  await expect(withLock(lock(), clock, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  expect(existsSync(lock())).toBe(false);
});

test('what somebody else has is waited for', async () => {
  await writeFile(lock(), '');
  const order: string[] = [];
  const working = withLock(lock(), clock, async () => void order.push('worked'));
  for (let i = 0; i < 20; i++) {
    await clock.advance(100);
    await nextTurn();
  }
  order.push('freed');
  await rm(lock());
  await timeUntil(working);
  expect(order).toEqual(['freed', 'worked']);
});

test('what was left behind is taken away, and not before it is old', async () => {
  await writeFile(lock(), '');
  const working = withLock(lock(), clock, () => Promise.resolve());
  expect(await timeUntil(working)).toBeGreaterThanOrEqual(STALE_LOCK_MS);
  expect(existsSync(lock())).toBe(false);
});

test('where there can be none the work is done all the same', async () => {
  const nowhere = join(folder, 'missing', 'bonds.json.lock');
  expect(await withLock(nowhere, clock, () => Promise.resolve(7))).toBe(7);
});

test('two processes that save at once lose nothing of each other', async () => {
  // Each instance of the module has a queue of its own, as each process has.
  const process = async () => {
    vi.resetModules();
    const { FileBondStore } = await import('../../../../src/gap/bonds/bond-file.ts');
    return new FileBondStore(join(folder, 'bonds.json'));
  };
  const [one, other] = [await process(), await process()];
  const peers = Array.from({ length: 10 }, (_, i) => identityOf(`00:00:5E:00:53:0${i}`));
  await Promise.all([
    ...peers.map((peer) => one.save(localIdentity, secureBond(peer, 1))),
    ...peers.map((peer) => other.save(otherLocal, secureBond(peer, 2))),
  ]);
  const counts = (await one.all()).map(({ bonds }) => bonds.length);
  expect(counts).toEqual([10, 10]);
});

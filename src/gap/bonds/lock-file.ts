import { open, rm, stat } from 'node:fs/promises';
import type { Clock } from '../../core/clock.ts';

/** How often a lock that another process has is looked at. */
const LOOK_MS = 5;
/** Whoever has a lock changes one small file. What is there so long was left behind by a process that has died. */
export const STALE_LOCK_MS = 5_000;

/**
 * Works while this process alone has the lock, a file of its own that the others wait for. Where no such file can be made it works without: what it does then fails for the
 * same reason, or harms nobody.
 */
export const withLock = async <T>(path: string, clock: Clock, work: () => Promise<T>): Promise<T> => {
  const isLocked = await lock(path, clock);
  try {
    return await work();
  } finally {
    if (isLocked) await rm(path, { force: true }).catch(() => undefined);
  }
};

const lock = async (path: string, clock: Clock): Promise<boolean> => {
  let seen: string | undefined;
  let sinceMs = clock.now();
  for (;;) {
    const made = await make(path);
    if (made !== 'there') return made === 'made';
    const there = await nameOf(path);
    if (there !== seen) {
      seen = there;
      sinceMs = clock.now();
    } else if (there !== undefined && clock.now() - sinceMs >= STALE_LOCK_MS) {
      await rm(path, { force: true }).catch(() => undefined);
    }
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
};

const make = async (path: string): Promise<'made' | 'there' | 'impossible'> => {
  try {
    await (await open(path, 'wx', 0o600)).close();
    return 'made';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'there' : 'impossible';
  }
};

/** What tells one lock from the next; undefined where there is none any more. */
const nameOf = async (path: string): Promise<string | undefined> => {
  try {
    const { ino, mtimeMs } = await stat(path);
    return `${ino} ${mtimeMs}`;
  } catch {
    return undefined;
  }
};

import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** Names what is open now, one string for each thing; equal names are counted. */
export type Census = () => Iterable<string>;

const censuses: Census[] = [];
/** Handles close over some turns of the event loop; this bounds how long a check waits for them. */
const PATIENCE_MS = 100;

const ROOT = `${resolve(import.meta.dirname, '../..')}/`;
const MACHINERY = new Set(['test/support/setup.ts', 'test/support/watches.ts', 'test/support/leftovers.ts']);

/** Adds to what the check after each test looks at. One added inside a test is forgotten after it. */
export function watch(census: Census): void {
  censuses.push(census);
}

/** Runs `work` and throws if more is open after it than before; a failure of its own is enough by itself. */
export async function leavingNothing(work: () => Promise<void>, failed: () => boolean): Promise<void> {
  const watched = censuses.length;
  const before = count();
  try {
    await work();
    if (failed()) return;
    const deadline = performance.now() + PATIENCE_MS;
    let left = added(before);
    while (left.length > 0 && performance.now() < deadline) {
      await setImmediate();
      left = added(before);
    }
    if (left.length > 0) throw new Error(['left behind:', ...left].join('\n  '));
  } finally {
    censuses.length = watched;
  }
}

/** The files of the project that led to where the error was made, innermost first; empty where none did. */
export function trail(made: Error): string {
  const files = new Map<string, string>();
  for (const frame of (made.stack ?? '').split('\n').slice(1)) {
    const [, inProject = ''] = frame.split(ROOT);
    const [, file, line] = /^((?:src|tools|test)\/[^?:]*)[^:]*:(\d+):/.exec(inProject) ?? [];
    if (file === undefined || line === undefined || MACHINERY.has(file) || files.has(file)) continue;
    files.set(file, `${file}:${line}`);
  }
  return [...files.values()].slice(0, 4).join(' < ');
}

function count(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const census of censuses) {
    for (const name of census()) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function added(before: Map<string, number>): string[] {
  return [...count()].flatMap(([name, now]) => {
    const more = now - (before.get(name) ?? 0);
    return more > 0 ? [`${more} × ${name}`] : [];
  });
}

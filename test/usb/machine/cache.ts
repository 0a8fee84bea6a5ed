/** A folder of things that take long to make, each under a key that says what it was made from. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const hourMs = 3_600_000;
/** What nobody has used for so long is thrown away, and so is what was never finished. */
const keptMs = 30 * 24 * hourMs;
const unfinishedMs = hourMs;
const UNFINISHED = 'unfinished-';

/** The XDG Base Directory Specification has relative paths ignored. */
const cacheHome = (): string => {
  const given = process.env['XDG_CACHE_HOME'] ?? '';
  return isAbsolute(given) ? given : join(homedir(), '.cache');
};

export const folderOf = (key: string): string => join(cacheHome(), 'jelling', 'usb-guest', key);

/**
 * Gives the folder of `key`, and has `make` fill it when it is not there. It gets its name when it is finished, so that what has a name is
 * whole, and of two who make it at the same time one is thrown away.
 */
export const cached = async (key: string, make: (folder: string) => Promise<void>): Promise<string> => {
  const folder = folderOf(key);
  const all = folderOf('');
  mkdirSync(all, { recursive: true, mode: 0o700 });
  sweep(all);
  if (!existsSync(folder)) {
    const unfinished = mkdtempSync(join(all, UNFINISHED));
    try {
      await make(unfinished);
      if (!existsSync(folder)) renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
};

const sweep = (all: string): void => {
  for (const name of readdirSync(all)) {
    const folder = join(all, name);
    const limitMs = name.startsWith(UNFINISHED) ? unfinishedMs : keptMs;
    if (Date.now() - statSync(folder).mtimeMs > limitMs) rmSync(folder, { recursive: true, force: true });
  }
};

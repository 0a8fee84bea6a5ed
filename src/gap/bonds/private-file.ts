import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toHex } from '../../core/bytes.ts';
import { InvalidStateError } from '../../core/errors.ts';
import { systemClock } from '../../core/system-clock.ts';
import { randomBytes } from '../../crypto/random.ts';
import { withLock } from './lock-file.ts';

/** No file of ours comes near it: what is longer is something else. */
const LONGEST = 64 * 1024 * 1024;

/** In this process all files are used one after the other: adapters that are opened at once write into one file. */
let using: Promise<unknown> = Promise.resolve();

const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
  const done = using.then(work);
  using = done.catch(() => undefined);
  return done;
};

const hasGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

export interface PrivateFileOptions {
  /** What it holds, for messages: `the bonds`. */
  readonly what: string;
  /** What else open() takes: `another bond store`. */
  readonly instead: string;
}

/**
 * A file that its owner alone can read, in a folder that is made when it is needed. It is written under another name and renamed, so that readers see the old text
 * or the new one and never a part.
 *
 * Each change reads the file anew and under a lock, so that it keeps what others have written: two ends of a pairing on one machine write their bonds in the same instant.
 */
export class PrivateFile {
  readonly path: string;
  readonly #options: PrivateFileOptions;

  constructor(path: string, options: PrivateFileOptions) {
    this.path = path;
    this.#options = options;
  }

  /** What `use` makes of the text, which is undefined where there is no file. */
  read<T>(use: (text: string | undefined) => T | Promise<T>): Promise<T> {
    return inTurn(async () => use(await this.#read()));
  }

  /** Replaces the text by what `change` makes of it; undefined leaves it. */
  change(change: (text: string | undefined) => Promise<string | undefined>): Promise<void> {
    return inTurn(async () => {
      // Where there can be no folder, writing says why.
      await this.#makeFolder().catch(() => undefined);
      await withLock(`${this.path}.lock`, systemClock, async () => {
        const text = await change(await this.#read());
        if (text !== undefined) await this.#write(text);
      });
    });
  }

  /** Gives it another name, which is returned, so that a fresh one can be begun. For those who read or change. */
  async setAside(): Promise<string> {
    const aside = `${this.path}.damaged-${toHex(randomBytes(4))}`;
    try {
      await rename(this.path, aside);
      return aside;
    } catch (cause) {
      throw this.#failure('rename', 'in', 'folder writable', cause);
    }
  }

  async #read(): Promise<string | undefined> {
    try {
      if ((await stat(this.path)).size > LONGEST) throw new Error(`it is longer than ${LONGEST} octets`);
      return await readFile(this.path, 'utf8');
    } catch (cause) {
      if (hasGone(cause)) return undefined;
      throw this.#failure('read', 'from', 'file readable', cause);
    }
  }

  async #write(text: string): Promise<void> {
    const temporary = `${this.path}.${toHex(randomBytes(6))}.tmp`;
    try {
      await this.#makeFolder();
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(text);
        // A name that outlives a power failure must not stand for a text that did not.
        await file.sync();
      } finally {
        await file.close();
      }
      await chmod(temporary, 0o600);
      await rename(temporary, this.path);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw this.#failure('keep', 'in', 'folder writable', cause);
    }
  }

  async #makeFolder(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
  }

  #failure(verb: string, where: string, remedy: string, cause: unknown): InvalidStateError {
    const { what, instead } = this.#options;
    return new InvalidStateError(
      `cannot ${verb} ${what} ${where} ${this.path} (${(cause as Error).message}): make the ${remedy}, or give open() ${instead}`,
      { cause },
    );
  }
}

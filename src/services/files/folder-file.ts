import { constants, type FileHandle, link, rename, unlink } from 'node:fs/promises';
import { FileErrorReason } from './file-codes.ts';
import { FileError } from './file-error.ts';
import type { IncomingFile, ReadableFile } from './file-storage.ts';
import { accessing, codeOf, lookAt, openPlain } from './folder-access.ts';

const readFrom = async (handle: FileHandle, buffer: Uint8Array, position: number): Promise<number> =>
  (await handle.read(buffer, 0, buffer.length, position)).bytesRead;

/** A file of a folder that is open to be sent. */
export class FolderReadableFile implements ReadableFile {
  readonly size: number;
  readonly #what: string;
  readonly #handle: FileHandle;

  constructor(what: string, handle: FileHandle, size: number) {
    this.#what = what;
    this.#handle = handle;
    this.size = size;
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return accessing(this.#what, () => readFrom(this.#handle, buffer, position));
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** A file that is there already, whole: nothing of it is stored again. */
export class PresentFile implements IncomingFile {
  readonly length: number;
  readonly #file: ReadableFile;

  constructor(file: ReadableFile) {
    this.#file = file;
    this.length = file.size;
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return this.#file.read(buffer, position);
  }

  async append(): Promise<void> {
    throw new FileError('storing more than the whole file', { reason: FileErrorReason.storageFailed });
  }

  async keep(): Promise<void> {
    // It has its name.
  }

  async discard(): Promise<void> {
    // It is not what was announced any more, and it is not ours.
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

export interface FolderIncomingOptions {
  readonly what: string;
  /** Where it lies until it is whole. */
  readonly partial: string;
  /** Where it belongs. */
  readonly place: string;
  readonly size: number;
  readonly replace: boolean;
  /** Called once, when it is closed. */
  readonly released: () => void;
}

/** Systems and disks that have no hard links say so. */
const noLinks: readonly (string | undefined)[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** A file on its way into a folder. */
export class FolderIncomingFile implements IncomingFile {
  readonly #options: FolderIncomingOptions;
  readonly #handle: FileHandle;
  #length: number;
  #isOpen = true;
  /** It was kept or discarded. */
  #isSettled = false;

  private constructor(options: FolderIncomingOptions, handle: FileHandle, length: number) {
    this.#options = options;
    this.#handle = handle;
    this.#length = length;
  }

  /** Goes on with what an earlier attempt has left. */
  static async open(options: FolderIncomingOptions): Promise<FolderIncomingFile> {
    const { what, partial, size } = options;
    // One that has another name too is what a crash left in the middle of keep(): its octets are those of a file that others may have changed since.
    if (((await lookAt(partial))?.nlink ?? 0) > 1) await unlink(partial);
    const handle = await openPlain(what, partial, constants.O_RDWR | constants.O_CREAT);
    try {
      let { size: length } = await handle.stat();
      if (length > size) {
        await handle.truncate(0);
        length = 0;
      }
      return new FolderIncomingFile(options, handle, length);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get length(): number {
    return this.#length;
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return accessing(this.#options.what, () => readFrom(this.#handle, buffer, position));
  }

  append(octets: Uint8Array): Promise<void> {
    return accessing(this.#options.what, async () => {
      for (let at = 0; at < octets.length; ) {
        const { bytesWritten } = await this.#handle.write(octets, at, octets.length - at, this.#length);
        at += bytesWritten;
        this.#length += bytesWritten;
      }
    });
  }

  keep(): Promise<void> {
    return accessing(this.#options.what, async () => {
      await this.#handle.sync();
      // Windows renames nothing that is open.
      await this.#handle.close();
      if (this.#options.replace) await this.#replace();
      else await this.#takeName();
      this.#isSettled = true;
    });
  }

  discard(): Promise<void> {
    return accessing(this.#options.what, async () => {
      await this.#handle.close();
      await unlink(this.#options.partial);
      this.#isSettled = true;
    });
  }

  /** Where nothing has arrived nothing stays. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      await this.#handle.close();
      if (!this.#isSettled && this.#length === 0) await unlink(this.#options.partial);
    } finally {
      this.#options.released();
    }
  }

  async #replace(): Promise<void> {
    const { what, partial, place } = this.#options;
    const there = await lookAt(place);
    if (there?.isFile() === false) throw new FileError(what, { reason: FileErrorReason.notPermitted });
    await rename(partial, place);
  }

  /** A link is made only where there is no file of that name, in one step; a file that appears meanwhile stays. */
  async #takeName(): Promise<void> {
    const { what, partial, place } = this.#options;
    try {
      await link(partial, place);
      await unlink(partial);
    } catch (error) {
      if (!noLinks.includes(codeOf(error))) throw error;
      if ((await lookAt(place)) !== undefined) {
        throw new FileError(what, { reason: FileErrorReason.alreadyExists, cause: error });
      }
      await rename(partial, place);
    }
  }
}

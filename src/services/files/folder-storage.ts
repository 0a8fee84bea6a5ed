import { constants, opendir, realpath, stat, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex } from '../../core/bytes.ts';
import { NotFoundError } from '../../core/errors.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { FileErrorReason } from './file-codes.ts';
import { FileError } from './file-error.ts';
import type { FileEntry } from './file-message.ts';
import { isFileName } from './file-name.ts';
import {
  type AnnouncedFile,
  type FileStorage,
  hasDigest,
  type IncomingFile,
  type ReadableFile,
} from './file-storage.ts';
import { accessing, lookAt, openPlain } from './folder-access.ts';
import { FolderIncomingFile, FolderReadableFile, PresentFile } from './folder-file.ts';

/** Files that have begun to arrive and wait to go on; the oldest gives way. */
const MAX_PARTIALS = 8;
const partialName = /^\.jelling-[0-9a-f]{32}\.part$/;

const encoder = new TextEncoder();

/** The plain files of one folder: see openFolder(). */
export class FolderStorage implements FileStorage {
  readonly #path: string;
  /** Paths of what is on its way in. */
  readonly #arriving = new Set<string>();

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(path: string): Promise<FolderStorage> {
    try {
      const real = await realpath(path);
      if ((await stat(real)).isDirectory()) return new FolderStorage(real);
    } catch (cause) {
      throw new NotFoundError(`there is no folder ${path} (${(cause as Error).message})`, { cause });
    }
    throw new NotFoundError(`${path} is no folder`);
  }

  list(limit: number): Promise<readonly FileEntry[]> {
    const what = `listing ${this.#path}`;
    return accessing(what, async () => {
      const entries: FileEntry[] = [];
      for await (const { name } of await opendir(this.#path)) {
        if (!isFileName(name)) continue;
        const stats = await lookAt(join(this.#path, name));
        if (stats?.isFile() !== true) continue;
        if (entries.length === limit) throw new FileError(what, { reason: FileErrorReason.tooLarge });
        entries.push({ name, size: stats.size, modifiedMs: Math.max(0, Math.trunc(stats.mtimeMs)) });
      }
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  open(name: string): Promise<ReadableFile> {
    const what = `opening '${name}' in ${this.#path}`;
    return accessing(what, async () => {
      const handle = await openPlain(what, this.#place(what, name), constants.O_RDONLY);
      return new FolderReadableFile(what, handle, (await handle.stat()).size);
    });
  }

  receive(announced: AnnouncedFile): Promise<IncomingFile> {
    const { name, replace } = announced;
    const what = `storing '${name}' in ${this.#path}`;
    return accessing(what, async () => {
      const place = this.#place(what, name);
      const there = await lookAt(place);
      if (there !== undefined) {
        if (!there.isFile()) throw new FileError(what, { reason: FileErrorReason.notPermitted });
        const same = there.size === announced.size ? await this.#same(announced) : undefined;
        if (same !== undefined) return same;
        if (!replace) throw new FileError(what, { reason: FileErrorReason.alreadyExists });
      }
      return this.#begin(what, place, announced);
    });
  }

  #place(what: string, name: string): string {
    if (!isFileName(name)) throw new FileError(what, { reason: FileErrorReason.invalidName });
    return join(this.#path, name);
  }

  /** The file that is there, where it is the one that was announced. */
  async #same({ name, size, digest }: AnnouncedFile): Promise<IncomingFile | undefined> {
    const file = await this.open(name);
    if (await hasDigest(file, size, digest, undefined)) return new PresentFile(file);
    await file.close();
    return undefined;
  }

  async #begin(what: string, place: string, announced: AnnouncedFile): Promise<IncomingFile> {
    const partial = join(this.#path, nameOfPartial(announced));
    if (this.#arriving.has(partial)) throw new FileError(what, { reason: FileErrorReason.busy });
    this.#arriving.add(partial);
    try {
      await this.#makeRoom(partial);
      await this.#checkSpace(what, partial, announced.size);
      return await FolderIncomingFile.open({
        what,
        partial,
        place,
        size: announced.size,
        replace: announced.replace,
        released: () => this.#arriving.delete(partial),
      });
    } catch (error) {
      this.#arriving.delete(partial);
      throw error;
    }
  }

  /** The oldest of what others have begun and left goes. */
  async #makeRoom(but: string): Promise<void> {
    const waiting: { readonly path: string; readonly modifiedMs: number }[] = [];
    for await (const { name } of await opendir(this.#path)) {
      const path = join(this.#path, name);
      if (!partialName.test(name) || path === but || this.#arriving.has(path)) continue;
      waiting.push({ path, modifiedMs: (await lookAt(path))?.mtimeMs ?? 0 });
    }
    waiting.sort((a, b) => b.modifiedMs - a.modifiedMs);
    for (const { path } of waiting.slice(MAX_PARTIALS - 1)) await unlink(path);
  }

  /** Better now than after an hour on the air. Where the disk does not tell, it is found out. */
  async #checkSpace(what: string, partial: string, size: number): Promise<void> {
    const there = (await lookAt(partial))?.size ?? 0;
    const disk = await statfs(this.#path).catch(() => undefined);
    if (disk === undefined || disk.blocks === 0 || size - there <= disk.bavail * disk.bsize) return;
    throw new FileError(what, { reason: FileErrorReason.noSpace });
  }
}

/** The same for every attempt at one file, and for no other. */
const nameOfPartial = ({ name, size, digest }: AnnouncedFile): string => {
  const hash = sha256();
  hash.update(encoder.encode(`${size}/${toHex(digest)}/${name}`));
  return `.jelling-${toHex(hash.digest().subarray(0, 16))}.part`;
};

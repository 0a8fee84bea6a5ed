import type { Stats } from 'node:fs';
import { constants, type FileHandle, lstat, open } from 'node:fs/promises';
import { FileErrorReason } from './file-codes.ts';
import { FileError } from './file-error.ts';

const reasons: Readonly<Record<string, FileErrorReason>> = {
  ENOENT: FileErrorReason.notFound,
  // A symbolic link, or a folder.
  ELOOP: FileErrorReason.notFound,
  EISDIR: FileErrorReason.notFound,
  EEXIST: FileErrorReason.alreadyExists,
  ENAMETOOLONG: FileErrorReason.invalidName,
  EACCES: FileErrorReason.notPermitted,
  EPERM: FileErrorReason.notPermitted,
  EROFS: FileErrorReason.notPermitted,
  ENOSPC: FileErrorReason.noSpace,
  EDQUOT: FileErrorReason.noSpace,
  EFBIG: FileErrorReason.noSpace,
};

export const codeOf = (error: unknown): string | undefined => {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
};

/** Does something with a file; what the operating system objects becomes a FileError. */
export const accessing = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileError) throw error;
    const reason = reasons[codeOf(error) ?? ''] ?? FileErrorReason.storageFailed;
    const said = error instanceof Error ? error.message : String(error);
    throw new FileError(`${what} (${said})`, { reason, cause: error });
  }
};

/** What stands at a path, symbolic links not followed; undefined where nothing does. */
export const lookAt = async (path: string): Promise<Stats | undefined> => {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** Windows knows neither: there the name is looked at once more when the file is open. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** Opens a plain file, and nothing else that its name might lead to. */
export const openPlain = async (what: string, path: string, flags: number): Promise<FileHandle> => {
  // Opening a pipe would wait for whoever writes to it.
  const handle = await open(path, flags | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (stats.isFile() && (O_NOFOLLOW !== 0 || isSame(stats, await lookAt(path)))) return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  throw new FileError(what, { reason: FileErrorReason.notFound });
};

const isSame = (opened: Stats, named: Stats | undefined): boolean =>
  named?.isFile() === true && named.dev === opened.dev && named.ino === opened.ino;

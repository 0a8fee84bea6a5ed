import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TransportError } from '../core/errors.ts';

/**
 * A firmware file from the first of the folders that has it, undefined where none has.
 *
 * @throws TransportError for a file that is there and cannot be used; the message says what to do.
 */
export const readFirmware = async (
  folders: readonly string[],
  file: string,
): Promise<Uint8Array | undefined> => {
  for (const folder of folders) {
    const path = join(folder, file);
    const octets = await contentOf(path);
    if (octets !== undefined) return octets;
    for (const [ending, unpack] of packers) {
      if ((await contentOf(path + ending)) === undefined) continue;
      throw new TransportError(
        `the firmware ${path}${ending} is compressed: unpack it (${unpack} ${path}${ending}), or say in which folder ${file} is`,
      );
    }
  }
  return undefined;
};

const packers = [
  ['.zst', 'zstd -d'],
  ['.xz', 'xz -dk'],
] as const;

const contentOf = async (path: string): Promise<Uint8Array | undefined> => {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new TransportError(`the firmware ${path} cannot be read: ${String(error)}`, { cause: error });
  }
};

import { createHash } from 'node:crypto';
import {
  type AnnouncedFile,
  type FileEntry,
  FileError,
  FileErrorReason,
  type FileStorage,
  type IncomingFile,
  type ReadableFile,
} from 'jelling/services';

export const sha256Of = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(bytes).digest());

const keyOf = ({ name, size, digest }: AnnouncedFile): string =>
  `${name}/${size}/${Buffer.from(digest).toString('hex')}`;

/** Files in memory, and a census of what is done with them. Nothing takes time, so that clocks of tests can drive it. */
export class MemoryFiles implements FileStorage {
  readonly files = new Map<string, Uint8Array>();
  /** What has arrived of files on their way in, and stays. */
  readonly partials = new Map<string, Uint8Array>();
  readonly #incoming = new Set<string>();
  /** Files that are open. */
  openFiles = 0;
  /** Every name that was asked for. */
  readonly asked: string[] = [];
  /** Names under which something was kept that is not what was announced. */
  readonly wrong: string[] = [];
  /** Octets for which there is room. */
  room = Number.POSITIVE_INFINITY;
  /** Called before octets are read or appended, and may throw. */
  onAccess: (name: string, at: number) => void = () => {};

  constructor(files: Readonly<Record<string, Uint8Array>> = {}) {
    for (const [name, bytes] of Object.entries(files)) this.files.set(name, bytes);
  }

  /** A file of which some octets have arrived at another time. */
  begin({ name, octets, there }: { name: string; octets: Uint8Array; there: number }): void {
    const key = keyOf({ name, size: octets.length, digest: sha256Of(octets), replace: false });
    this.partials.set(key, octets.subarray(0, there));
  }

  async list(limit: number): Promise<readonly FileEntry[]> {
    if (this.files.size > limit) throw this.#error('listing', FileErrorReason.tooLarge);
    return [...this.files]
      .map(([name, bytes]) => ({ name, size: bytes.length, modifiedMs: 1_000 }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async open(name: string): Promise<ReadableFile> {
    this.asked.push(name);
    const bytes = this.files.get(name);
    if (bytes === undefined) throw this.#error(`opening '${name}'`, FileErrorReason.notFound);
    this.openFiles++;
    let isOpen = true;
    return {
      size: bytes.length,
      read: async (buffer, position) => {
        this.onAccess(name, position);
        return copyInto(buffer, this.files.get(name) ?? bytes, position);
      },
      close: async () => {
        if (isOpen) this.openFiles--;
        isOpen = false;
      },
    };
  }

  async receive(announced: AnnouncedFile): Promise<IncomingFile> {
    const { name, size, digest, replace } = announced;
    this.asked.push(name);
    const key = keyOf(announced);
    if (this.#incoming.has(key)) throw this.#error(`storing '${name}'`, FileErrorReason.busy);
    const there = this.files.get(name);
    const isThere = there?.length === size && Buffer.compare(sha256Of(there), digest) === 0;
    if (there !== undefined && !isThere && !replace)
      throw this.#error(`storing '${name}'`, FileErrorReason.alreadyExists);
    this.#incoming.add(key);
    this.openFiles++;
    let isOpen = true;
    let bytes = isThere ? there : (this.partials.get(key) ?? new Uint8Array(0));
    const save = (): void => {
      if (!isThere) this.partials.set(key, bytes);
    };
    save();
    return {
      get length(): number {
        return bytes.length;
      },
      read: async (buffer, position) => copyInto(buffer, bytes, position),
      append: async (octets) => {
        this.onAccess(name, bytes.length);
        if (bytes.length + octets.length > this.room)
          throw this.#error(`storing '${name}'`, FileErrorReason.noSpace);
        bytes = new Uint8Array(Buffer.concat([bytes, octets]));
        save();
      },
      keep: async () => {
        if (Buffer.compare(sha256Of(bytes), digest) !== 0) this.wrong.push(name);
        this.files.set(name, bytes);
        this.partials.delete(key);
      },
      discard: async () => {
        this.partials.delete(key);
      },
      close: async () => {
        if (isOpen) this.openFiles--;
        isOpen = false;
        this.#incoming.delete(key);
      },
    };
  }

  #error(what: string, reason: number): FileError {
    return new FileError(what, { reason });
  }
}

const copyInto = (buffer: Uint8Array, bytes: Uint8Array, position: number): number => {
  const part = bytes.subarray(position, position + buffer.length);
  buffer.set(part);
  return part.length;
};

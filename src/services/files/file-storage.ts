import { type Bytes, equalBytes } from '../../core/bytes.ts';
import { sha256 } from '../../crypto/sha256.ts';
import type { FileEntry } from './file-message.ts';

/** Octets that can be read from any place. */
export interface Readable {
  /** Reads octets from `position` on into the buffer, as many as fit or fewer, and gives their number; 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
}

/** A file that is open to be sent. */
export interface ReadableFile extends Readable {
  /** Octets when it was opened. */
  readonly size: number;
  /** Idempotent. */
  close(): Promise<void>;
}

/** What is announced of a file that shall be stored. */
export interface AnnouncedFile {
  readonly name: string;
  readonly size: number;
  /** Its SHA-256. */
  readonly digest: Uint8Array;
  /** Whether it may take the place of a file of that name. */
  readonly replace: boolean;
}

/** A file on its way in. It has no name yet that anybody would see. */
export interface IncomingFile extends Readable {
  /** Octets that are stored, from the beginning of the file on; at first those of an earlier attempt. */
  readonly length: number;
  append(octets: Uint8Array): Promise<void>;
  /** Gives it its name. Throws FileError with alreadyExists where another file has it that may not be replaced. */
  keep(): Promise<void>;
  /** Forgets what is stored. */
  discard(): Promise<void>;
  /** What is stored stays for a later attempt, where it was neither kept nor discarded. Idempotent. */
  close(): Promise<void>;
}

/**
 * Where files lie. What it throws as FileError is told to the peer by its reason; of any other error the peer learns that the storage failed, and no more.
 * Names that it is given come from the peer: they have the form of isFileName(), and it answers for what they lead to.
 */
export interface FileStorage {
  /** All files, sorted by name. Throws FileError with tooLarge where they are more than `limit`. */
  list(limit: number): Promise<readonly FileEntry[]>;
  /** Throws FileError with notFound. */
  open(name: string): Promise<ReadableFile>;
  /**
   * Where what was announced goes. An earlier attempt at the same name, size and digest goes on. Throws FileError with alreadyExists, noSpace, or busy where
   * the same file is on its way in already.
   */
  receive(file: AnnouncedFile): Promise<IncomingFile>;
}

const DIGEST_BLOCK = 64 * 1_024;

/** The SHA-256 of the first `length` octets, or of all where there are fewer. */
export const digestOf = async (
  file: Readable,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Bytes> => {
  const hash = sha256();
  const buffer = new Uint8Array(Math.min(DIGEST_BLOCK, length));
  for (let at = 0; at < length; ) {
    signal?.throwIfAborted();
    const read = await file.read(buffer.subarray(0, Math.min(buffer.length, length - at)), at);
    if (read === 0) break;
    hash.update(buffer.subarray(0, read));
    at += read;
  }
  return hash.digest();
};

export const hasDigest = async (
  file: Readable,
  length: number,
  digest: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<boolean> => equalBytes(await digestOf(file, length, signal), digest);

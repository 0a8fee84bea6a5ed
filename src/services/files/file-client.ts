import { type Bytes, copyBytes, readU16 } from '../../core/bytes.ts';
import { InvalidArgumentError, NotFoundError } from '../../core/errors.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import type { Connection } from '../../gap/link/connection.ts';
import { FileChannel } from './file-channel.ts';
import {
  FILE_ENDPOINT,
  FILE_MTU,
  FILE_PROTOCOL_VERSION,
  FILE_SERVICE,
  FileErrorReason,
  MAX_LISTED_FILES,
} from './file-codes.ts';
import { FileError } from './file-error.ts';
import type { FileEntry } from './file-message.ts';
import { isFileName } from './file-name.ts';
import { digestOf, type FileStorage } from './file-storage.ts';
import { type FileProgress, receiveFile, sendFile } from './file-transfer.ts';

/** `timeoutMs`: how long the server may be silent, or give no room, each time. Default 30 s. */
export interface FileTransferOptions extends WaitOptions {
  /** The name of the file on this side, where it is another. */
  readonly localName?: string | undefined;
  /** Whether a file that is there may be replaced; one that is the same already needs no leave. Default false. */
  readonly replace?: boolean | undefined;
  readonly onProgress?: FileProgress | undefined;
}

/** A file that has been transferred whole, and whose checksum was right. */
export interface FileTransfer {
  readonly name: string;
  readonly size: number;
  /** SHA-256. */
  readonly digest: Bytes;
  /** Octets that were there from an earlier attempt, and were not sent again. */
  readonly resumedAt: number;
}

/**
 * A peer that serves files as docs/files.md says. Calls may overlap: each has a channel of its own. One that is cut by the end of the link can be repeated on the next
 * link, with another FileClient, and goes on where it was.
 */
export class FileClient {
  readonly #connection: Connection;
  readonly #psm: number;

  private constructor(connection: Connection, psm: number) {
    this.#connection = connection;
    this.#psm = psm;
  }

  /**
   * Looks whether the peer serves files, and where. Default deadlines are those of discovering and reading.
   *
   * @throws NotFoundError when it serves none; FileError with notSupported when it speaks another version.
   */
  static async find(connection: Connection, options: WaitOptions = {}): Promise<FileClient> {
    const { timeoutMs, signal } = options;
    const wait = { timeoutMs, signal };
    const service = await connection.service(FILE_SERVICE, wait);
    const endpoint = await (await service.characteristic(FILE_ENDPOINT, wait)).read(wait);
    const version = endpoint[0];
    if (version !== FILE_PROTOCOL_VERSION || endpoint.length < 3) {
      const spoken = `${connection.device} speaks version ${version ?? 'unknown'} of the file protocol, this side ${FILE_PROTOCOL_VERSION}`;
      throw new FileError(spoken, { reason: FileErrorReason.notSupported });
    }
    const psm = readU16(endpoint, 1);
    if (psm === 0) throw new NotFoundError(`${connection.device} serves no files now: try again later`);
    return new FileClient(connection, psm);
  }

  /**
   * The files that the server has, at most 10000, sorted by name.
   *
   * @throws FileError; DisconnectedError when the link ends; TimeoutError when the server falls silent.
   */
  async list(options: WaitOptions = {}): Promise<readonly FileEntry[]> {
    const channel = await this.#open(`listing the files of ${this.#connection.device}`, options);
    return channel.conduct(async () => {
      await channel.send({ kind: 'list' });
      const entries: FileEntry[] = [];
      for (;;) {
        const message = await channel.receive();
        if (message.kind === 'done') return entries;
        if (message.kind === 'error') throw channel.error(message.reason, 'peer');
        if (message.kind !== 'entries' || !message.entries.every(({ name }) => isFileName(name))) {
          throw channel.error(FileErrorReason.malformed, 'local');
        }
        if (entries.length + message.entries.length > MAX_LISTED_FILES) {
          throw channel.error(FileErrorReason.tooLarge, 'local');
        }
        entries.push(...message.entries);
      }
    });
  }

  /**
   * Gets a file into a storage. Resolves when all of it is there, its SHA-256 is what the server had announced, and it has its name.
   *
   * @throws FileError; InvalidArgumentError for a name that no file can have; DisconnectedError when the link ends; TimeoutError when the server falls silent; what
   *   the storage throws.
   */
  async download(
    name: string,
    storage: FileStorage,
    options: FileTransferOptions = {},
  ): Promise<FileTransfer> {
    const { localName = name, replace = false, onProgress } = options;
    checkNames(name, localName);
    const channel = await this.#open(`downloading '${name}' from ${this.#connection.device}`, options);
    return channel.conduct(async () => {
      await channel.send({ kind: 'get', name });
      const message = await channel.receive();
      if (message.kind === 'error') throw channel.error(message.reason, 'peer');
      if (message.kind !== 'offer') throw channel.error(FileErrorReason.malformed, 'local');
      const { size } = message;
      const digest = copyBytes(message.digest);
      const file = await storage.receive({ name: localName, size, digest, replace });
      try {
        const resumedAt = file.length;
        await receiveFile(channel, file, { size, digest }, onProgress);
        return { name, size, digest, resumedAt };
      } finally {
        await file.close();
      }
    });
  }

  /**
   * Sends a file of a storage. Resolves when the server has said that all of it is there and that its SHA-256 is right.
   *
   * @throws as `download`.
   */
  async upload(name: string, storage: FileStorage, options: FileTransferOptions = {}): Promise<FileTransfer> {
    const { localName = name, replace = false, onProgress } = options;
    checkNames(name, localName);
    const file = await storage.open(localName);
    try {
      const { size } = file;
      const digest = await digestOf(file, size, options.signal);
      const channel = await this.#open(`uploading '${name}' to ${this.#connection.device}`, options);
      let resumedAt: number | undefined;
      await channel.conduct(() =>
        sendFile(channel, file, { kind: 'put', name, size, digest, replace }, (octets, of) => {
          resumedAt ??= octets;
          onProgress?.(octets, of);
        }),
      );
      return { name, size, digest, resumedAt: resumedAt ?? 0 };
    } finally {
      await file.close();
    }
  }

  async #open(what: string, options: WaitOptions): Promise<FileChannel> {
    const { signal } = options;
    const channel = await this.#connection.l2capConnect({ psm: this.#psm, mtu: FILE_MTU, signal });
    return new FileChannel(channel, what, options);
  }
}

const checkNames = (...names: readonly string[]): void => {
  const wrong = names.find((name) => !isFileName(name));
  if (wrong === undefined) return;
  throw new InvalidArgumentError(
    `'${wrong}' is no name of a file: 1 to 255 octets without / \\ : * ? " < > |, no dot in front and none behind, no device of Windows`,
  );
};

import { open } from 'node:fs/promises';
import process from 'node:process';
import { Counters } from '../core/counters.ts';
import { InvalidArgumentError } from '../core/errors.ts';
import { wallTimeUs } from '../core/system-clock.ts';
import { btsnoop } from './btsnoop.ts';
import { pcapng } from './pcapng.ts';
import type { Direction, PacketWriter, SnoopFormat } from './snoop-record.ts';

/** Octets that may wait for a slow disk; packets beyond it are left out of the capture, and counted. */
const DEFAULT_MAX_PENDING_BYTES = 4 * 1024 * 1024;

/** An open file, as narrow as it is needed. */
export interface CaptureFile {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>;
  close(): Promise<void>;
}

export interface SnoopFileOptions {
  /** By default pcapng where the name ends in `.pcapng`, else btsnoop. */
  readonly format?: SnoopFormat | undefined;
  /** Told once when the file cannot be written any more. The link goes on without it. */
  readonly onError?: ((error: Error) => void) | undefined;
  readonly maxPendingBytes?: number | undefined;
  /** Microseconds since 1970; the machine's time by default. */
  readonly now?: (() => number) | undefined;
}

const counterNames = ['packets', 'droppedPackets', 'failedWrites', 'writes'] as const;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A capture file. Packets are copied as they pass and written behind the turn's back, all that is waiting in one write. */
export class SnoopFile implements PacketWriter {
  readonly path: string;
  readonly #handle: CaptureFile;
  readonly #format: SnoopFormat;
  readonly #onError: ((error: Error) => void) | undefined;
  readonly #maxPendingBytes: number;
  readonly #now: () => number;
  readonly #counters = new Counters(counterNames);
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #state: 'open' | 'failed' | 'closed' = 'open';
  #closing: Promise<void> | undefined;

  constructor(path: string, handle: CaptureFile, options: SnoopFileOptions) {
    this.path = path;
    this.#handle = handle;
    this.#format = options.format ?? formatOf(path);
    this.#onError = options.onError;
    this.#maxPendingBytes = options.maxPendingBytes ?? DEFAULT_MAX_PENDING_BYTES;
    this.#now = options.now ?? wallTimeUs;
    this.#push(this.#format.header());
  }

  get counters(): Readonly<Record<(typeof counterNames)[number], number>> {
    return this.#counters.all();
  }

  record(direction: Direction, packet: Uint8Array): void {
    if (this.#state !== 'open' || this.#pendingBytes > this.#maxPendingBytes) {
      this.#counters.add('droppedPackets');
      return;
    }
    this.#counters.add('packets');
    const dropped = this.#counters.get('droppedPackets');
    this.#push(this.#format.encode({ direction, packet, timestampUs: this.#now(), dropped }));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #push(bytes: Uint8Array): void {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    await endOfTurn();
    try {
      while (this.#pending.length > 0 && this.#state !== 'failed') {
        const bytes = concatenate(this.#pending, this.#pendingBytes);
        this.#pending = [];
        this.#pendingBytes = 0;
        this.#counters.add('writes');
        await writeAll(this.#handle, bytes);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#writing = undefined;
  }

  #fail(cause: unknown): void {
    this.#state = 'failed';
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#counters.add('failedWrites');
    try {
      this.#onError?.(
        new Error(`the capture ${this.path} ends here, the link goes on: ${messageOf(cause)}`, { cause }),
      );
    } catch {
      // The listener is the user's code, and nobody is there to hear of its failure.
    }
  }

  async #close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closed';
    await this.#writing;
    await this.#handle.close().catch(() => undefined);
  }
}

const formatOf = (path: string): SnoopFormat => (path.toLowerCase().endsWith('.pcapng') ? pcapng : btsnoop);

/** Off the packet's stack, and when the turn has nothing more to add. */
const endOfTurn = (): Promise<void> =>
  new Promise((resolve) => {
    queueMicrotask(() => process.nextTick(resolve));
  });

const concatenate = (pieces: readonly Uint8Array[], length: number): Uint8Array => {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
};

const writeAll = async (handle: CaptureFile, bytes: Uint8Array): Promise<void> => {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at);
    at += bytesWritten;
  }
};

/**
 * Begins a capture file, in the place of one that is there. Only its owner may read it, for a capture may hold keys. Rejects with
 * InvalidArgumentError when the file cannot be written.
 */
export const createSnoopFile = async (path: string, options: SnoopFileOptions = {}): Promise<SnoopFile> => {
  try {
    const handle = await open(path, 'w', 0o600);
    // One that was there has kept its mode. A pipe or a terminal is not ours to close to others.
    if ((await handle.stat()).isFile()) await handle.chmod(0o600);
    return new SnoopFile(path, handle, options);
  } catch (error) {
    throw new InvalidArgumentError(
      `cannot write the capture '${path}': ${messageOf(error)}; check that its folder exists and may be written`,
      { cause: error },
    );
  }
};

import { writeU16 } from '../../core/bytes.ts';
import { InvalidArgumentError, InvalidStateError } from '../../core/errors.ts';
import type { Uuid } from '../../core/uuid.ts';
import type { Adapter } from '../../gap/adapter.ts';
import type { L2capChannel } from '../../gap/link/l2cap-channel.ts';
import type { L2capListener, L2capListenOptions } from '../../gap/link/l2cap-listener.ts';
import { Characteristic, Service } from '../../gap/local-attributes.ts';
import { FileChannel } from './file-channel.ts';
import {
  FILE_ENDPOINT,
  FILE_MTU,
  FILE_PROTOCOL_VERSION,
  FILE_SERVICE,
  FILE_SILENCE_MS,
  FileErrorReason,
} from './file-codes.ts';
import { type FileServerEvents, type FileTerms, serveFileRequest } from './file-session.ts';
import type { FileStorage } from './file-storage.ts';

export interface FileServerOptions extends Pick<L2capListenOptions, 'security' | 'authorize'> {
  /** Where the files lie: see openFolder(). */
  readonly storage: FileStorage;
  /** Which files clients may send: `none`, the default; `new`, those of new names; `replace`, any. */
  readonly uploads?: 'none' | 'new' | 'replace' | undefined;
  /** Octets of the longest file that is taken; 1 GiB unless given. */
  readonly maxSize?: number | undefined;
  /** What the channels are opened to, 0x80 to 0xff (Vol 3, Part A, 4.22: SPSM); the first that is free unless given. Clients read it. */
  readonly psm?: number | undefined;
  /** How long a client may be silent where it is its turn, until its channel is closed. Default 30 s. */
  readonly silenceMs?: number | undefined;
  readonly events?: FileServerEvents | undefined;
}

const DEFAULT_MAX_SIZE = 2 ** 30;
const FIRST_DYNAMIC_SPSM = 0x80;
const LAST_DYNAMIC_SPSM = 0xff;
/** Requests at work at one time, over all clients. Who asks beyond that is told to come back. */
const MAX_FILE_SESSIONS = 8;

/**
 * Registers the file service of docs/files.md with an adapter and serves files from now on. Clients find it by its `uuid`: advertise that.
 *
 * @throws InvalidStateError when somebody listens to that SPSM already.
 */
export const serveFiles = (ble: Adapter, options: FileServerOptions): FileServer =>
  new FileServer(ble, options);

/** Serves files until it is closed: see serveFiles(). */
export class FileServer implements AsyncDisposable {
  readonly #listener: L2capListener;
  readonly #terms: FileTerms;
  readonly #silenceMs: number;
  readonly #endpoint: Characteristic;
  readonly #sessions = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #serving: Promise<void>;

  /** @internal See serveFiles(). */
  constructor(ble: Adapter, options: FileServerOptions) {
    const { storage, uploads = 'none', maxSize = DEFAULT_MAX_SIZE, silenceMs = FILE_SILENCE_MS } = options;
    if (!(maxSize >= 0)) throw new InvalidArgumentError(`maxSize is a number of octets; it is ${maxSize}`);
    this.#terms = { storage, uploads, maxSize, events: options.events ?? {} };
    this.#silenceMs = silenceMs;
    this.#listener = listen(ble, options);
    const service = new Service(FILE_SERVICE);
    this.#endpoint = new Characteristic(service, FILE_ENDPOINT, {
      read: true,
      initial: endpoint(this.#listener.psm),
    });
    ble.registerServices(service);
    this.#serving = this.#serve();
  }

  /** Of the service, to be advertised. */
  get uuid(): Uuid {
    return FILE_SERVICE;
  }

  /** What the channels are opened to. */
  get psm(): number {
    return this.#listener.psm;
  }

  /**
   * Takes no more requests, and gives up those at work: an upload that was cut so goes on another time. Clients that ask again read that nothing is served.
   * Idempotent; never rejects.
   */
  async close(): Promise<void> {
    this.#endpoint.write(endpoint(0));
    this.#stop.abort(new InvalidStateError('the file server was closed'));
    await this.#listener.close();
    await this.#serving;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Never rejects. */
  async #serve(): Promise<void> {
    try {
      for await (const channel of this.#listener) this.#begin(channel);
    } catch {
      // The adapter is closed or lost: whoever has it open hears of that.
    }
    await Promise.all(this.#sessions);
  }

  #begin(channel: L2capChannel): void {
    const { connection } = channel;
    const files = new FileChannel(channel, `serving files to ${connection.device}`, {
      timeoutMs: this.#silenceMs,
      signal: this.#stop.signal,
    });
    const session =
      this.#sessions.size < MAX_FILE_SESSIONS
        ? serveFileRequest(files, connection, this.#terms)
        : turnAway(files);
    this.#sessions.add(session);
    void session.then(() => this.#sessions.delete(session));
  }
}

/** Never rejects. */
const turnAway = async (channel: FileChannel): Promise<void> => {
  try {
    await channel.conduct(() => Promise.reject(channel.error(FileErrorReason.busy, 'local')));
  } catch {
    // It has been told.
  }
};

/** The value of the endpoint characteristic; an SPSM of 0 is none. */
const endpoint = (psm: number): Uint8Array => {
  const value = Uint8Array.of(FILE_PROTOCOL_VERSION, 0, 0);
  writeU16(value, 1, psm);
  return value;
};

const listen = (ble: Adapter, { psm, security, authorize }: FileServerOptions): L2capListener => {
  const options = { mtu: FILE_MTU, security, authorize };
  if (psm !== undefined) return ble.l2capListen({ ...options, psm });
  for (let free = FIRST_DYNAMIC_SPSM; free < LAST_DYNAMIC_SPSM; free++) {
    try {
      return ble.l2capListen({ ...options, psm: free });
    } catch (error) {
      if (!(error instanceof InvalidStateError)) throw error;
    }
  }
  return ble.l2capListen({ ...options, psm: LAST_DYNAMIC_SPSM });
};

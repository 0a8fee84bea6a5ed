import process from 'node:process';
import type { Duplex } from 'node:stream';
import { TransportError } from '../core/errors.ts';
import type { HciTransport, HciTransportSink, SerialRate } from '../core/transport.ts';
import { H4Framer, type H4Side } from './h4-framer.ts';
import { joinPackets } from './join-packets.ts';

/**
 * Octets that may wait for an other end which does not read. Flow control keeps a healthy line far below; what reaches it is a peer
 * that stalls while something goes on producing.
 */
const DEFAULT_MAX_PENDING_BYTES = 8 * 1024 * 1024;

export interface StreamTransportOptions {
  readonly name: string;
  readonly stream: Duplex;
  readonly side: H4Side;
  /**
   * Lets go of what lies under the stream, and resolves when that is over. `gently` means after all that was written has left;
   * otherwise the line is lost and nothing can be saved. Called once; a rejection counts as done.
   */
  readonly release: (how: 'gently' | 'atOnce') => Promise<void>;
  /** What the user can do when the line is lost; ends a sentence that says what happened. */
  readonly advice?: string | undefined;
  readonly maxAclLength?: number | undefined;
  readonly maxPendingBytes?: number | undefined;
  readonly bus?: HciTransport['bus'];
  readonly line?: SerialRate | undefined;
}

/** A stream that can be told not to keep the process alive, as sockets can. */
interface Refable {
  ref(): void;
  unref(): void;
}

const isRefable = (stream: object): stream is Refable =>
  'ref' in stream &&
  typeof stream.ref === 'function' &&
  'unref' in stream &&
  typeof stream.unref === 'function';

/** H4 over any byte stream of Node: a socket, a serial port, a pseudo-terminal. */
export class StreamTransport implements HciTransport {
  readonly name: string;
  readonly bus: HciTransport['bus'];
  readonly line: SerialRate | undefined;
  readonly #stream: Duplex;
  readonly #release: StreamTransportOptions['release'];
  readonly #advice: string;
  readonly #maxPendingBytes: number;
  readonly #framer: H4Framer;
  #sink: HciTransportSink | undefined;
  #isPaused = false;

  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #writes = 0;
  #packetsSent = 0;

  /** Set by a loss; by then nothing is delivered or sent any more. */
  #lostBy: TransportError | undefined;
  #closing: Promise<void> | undefined;
  #released: Promise<void> | undefined;
  #ended = false;

  constructor(options: StreamTransportOptions) {
    this.name = options.name;
    this.bus = options.bus;
    this.line = options.line;
    this.#stream = options.stream;
    this.#release = options.release;
    this.#advice = options.advice ?? 'check that the controller runs, then open the adapter again';
    this.#maxPendingBytes = options.maxPendingBytes ?? DEFAULT_MAX_PENDING_BYTES;
    this.#framer = new H4Framer(
      { side: options.side, maxAclLength: options.maxAclLength },
      {
        packet: (packet) => this.#sink?.packet(packet),
        lostSync: (what) => this.#sink?.lostSync(what),
      },
    );
    this.#stream.on('error', (error: Error) => this.#lose(`the line failed: ${error.message}`, error));
    this.#stream.on('end', () => this.#lose('the other end closed it'));
    this.#stream.on('close', (error: unknown) => {
      // A serial port gives its own close event the error that ended it.
      if (error instanceof Error) this.#lose(`the line failed: ${error.message}`, error);
      else this.#lose('it was closed');
    });
  }

  get pendingBytes(): number {
    return this.#queuedBytes + this.#stream.writableLength;
  }

  get counters(): Readonly<Record<string, number>> {
    return { ...this.#framer.counters, packetsSent: this.#packetsSent, writes: this.#writes };
  }

  start(sink: HciTransportSink): void {
    this.#sink = sink;
    if (this.#ended) {
      queueMicrotask(() => sink.closed(this.#lostBy));
      return;
    }
    this.#stream.on('data', (chunk: Uint8Array) => this.#framer.push(chunk));
    // A listener does not set a stream going that was paused on purpose, as a probed serial line is.
    if (!this.#isPaused) this.#stream.resume();
  }

  send(packet: Uint8Array): void {
    if (this.#ended) return;
    this.#queue.push(packet);
    this.#queuedBytes += packet.length;
    if (this.#queue.length > 1) return;
    // A tick queued from a microtask runs when the turn has nothing left to do, so that packets of awaiting code join the same write.
    queueMicrotask(this.#scheduleFlush);
  }

  /** What is left of the chunk in hand still comes. */
  pause(): void {
    this.#isPaused = true;
    if (!this.#ended) this.#stream.pause();
  }

  resume(): void {
    this.#isPaused = false;
    // Before the start there is nobody to deliver to.
    if (!this.#ended && this.#sink !== undefined) this.#stream.resume();
  }

  ref(): void {
    if (isRefable(this.#stream)) this.#stream.ref();
  }

  unref(): void {
    if (isRefable(this.#stream)) this.#stream.unref();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  readonly #flush = (): void => {
    const packets = this.#queue;
    const bytes = this.#queuedBytes;
    if (packets.length === 0) return;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#writes++;
    this.#packetsSent += packets.length;
    this.#stream.write(joinPackets(packets, bytes));
    if (this.#stream.writableLength > this.#maxPendingBytes) {
      this.#lose(`the other end does not read, ${this.#stream.writableLength} octets wait for it`);
    }
  };

  readonly #scheduleFlush = (): void => process.nextTick(this.#flush);

  #lose(what: string, cause?: Error): void {
    if (this.#ended) return;
    const error = new TransportError(
      `the connection to ${this.name} is lost: ${what}; ${this.#advice}`,
      cause === undefined ? undefined : { cause },
    );
    this.#lostBy = error;
    this.#end();
    void this.#letGo('atOnce');
    this.#sink?.closed(error);
  }

  #end(): void {
    this.#ended = true;
    this.#framer.stop();
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #letGo(how: 'gently' | 'atOnce'): Promise<void> {
    this.#released ??= this.#release(how).catch(() => undefined);
    return this.#released;
  }

  async #close(): Promise<void> {
    if (this.#ended) return this.#letGo('atOnce');
    this.#flush();
    // The flush may have found the line to be lost.
    if (this.#lostBy !== undefined) return this.#letGo('atOnce');
    this.#end();
    await this.#letGo('gently');
    this.#sink?.closed();
  }
}

import process from 'node:process';
import type { Duplex } from 'node:stream';
import { TransportError } from '../core/errors.ts';
import type { HciTransport, HciTransportSink, SerialRate } from '../core/transport.ts';
import { joinPackets } from './join-packets.ts';
import type { Line, LineProtocol } from './line-protocol.ts';

/**
 * Octets that may wait for an other end which does not read. Flow control keeps a healthy line far below; what reaches it is a peer
 * that stalls while something goes on producing.
 */
const DEFAULT_MAX_PENDING_BYTES = 8 * 1024 * 1024;

export interface StreamTransportOptions {
  readonly name: string;
  readonly stream: Duplex;
  /** How packets lie in the stream. The protocol is called by the transport alone. */
  readonly protocol: (line: Line) => LineProtocol;
  /**
   * Lets go of what lies under the stream, and resolves when that is over. `gently` means after all that was written has left;
   * otherwise the line is lost and nothing can be saved. Called once; a rejection counts as done.
   */
  readonly release: (how: 'gently' | 'atOnce') => Promise<void>;
  /** What the user can do when the line is lost; ends a sentence that says what happened. */
  readonly advice?: string | undefined;
  /**
   * What takes over when the other end has started anew. The stream is left as it is then, and nobody listens to it. Without it the line counts as lost.
   */
  readonly restart?: (() => void) | undefined;
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

/** HCI over any byte stream of Node: a socket, a serial port, a pseudo-terminal. */
export class StreamTransport implements HciTransport {
  readonly name: string;
  readonly bus: HciTransport['bus'];
  readonly line: SerialRate | undefined;
  readonly #stream: Duplex;
  readonly #release: StreamTransportOptions['release'];
  readonly #advice: string;
  readonly #maxPendingBytes: number;
  readonly #protocol: LineProtocol;
  readonly #restart: (() => void) | undefined;
  #sink: HciTransportSink | undefined;
  #isPaused = false;

  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #writes = 0;
  #packetsSent = 0;
  /** A flush has been asked for. */
  #awake = false;

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
    this.#restart = options.restart;
    this.#protocol = options.protocol({
      packet: (packet) => this.#sink?.packet(packet),
      lostSync: (what) => this.#sink?.lostSync(what),
      write: (octets) => this.#enqueue(octets),
      wake: () => this.#wake(),
      lose: (what, advice) => this.#lose(what, undefined, advice),
      peerReset: () => this.#peerReset(),
    });
    this.#stream.on('error', this.#onError);
    this.#stream.on('end', this.#onEnd);
    this.#stream.on('close', this.#onClose);
  }

  get pendingBytes(): number {
    return this.#queuedBytes + this.#stream.writableLength + this.#protocol.pendingBytes;
  }

  get counters(): Readonly<Record<string, number>> {
    return { ...this.#protocol.counters, packetsSent: this.#packetsSent, writes: this.#writes };
  }

  start(sink: HciTransportSink): void {
    this.#sink = sink;
    if (this.#ended) {
      queueMicrotask(() => sink.closed(this.#lostBy));
      return;
    }
    this.#protocol.start?.();
    this.#stream.on('data', this.#onData);
    // A listener does not set a stream going that was paused on purpose, as a probed serial line is.
    if (!this.#isPaused) this.#stream.resume();
  }

  send(packet: Uint8Array): void {
    if (this.#ended) return;
    this.#packetsSent++;
    this.#protocol.send(packet);
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

  readonly #onData = (chunk: Uint8Array): void => this.#protocol.push(chunk);
  readonly #onError = (error: Error): void => this.#lose(`the line failed: ${error.message}`, error);
  readonly #onEnd = (): void => this.#lose('the other end closed it');
  readonly #onClose = (error: unknown): void => {
    // A serial port gives its own close event the error that ended it.
    if (error instanceof Error) this.#onError(error);
    else this.#lose('it was closed');
  };

  #enqueue(octets: Uint8Array): void {
    if (this.#ended) return;
    this.#queue.push(octets);
    this.#queuedBytes += octets.length;
    this.#wake();
  }

  #wake(): void {
    if (this.#awake || this.#ended) return;
    this.#awake = true;
    // A tick queued from a microtask runs when the turn has nothing left to do, so that packets of awaiting code join the same write.
    queueMicrotask(this.#scheduleFlush);
  }

  readonly #flush = (): void => {
    if (this.#ended) return;
    this.#protocol.turnEnds?.();
    this.#awake = false;
    const packets = this.#queue;
    const bytes = this.#queuedBytes;
    if (packets.length > 0) {
      this.#queue = [];
      this.#queuedBytes = 0;
      this.#writes++;
      this.#stream.write(joinPackets(packets, bytes));
    }
    const pending = this.pendingBytes;
    if (pending > this.#maxPendingBytes)
      this.#lose(`the other end does not read, ${pending} octets wait for it`);
  };

  readonly #scheduleFlush = (): void => process.nextTick(this.#flush);

  #lose(what: string, cause?: Error, advice = this.#advice): void {
    if (this.#ended) return;
    const error = this.#lost(what, cause, advice);
    void this.#letGo('atOnce');
    this.#sink?.closed(error);
  }

  #peerReset(): void {
    if (this.#ended) return;
    const restart = this.#restart;
    if (restart === undefined) {
      this.#lose('the other end has reset itself', undefined, 'open the adapter again');
      return;
    }
    const error = this.#lost('the other end has reset itself', undefined, 'it goes on as another');
    this.#released = Promise.resolve();
    this.#stream.pause();
    this.#stream.off('data', this.#onData);
    this.#stream.off('error', this.#onError);
    this.#stream.off('end', this.#onEnd);
    this.#stream.off('close', this.#onClose);
    this.#sink?.closed(error);
    restart();
  }

  #lost(what: string, cause: Error | undefined, advice: string): TransportError {
    const error = new TransportError(
      `the connection to ${this.name} is lost: ${what}; ${advice}`,
      cause === undefined ? undefined : { cause },
    );
    this.#lostBy = error;
    this.#end();
    return error;
  }

  #end(): void {
    this.#ended = true;
    this.#protocol.stop();
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
    if (this.#protocol.pendingBytes > 0) await this.#protocol.settled?.();
    // The line may have been lost by now.
    if (this.#lostBy !== undefined) return this.#letGo('atOnce');
    this.#end();
    await this.#letGo('gently');
    this.#sink?.closed();
  }
}

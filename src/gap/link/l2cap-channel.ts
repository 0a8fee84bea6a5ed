import { type Bytes, copyBytes } from '../../core/bytes.ts';
import { DisconnectedError, InvalidArgumentError, InvalidStateError } from '../../core/errors.ts';
import { checkTimeout, procedure, type WaitOptions } from '../../core/procedure.ts';
import type { CreditChannel } from '../../l2cap/credit-channel.ts';
import type { Connection } from './connection.ts';
import { SduIterator } from './l2cap-sdu-iterator.ts';

export interface L2capReconfigureOptions extends WaitOptions {
  /** Octets of the longest SDU that this side takes: 64 to 65535, and no fewer than before. */
  readonly mtu?: number | undefined;
  /** Octets of the longest frame that this side takes, without the length of its SDU: 64 to 65533. */
  readonly mps?: number | undefined;
}

interface Sdu {
  readonly bytes: Bytes;
  /** What the peer gets back when it is used up. */
  readonly frames: number;
}

/** Whoever waits for an SDU. */
interface Reader {
  /** Takes what it wants; false where it goes on waiting. */
  offer(): boolean;
}

/**
 * A credit-based L2CAP channel (Vol 3, Part A, 10.1): messages (SDUs) with flow control, each way, to be read as messages or as a stream of octets.
 * The peer may send as much as has been read. One reader at a time. When the channel ends, calls reject with DisconnectedError, whose `reason` is
 * 0x13 where the peer closed it and 0x16 where it was closed here; what has arrived before can be read first.
 */
export class L2capChannel implements AsyncDisposable {
  /** The link that it is on. */
  readonly connection: Connection;
  readonly #channel: CreditChannel;
  readonly #sdus: Sdu[] = [];
  /** Octets of the first SDU that have been read. */
  #at = 0;
  #available = 0;
  #reader: Reader | undefined;

  /** @internal */
  constructor(channel: CreditChannel, connection: Connection) {
    this.connection = connection;
    this.#channel = channel;
    channel.receiver = (bytes, frames) => this.#arrived(bytes, frames);
    channel.scope.add(() => {
      this.#reader = undefined;
    });
  }

  /** What it was opened to (Vol 3, Part A, 4.22: SPSM). */
  get psm(): number {
    return this.#channel.spsm;
  }

  /** Octets of the longest SDU that the peer may send. */
  get mtu(): number {
    return this.#channel.mtu;
  }

  /** Octets of the longest SDU that the peer takes. */
  get peerMtu(): number {
    return this.#channel.peerMtu;
  }

  get isOpen(): boolean {
    return this.#channel.scope.error === undefined;
  }

  /** Whether it has ended by being closed, on either side: neither with its link nor for a broken rule. */
  get endedInOrder(): boolean {
    const { state } = this.#channel;
    return state.phase !== 'open' && (state.end === 'closedByPeer' || state.end === 'closedHere');
  }

  /** Octets that can be read without waiting. */
  get available(): number {
    return this.#available;
  }

  /** What is with the controller since the channel was opened. After a failed send(), the difference is what left of it. */
  get sent(): { readonly octets: number; readonly sdus: number } {
    return this.#channel.sent;
  }

  /**
   * Sends octets as one SDU or, where they are more than `peerMtu`, as several. Resolves when the last of them is with the controller; of no octets, at
   * once. Giving up lets an SDU that has begun to leave go on, and sends none after it. The bytes must not change meanwhile.
   * Default deadline 1 s, and 100 ms for each frame, those of earlier calls that still wait among them.
   *
   * @throws TimeoutError when the peer gives no room; InvalidStateError when 64 calls wait already. The messages of errors say how much has left.
   */
  send(data: Uint8Array, options: WaitOptions = {}): Promise<void> {
    return this.#channel.send(data, options);
  }

  /**
   * Resolves when all that was given to send() is with the controller, which says nothing of the peer; at once where nothing waits. A call of send() that
   * gave up counts until the SDU that it had begun is out. Default deadline as that of send().
   */
  async flush(options: WaitOptions = {}): Promise<void> {
    return this.#channel.flush(options);
  }

  /**
   * Fills the buffer with what is there of one SDU, waiting if there is nothing, and gives the number of octets: 1 to the buffer's length. What does not
   * fit stays for the next call. SDUs of no octets are passed over. No deadline unless one is given.
   */
  async receiveInto(buffer: Uint8Array, options: WaitOptions = {}): Promise<number> {
    if (buffer.length === 0)
      throw new InvalidArgumentError(`receiving on ${this.#channel.name}: the buffer is empty`);
    return this.#read(options, () => this.#takeInto(buffer));
  }

  /** The next SDU, or what receiveInto() has left of one. No deadline unless one is given. */
  receive(options: WaitOptions = {}): Promise<Bytes> {
    return this.#read(options, () => this.#take());
  }

  /** SDUs as they come. An orderly end of the channel ends the loop; a lost link, or a peer that broke a rule, throws. Leaving the loop leaves the channel open. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Bytes, undefined> {
    return new SduIterator({
      take: () => this.#take(),
      read: (onWait) => {
        const next = (): IteratorResult<Bytes, undefined> | undefined => {
          const value = this.#take();
          return value === undefined ? undefined : { done: false, value };
        };
        return this.#read<IteratorResult<Bytes, undefined>>({}, next, onWait);
      },
      endedInOrder: () => this.endedInOrder,
    });
  }

  /**
   * Takes SDUs of up to `mtu` octets, and frames of up to `mps`, from now on, on a channel of the enhanced mode (Vol 3, Part A, 4.27). The MTU can only
   * grow; the MPS follows it unless given. Default deadline 1 s.
   *
   * @throws InvalidStateError for a channel of the other mode; InvalidArgumentError for a smaller `mtu`; L2capError when the peer refuses.
   */
  async reconfigure(options: L2capReconfigureOptions): Promise<void> {
    const { mtu, mps, timeoutMs, signal } = options;
    return this.#channel.reconfigure({ mtu, mps }, { timeoutMs, signal });
  }

  /** Closes the channel; what has not been read is lost, what send() still waits with is not sent. Nothing happens if it has ended. Default deadline 2 s. */
  async disconnect(options: WaitOptions = {}): Promise<void> {
    this.#sdus.length = 0;
    this.#at = 0;
    this.#available = 0;
    return this.#channel.disconnect(options);
  }

  /** Waits for the channel to end, in whatever way, and gives the reason; at once if it has. No deadline unless one is given. */
  disconnected(options: WaitOptions = {}): Promise<DisconnectedError> {
    const { clock, scope, name } = this.#channel;
    return procedure<DisconnectedError>(
      {
        what: `waiting for ${name} to be closed`,
        clock,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
      },
      (settle) =>
        scope.add((error) => {
          if (error instanceof DisconnectedError) settle.resolve(error);
          else settle.reject(error);
        }),
    );
  }

  /** Closes it if that has not happened. Never throws. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.disconnect();
    } catch {
      // The peer does not answer. The channel is closed on this side, and disposal does not throw.
    }
  }

  #arrived(bytes: Bytes, frames: number): void {
    if (!this.isOpen) return;
    this.#sdus.push({ bytes, frames });
    this.#available += bytes.length;
    if (this.#reader?.offer() === true) this.#reader = undefined;
  }

  /** What `take` gives, as soon as it gives something. What has arrived is read before the end of the channel is told. */
  async #read<T extends {}>(
    { timeoutMs, signal }: WaitOptions,
    take: () => T | undefined,
    onWait?: (cancel: (value: T) => void) => void,
  ): Promise<T> {
    const { clock, scope, name } = this.#channel;
    if (this.#reader !== undefined) {
      throw new InvalidStateError(`already receiving on ${name}: one reader at a time`);
    }
    signal?.throwIfAborted();
    if (timeoutMs !== undefined) checkTimeout(timeoutMs);
    const there = take();
    if (there !== undefined) return there;
    const defaultTimeoutMs = Number.POSITIVE_INFINITY;
    return procedure<T>(
      { what: `receiving on ${name}`, clock, scope, defaultTimeoutMs, timeoutMs, signal },
      (settle) => {
        const reader: Reader = {
          offer: () => {
            const value = take();
            if (value !== undefined) settle.resolve(value);
            return value !== undefined;
          },
        };
        const leave = (): void => {
          if (this.#reader === reader) this.#reader = undefined;
        };
        this.#reader = reader;
        onWait?.((value) => {
          leave();
          settle.resolve(value);
        });
        return leave;
      },
    );
  }

  #take(): Bytes | undefined {
    const sdu = this.#sdus[0];
    if (sdu === undefined) return undefined;
    const bytes = this.#at === 0 ? sdu.bytes : copyBytes(sdu.bytes.subarray(this.#at));
    this.#drop(bytes.length);
    return bytes;
  }

  /** Undefined where there is no octet. */
  #takeInto(buffer: Uint8Array): number | undefined {
    for (let sdu = this.#sdus[0]; sdu !== undefined; sdu = this.#sdus[0]) {
      const left = sdu.bytes.length - this.#at;
      if (left > buffer.length) {
        buffer.set(sdu.bytes.subarray(this.#at, this.#at + buffer.length));
        this.#at += buffer.length;
        this.#available -= buffer.length;
        return buffer.length;
      }
      buffer.set(this.#at === 0 ? sdu.bytes : sdu.bytes.subarray(this.#at));
      this.#drop(left);
      if (left > 0) return left;
    }
    return undefined;
  }

  /** The first SDU has been read, with so many octets at last. */
  #drop(length: number): void {
    const sdu = this.#sdus.shift();
    this.#at = 0;
    this.#available -= length;
    if (sdu !== undefined) this.#channel.read(sdu.frames);
  }
}

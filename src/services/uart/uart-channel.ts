import type { Bytes } from '../../core/bytes.ts';
import { DisconnectedError, InvalidStateError } from '../../core/errors.ts';
import { procedure, type WaitOptions } from '../../core/procedure.ts';
import { WaitScope } from '../../core/wait-scope.ts';
import type { Connection } from '../../gap/link/connection.ts';
import { Deadline } from '../../gatt/client/deadline.ts';
import { gattLink } from '../../gatt/server/connection-ref.ts';
import type { OctetChannel } from '../../streams/octet-channel.ts';
import { UART_LIMIT, UART_QUEUED_SENDS } from './uart-codes.ts';
import { UartInbox } from './uart-inbox.ts';

/** Remote User Terminated Connection, and Connection Terminated by Local Host (Vol 1, Part F, 1.3). */
const ORDERLY_REASONS: readonly number[] = [0x13, 0x16];
/** What a piece may take on its way to the controller, and on the way of an answer that the peer keeps back for want of room. */
const PIECE_TIMEOUT_MS = 10_000;

/** What the two ends of a UART do in their own ways. */
export interface UartEnd {
  /** Octets of the longest piece that may be sent now. */
  pieceLength(): number;
  /** Resolves when there is room for more. */
  sendPiece(octets: Uint8Array, wait: WaitOptions): Promise<void>;
  /** The reader has made room. */
  onRoom(): void;
  /** The channel is closed on this side. Never rejects. */
  close(): Promise<void>;
}

/**
 * One end of a Nordic UART: octets each way, to be read as they come. It ends with the link: the service has no other end. `toDuplex()` and `toWebStreams()` of
 * `jelling/streams` make streams of it.
 */
export class UartChannel implements OctetChannel {
  readonly connection: Connection;
  readonly #end: UartEnd;
  readonly #inbox: UartInbox;
  readonly #scope = new WaitScope();
  #inOrder = false;
  #closing: Promise<void> | undefined;
  /** Settles when the sends before are over. */
  #turn: Promise<void> = Promise.resolve();
  #queued = 0;

  /** @internal See NordicUartService.channel() and connectNordicUart(). */
  constructor(connection: Connection, end: UartEnd) {
    this.connection = connection;
    this.#end = end;
    this.#inbox = new UartInbox(`receiving on ${this.#name}`, connection.clock, () => end.onRoom());
    const leaveLink = connection[gattLink].scope.add((error) => this.fail(error));
    this.#scope.add(() => leaveLink());
  }

  get isOpen(): boolean {
    return this.#scope.error === undefined;
  }

  /** Octets that can be read without waiting. */
  get available(): number {
    return this.#inbox.available;
  }

  /** Whether it has ended by being closed here, or because one of the two has ended the link. */
  get endedInOrder(): boolean {
    return this.#inOrder;
  }

  /**
   * Sends octets, in as many pieces as the MTU asks for, behind what other calls send. Resolves when the last is on its way: to the server when it has room for them, as far
   * as it is one that says so; to the client when the controller has. The octets must not change meanwhile. Default deadline 10 s for each piece.
   *
   * @throws TimeoutError when the peer gives no room; DisconnectedError; InvalidStateError when 64 calls wait already.
   */
  async send(octets: Uint8Array, options: WaitOptions = {}): Promise<void> {
    const { clock } = this.connection;
    const what = `sending on ${this.#name}`;
    const deadline = new Deadline(clock, what, options);
    this.#scope.check();
    if (this.#queued === UART_QUEUED_SENDS) {
      throw new InvalidStateError(
        `${UART_QUEUED_SENDS} calls of send() wait on ${this.#name}: await them first`,
      );
    }
    const before = this.#turn;
    let over = (): void => undefined;
    this.#turn = new Promise((resolve) => {
      over = resolve;
    });
    this.#queued++;
    let at = 0;
    const hint = (): string => `the peer gives no room; ${at} of ${octets.length} octets have left`;
    try {
      await this.#within({ what, hint, ...deadline.step() }, () => before);
      while (at < octets.length) {
        const piece = octets.subarray(at, at + this.#end.pieceLength());
        await this.#within({ what, hint, ...deadline.step() }, (wait) => this.#end.sendPiece(piece, wait));
        at += piece.length;
      }
    } finally {
      this.#queued--;
      void before.then(over);
    }
  }

  /** The next octets, as they came. No deadline unless one is given. One reader at a time. */
  async receive(options: WaitOptions = {}): Promise<Bytes> {
    const { done, value } = await this.#inbox.next(options);
    if (done !== true) return value;
    throw this.#scope.error ?? new InvalidStateError(`${this.#name} is closed`);
  }

  /** Octets as they come. An orderly end ends the loop, a lost link throws. Leaving the loop leaves the channel open. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Bytes, undefined> {
    return new UartIterator((signal) => this.#inbox.next({ signal }));
  }

  /** Waits for the end, in whatever way, and gives the reason; at once if it has come. No deadline unless one is given. */
  disconnected(options: WaitOptions = {}): Promise<Error> {
    return procedure<Error>(
      {
        what: `waiting for ${this.#name} to end`,
        clock: this.connection.clock,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
      },
      (settle) => this.#scope.add((error) => settle.resolve(error)),
    );
  }

  /** Ends it on this side; the link stays. Idempotent; never rejects. */
  close(): Promise<void> {
    this.fail(new DisconnectedError(`${this.#name} was closed on this side`, 0x16));
    this.#closing ??= this.#end.close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Octets of the peer, which the channel keeps. */
  arrived(octets: Bytes): void {
    if (!this.isOpen || this.#inbox.push(octets)) return;
    this.fail(
      new InvalidStateError(
        `${this.#name} ended, because more than ${UART_LIMIT} octets came that nobody has read: read them in time`,
      ),
    );
    this.#closing ??= this.#end.close();
  }

  /** @internal It is no more, for that reason. */
  fail(error: Error): void {
    if (!this.isOpen) return;
    this.#inOrder = error instanceof DisconnectedError && ORDERLY_REASONS.includes(error.reason);
    this.#inbox.end(this.#inOrder ? undefined : error);
    this.#scope.end(error);
  }

  /** @internal Whether more is welcome. */
  get hasRoom(): boolean {
    return this.#inbox.hasRoom;
  }

  get #name(): string {
    return `the UART of ${this.connection.device}`;
  }

  /** A step of sending: it ends with the channel, whatever it does. */
  #within(options: StepOptions, work: (wait: WaitOptions) => Promise<void>): Promise<void> {
    const giveUp = new AbortController();
    const { clock } = this.connection;
    return procedure<void>(
      { ...options, clock, scope: this.#scope, defaultTimeoutMs: PIECE_TIMEOUT_MS },
      (settle) => {
        const leave = this.#scope.add((error) => giveUp.abort(error));
        const over = (): void => {
          leave();
        };
        work({ timeoutMs: Number.POSITIVE_INFINITY, signal: giveUp.signal })
          .then(settle.resolve, settle.reject)
          .then(over, over);
        return (reason) => {
          leave();
          giveUp.abort(reason);
        };
      },
    );
  }
}

interface StepOptions extends WaitOptions {
  readonly what: string;
  readonly hint: () => string;
}

type Result = IteratorResult<Bytes, undefined>;
const DONE = { done: true, value: undefined } as const;

/** Leaving the loop wakes who waits in next(), and leaves what has not been read to the next reader. */
class UartIterator implements AsyncIterableIterator<Bytes, undefined> {
  readonly #next: (signal: AbortSignal) => Promise<Result>;
  readonly #left = new AbortController();

  constructor(next: (signal: AbortSignal) => Promise<Result>) {
    this.#next = next;
  }

  async next(): Promise<Result> {
    const { signal } = this.#left;
    if (signal.aborted) return DONE;
    try {
      const result = await this.#next(signal);
      if (result.done === true) this.#left.abort();
      return result;
    } catch (error) {
      if (signal.aborted) return DONE;
      this.#left.abort();
      throw error;
    }
  }

  async return(): Promise<Result> {
    this.#left.abort();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

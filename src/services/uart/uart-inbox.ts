import { AsyncQueue } from '../../core/async-queue.ts';
import type { Bytes } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import { UART_HIGH_WATER, UART_LIMIT } from './uart-codes.ts';

/** What has arrived and waits to be read, in the pieces in which it came. */
export class UartInbox {
  readonly #queue: AsyncQueue<Bytes>;
  readonly #onRoom: () => void;
  #available = 0;

  /** `onRoom` is called when there is room again where there was none. */
  constructor(what: string, clock: Clock, onRoom: () => void) {
    this.#queue = new AsyncQueue<Bytes>({
      what,
      clock,
      // Octets are counted here, not pieces.
      limit: Number.POSITIVE_INFINITY,
      overflow: 'dropNewest',
    });
    this.#onRoom = onRoom;
  }

  /** Octets that can be read without waiting. */
  get available(): number {
    return this.#available;
  }

  /** Whether more is welcome. */
  get hasRoom(): boolean {
    return this.#available < UART_HIGH_WATER;
  }

  /** Takes a copy of the caller's. Gives false, and takes nothing, where the limit is reached. */
  push(octets: Bytes): boolean {
    if (this.#available + octets.length > UART_LIMIT) return false;
    const { size } = this.#queue;
    this.#queue.push(octets);
    // What somebody waited for is read already.
    if (this.#queue.size > size) this.#available += octets.length;
    return true;
  }

  /** The next piece, or the end. */
  async next(options: WaitOptions): Promise<IteratorResult<Bytes, undefined>> {
    options.signal?.throwIfAborted();
    const value = this.#queue.shift();
    if (value === undefined) return this.#queue.next(options);
    const hadRoom = this.hasRoom;
    this.#available -= value.length;
    if (!hadRoom && this.hasRoom) this.#onRoom();
    return { done: false, value };
  }

  /** Nothing more comes. What is there can still be read; then comes the end, or the error. */
  end(error?: Error): void {
    this.#queue.end(error);
  }
}

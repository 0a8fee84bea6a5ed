import type { Bytes } from '../../core/bytes.ts';
import { checkTimeout, type WaitOptions } from '../../core/procedure.ts';
import type { DepthOption, ValueFeed, ValueWaiter } from './value-feed.ts';

export interface ValueStreamOptions extends DepthOption, WaitOptions {}

/**
 * A loop over notifications or indications. It starts with the first `next()`. `close()`, as leaving the loop, ends it and leaves what has not been read to
 * the next reader; a lost link throws DisconnectedError when all that came before is read. `timeoutMs` is for each value, none unless given.
 */
export class ValueStream implements AsyncIterableIterator<Bytes, undefined>, AsyncDisposable {
  readonly #feed: ValueFeed;
  readonly #options: ValueStreamOptions;
  readonly #waiters = new Set<ValueWaiter>();
  #started = false;
  #closed = false;

  /** Throws InvalidArgumentError for a deadline that is none. */
  constructor(feed: ValueFeed, options: ValueStreamOptions) {
    if (options.timeoutMs !== undefined) checkTimeout(options.timeoutMs);
    this.#feed = feed;
    this.#options = options;
  }

  /** Values of the characteristic that were lost because nobody read in time. */
  get dropped(): number {
    return this.#feed.dropped;
  }

  next(): Promise<IteratorResult<Bytes, undefined>> {
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    if (this.#started && this.#options.signal?.aborted !== true) {
      const value = this.#feed.take();
      if (value !== undefined) return Promise.resolve({ done: false, value });
    }
    return this.#wait();
  }

  async return(): Promise<IteratorResult<Bytes, undefined>> {
    this.end();
    return { done: true, value: undefined };
  }

  /** Ends the loop, also one that waits. Idempotent. */
  async close(): Promise<void> {
    this.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** As `close`, at once. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#feed.detach(this);
    for (const waiter of [...this.#waiters]) {
      this.#feed.forget(waiter);
      waiter.resolve(undefined);
    }
  }

  async #wait(): Promise<IteratorResult<Bytes, undefined>> {
    let waiter: ValueWaiter | undefined;
    try {
      if (!this.#started) {
        this.#feed.attach(this);
        this.#started = true;
        this.#feed.open(this.#options);
      }
      const value = await this.#feed.wait(this.#options, (registered) => {
        waiter = registered;
        this.#waiters.add(registered);
      });
      return value === undefined ? { done: true, value } : { done: false, value };
    } catch (error) {
      this.end();
      throw error;
    } finally {
      if (waiter !== undefined) this.#waiters.delete(waiter);
    }
  }
}

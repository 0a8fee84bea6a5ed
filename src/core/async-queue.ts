import type { Clock } from './clock.ts';
import { InvalidStateError } from './errors.ts';
import { procedure, type WaitOptions } from './procedure.ts';
import type { WaitScope } from './wait-scope.ts';

export interface AsyncQueueOptions {
  /** What waits on it, for messages: `waiting for a notification of 0x2A6E`. */
  readonly what: string;
  readonly clock: Clock;
  /** Values kept while nobody reads. */
  readonly limit: number;
  /** Which value goes when the limit is reached. */
  readonly overflow: 'dropOldest' | 'dropNewest';
  /** Called for each value lost to the limit. */
  readonly onDrop?: (() => void) | undefined;
}

export interface NextOptions extends WaitOptions {
  /** When it ends, this wait ends with its error; the queue goes on. */
  readonly scope?: WaitScope | undefined;
}

interface Waiter<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/**
 * A bounded queue between one producer and one consumer. Every value counts, falsy ones too; a close wakes whoever waits; what was queued
 * before the end is still handed out.
 */
export class AsyncQueue<T> {
  readonly #options: AsyncQueueOptions;
  readonly #values: T[] = [];
  #waiter: Waiter<T> | undefined;
  #ended = false;
  #error: Error | undefined;
  #dropped = 0;

  constructor(options: AsyncQueueOptions) {
    this.#options = options;
  }

  /** Values lost to the limit since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#values.length;
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(value: T): void {
    if (this.#ended) return;
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      this.#waiter = undefined;
      waiter.resolve({ done: false, value });
      return;
    }
    if (this.#values.length >= this.#options.limit) {
      this.#dropped++;
      this.#options.onDrop?.();
      if (this.#options.overflow === 'dropNewest') return;
      this.#values.shift();
    }
    this.#values.push(value);
  }

  /** Ends the queue: readers get what is left and then the end, or `error` where one is given. Idempotent. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter === undefined) return;
    if (error === undefined) waiter.resolve({ done: true, value: undefined });
    else waiter.reject(error);
  }

  /** Forgets what is queued. */
  clear(): void {
    this.#values.length = 0;
  }

  /** The oldest value if there is one. */
  shift(): T | undefined {
    return this.#values.shift();
  }

  /** The next value, or the end. Without a deadline unless one is given. One reader at a time: InvalidStateError for a second. */
  next(options: NextOptions = {}): Promise<IteratorResult<T, undefined>> {
    let waiter: Waiter<T> | undefined;
    const leave = (): void => {
      if (this.#waiter === waiter) this.#waiter = undefined;
    };
    const next = procedure<IteratorResult<T, undefined>>(
      {
        what: this.#options.what,
        clock: this.#options.clock,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        scope: options.scope,
      },
      (settle) => {
        if (this.#values.length > 0) {
          settle.resolve({ done: false, value: this.#values.shift() as T });
          return undefined;
        }
        if (this.#ended) {
          if (this.#error === undefined) settle.resolve({ done: true, value: undefined });
          else settle.reject(this.#error);
          return undefined;
        }
        if (this.#waiter !== undefined) {
          throw new InvalidStateError(`already ${this.#options.what}: only one reader can wait at a time`);
        }
        waiter = settle;
        this.#waiter = settle;
        return leave;
      },
    );
    // The end of a scope withdraws nothing.
    if (options.scope !== undefined) next.catch(leave);
    return next;
  }
}

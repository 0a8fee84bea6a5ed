import { type Bytes, copyBytes } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import { InvalidArgumentError, InvalidStateError } from '../../core/errors.ts';
import { procedure, type Settle, type WaitOptions } from '../../core/procedure.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import { ValueStream } from './value-stream.ts';

/** Values kept while nobody reads them. A burst that arrives in one turn of the event loop is handed out only afterwards. */
export const DEFAULT_DEPTH = 1_024;

export interface ValueFeedOptions {
  /** As it continues "while": `waiting for a notification of 2a6e of F0:F1:F2:F3:F4:F5`. */
  readonly what: string;
  readonly clock: Clock;
  readonly scope: WaitScope;
  /** Told of each value that no reader will get. */
  readonly onLoss: (loss: ValueLoss) => void;
}

/** Why a value gets to no reader: none came in time, or none is wanted. */
export type ValueLoss = 'valuesDropped' | 'valuesUnwanted';

/** A wait for a value; undefined says that there will be none, by local wish. */
export type ValueWaiter = Settle<Bytes | undefined>;

export interface DepthOption {
  /** Values kept while nobody reads them, 1024 by default; the oldest goes first. */
  readonly depth?: number | undefined;
}

/**
 * The notifications or the indications of one characteristic, between the link and whoever reads. Each value goes to one reader, in order;
 * what nobody waits for is kept, up to a limit, the newest.
 */
export class ValueFeed {
  readonly #options: ValueFeedOptions;
  readonly #values: Bytes[] = [];
  readonly #waiters = new Set<ValueWaiter>();
  #depth = DEFAULT_DEPTH;
  #open = false;
  #error: Error | undefined;
  #dropped = 0;
  #stream: ValueStream | undefined;

  constructor(options: ValueFeedOptions) {
    this.#options = options;
  }

  /** Values lost to the limit since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether values are kept. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** From now on values are kept for readers to come. */
  open({ depth }: DepthOption = {}): void {
    if (depth !== undefined) {
      if (!Number.isInteger(depth) || depth < 1) {
        throw new InvalidArgumentError(`depth must be a whole number above 0; it is ${depth}`);
      }
      this.#depth = depth;
      while (this.#values.length > depth) this.#drop();
    }
    this.#open = true;
  }

  /** The subscription has ended: what is kept is forgotten, who waits gives up, and a loop over the values ends. */
  close(): void {
    this.#open = false;
    this.#values.length = 0;
    this.#stream?.end();
    for (const waiter of [...this.#waiters]) waiter.resolve(undefined);
    this.#waiters.clear();
  }

  /** No more will come. Readers get what is kept, and then the error. */
  end(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    for (const waiter of [...this.#waiters]) waiter.reject(error);
    this.#waiters.clear();
  }

  /** Takes a view on a value. */
  push(value: Uint8Array): void {
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter);
      waiter.resolve(copyBytes(value));
      return;
    }
    if (!this.#open) {
      this.#options.onLoss('valuesUnwanted');
      return;
    }
    if (this.#values.length >= this.#depth) this.#drop();
    this.#values.push(copyBytes(value));
  }

  /** The oldest value that is kept, if there is one. */
  take(): Bytes | undefined {
    return this.#values.shift();
  }

  /** The next value. What came before the call counts, also when the link has ended since. */
  async next(options: WaitOptions): Promise<Bytes> {
    const value = await this.wait(options);
    if (value !== undefined) return value;
    throw new InvalidStateError(`gave up ${this.#options.what}: the subscription was ended here`);
  }

  /** As `next`; `register` gets the waiter while it waits, for its owner to wake it. */
  wait(options: WaitOptions, register?: (waiter: ValueWaiter) => void): Promise<Bytes | undefined> {
    this.#open = true;
    const { clock, scope, what } = this.#options;
    const kept = this.#values.length > 0;
    return procedure<Bytes | undefined>(
      {
        what,
        clock,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        // What has arrived is still handed out when the link is gone.
        scope: kept ? undefined : scope,
      },
      (settle) => {
        const oldest = this.#values.shift();
        if (oldest !== undefined) {
          settle.resolve(oldest);
          return undefined;
        }
        if (this.#error !== undefined) throw this.#error;
        this.#waiters.add(settle);
        register?.(settle);
        return () => void this.#waiters.delete(settle);
      },
    );
  }

  /** A loop over the values. One at a time. */
  stream(options: DepthOption & WaitOptions): ValueStream {
    return new ValueStream(this, options);
  }

  /** Called by a stream when it starts. Throws InvalidStateError while another one runs. */
  attach(stream: ValueStream): void {
    if (this.#stream !== undefined && this.#stream !== stream) {
      throw new InvalidStateError(
        `already ${this.#options.what} in another loop: close that one first, or share its values`,
      );
    }
    this.#stream = stream;
  }

  detach(stream: ValueStream): void {
    if (this.#stream === stream) this.#stream = undefined;
  }

  forget(waiter: ValueWaiter): void {
    this.#waiters.delete(waiter);
  }

  #drop(): void {
    this.#values.shift();
    this.#dropped++;
    this.#options.onLoss('valuesDropped');
  }
}

import type { Bytes } from '../core/bytes.ts';
import { procedure, type Settle, type WaitOptions } from '../core/procedure.ts';
import { type ConnectionRef, gattLink } from './connection-ref.ts';
import type { ServerBinding } from './server-binding.ts';

/** A value that a client wrote, with the client. */
export interface Written<C extends ConnectionRef> {
  readonly connection: C;
  readonly value: Bytes;
}

export interface WrittenOptions<C extends ConnectionRef> extends WaitOptions {
  /** Only what this client writes; the wait then ends with the link. Without it: whoever writes. */
  readonly connection?: C | undefined;
}

/** Clients remembered as writers while nobody waits. */
const LATCH_LIMIT = 32;

interface Waiter<T> {
  readonly connection: ConnectionRef | undefined;
  readonly settle: Settle<T>;
}

/**
 * What clients wrote, for `written()`. Without capture a write is an event: several by one client are one, and every waiter is woken.
 * With capture each write is kept, with its value, for exactly one waiter, in the order of arrival; `depth` of them, the oldest goes.
 */
export class WriteQueue<C extends ConnectionRef> {
  readonly #what: string;
  readonly #depth: number | undefined;
  readonly #writes: Written<C>[] = [];
  readonly #waiters = new Set<Waiter<Written<C>>>();
  #dropped = 0;

  /** `depth` undefined is without capture. */
  constructor(what: string, depth: number | undefined) {
    this.#what = what;
    this.#depth = depth;
  }

  /** Captured writes lost to the limit. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether `value` will be kept, and so must be a copy of its own. */
  get captures(): boolean {
    return this.#depth !== undefined;
  }

  push(connection: C, value: Bytes): void {
    const write: Written<C> = { connection, value };
    if (this.#depth === undefined) this.#wakeAll(write);
    else this.#wakeOne(write, this.#depth);
  }

  /** Takes out a waiter for what `connection` wrote. */
  #takeWaiter(connection: C): Waiter<Written<C>> | undefined {
    for (const waiter of this.#waiters) {
      if (waiter.connection !== undefined && waiter.connection !== connection) continue;
      this.#waiters.delete(waiter);
      return waiter;
    }
    return undefined;
  }

  #wakeAll(write: Written<C>): void {
    let waiter = this.#takeWaiter(write.connection);
    const woken = waiter !== undefined;
    for (; waiter !== undefined; waiter = this.#takeWaiter(write.connection)) waiter.settle.resolve(write);
    if (woken) return;
    const before = this.#writes.findIndex(({ connection }) => connection === write.connection);
    if (before >= 0) this.#writes.splice(before, 1);
    else if (this.#writes.length >= LATCH_LIMIT) this.#writes.shift();
    this.#writes.push(write);
  }

  #wakeOne(write: Written<C>, depth: number): void {
    const waiter = this.#takeWaiter(write.connection);
    if (waiter !== undefined) {
      waiter.settle.resolve(write);
      return;
    }
    if (this.#writes.length >= depth) {
      this.#writes.shift();
      this.#dropped++;
    }
    this.#writes.push(write);
  }

  /** Whether a write is there for a call with that `connection`. */
  #holds(connection: C | undefined): boolean {
    if (connection === undefined) return this.#writes.length > 0;
    return this.#writes.some((write) => write.connection === connection);
  }

  /** A write that is waiting: the oldest captured one, or the latest event, which answers for all before it. */
  #take(connection: C | undefined): Written<C> | undefined {
    if (connection !== undefined) {
      const at = this.#writes.findIndex((write) => write.connection === connection);
      return at < 0 ? undefined : this.#writes.splice(at, 1)[0];
    }
    if (this.captures) return this.#writes.shift();
    const latest = this.#writes.at(-1);
    this.#writes.length = 0;
    return latest;
  }

  next(binding: ServerBinding, options: WrittenOptions<C>): Promise<Written<C>> {
    const { connection } = options;
    const scope = connection === undefined ? binding.scope : connection[gattLink].scope;
    let leave: (() => void) | undefined;
    const write = procedure<Written<C>>(
      {
        what: `waiting for a write of ${this.#what}`,
        clock: binding.clock,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        // What was written before the link ended is still told.
        scope: this.#holds(connection) ? undefined : scope,
      },
      (settle) => {
        const write = this.#take(connection);
        if (write !== undefined) {
          settle.resolve(write);
          return undefined;
        }
        const waiter: Waiter<Written<C>> = { connection, settle };
        this.#waiters.add(waiter);
        leave = () => this.#waiters.delete(waiter);
        return leave;
      },
    );
    // The end of the scope withdraws nothing, so the waiter is taken out here.
    write.catch(() => leave?.());
    return write;
  }
}

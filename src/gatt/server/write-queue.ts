import type { Bytes } from '../../core/bytes.ts';
import { procedure, type Settle, type WaitOptions } from '../../core/procedure.ts';
import { type ConnectionRef, gattLink } from './connection-ref.ts';
import type { ServerBinding } from './server-binding.ts';

/** A value that a client wrote, with the client. */
export interface Written<C extends ConnectionRef> {
  readonly connection: C;
  readonly value: Bytes;
  /** Rises with each captured write, over all attributes of the server: what is written later has a higher one. */
  readonly sequence: number;
}

export interface WrittenOptions<C extends ConnectionRef> extends WaitOptions {
  /** Only what this client writes; the wait then ends with the link. Without it: whoever writes. */
  readonly connection?: C | undefined;
}

/** Clients remembered as writers while nobody waits. */
const LATCH_LIMIT = 32;

/** Waits for a write. */
interface Waiter<C extends ConnectionRef> {
  readonly connection: C | undefined;
  /** Takes the waiter out of the queue, and the write to whom it belongs. */
  take(write: Written<C>): void;
}

/**
 * What clients wrote, for `written()`. Without capture a write is an event: several by one client are one, and every waiter is woken.
 * With capture each write is kept, with its value, for exactly one waiter, in the order of arrival; `depth` of them, the oldest goes.
 */
export class WriteQueue<C extends ConnectionRef> {
  readonly #depth: number | undefined;
  readonly #writes: Written<C>[] = [];
  readonly #waiters = new Set<Waiter<C>>();
  #dropped = 0;

  /** `depth` undefined is without capture. */
  constructor(depth: number | undefined) {
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

  /** Gives whether a captured write was lost to the limit. */
  push(write: Written<C>): boolean {
    if (this.#depth !== undefined) return this.#wakeOne(write, this.#depth);
    this.#wakeAll(write);
    return false;
  }

  /** Place of the write that a call with that `connection` gets: of a captured one the oldest, of an event the latest, which answers for all before it. */
  #find(connection: C | undefined): number {
    if (connection !== undefined) return this.#writes.findIndex((write) => write.connection === connection);
    return this.captures ? Math.min(0, this.#writes.length - 1) : this.#writes.length - 1;
  }

  /** The sequence of the write that a call would get; undefined where there is none. */
  peek(connection: C | undefined): number | undefined {
    return this.#writes[this.#find(connection)]?.sequence;
  }

  take(connection: C | undefined): Written<C> | undefined {
    const at = this.#find(connection);
    if (at < 0) return undefined;
    const [write] = this.#writes.splice(at, 1);
    if (!this.captures && connection === undefined) this.#writes.length = 0;
    return write;
  }

  add(waiter: Waiter<C>): void {
    this.#waiters.add(waiter);
  }

  remove(waiter: Waiter<C>): void {
    this.#waiters.delete(waiter);
  }

  #waiterFor(connection: C): Waiter<C> | undefined {
    for (const waiter of this.#waiters) {
      if (waiter.connection === undefined || waiter.connection === connection) return waiter;
    }
    return undefined;
  }

  #wakeAll(write: Written<C>): void {
    let waiter = this.#waiterFor(write.connection);
    const woken = waiter !== undefined;
    for (; waiter !== undefined; waiter = this.#waiterFor(write.connection)) waiter.take(write);
    if (woken) return;
    const before = this.#writes.findIndex(({ connection }) => connection === write.connection);
    if (before >= 0) this.#writes.splice(before, 1);
    else if (this.#writes.length >= LATCH_LIMIT) this.#writes.shift();
    this.#writes.push(write);
  }

  #wakeOne(write: Written<C>, depth: number): boolean {
    const waiter = this.#waiterFor(write.connection);
    if (waiter !== undefined) {
      waiter.take(write);
      return false;
    }
    const isFull = this.#writes.length >= depth;
    if (isFull) {
      this.#writes.shift();
      this.#dropped++;
    }
    this.#writes.push(write);
    return isFull;
  }
}

/** A queue, and what its writes are given as. */
export interface WriteSource<C extends ConnectionRef, W> {
  readonly queue: WriteQueue<C>;
  readonly present: (write: Written<C>) => W;
}

/** The write that came first of those that wait in the queues, or the next. `what` is whose, for messages. */
export const nextWrite = <C extends ConnectionRef, W>(
  what: string,
  sources: readonly WriteSource<C, W>[],
  binding: ServerBinding,
  options: WrittenOptions<C>,
): Promise<W> => {
  const { connection } = options;
  const first = firstOf(sources, connection);
  const scope = connection === undefined ? binding.scope : connection[gattLink].scope;
  let leave: (() => void) | undefined;
  const written = procedure<W>(
    {
      what: `waiting for a write of ${what}`,
      clock: binding.clock,
      defaultTimeoutMs: Number.POSITIVE_INFINITY,
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      // What was written before the link ended is still told.
      scope: first === undefined ? scope : undefined,
    },
    (settle) => {
      const write = first?.queue.take(connection);
      if (first !== undefined && write !== undefined) {
        settle.resolve(first.present(write));
        return undefined;
      }
      leave = wait(sources, connection, settle);
      return leave;
    },
  );
  // The end of the scope withdraws nothing, so the waiter is taken out here.
  written.catch(() => leave?.());
  return written;
};

/** The queue whose turn it is: where the write with the lowest sequence waits. */
const firstOf = <C extends ConnectionRef, W>(
  sources: readonly WriteSource<C, W>[],
  connection: C | undefined,
): WriteSource<C, W> | undefined => {
  let first: WriteSource<C, W> | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const source of sources) {
    const sequence = source.queue.peek(connection);
    if (sequence === undefined || sequence >= lowest) continue;
    first = source;
    lowest = sequence;
  }
  return first;
};

/** Waits at all queues, and leaves all with the first write. */
const wait = <C extends ConnectionRef, W>(
  sources: readonly WriteSource<C, W>[],
  connection: C | undefined,
  settle: Settle<W>,
): (() => void) => {
  const leaves: (() => void)[] = [];
  const leave = (): void => {
    for (const each of leaves) each();
  };
  for (const { queue, present } of sources) {
    const waiter: Waiter<C> = {
      connection,
      take: (write) => {
        leave();
        settle.resolve(present(write));
      },
    };
    leaves.push(() => queue.remove(waiter));
    queue.add(waiter);
  }
  return leave;
};

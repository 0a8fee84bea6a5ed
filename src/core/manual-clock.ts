import { type Clock, noTimer, type Timer } from './clock.ts';
import { systemClock } from './system-clock.ts';

interface Entry {
  readonly dueMs: number;
  readonly sequence: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until it is told to move: tests, simulation and soak.
 * Timers fire in the order of their due time, equal ones in the order they were started.
 */
export class ManualClock implements Clock {
  #nowMs = 0;
  #sequence = 0;
  readonly #entries = new Set<Entry>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    if (delayMs === Number.POSITIVE_INFINITY) return noTimer;
    const entry: Entry = { dueMs: this.#nowMs + Math.max(0, delayMs), sequence: this.#sequence++, callback };
    this.#entries.add(entry);
    return { cancel: () => this.#entries.delete(entry) };
  }

  /** Timers started and neither fired nor cancelled. */
  get pending(): number {
    return this.#entries.size;
  }

  /** Milliseconds until the next timer, or undefined when there is none. */
  get nextInMs(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : next.dueMs - this.#nowMs;
  }

  #next(): Entry | undefined {
    let next: Entry | undefined;
    for (const entry of this.#entries) {
      if (
        next === undefined ||
        entry.dueMs < next.dueMs ||
        (entry.dueMs === next.dueMs && entry.sequence < next.sequence)
      ) {
        next = entry;
      }
    }
    return next;
  }

  /**
   * Moves time on by `ms`, firing what falls due on the way. Between two timers the microtasks that the first set off are let run,
   * so that code which awaits sees the moment it was woken at.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#nowMs + ms;
    await settle();
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.dueMs > target) break;
      this.#nowMs = next.dueMs;
      this.#entries.delete(next);
      next.callback();
      await settle();
    }
    this.#nowMs = target;
  }

  /** Moves time on until the promise settles, at most by `limitMs`, and gives its outcome. */
  async run<T>(promise: Promise<T>, limitMs = 120_000): Promise<T> {
    let settled = false;
    let patience = LAST_TURNS;
    const mark = (): void => {
      settled = true;
    };
    promise.then(mark, mark);
    const limit = this.#nowMs + limitMs;
    await settle();
    while (!settled) {
      const next = this.#next();
      if (next !== undefined && next.dueMs <= limit) {
        await this.advance(next.dueMs - this.#nowMs);
        patience = LAST_TURNS;
      } else if (patience-- > 0) {
        await settle();
        if (!settled) await turn();
      } else break;
    }
    if (!settled)
      throw new Error(`still pending after ${limitMs} ms of simulated time, with ${this.pending} timers`);
    return promise;
  }
}

/** Longer than the longest chain between two timers: the start-up of a controller that answers at once takes some 150. */
const MICROTASK_ROUNDS = 500;
/** Turns of the event loop that run() waits when there is no timer left that could help: modules may be loading. */
const LAST_TURNS = 100;

const turn = (): Promise<void> => new Promise((resolve) => systemClock.after(0, resolve));

/** Lets chains of promises and of turn-batched deliveries run to their end. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < MICROTASK_ROUNDS; i++) await Promise.resolve();
};

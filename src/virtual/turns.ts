import type { Clock } from '../core/clock.ts';

/** What runs in microtasks before timers and sockets get their turn. */
const TASKS_BEFORE_YIELD = 512;

/**
 * The order in which things happen on an air without time. A task that is posted runs after the code that posted it, in the batch of one
 * microtask with its neighbours; what it posts itself comes in the next one. After a number of tasks the batch waits for a timer of no
 * length, so that a burst starves nobody.
 */
export class Turns {
  readonly #clock: Clock;
  #queue: (() => void)[] = [];
  #scheduled = false;
  #sinceYield = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  post(task: () => void): void {
    this.#queue.push(task);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (this.#sinceYield < TASKS_BEFORE_YIELD) {
      queueMicrotask(this.#drain);
      return;
    }
    this.#clock.after(
      0,
      () => {
        this.#sinceYield = 0;
        this.#drain();
      },
      { background: true },
    );
  }

  readonly #drain = (): void => {
    const batch = this.#queue;
    this.#queue = [];
    this.#scheduled = false;
    this.#sinceYield += batch.length;
    let at = 0;
    try {
      while (at < batch.length) batch[at++]?.();
    } finally {
      // A sink that throws against its contract loses its own packet, not the tasks of others.
      if (at < batch.length) this.#queue = [...batch.slice(at), ...this.#queue];
      if (this.#queue.length > 0) this.#schedule();
    }
  };
}

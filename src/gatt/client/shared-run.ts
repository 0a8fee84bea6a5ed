import type { Clock } from '../../core/clock.ts';
import { TimeoutError } from '../../core/errors.ts';
import { procedure, type WaitOptions } from '../../core/procedure.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import { Deadline } from './deadline.ts';

export interface SharedWait extends WaitOptions {
  readonly what: string;
  readonly clock: Clock;
  readonly scope: WaitScope;
}

/**
 * Work that is done once for all who want its outcome at the same time. Each has its own deadline and may give up without harm to the others; a failure is told to
 * those who wait. One that waits longer than who began goes on by itself.
 */
export class SharedRun<T> {
  #pending: Promise<T> | undefined;

  async get(wait: SharedWait, work: () => Promise<T>): Promise<T> {
    const deadline = new Deadline(wait.clock, wait.what, wait);
    for (;;) {
      // Not within the try: when no time is left, the error ends the loop.
      const step = deadline.step();
      const mine = this.#pending === undefined;
      try {
        return await this.#join({ ...wait, ...step }, work);
      } catch (error) {
        // The steps were given the time of whoever began.
        if (mine || wait.timeoutMs === undefined || !(error instanceof TimeoutError)) throw error;
      }
    }
  }

  #join(wait: SharedWait, work: () => Promise<T>): Promise<T> {
    return procedure<T>({ ...wait, defaultTimeoutMs: Number.POSITIVE_INFINITY }, (settle) => {
      this.#pending ??= this.#begin(work);
      this.#pending.then(settle.resolve, settle.reject);
      return undefined;
    });
  }

  async #begin(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#pending = undefined;
    }
  }
}

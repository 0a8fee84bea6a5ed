import type { Clock } from '../core/clock.ts';
import { TimeoutError } from '../core/errors.ts';
import { checkTimeout, type WaitOptions } from '../core/procedure.ts';

/** One deadline of a caller over several steps. Without one each step has its default. */
export class Deadline {
  readonly #clock: Clock;
  readonly #what: string;
  readonly #options: WaitOptions;
  readonly #endMs: number | undefined;

  /** Throws InvalidArgumentError for a deadline that is none. */
  constructor(clock: Clock, what: string, options: WaitOptions) {
    this.#clock = clock;
    this.#what = what;
    this.#options = options;
    const { timeoutMs } = options;
    this.#endMs = timeoutMs === undefined ? undefined : clock.now() + checkTimeout(timeoutMs);
  }

  /** What the next step may take. Throws TimeoutError when nothing is left. */
  step(): WaitOptions {
    const { signal, timeoutMs } = this.#options;
    if (this.#endMs === undefined || timeoutMs === undefined) return { signal };
    const leftMs = this.#endMs - this.#clock.now();
    if (leftMs > 0) return { timeoutMs: leftMs, signal };
    throw new TimeoutError(`timed out after ${timeoutMs} ms while ${this.#what}`, timeoutMs);
  }
}

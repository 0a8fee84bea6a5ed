import type { Clock } from '../../core/clock.ts';
import { TimeoutError } from '../../core/errors.ts';
import { checkTimeout } from '../../core/procedure.ts';
import type { AccessOptions } from './access-options.ts';

/** One deadline of a caller over several steps. Without one each step has its default. */
export class Deadline {
  readonly #clock: Clock;
  readonly #what: string;
  readonly #options: AccessOptions;
  readonly #endMs: number | undefined;

  /** Throws InvalidArgumentError for a deadline that is none. */
  constructor(clock: Clock, what: string, options: AccessOptions) {
    this.#clock = clock;
    this.#what = what;
    this.#options = options;
    const { timeoutMs } = options;
    this.#endMs = timeoutMs === undefined ? undefined : clock.now() + checkTimeout(timeoutMs);
  }

  /** What the next step may take. Throws TimeoutError when nothing is left. */
  step(): AccessOptions {
    const { signal, timeoutMs, raiseSecurity } = this.#options;
    if (this.#endMs === undefined || timeoutMs === undefined) return { signal, raiseSecurity };
    const leftMs = this.#endMs - this.#clock.now();
    if (leftMs > 0) return { timeoutMs: leftMs, signal, raiseSecurity };
    throw new TimeoutError(`timed out after ${timeoutMs} ms while ${this.#what}`, timeoutMs);
  }
}

import type { Clock } from '../core/clock.ts';
import { TimeoutError } from '../core/errors.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import { Deadline } from './deadline.ts';

/**
 * A result that several callers want at once and later: it is fetched once. Each caller has its own deadline and may give up without harm to the
 * others; a failure is told to those who wait and is not kept. One that waits longer than who began goes on by itself.
 */
export class SharedResult<T> {
  readonly #onFetched: (() => void) | undefined;
  #pending: Promise<T> | undefined;
  #value: { readonly value: T } | undefined;

  /** `onFetched` is called when it has been fetched and is there. */
  constructor(onFetched?: () => void) {
    this.#onFetched = onFetched;
  }

  /** What is there, or undefined. */
  get current(): T | undefined {
    return this.#value?.value;
  }

  /** What has become known in another way. What is there stays. */
  preset(value: T): void {
    this.#value ??= { value };
  }

  /** It is to be fetched again. What is being fetched now still counts for those who come. */
  clear(): void {
    this.#value = undefined;
  }

  async get(
    wait: WaitOptions & { readonly what: string; readonly clock: Clock; readonly scope: WaitScope },
    fetch: () => Promise<T>,
  ): Promise<T> {
    const deadline = new Deadline(wait.clock, wait.what, wait);
    for (;;) {
      if (this.#value !== undefined) return this.#value.value;
      // Not within the try: when no time is left, the error ends the loop.
      const step = deadline.step();
      const mine = this.#pending === undefined;
      try {
        return await this.#join({ ...wait, ...step }, fetch);
      } catch (error) {
        // The steps were given the time of whoever began.
        if (mine || wait.timeoutMs === undefined || !(error instanceof TimeoutError)) throw error;
      }
    }
  }

  #join(
    wait: WaitOptions & { readonly what: string; readonly clock: Clock; readonly scope: WaitScope },
    fetch: () => Promise<T>,
  ): Promise<T> {
    return procedure<T>({ ...wait, defaultTimeoutMs: Number.POSITIVE_INFINITY }, (settle) => {
      this.#pending ??= this.#begin(fetch);
      this.#pending.then(settle.resolve, settle.reject);
      return undefined;
    });
  }

  async #begin(fetch: () => Promise<T>): Promise<T> {
    try {
      const value = await fetch();
      this.#value ??= { value };
      this.#onFetched?.();
      return this.#value.value;
    } finally {
      this.#pending = undefined;
    }
  }
}

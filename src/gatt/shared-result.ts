import type { Clock } from '../core/clock.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';

/**
 * A result that several callers want at once and later: it is fetched once. Each caller has its own deadline and may give up without harm to the
 * others; a failure is told to those who wait and is not kept.
 */
export class SharedResult<T> {
  #pending: Promise<T> | undefined;
  #value: { readonly value: T } | undefined;

  /** What is there, or undefined. */
  get current(): T | undefined {
    return this.#value?.value;
  }

  async get(
    wait: WaitOptions & { readonly what: string; readonly clock: Clock; readonly scope: WaitScope },
    fetch: () => Promise<T>,
  ): Promise<T> {
    if (this.#value !== undefined) return this.#value.value;
    return procedure<T>({ ...wait, defaultTimeoutMs: Number.POSITIVE_INFINITY }, (settle) => {
      this.#pending ??= this.#begin(fetch);
      this.#pending.then(settle.resolve, settle.reject);
      return undefined;
    });
  }

  async #begin(fetch: () => Promise<T>): Promise<T> {
    try {
      const value = await fetch();
      this.#value = { value };
      return value;
    } finally {
      this.#pending = undefined;
    }
  }
}

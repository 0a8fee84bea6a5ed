import { SharedRun, type SharedWait } from './shared-run.ts';

/** A result that several callers want at once and later: it is fetched once, as `SharedRun` does, and kept. A failure is not. */
export class SharedResult<T> {
  readonly #run = new SharedRun<T>();
  readonly #onFetched: (() => void) | undefined;
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

  async get(wait: SharedWait, fetch: () => Promise<T>): Promise<T> {
    if (this.#value !== undefined) return this.#value.value;
    return this.#run.get(wait, async () => {
      const value = await fetch();
      this.#value ??= { value };
      this.#onFetched?.();
      return this.#value.value;
    });
  }
}

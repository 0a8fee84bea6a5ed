import type { Bytes } from '../core/bytes.ts';
import { DisconnectedError } from '../core/errors.ts';

type Result = IteratorResult<Bytes, undefined>;

const DONE = { done: true, value: undefined } as const;

/** A loop over the SDUs of a channel. Leaving it wakes who waits in `next()`, and leaves what has not been read to the next reader. */
export class SduIterator implements AsyncIterableIterator<Bytes, undefined> {
  readonly #read: (onWait: (cancel: (value: Result) => void) => void) => Promise<Result>;
  readonly #isOrderly: () => boolean;
  #cancel: ((value: Result) => void) | undefined;
  #isDone = false;

  /** `isOrderly` says, when reading fails, whether that is the end of the loop and no error. */
  constructor(
    read: (onWait: (cancel: (value: Result) => void) => void) => Promise<Result>,
    isOrderly: () => boolean,
  ) {
    this.#read = read;
    this.#isOrderly = isOrderly;
  }

  async next(): Promise<Result> {
    if (this.#isDone) return DONE;
    try {
      return await this.#read((cancel) => {
        this.#cancel = cancel;
      });
    } catch (error) {
      if (!(error instanceof DisconnectedError)) throw error;
      this.#isDone = true;
      if (this.#isOrderly()) return DONE;
      throw error;
    }
  }

  async return(): Promise<Result> {
    this.#isDone = true;
    this.#cancel?.(DONE);
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

import type { Bytes } from '../../core/bytes.ts';
import { DisconnectedError } from '../../core/errors.ts';

type Result = IteratorResult<Bytes, undefined>;

const DONE = { done: true, value: undefined } as const;

/** What a loop needs of its channel. */
export interface SduSource {
  /** The next SDU, where it is there. */
  take(): Bytes | undefined;
  /** Waits for one. Called only where none is there; `onWait` is given what ends the wait with a result of the loop. */
  read(onWait: (cancel: (value: Result) => void) => void): Promise<Result>;
  /** Whether the end that reading has met is the end of the loop, and no error. */
  endedInOrder(): boolean;
}

/** A loop over the SDUs of a channel. Leaving it wakes who waits in `next()`, and leaves what has not been read to the next reader. */
export class SduIterator implements AsyncIterableIterator<Bytes, undefined> {
  readonly #source: SduSource;
  #cancel: ((value: Result) => void) | undefined;
  #isDone = false;

  constructor(source: SduSource) {
    this.#source = source;
  }

  next(): Promise<Result> {
    if (this.#isDone) return Promise.resolve(DONE);
    const value = this.#source.take();
    return value === undefined ? this.#wait() : Promise.resolve({ done: false, value });
  }

  async #wait(): Promise<Result> {
    try {
      return await this.#source.read((cancel) => {
        this.#cancel = cancel;
      });
    } catch (error) {
      if (!(error instanceof DisconnectedError)) throw error;
      this.#isDone = true;
      if (this.#source.endedInOrder()) return DONE;
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

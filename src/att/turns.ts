import { InvalidStateError } from '../core/errors.ts';
import type { AttBearer } from './att-bearer.ts';
import { MAX_WAITING_TRANSACTIONS } from './transaction.ts';

export interface TurnsOptions {
  /** Those that may be used, in the order in which they are. */
  readonly bearers: () => readonly AttBearer[];
  readonly isFree: (bearer: AttBearer) => boolean;
}

type Start = (bearer: AttBearer) => void;

/** Calls that wait for a bearer: the first that comes gets the first that is free. */
export class Turns {
  readonly #options: TurnsOptions;
  #waiting: readonly Start[] = [];

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** A bearer that may be used at once: nobody waits while there is one. */
  get free(): AttBearer | undefined {
    return this.#options.bearers().find(this.#options.isFree);
  }

  /** Calls `start` when its turn has come. The function returned takes it back. Throws InvalidStateError where too many wait. */
  wait(start: Start): () => void {
    if (this.#waiting.length >= MAX_WAITING_TRANSACTIONS) {
      throw new InvalidStateError('too many calls wait for a bearer already; await some of them first');
    }
    this.#waiting = [...this.#waiting, start];
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== start);
    };
  }

  /** A bearer may have become free. */
  next(): void {
    for (;;) {
      const [first, ...others] = this.#waiting;
      const bearer = first === undefined ? undefined : this.free;
      if (first === undefined || bearer === undefined) return;
      this.#waiting = others;
      first(bearer);
    }
  }
}

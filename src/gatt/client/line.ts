import type { Clock } from '../../core/clock.ts';
import { procedure, type WaitOptions } from '../../core/procedure.ts';
import type { WaitScope } from '../../core/wait-scope.ts';

export interface LineOptions extends WaitOptions {
  /** What is being done and to whom, as it continues "timed out while". */
  readonly what: string;
  readonly clock: Clock;
  readonly scope: WaitScope;
  /** What those in front are doing, for the message of one who has waited too long. */
  readonly hint: string;
}

/** Lets in one at a time, in the order in which they come. */
export class Line {
  /** Settles when the last one that came has left. */
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn, with what ends that. No deadline unless one is given: those in front have their own. */
  async enter({ hint, ...options }: LineOptions): Promise<() => void> {
    const before = this.#last;
    let leave = (): void => undefined;
    this.#last = new Promise((resolve) => {
      leave = resolve;
    });
    try {
      await procedure<void>(
        { ...options, defaultTimeoutMs: Number.POSITIVE_INFINITY, hint: () => hint },
        (settle) => {
          void before.then(() => settle.resolve());
          return undefined;
        },
      );
      return leave;
    } catch (error) {
      // Who gave up in the line still lets nobody by before those in front.
      void before.then(leave);
      throw error;
    }
  }
}

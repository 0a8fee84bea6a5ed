import { isPromise } from '../../core/is-promise.ts';

/** Commands that wait for those before them; more are dropped, for nothing tells a client to wait. */
export const MAX_WAITING_COMMANDS = 64;

/** Obeys the write commands of one client one after the other, also where a handler takes its time: a stream keeps its order. */
export class WriteCommands {
  readonly #waiting: (() => void | Promise<void>)[] = [];
  #isBusy = false;

  /** Whether a handler is at work, so that a further command has to wait. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Runs `work`, which does not fail: at once where nothing is at work. Gives false, and does nothing, where too many wait. */
  run(work: () => void | Promise<void>): boolean {
    if (this.#isBusy) {
      if (this.#waiting.length >= MAX_WAITING_COMMANDS) return false;
      this.#waiting.push(work);
      return true;
    }
    this.#start(work);
    return true;
  }

  #start(work: () => void | Promise<void>): void {
    const done = work();
    if (!isPromise(done)) return;
    this.#isBusy = true;
    void done.then(() => this.#next());
  }

  #next(): void {
    this.#isBusy = false;
    while (!this.#isBusy) {
      const work = this.#waiting.shift();
      if (work === undefined) return;
      this.#start(work);
    }
  }
}

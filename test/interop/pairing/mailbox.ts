/** What has been told and not been heard yet, in its order. One waits at a time. */
import { setTimeout as sleep } from 'node:timers/promises';

export class Mailbox<T> {
  #letters: T[] = [];
  #wake: (() => void) | undefined;

  put(letter: T): void {
    this.#letters.push(letter);
    this.#wake?.();
  }

  clear(): void {
    this.#letters = [];
  }

  async take(timeoutMs: number): Promise<T> {
    const over = new AbortController();
    const late = sleep(timeoutMs, true, { signal: over.signal }).catch(() => false);
    try {
      for (;;) {
        const letter = this.#letters.shift();
        if (letter !== undefined) return letter;
        const come = new Promise<false>((resolve) => {
          this.#wake = () => resolve(false);
        });
        if (await Promise.race([come, late])) throw new Error(`nothing was told within ${timeoutMs} ms`);
      }
    } finally {
      over.abort();
    }
  }
}

import type { Log } from './log.ts';

/** Functions of the user's that are told of something, in the order in which they were added. One that throws keeps nobody from hearing. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #layer: string;
  readonly #log: Log;
  readonly #listeners = new Set<{ readonly listener: (...args: Args) => unknown }>();

  /** What a listener throws is logged as of that layer. */
  constructor(log: Log, layer: string) {
    this.#log = log;
    this.#layer = layer;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** The function returned takes it back; idempotent. */
  add(listener: (...args: Args) => unknown): () => void {
    const entry = { listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  tell(...args: Args): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        // One that is async rejects where another throws.
        Promise.resolve(listener(...args)).catch((error: unknown) => this.#failed(error));
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #failed(error: unknown): void {
    this.#log.write('error', this.#layer, () => `a listener failed: ${String(error)}`);
  }
}

/**
 * What many waits share: a link, a transport, an adapter. When it ends, each of them is rejected with the same error, and whoever
 * starts to wait afterwards is rejected at once.
 */
export class WaitScope {
  #error: Error | undefined;
  readonly #waits = new Set<(error: Error) => void>();

  /** The error it ended with, or undefined while it lasts. */
  get error(): Error | undefined {
    return this.#error;
  }

  get size(): number {
    return this.#waits.size;
  }

  /** Calls `onEnd` once when the scope ends, at once if it has. The function returned takes it back. */
  add(onEnd: (error: Error) => void): () => void {
    if (this.#error !== undefined) {
      onEnd(this.#error);
      return () => undefined;
    }
    this.#waits.add(onEnd);
    return () => this.#waits.delete(onEnd);
  }

  /** Throws the error it ended with. */
  check(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  /** Ends the scope. The first error counts; a second call does nothing. */
  end(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    const waits = [...this.#waits];
    this.#waits.clear();
    for (const onEnd of waits) onEnd(error);
  }
}

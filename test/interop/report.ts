/** What one side of a pair says of itself: every peer, ours or foreign, gives the same lines. */
export type Seen = Record<string, unknown>;

/** What one side says to the other beside the air, as people do who look at both devices. */
export type Told = Readonly<Record<string, unknown>>;

export type Line =
  | { event: 'ready'; address?: string; served?: string[] }
  | { event: 'advertising' }
  | { event: 'tells'; told: Told }
  | { event: 'saw'; procedure: string; seen: Seen }
  | { event: 'failed'; procedure: string; error: string }
  | { event: 'done' };

export class Report {
  address = '';
  readonly #seen = new Map<string, Seen>();
  readonly #failed = new Map<string, string>();
  /** Why this side ended before its work was done, when it did. */
  ended: string | undefined;

  take(line: Line): void {
    if (line.event === 'ready') this.address = line.address ?? '';
    // A pair meets twice; the first meeting is the one that its rows are about.
    if (line.event === 'saw' && !this.#seen.has(line.procedure)) this.#seen.set(line.procedure, line.seen);
    if (line.event === 'failed' && !this.#failed.has(line.procedure)) {
      this.#failed.set(line.procedure, line.error);
    }
  }

  seen(procedure: string): Seen | undefined {
    return this.#seen.get(procedure);
  }

  /** How a procedure that was tried went wrong. */
  failure(procedure: string): string | undefined {
    return this.#failed.get(procedure);
  }
}

import type { Clock } from '../core/clock.ts';

/** What a first failure costs. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 512_000;
/** A time without failures after which the next wait is half as long. */
const QUIET_MS = 300_000;
/** Peers that are remembered. A peer that changes its address is another one: against that nothing helps. */
export const MAX_REMEMBERED = 64;

interface Failures {
  readonly count: number;
  readonly lastMs: number;
  readonly untilMs: number;
}

/**
 * Waiting intervals between pairings that fail (Vol 3, Part H, 2.3.6): each failure doubles the interval of its peer, a long time without halves it, a success
 * forgets it. Until it has passed nothing is begun with that peer, nor answered.
 */
export class RepeatedAttempts {
  readonly #clock: Clock;
  readonly #peers = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many peers are remembered. */
  get size(): number {
    return this.#peers.size;
  }

  /** Milliseconds until the peer may pair; 0 when it may now. */
  waitMs(peer: string): number {
    return Math.max(0, (this.#peers.get(peer)?.untilMs ?? 0) - this.#clock.now());
  }

  failed(peer: string): void {
    const now = this.#clock.now();
    const before = this.#peers.get(peer);
    const forgiven = before === undefined ? 0 : Math.floor((now - before.lastMs) / QUIET_MS);
    const count = Math.max(0, (before?.count ?? 0) - forgiven) + 1;
    const untilMs = now + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (count - 1));
    this.#peers.delete(peer);
    if (this.#peers.size >= MAX_REMEMBERED) this.#forgetOne();
    this.#peers.set(peer, { count, lastMs: now, untilMs });
  }

  succeeded(peer: string): void {
    this.#peers.delete(peer);
  }

  /** The one that has to wait least. */
  #forgetOne(): void {
    let least: readonly [string, Failures] | undefined;
    for (const entry of this.#peers)
      if (least === undefined || entry[1].untilMs < least[1].untilMs) least = entry;
    if (least !== undefined) this.#peers.delete(least[0]);
  }
}

import { copyBytes } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';

/** Packets and octets that are kept for links not yet told of. */
export const MAX_EARLY_PACKETS = 16;
export const MAX_EARLY_BYTES = 8 * 1024;
/** How long data may run ahead of its Connection Complete, or behind its Disconnection Complete. */
export const EARLY_WINDOW_MS = 100;

interface EarlyFragment {
  readonly handle: number;
  readonly arrivedMs: number;
  readonly data: Uint8Array;
  readonly first: boolean;
}

/**
 * Data that came before the event that tells of its link: on USB they travel on different endpoints. A handle whose link has just ended gets
 * nothing kept, for what arrives then belongs to the old link, and a new one must never see it.
 */
export class EarlyAcl {
  readonly #clock: Clock;
  #fragments: EarlyFragment[] = [];
  #bytes = 0;
  /** When the last link of a handle ended. At most one entry for each of the 0x0EFF handles. */
  readonly #endedMs = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False where it is dropped: no room, a rest without its beginning, or a handle that has just ended. */
  keep(handle: number, data: Uint8Array, first: boolean): boolean {
    const nowMs = this.#clock.now();
    this.#expire(nowMs);
    const endedMs = this.#endedMs.get(handle);
    if (endedMs !== undefined && nowMs - endedMs < EARLY_WINDOW_MS) return false;
    if (!first && !this.#fragments.some((fragment) => fragment.handle === handle)) return false;
    if (this.#fragments.length >= MAX_EARLY_PACKETS || this.#bytes + data.length > MAX_EARLY_BYTES)
      return false;
    this.#fragments.push({ handle, arrivedMs: nowMs, data: copyBytes(data), first });
    this.#bytes += data.length;
    return true;
  }

  /** What was kept for a handle whose link begins now. */
  take(handle: number): readonly EarlyFragment[] {
    this.#endedMs.delete(handle);
    if (this.#fragments.length === 0) return [];
    this.#expire(this.#clock.now());
    const taken = this.#fragments.filter((fragment) => fragment.handle === handle);
    this.#remove((fragment) => fragment.handle === handle);
    return taken;
  }

  ended(handle: number): void {
    this.#endedMs.set(handle, this.#clock.now());
    this.#remove((fragment) => fragment.handle === handle);
  }

  #expire(nowMs: number): void {
    this.#remove((fragment) => nowMs - fragment.arrivedMs > EARLY_WINDOW_MS);
  }

  #remove(which: (fragment: EarlyFragment) => boolean): void {
    if (this.#fragments.length === 0) return;
    this.#fragments = this.#fragments.filter((fragment) => !which(fragment));
    this.#bytes = this.#fragments.reduce((sum, fragment) => sum + fragment.data.length, 0);
  }
}

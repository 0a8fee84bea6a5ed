import { afterReading } from '../core/after-reading.ts';
import { copyBytes } from '../core/bytes.ts';
import { type Clock, noTimer, type Timer } from '../core/clock.ts';

/** Packets and octets that are kept for links not yet told of. */
export const MAX_EARLY_PACKETS = 16;
export const MAX_EARLY_BYTES = 8 * 1024;
/** How long they are kept where the transport does not tell how late an event may be: what it leads to may be a bridge to a controller on USB. */
export const EARLY_WINDOW_MS = 100;
/** Beyond what the way of the event takes: Realtek's RTL8852AE has been seen to hand on Connection Complete 10.4 ms behind the data of its link. */
export const LATE_CONTROLLER_MS = 16;

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
  /** How far the two ways may be apart; 0 where everything comes in order or nothing is known. */
  readonly #lagMs: number;
  readonly #windowMs: number;
  #fragments: EarlyFragment[] = [];
  #bytes = 0;
  #timer: Timer = noTimer;
  /** When the last link of a handle ended. At most one entry for each of the 0x0EFF handles. */
  readonly #endedMs = new Map<number, number>();

  constructor(clock: Clock, eventLagMs: number | undefined) {
    this.#clock = clock;
    this.#lagMs = eventLagMs ?? 0;
    if (eventLagMs === undefined) this.#windowMs = EARLY_WINDOW_MS;
    else this.#windowMs = eventLagMs > 0 ? eventLagMs + LATE_CONTROLLER_MS : 0;
  }

  /** False where it is dropped: no room, a rest without its beginning, or a handle that has just ended. */
  keep(handle: number, data: Uint8Array, first: boolean): boolean {
    if (this.#windowMs === 0 || this.#hasEndedWithin(handle, this.#windowMs)) return false;
    if (!first && !this.#fragments.some((fragment) => fragment.handle === handle)) return false;
    if (this.#fragments.length >= MAX_EARLY_PACKETS || this.#bytes + data.length > MAX_EARLY_BYTES)
      return false;
    this.#fragments.push({ handle, arrivedMs: this.#clock.now(), data: copyBytes(data), first });
    this.#bytes += data.length;
    if (this.#fragments.length === 1) this.#timer = afterReading(this.#clock, this.#windowMs, this.#expire);
    return true;
  }

  /** What was kept for a handle whose link begins now. */
  take(handle: number): readonly EarlyFragment[] {
    if (!this.#hasEndedWithin(handle, this.#lagMs)) this.#endedMs.delete(handle);
    const taken = this.#fragments.filter((fragment) => fragment.handle === handle);
    this.#remove((fragment) => fragment.handle === handle);
    return taken;
  }

  /** Whether what comes now for a handle that has a link anew may still be of the one before. */
  isOfOldLink(handle: number): boolean {
    return this.#lagMs > 0 && this.#endedMs.size > 0 && this.#hasEndedWithin(handle, this.#lagMs);
  }

  ended(handle: number): void {
    this.#endedMs.set(handle, this.#clock.now());
    this.#remove((fragment) => fragment.handle === handle);
  }

  /** Lets go of everything. */
  stop(): void {
    this.#remove(() => true);
  }

  #hasEndedWithin(handle: number, ms: number): boolean {
    const endedMs = this.#endedMs.get(handle);
    return endedMs !== undefined && this.#clock.now() - endedMs < ms;
  }

  readonly #expire = (): void => {
    const nowMs = this.#clock.now();
    this.#remove((fragment) => nowMs - fragment.arrivedMs >= this.#windowMs);
    const oldest = this.#fragments[0];
    if (oldest === undefined) return;
    this.#timer = afterReading(this.#clock, oldest.arrivedMs + this.#windowMs - nowMs, this.#expire);
  };

  #remove(which: (fragment: EarlyFragment) => boolean): void {
    if (this.#fragments.length === 0) return;
    this.#fragments = this.#fragments.filter((fragment) => !which(fragment));
    this.#bytes = this.#fragments.reduce((sum, fragment) => sum + fragment.data.length, 0);
    if (this.#fragments.length === 0) this.#timer.cancel();
  }
}

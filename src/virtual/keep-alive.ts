import { noTimer, type Timer } from '../core/clock.ts';
import { systemClock } from '../core/system-clock.ts';

/** Far beyond the life of any process; the clock re-arms what the runtime's timers cannot hold. */
const FOREVER_MS = Number.MAX_SAFE_INTEGER;

/**
 * Keeps the process alive, as a socket would, and does nothing else. It is a timer of the system's clock, whatever clock the air has: a simulated
 * one keeps nothing alive.
 */
export class KeepAlive {
  #timer: Timer = noTimer;

  /** Idempotent. */
  hold(): void {
    if (this.#timer === noTimer) this.#timer = systemClock.after(FOREVER_MS, () => undefined);
  }

  /** Idempotent. */
  release(): void {
    this.#timer.cancel();
    this.#timer = noTimer;
  }
}

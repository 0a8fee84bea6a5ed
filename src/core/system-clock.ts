import { type Clock, noTimer, type Timer } from './clock.ts';

/** The longest delay that the runtime's timers take; longer ones are re-armed. */
const LONGEST_DELAY_MS = 0x7fff_ffff;

class SystemTimer implements Timer {
  #handle: ReturnType<typeof setTimeout> | undefined;
  readonly #dueMs: number;
  readonly #callback: () => void;
  readonly #background: boolean;

  constructor(delayMs: number, callback: () => void, background: boolean) {
    this.#dueMs = performance.now() + delayMs;
    this.#callback = callback;
    this.#background = background;
    this.#arm(delayMs);
  }

  #arm(delayMs: number): void {
    const part = Math.min(delayMs, LONGEST_DELAY_MS);
    this.#handle = setTimeout(() => {
      const leftMs = this.#dueMs - performance.now();
      if (part === LONGEST_DELAY_MS && leftMs > 0) this.#arm(leftMs);
      else {
        this.#handle = undefined;
        this.#callback();
      }
    }, part);
    // A browser's timer is a number and keeps nothing alive.
    if (this.#background && typeof this.#handle === 'object') this.#handle.unref();
  }

  cancel(): void {
    clearTimeout(this.#handle);
    this.#handle = undefined;
  }
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, callback, options) =>
    delayMs === Number.POSITIVE_INFINITY
      ? noTimer
      : new SystemTimer(delayMs, callback, options?.background ?? false),
};

/** Microseconds since the start of 1970, for what people read, such as captures: the protocol knows durations alone. */
export const wallTimeUs = (): number => Math.round((performance.timeOrigin + performance.now()) * 1000);

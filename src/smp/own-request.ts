import { type Clock, noTimer, type Timer } from '../core/clock.ts';
import { SMP_TIMEOUT_MS } from './pairing-run.ts';

/** A Security Request of a peripheral, from its sending until the central acts on it or refuses (Vol 3, Part H, 2.4.6). */
export class OwnRequest {
  readonly #clock: Clock;
  readonly #timedOut: () => void;
  readonly #waiting = new Set<(error: Error) => void>();
  #timer: Timer = noTimer;
  #testsBond = false;

  /** `timedOut` is called when the central has done nothing for 30 s (3.4). */
  constructor(clock: Clock, timedOut: () => void) {
    this.#clock = clock;
    this.#timedOut = timedOut;
  }

  /** Whether a central has been asked for the key of a bond, and has not answered. */
  get testsBond(): boolean {
    return this.#testsBond;
  }

  sent({ testsBond }: { readonly testsBond: boolean }): void {
    this.#testsBond = testsBond;
    this.#timer.cancel();
    this.#timer = this.#clock.after(SMP_TIMEOUT_MS, this.#timedOut);
  }

  /** The central does something: it pairs, encrypts, or refuses. */
  answered(): void {
    this.#testsBond = false;
    this.#timer.cancel();
  }

  /** Calls back when it fails. The function returned takes it back. */
  onFailed(callback: (error: Error) => void): () => void {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  }

  failed(error: Error): void {
    this.answered();
    for (const callback of [...this.#waiting]) callback(error);
  }

  /** The link has ended. */
  end(): void {
    this.#timer.cancel();
    this.#waiting.clear();
  }
}

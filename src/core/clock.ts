/** A timer that has been started. */
export interface Timer {
  /** Idempotent, and harmless after the timer has fired. */
  cancel(): void;
}

/** Where all time comes from: the system's in programs, a hand-driven one in tests, simulation and soak. */
export interface Clock {
  /** Milliseconds from some fixed point; never goes back. */
  now(): number;
  /** Calls back once, `delayMs` from now; Infinity never does. A `background` timer does not keep the process alive. */
  after(
    delayMs: number,
    callback: () => void,
    options?: { readonly background?: boolean | undefined },
  ): Timer;
}

/** A timer that never fires. */
export const noTimer: Timer = { cancel: () => undefined };

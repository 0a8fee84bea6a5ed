import { type Clock, noTimer, type Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { procedure } from '../core/procedure.ts';
import { backOffMs, failuresAfter } from './back-off.ts';

export interface RecoveryOptions {
  /** What is brought back, for messages. */
  readonly what: string;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** How long one try may take. */
  readonly tryTimeoutMs: number;
  /** Tries once. Rejects soon after the signal has aborted, and never resolves after that. */
  readonly attempt: (signal: AbortSignal) => Promise<void>;
}

/** Brings back what was lost: tries, with longer and longer waits in between, until it is there or close() is called. */
export class Recovery {
  readonly #options: RecoveryOptions;
  readonly #stop = new AbortController();
  #failures = 0;
  /** When it was there last. */
  #thereSinceMs: number;
  #keepsAlive = true;
  #running: Promise<void> = Promise.resolve();
  #pause: { readonly untilMs: number; readonly over: () => void; timer: Timer } | undefined;

  constructor(options: RecoveryOptions) {
    this.#options = options;
    this.#thereSinceMs = options.clock.now();
  }

  /** It is lost. `released` is waited for before the first try, so that nobody stands in its way. */
  begin(released: Promise<unknown>): void {
    const { clock } = this.#options;
    this.#failures = failuresAfter(this.#failures, clock.now() - this.#thereSinceMs);
    this.#running = this.#run(released);
  }

  /** Whether a wait keeps the process alive. */
  keepAlive(keeps: boolean): void {
    if (this.#keepsAlive === keeps) return;
    this.#keepsAlive = keeps;
    if (this.#pause === undefined) return;
    this.#pause.timer.cancel();
    this.#arm(this.#pause);
  }

  /** Gives up, and resolves when no try is under way any more. */
  close(): Promise<void> {
    this.#stop.abort(new Error(`${this.#options.what} is not wanted any more`));
    this.#pause?.over();
    return this.#running;
  }

  async #run(released: Promise<unknown>): Promise<void> {
    const { what, clock, log, random } = this.#options;
    const { signal } = this.#stop;
    await released;
    while (!signal.aborted) {
      const delayMs = backOffMs(this.#failures, random());
      log.write('info', 'gap', () => `${what} is tried again in ${delayMs} ms`);
      await this.#wait(delayMs);
      try {
        await this.#try();
        this.#thereSinceMs = clock.now();
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#failures++;
        log.write(
          'warn',
          'gap',
          () => `${what} is not back: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        this.#pause?.timer.cancel();
        this.#pause = undefined;
        resolve();
      };
      const pause = { untilMs: this.#options.clock.now() + delayMs, over, timer: noTimer };
      this.#pause = pause;
      this.#arm(pause);
    });
  }

  #arm(pause: { readonly untilMs: number; readonly over: () => void; timer: Timer }): void {
    const { clock } = this.#options;
    const leftMs = pause.untilMs - clock.now();
    pause.timer = clock.after(leftMs, pause.over, { background: !this.#keepsAlive });
  }

  #try(): Promise<void> {
    const { what, clock, tryTimeoutMs, attempt } = this.#options;
    return procedure<void>(
      { what: `bringing ${what} back`, clock, defaultTimeoutMs: tryTimeoutMs, signal: this.#stop.signal },
      (settle) => {
        const giveUp = new AbortController();
        const trying = attempt(giveUp.signal);
        trying.then(settle.resolve, settle.reject);
        return (reason) => {
          giveUp.abort(reason);
          return trying.catch(() => undefined);
        };
      },
    );
  }
}

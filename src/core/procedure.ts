import { onAbort } from './abort.ts';
import { type Clock, noTimer, type Timer } from './clock.ts';
import { InvalidArgumentError, TimeoutError } from './errors.ts';
import type { WaitScope } from './wait-scope.ts';

/** What every public asynchronous method accepts. */
export interface WaitOptions {
  /**
   * Milliseconds until the call rejects with TimeoutError; Infinity for never. Each method has a default of its own, which is longer by what the
   * link needs where the peer is seldom heard (a long connection interval, peripheral latency). What is given here is taken as it is.
   */
  readonly timeoutMs?: number | undefined;
  /** Gives up when it aborts; the call then rejects with `signal.reason`, untouched. */
  readonly signal?: AbortSignal | undefined;
}

/** One end of a running procedure: the first call of either counts, later ones do nothing. */
export interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

export interface ProcedureOptions extends WaitOptions {
  /** What is being done and to whom, as it continues "timed out while": `reading 0x2A6E of F0:F1:F2:F3:F4:F5`. */
  readonly what: string;
  readonly clock: Clock;
  /** The default deadline of the method. */
  readonly defaultTimeoutMs: number;
  /** The link, transport or adapter whose end ends the wait. */
  readonly scope?: WaitScope | undefined;
  /** What held it up and what the user can do, as known at the moment of the deadline. */
  readonly hint?: (() => string) | undefined;
}

/**
 * Called when the caller's deadline or abort ends the wait: withdraws what was begun. The promise rejects when this has settled, so that
 * a given-up connect is over in the controller too. Not called when the scope ends: there is nobody left to tell.
 */
export type Withdraw = (reason: unknown) => void | Promise<void>;

export const checkTimeout = (timeoutMs: number): number => {
  if (!(timeoutMs > 0)) {
    throw new InvalidArgumentError(
      `timeoutMs must be above 0, or Infinity for no deadline; it is ${timeoutMs}`,
    );
  }
  return timeoutMs;
};

/** Whether these options let a call do at once what needs no waiting: what they forbid or end is the business of procedure(). */
export const goesAtOnce = (options: WaitOptions | undefined): boolean =>
  options === undefined ||
  (options.signal === undefined && (options.timeoutMs === undefined || options.timeoutMs > 0));

/**
 * The one way to wait: it owns the timer and the listeners, clears them whatever happens, and settles exactly once.
 * `start` may settle before it returns; what it throws rejects.
 */
export const procedure = <T>(
  options: ProcedureOptions,
  start: (settle: Settle<T>) => Withdraw | undefined,
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const { what, clock, signal, scope, hint } = options;
    const timeoutMs = checkTimeout(options.timeoutMs ?? options.defaultTimeoutMs);
    signal?.throwIfAborted();
    scope?.check();

    let done = false;
    let timer: Timer = noTimer;
    let leaveScope: (() => void) | undefined;
    let leaveSignal: (() => void) | undefined;
    let withdraw: Withdraw | undefined;

    const finish = (): boolean => {
      if (done) return false;
      done = true;
      timer.cancel();
      leaveScope?.();
      leaveSignal?.();
      return true;
    };
    const giveUp = (makeReason: () => unknown): void => {
      if (!finish()) return;
      const reason = makeReason();
      const rejectNow = (): void => reject(reason);
      try {
        const over = withdraw?.(reason);
        if (over === undefined) rejectNow();
        else over.then(rejectNow, rejectNow);
      } catch {
        rejectNow();
      }
    };
    const aborted = (): void => giveUp(() => signal?.reason);
    const settle: Settle<T> = {
      resolve: (value) => {
        if (finish()) resolve(value);
      },
      reject: (error) => {
        if (finish()) reject(error);
      },
    };

    try {
      withdraw = start(settle);
    } catch (error) {
      settle.reject(error);
    }
    if (done) return;
    leaveScope = scope?.add((error) => settle.reject(error));
    if (done) return;
    // An abort that `start` itself set off is no event any more.
    if (signal?.aborted === true) return aborted();
    if (signal !== undefined) leaveSignal = onAbort(signal, aborted);
    timer = clock.after(timeoutMs, () =>
      giveUp(() => {
        const advice = hint?.();
        const text = `timed out after ${timeoutMs} ms while ${what}`;
        return new TimeoutError(advice === undefined ? text : `${text}: ${advice}`, timeoutMs);
      }),
    );
  });

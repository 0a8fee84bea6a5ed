import type { Clock } from '../core/clock.ts';
import { procedure } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';

/** Work under a guard. It should stop when the signal aborts; its promise is not waited for after that. */
export type GuardedWork<T> = (signal: AbortSignal) => Promise<T> | T;

/**
 * Runs a block of work that ends with its link: rejects with the scope's error when that ends, with TimeoutError after `timeoutMs`, and else settles as
 * the work does. What the work does after it was given up is nobody's concern any more, its rejection included.
 */
export const guard = <T>(
  clock: Clock,
  scope: WaitScope,
  what: string,
  timeoutMs: number,
  work: GuardedWork<T>,
): Promise<T> => {
  const controller = new AbortController();
  return procedure<T>({ what, clock, scope, timeoutMs, defaultTimeoutMs: timeoutMs }, (settle) => {
    const leave = scope.add((error) => controller.abort(error));
    Promise.resolve(controller.signal).then(work).then(settle.resolve, settle.reject).finally(leave);
    return (reason) => {
      leave();
      controller.abort(reason);
    };
  });
};

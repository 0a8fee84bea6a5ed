import type { Clock } from '../core/clock.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';

/** What is held back, and by what. */
export interface HeldBack extends WaitOptions {
  readonly held: Promise<void>;
  /** As it continues "encrypting the link before". */
  readonly what: string;
  readonly clock: Clock;
  readonly scope: WaitScope;
}

/** Does something when nothing holds it back any more, in what is left of the caller's deadline. */
export const holdBack = async <R>(
  { held, what, clock, scope, timeoutMs, signal }: HeldBack,
  work: (left: WaitOptions) => Promise<R>,
): Promise<R> => {
  // Who has given up before this waits for nothing: should what held it back fail then, nobody is there to be told.
  held.catch(() => undefined);
  const endMs = clock.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
  await procedure<void>(
    {
      what: `encrypting the link before ${what}`,
      clock,
      scope,
      // It has a deadline of its own.
      defaultTimeoutMs: Number.POSITIVE_INFINITY,
      timeoutMs,
      signal,
    },
    (settle) => {
      held.then(settle.resolve, settle.reject);
      return undefined;
    },
  );
  const leftMs = Math.max(1, endMs - clock.now());
  return work({ timeoutMs: timeoutMs === undefined ? undefined : leftMs, signal });
};

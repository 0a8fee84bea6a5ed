import { TimeoutError } from '../../core/errors.ts';
import { procedure, type WaitOptions } from '../../core/procedure.ts';
import type { Radio } from '../radio/radio.ts';
import type { SetUser } from '../radio/radio-users.ts';
import { type AdvertisingSpec, describeSet, LIMITED_TIMEOUT_MS } from './advertising-options.ts';

export interface BroadcastRun extends WaitOptions {
  readonly radio: Radio;
  readonly handle: number;
  readonly spec: AdvertisingSpec;
  /** How long to broadcast; then the promise resolves. */
  readonly durationMs: number;
}

/** Sends one set until its time is over. The set is still when the promise settles. */
export const broadcast = async (run: BroadcastRun): Promise<void> => {
  const { radio, handle, spec, durationMs, signal } = run;
  const longestMs = spec.limited ? LIMITED_TIMEOUT_MS : Number.POSITIVE_INFINITY;
  const deadlineMs = Math.min(run.timeoutMs ?? longestMs, longestMs);
  let over = false;
  try {
    await procedure<never>(
      {
        what: describeSet(spec.parameters),
        clock: radio.controller.clock,
        scope: radio.scope,
        defaultTimeoutMs: Math.min(durationMs, deadlineMs),
        signal,
      },
      (settle) => {
        const user: SetUser = {
          linkUp: () => false,
          // The next controller shall not broadcast for nobody.
          interrupted: () => radio.wantSet(handle, undefined, user),
          timedOut: () => undefined,
          failed: (error) => settle.reject(error),
        };
        const { parameters, advertisingData: data, scanResponseData: scanResponse } = spec;
        radio.wantSet(handle, { parameters, data, scanResponse, enabled: true }, user);
        return (reason) => {
          over = durationMs <= deadlineMs && reason instanceof TimeoutError && reason !== signal?.reason;
          radio.wantSet(handle, undefined, user);
          return radio.released(handle);
        };
      },
    );
  } catch (error) {
    if (!over) throw error;
  }
};

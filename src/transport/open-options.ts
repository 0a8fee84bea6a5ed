import type { Clock } from '../core/clock.ts';
import type { WaitOptions } from '../core/procedure.ts';

/** What every maker of a transport takes beside the address. */
export interface OpenTransportOptions extends WaitOptions {
  readonly clock: Clock;
}

/** The default deadline for opening a transport. */
export const OPEN_TIMEOUT_MS = 10_000;

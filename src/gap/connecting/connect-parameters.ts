import { InvalidArgumentError } from '../../core/errors.ts';
import { connectionInterval, scanInterval, scanWindow, supervisionTimeout, toSlots } from '../intervals.ts';

/** How to look for the peer, and the parameters that the link starts with (Vol 4, Part E, 7.8.12). */
export interface ConnectParameters {
  /** Rounded to 1.25 ms; 7.5 to 4000. Default 30. */
  readonly minIntervalMs?: number | undefined;
  /** Rounded to 1.25 ms; default 50, or `minIntervalMs` where that is more. */
  readonly maxIntervalMs?: number | undefined;
  /** Connection events that the peripheral may skip, 0 to 499. Default 0. */
  readonly peripheralLatency?: number | undefined;
  /** Silence after which the link counts as lost. Rounded to 10 ms; 100 to 32000. Default 4000. */
  readonly supervisionTimeoutMs?: number | undefined;
  /** How often the controller looks for the peer, rounded to 0.625 ms. Default 60. */
  readonly scanIntervalMs?: number | undefined;
  /** How long it looks each time, rounded to 0.625 ms. Default 60: without a pause. */
  readonly scanWindowMs?: number | undefined;
}

/** The same in HCI units. */
export interface InitiatingParameters {
  readonly scanInterval: number;
  readonly scanWindow: number;
  readonly intervalMin: number;
  readonly intervalMax: number;
  readonly peripheralLatency: number;
  readonly supervisionTimeout: number;
}

/** How to look for a peer: without a pause unless told. */
export const lookingTimes = (
  scanIntervalMs: number | undefined,
  scanWindowMs: number | undefined,
): { readonly intervalMs: number; readonly windowMs: number } => ({
  intervalMs: scanIntervalMs ?? Math.max(60, scanWindowMs ?? 0),
  windowMs: scanWindowMs ?? Math.min(60, scanIntervalMs ?? 60),
});

/** Throws InvalidArgumentError for what the specification does not allow. */
export const toInitiatingParameters = (given: ConnectParameters): InitiatingParameters => {
  const minMs = given.minIntervalMs ?? Math.min(30, given.maxIntervalMs ?? 30);
  const intervalMin = toSlots(minMs, connectionInterval);
  const intervalMax = toSlots(given.maxIntervalMs ?? Math.max(50, minMs), connectionInterval);
  if (intervalMin > intervalMax) {
    throw new InvalidArgumentError(
      `minIntervalMs ${given.minIntervalMs} is above maxIntervalMs ${given.maxIntervalMs}`,
    );
  }
  const peripheralLatency = given.peripheralLatency ?? 0;
  if (!Number.isInteger(peripheralLatency) || peripheralLatency < 0 || peripheralLatency > 499) {
    throw new InvalidArgumentError(
      `peripheralLatency is a whole number from 0 to 499; it is ${peripheralLatency}`,
    );
  }
  const timeout = toSlots(given.supervisionTimeoutMs ?? 4000, supervisionTimeout);
  const leastMs = (1 + peripheralLatency) * intervalMax * connectionInterval.slotMs * 2;
  if (timeout * supervisionTimeout.slotMs <= leastMs) {
    throw new InvalidArgumentError(
      `supervisionTimeoutMs must be above (1 + peripheralLatency) * maxIntervalMs * 2, which is ${leastMs} ms`,
    );
  }
  const looking = lookingTimes(given.scanIntervalMs, given.scanWindowMs);
  const lookInterval = toSlots(looking.intervalMs, scanInterval);
  const lookWindow = toSlots(looking.windowMs, scanWindow);
  if (lookWindow > lookInterval) {
    throw new InvalidArgumentError(
      `scanWindowMs ${given.scanWindowMs} is above scanIntervalMs ${given.scanIntervalMs}`,
    );
  }
  return {
    scanInterval: lookInterval,
    scanWindow: lookWindow,
    intervalMin,
    intervalMax,
    peripheralLatency,
    supervisionTimeout: timeout,
  };
};

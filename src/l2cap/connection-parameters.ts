import type { Infer } from '../core/pdu.ts';
import type { ConnectionParameterUpdateRequest } from './codec/signalling.ts';

/**
 * What a peripheral asks its central for, in the units of the air: `intervalMin` and `intervalMax` of 1.25 ms, `latency` in connection events,
 * `timeout` (the supervision timeout) of 10 ms (Vol 3, Part A, 4.20).
 */
export type ConnectionParameters = Infer<(typeof ConnectionParameterUpdateRequest)['shape']>;

/** What is wrong with the parameters, or undefined when they may go to a controller (Vol 3, Part A, 4.20; Vol 4, Part E, 7.8.18). */
export const connectionParameterFault = (parameters: ConnectionParameters): string | undefined => {
  const { intervalMin, intervalMax, latency, timeout } = parameters;
  const outside = (value: number, lowest: number, highest: number): boolean =>
    !Number.isInteger(value) || value < lowest || value > highest;
  if (outside(intervalMin, 6, 3200)) return `intervalMin is 6 to 3200 units of 1.25 ms, not ${intervalMin}`;
  if (outside(intervalMax, 6, 3200)) return `intervalMax is 6 to 3200 units of 1.25 ms, not ${intervalMax}`;
  if (intervalMin > intervalMax) return `intervalMin (${intervalMin}) is above intervalMax (${intervalMax})`;
  if (outside(latency, 0, 499)) return `latency is 0 to 499 connection events, not ${latency}`;
  if (outside(timeout, 10, 3200)) return `timeout is 10 to 3200 units of 10 ms, not ${timeout}`;
  // In milliseconds: timeout * 10 > (1 + latency) * intervalMax * 1.25 * 2.
  if (timeout * 4 <= (1 + latency) * intervalMax) {
    return `a timeout of ${timeout * 10} ms is not more than twice what ${1 + latency} intervals of ${intervalMax * 1.25} ms take`;
  }
  return undefined;
};

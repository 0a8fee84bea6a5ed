import { InvalidArgumentError } from '../../core/errors.ts';
import { type ConnectionParameters, connectionParameterFault } from '../../l2cap/connection-parameters.ts';
import { connectionInterval, supervisionTimeout, toSlots } from '../intervals.ts';

/** Parameters to ask for (Vol 3, Part C, 9.3.9). */
export interface ConnectionParameterRequest {
  /** Rounded to 1.25 ms; 7.5 to 4000. */
  readonly minIntervalMs: number;
  /** Rounded to 1.25 ms; `minIntervalMs` by default. */
  readonly maxIntervalMs?: number | undefined;
  /** Connection events that the peripheral may skip, 0 to 499. Default 0. */
  readonly peripheralLatency?: number | undefined;
  /** Silence after which the link counts as lost. Rounded to 10 ms; 100 to 32000. Default 4000. */
  readonly supervisionTimeoutMs?: number | undefined;
}

/** In the units of the air. Throws InvalidArgumentError for what no link can have; `what` is for its message. */
export const toConnectionParameters = (
  what: string,
  request: ConnectionParameterRequest,
): ConnectionParameters => {
  const wanted = {
    intervalMin: toSlots(request.minIntervalMs, connectionInterval),
    intervalMax: toSlots(request.maxIntervalMs ?? request.minIntervalMs, connectionInterval),
    latency: request.peripheralLatency ?? 0,
    timeout: toSlots(request.supervisionTimeoutMs ?? 4_000, supervisionTimeout),
  };
  const fault = connectionParameterFault(wanted);
  if (fault !== undefined) throw new InvalidArgumentError(`${what}: ${fault}`);
  return wanted;
};

import type { AttBearer } from '../att/att-bearer.ts';
import type { Clock } from '../core/clock.ts';
import type { ClientRequests, Validity } from './client-requests.ts';
import type { ServiceRecord } from './discovery.ts';
import type { LongWrites } from './long-writes.ts';
import type { RemoteService } from './remote-service.ts';
import type { ValueHub } from './value-hub.ts';

/** What the objects of one client share. */
export interface ClientContext {
  readonly bearer: AttBearer;
  readonly clock: Clock;
  /** The server, for messages: `F0:F1:F2:F3:F4:F5`. */
  readonly peer: string;
  readonly requests: ClientRequests;
  readonly values: ValueHub;
  readonly longWrites: LongWrites;
  /** The objects of services that `discover` finds included: one for each service of the peer, however often it is found. */
  readonly includedServicesOf: (
    discover: () => Promise<readonly ServiceRecord[]>,
  ) => Promise<readonly RemoteService[]>;
  /** Ends when the peer changes any of its services from now on. */
  readonly sinceNow: () => Validity;
}

/** A step of discovery that is given no deadline. */
export const DISCOVERY_STEP_TIMEOUT_MS = 2_000;

/** `0x002a`. */
export const printHandle = (handle: number): string => `0x${handle.toString(16).padStart(4, '0')}`;

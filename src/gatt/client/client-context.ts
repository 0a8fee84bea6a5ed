import type { Bearer } from '../../att/bearer.ts';
import type { Clock } from '../../core/clock.ts';
import type { ClientRequests } from './client-requests.ts';
import type { SignedWrites } from './client-signed-writes.ts';
import type { LongWrites } from './long-writes.ts';
import type { RemoteServices } from './remote-services.ts';
import type { ValueHub } from './value-hub.ts';

/** What the objects of one client share. */
export interface ClientContext {
  readonly bearer: Bearer;
  readonly clock: Clock;
  /** The server, for messages: `F0:F1:F2:F3:F4:F5`. */
  readonly peer: string;
  readonly requests: ClientRequests;
  readonly values: ValueHub;
  readonly longWrites: LongWrites;
  readonly signedWrites: SignedWrites;
  readonly services: RemoteServices;
  /** To be called when a discovery has brought something new. */
  readonly learned: () => void;
}

/** A step of discovery that is given no deadline. */
export const DISCOVERY_STEP_TIMEOUT_MS = 2_000;

/** `0x002a`. */
export const printHandle = (handle: number): string => `0x${handle.toString(16).padStart(4, '0')}`;

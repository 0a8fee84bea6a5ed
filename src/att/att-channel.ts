import type { WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';

/**
 * What a bearer stands on: the fixed channel 4 of a link, or a credit-based channel for an Enhanced ATT bearer (Vol 3, Part F, 3.2.11).
 * A `FixedChannel` of L2CAP is one.
 */
export interface AttChannel {
  /** The channel's own life, which is at most that of its link. */
  readonly scope: WaitScope;
  /** Takes a packet made by allocatePacket(), PDU at PacketOffset.payload. PDUs leave in the order of the calls. */
  send(packet: Uint8Array, options?: WaitOptions): Promise<void>;
  /** Gets each PDU; the view is valid until the call returns. */
  receiver: ((pdu: Uint8Array) => void) | undefined;
}

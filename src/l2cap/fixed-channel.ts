import type { WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';

/** Fixed channels of an LE link (Vol 3, Part A, 2.1). */
export const FixedCid = { att: 0x0004, signalling: 0x0005, smp: 0x0006 } as const;
export type FixedCid = (typeof FixedCid)[keyof typeof FixedCid];

/** One fixed channel of one link. */
export interface FixedChannel {
  readonly cid: FixedCid;
  /** The link's. */
  readonly scope: WaitScope;
  /** Takes a packet made by allocatePacket(), payload at PacketOffset.payload. Resolves when it is with the controller. */
  send(packet: Uint8Array, options?: WaitOptions): Promise<void>;
  /** Gets each payload; the view is valid until the call returns. */
  receiver: ((payload: Uint8Array) => void) | undefined;
}

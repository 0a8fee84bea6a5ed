import type { WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';

/**
 * What every send() returns whose packets are with the controller already: nobody can tell one resolved promise from another, and who compares need not wait
 * for this one.
 */
export const alreadySent: Promise<void> = Promise.resolve();

/** Called for each ACL fragment of a link, in order. The view is valid until the call returns. */
export type AclReceiver = (fragment: Uint8Array, first: boolean) => void;

/**
 * The data path of one connection. It is an object with a life, not a handle: when the connection ends it is dead for good, and a controller
 * that uses the handle again makes a new one.
 */
export interface AclLink {
  readonly handle: number;
  /** Ends with DisconnectedError when the link is gone, with TransportError when the controller is. */
  readonly scope: WaitScope;
  /** Octets of L2CAP data that one fragment can carry (Vol 4, Part E, 4.1). */
  readonly maxFragmentLength: number;
  /**
   * Sends one L2CAP PDU that has been cut into fragments: `first`, and those that continue it. Each begins with PacketOffset.l2cap octets of
   * room for the lower headers, which are written here. The fragments of a PDU stay together on the link; links share the controller's
   * buffers by turns. Resolves when the last fragment is with the controller; while there is room that is at once, and `alreadySent` is what it gives.
   * Giving up (deadline, abort) takes the PDU back if none of it has left; else it goes on and the promise rejects all the same.
   * Default deadline 1 s.
   */
  send(first: Uint8Array, more?: readonly Uint8Array[], options?: WaitOptions): Promise<void>;
  /** Set once by L2CAP. What arrived before is handed over then. */
  receiver: AclReceiver | undefined;
}

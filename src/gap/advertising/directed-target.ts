import { kindOfAddress } from '../../core/address.ts';
import { InvalidStateError } from '../../core/errors.ts';
import type { Bond } from '../../smp/bond.ts';
import type { Peer } from '../radio/radio-controller.ts';

/** Whom directed advertising is for, and how that peer is called. */
export interface DirectedTarget {
  readonly peer: Peer;
  /** By a private address that the controller makes; this side too where it hides. */
  readonly privately: boolean;
}

/** What the controller would call: its identity, and whether a bond and the resolving list know it. */
export interface DirectedKnowledge {
  readonly bond: Bond | undefined;
  /** The controller knows the peer behind its private addresses. */
  readonly resolved: boolean;
}

/**
 * Decides how directed advertising calls a peer. One that hides is called by a private address, and only where it is known to resolve such addresses, or it would never
 * answer (Vol 3, Part C, 9.3.3 and 12.4). Throws InvalidStateError where it cannot be called.
 */
export const directedTarget = (peer: Peer, { bond, resolved }: DirectedKnowledge): DirectedTarget => {
  const { address, type } = peer;
  if (kindOfAddress(address, type) === 'resolvable') {
    throw new InvalidStateError(
      `${address} is a private address of nobody who has bonded: it may not be in use any more; advertise to everybody`,
    );
  }
  if (bond?.peerIrk === undefined) return { peer, privately: false };
  if (bond.centralAddressResolution !== true) {
    const why =
      bond.centralAddressResolution === false
        ? 'has said that it does not recognise itself behind a private address'
        : 'hides, and it has not been read yet whether it recognises itself behind a private address: that is done while it is connected';
    throw new InvalidStateError(`${address} ${why}; advertise to everybody`);
  }
  if (!resolved) {
    throw new InvalidStateError(
      `${address} hides, and the controller has no resolving list that holds it: advertise to everybody`,
    );
  }
  return { peer, privately: true };
};

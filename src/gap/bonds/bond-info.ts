import type { Address, AddressType } from '../../core/address.ts';
import type { Bond } from '../../smp/bond.ts';

/** What may be told of a bond: everything but the keys. */
export interface BondInfo {
  /** The peer's identity address. */
  readonly address: Address;
  readonly addressType: AddressType;
  /** The key came from a pairing that a person or an out-of-band channel vouched for. */
  readonly authenticated: boolean;
  readonly secureConnections: boolean;
  /** Octets of the key, 7 to 16. */
  readonly keySize: number;
  /** The peer has given the key by which its private addresses are known. */
  readonly resolvable: boolean;
}

export const describeBond = (bond: Bond): BondInfo => ({
  address: bond.peer.address,
  addressType: bond.peer.type,
  authenticated: bond.authenticated,
  secureConnections: bond.secureConnections,
  keySize: bond.keySize,
  resolvable: bond.peerIrk !== undefined,
});

import type { Address, AddressType } from '../core/address.ts';
import type { Bytes } from '../core/bytes.ts';
import type { JsonObject } from '../core/json-reader.ts';
import { equalSecrets } from '../crypto/equal-secrets.ts';

/** Who a peer is, whatever address it shows on the air (Vol 3, Part H, 2.4.1): a public or a static random address. */
export interface IdentityAddress {
  readonly address: Address;
  readonly type: AddressType;
}

/** A long-term key, and by what it is asked for (Vol 3, Part H, 2.4.4.2 and 2.4.4.3). */
export interface LongTermKey {
  /** 16 octets, the most significant first. Where the key is shorter than 16 octets its most significant ones are zero. */
  readonly value: Bytes;
  /** 0 where it was made by Secure Connections. */
  readonly ediv: number;
  /** 8 octets, the most significant first; all zero where it was made by Secure Connections. */
  readonly rand: Bytes;
}

/** A key that signs data (Vol 3, Part H, 2.4.5). */
export interface SigningKey {
  /** 16 octets, the most significant first. */
  readonly value: Bytes;
  /** Of the next signature; one that is lower has been used. 2 ** 32 where all have been. */
  readonly counter: number;
}

/** What is kept of a peer so that the next link needs no pairing (Vol 3, Part C, 9.4). Every key has its most significant octet first. */
export interface Bond {
  readonly peer: IdentityAddress;
  /** The key came from a pairing that a person or an out-of-band channel vouched for. */
  readonly authenticated: boolean;
  readonly secureConnections: boolean;
  /** Octets of the keys, 7 to 16. */
  readonly keySize: number;
  /** Given by the peer: encrypts links of which this side is the central. With Secure Connections the same as `localKey`. */
  readonly peerKey?: LongTermKey | undefined;
  /** Given to the peer: encrypts links of which this side is the peripheral. */
  readonly localKey?: LongTermKey | undefined;
  /** Resolves the peer's private addresses; absent where it has none, also where it gave one of zeros. */
  readonly peerIrk?: Bytes | undefined;
  /** Checks what the peer signs. */
  readonly peerSigningKey?: SigningKey | undefined;
  /** Signs what is sent to the peer. */
  readonly localSigningKey?: SigningKey | undefined;
  /** Whether the peer, as central, resolves addresses that it is called by (Vol 3, Part C, 12.4); undefined until that has been read. */
  readonly centralAddressResolution?: boolean | undefined;
  /** What the peer has configured as a GATT client (Vol 3, Part G, 2.5.2 and 3.3.3.3). The form is the GATT server's. */
  readonly client?: JsonObject | undefined;
}

/** The key that encrypts links on which this side has that role. Legacy pairing may give one for one role alone. */
export const keyFor = (
  { peerKey, localKey }: Bond,
  role: 'central' | 'peripheral',
): LongTermKey | undefined => (role === 'central' ? peerKey : localKey);

/** Whether both are of one pairing: what is kept beside the keys may differ. */
export const isOfSamePairing = (a: Bond, b: Bond): boolean =>
  keysOf(a).every((key, at) => {
    const other = keysOf(b)[at];
    return key === undefined || other === undefined ? key === other : equalSecrets(key, other);
  });

const keysOf = ({ peerKey, localKey, peerIrk, peerSigningKey, localSigningKey }: Bond) => [
  peerKey?.value,
  localKey?.value,
  peerIrk,
  peerSigningKey?.value,
  localSigningKey?.value,
];

/** A bond with the counters of signatures of another state of it where those are higher: what has been used by either is used. */
export const withHigherCounters = (bond: Bond, other: Bond): Bond => ({
  ...bond,
  peerSigningKey: higher(bond.peerSigningKey, other.peerSigningKey),
  localSigningKey: higher(bond.localSigningKey, other.localSigningKey),
});

const higher = (key: SigningKey | undefined, other: SigningKey | undefined): SigningKey | undefined =>
  key && other && { ...key, counter: Math.max(key.counter, other.counter) };

export const sameIdentity = (a: IdentityAddress, b: IdentityAddress): boolean =>
  a.address === b.address && a.type === b.type;

import { parseAddress } from '../../src/core/address.ts';
import type { Bond, IdentityAddress } from '../../src/smp/bond.ts';
import { fromHex } from './hex.ts';

export const identityOf = (text: string, type: IdentityAddress['type'] = 'public'): IdentityAddress => ({
  address: parseAddress(text),
  type,
});

export const localIdentity = identityOf('00:00:5E:00:53:01');
export const otherLocal = identityOf('C0:00:5E:00:53:02', 'random');

/** An identity whose address is `localIdentity`. */
export const identity = { address: localIdentity, keep: () => Promise.resolve() };

/** 16 octets that no other key has. */
export const keyOf = (seed: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: 16 }, (_, at) => (seed * 31 + at * 7 + 1) & 0xff);

/** A bond of Secure Connections with a peer that hides behind an IRK. */
export const secureBond = (peer: IdentityAddress, seed: number, more: Partial<Bond> = {}): Bond => {
  const key = { value: keyOf(seed), ediv: 0, rand: new Uint8Array(8) };
  return {
    peer,
    authenticated: true,
    secureConnections: true,
    keySize: 16,
    peerKey: key,
    localKey: key,
    peerIrk: keyOf(seed + 100),
    ...more,
  };
};

/** A bond of legacy pairing that has everything a bond can have. */
export const legacyBond = (peer: IdentityAddress): Bond => ({
  peer,
  authenticated: false,
  secureConnections: false,
  keySize: 7,
  peerKey: {
    value: fromHex('00000000 00000000 00102030 405060aa'),
    ediv: 0x1234,
    rand: fromHex('0102030405060708'),
  },
  localKey: {
    value: fromHex('00000000 00000000 00908070 605040bb'),
    ediv: 0xffff,
    rand: fromHex('f1f2f3f4f5f6f7f8'),
  },
  peerIrk: keyOf(1),
  peerSigningKey: { value: keyOf(2), counter: 0 },
  localSigningKey: { value: keyOf(3), counter: 0xffff_ffff },
  centralAddressResolution: false,
  client: { features: 1, configurations: { '12': 1 }, aware: true },
});

import { describe, expect, test } from 'vitest';
import { type Address, addressKeyOf, parseAddress } from '../../../../src/core/address.ts';
import { toHex } from '../../../../src/core/bytes.ts';
import { MAX_RESOLVED, MAX_STRANGERS, PeerIdentities } from '../../../../src/gap/privacy/peer-identities.ts';
import { resolvableAddressFrom } from '../../../../src/gap/privacy/random-address.ts';
import type { Bond } from '../../../../src/smp/bond.ts';
import { identityOf, keyOf, secureBond } from '../../../support/bonds.ts';

const alice = identityOf('00:00:5E:00:53:0A');
const bob = identityOf('F0:00:5E:00:53:0B', 'random');
const plain = identityOf('00:00:5E:00:53:0C');

const random = (address: Address) => ({ address, type: 'random' }) as const;
/** A private address of who has that IRK. */
const behind = (irk: Uint8Array, value = 1): Address =>
  resolvableAddressFrom(irk, Uint8Array.of(value & 0xff, value >> 8, 0x15));

/** Counts how often an address is tried with an IRK: each try hashes. */
const bench = (bonds: Bond[]) => {
  let changed = (): void => undefined;
  let nowMs = 0;
  const list = {
    all: bonds as readonly Bond[],
    onChange: (listener: () => void) => {
      changed = listener;
    },
  };
  const identities = new PeerIdentities(list, () => nowMs);
  return {
    identities,
    change: (to: readonly Bond[]) => {
      list.all = to;
      changed();
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
};

const aliceBond = secureBond(alice, 1, { peerIrk: keyOf(101) });
const bobBond = secureBond(bob, 2, { peerIrk: keyOf(102) });
const plainBond = secureBond(plain, 3, { peerIrk: undefined });

describe('who is behind an address', () => {
  const { identities } = bench([plainBond, aliceBond, bobBond]);

  test('is told by the IRK of a bond', () => {
    for (const value of [1, 2, 300]) {
      expect(identities.identify(random(behind(keyOf(101), value)))).toEqual(alice);
      expect(identities.identify(random(behind(keyOf(102), value)))).toEqual(bob);
    }
    expect(identities.resolves).toBe(true);
  });

  test.each([
    ['a stranger', random(behind(keyOf(9)))],
    ['an identity', alice],
    ['a static address', bob],
    ['a public address with the octets of a private one', identityOf(behind(keyOf(101)), 'public')],
    ['an address that nobody can resolve', identityOf('3A:00:00:00:00:01', 'random')],
  ])('is nobody else for %s', (_name, peer) => {
    expect(identities.identify(peer)).toEqual(peer);
  });

  test('is told by the first of two bonds with one IRK', () => {
    const { identities: twins } = bench([aliceBond, secureBond(bob, 2, { peerIrk: keyOf(101) })]);
    expect(twins.identify(random(behind(keyOf(101))))).toEqual(alice);
  });
});

describe('what is remembered', () => {
  test('is dropped when bonds change, of friends and of strangers', () => {
    const { identities, change } = bench([aliceBond]);
    const [ofAlice, ofBob] = [random(behind(keyOf(101))), random(behind(keyOf(102)))];
    expect(identities.identify(ofAlice)).toEqual(alice);
    expect(identities.identify(ofBob)).toEqual(ofBob);
    change([bobBond]);
    expect(identities.identify(ofAlice)).toEqual(ofAlice);
    expect(identities.identify(ofBob)).toEqual(bob);
    change([]);
    expect(identities.identify(ofBob)).toEqual(ofBob);
    expect(identities.resolves).toBe(false);
  });

  test('is bounded, and what was forgotten is found again', () => {
    const { identities } = bench([aliceBond]);
    for (let i = 0; i < MAX_RESOLVED + 3; i++) identities.identify(random(behind(keyOf(101), i)));
    expect(identities.counters.get('resolutionsForgotten')).toBe(3);
    for (let i = 0; i < MAX_STRANGERS + 4; i++) {
      const low = Uint8Array.of(0x45, i >> 8, i & 0xff, 1, 2, 3);
      identities.identify(random(parseAddress(toHex(low))));
    }
    expect(identities.counters.get('resolutionsForgotten')).toBe(7);
    expect(identities.identify(random(behind(keyOf(101), 0)))).toEqual(alice);
  });
});

describe('a peer that is heard', () => {
  test('is known by its identity and the number of that', () => {
    const { identities } = bench([aliceBond]);
    expect(identities.hear(behind(keyOf(101)))).toMatchObject({
      peer: alice,
      key: addressKeyOf(alice.address, alice.type),
    });
    expect(identities.hear(behind(keyOf(9)))).toBeUndefined();
  });

  test('is found under the address of last time, for a while', () => {
    const { identities, pass, change } = bench([aliceBond]);
    expect(identities.lastHeard(alice, 1_000)).toBeUndefined();
    identities.hear(behind(keyOf(101), 1));
    identities.hear(behind(keyOf(101), 2));
    pass(1_000);
    change([aliceBond, bobBond]);
    expect(identities.lastHeard(alice, 1_000)).toBe(behind(keyOf(101), 2));
    expect(identities.lastHeard(bob, 1_000)).toBeUndefined();
    pass(1);
    expect(identities.lastHeard(alice, 1_000)).toBeUndefined();
    identities.hear(behind(keyOf(101), 3));
    identities.forgetHeard(alice);
    expect(identities.lastHeard(alice, 1_000)).toBeUndefined();
  });
});

test('what a link has shown holds as long as the link', () => {
  const { identities } = bench([]);
  const onAir = identityOf('3A:00:00:00:00:01', 'random');
  const forget = identities.learn(onAir, alice);
  expect(identities.identify(onAir)).toEqual(alice);
  expect(identities.identify(identityOf(onAir.address, 'public'))).toEqual(
    identityOf(onAir.address, 'public'),
  );
  forget();
  expect(identities.identify(onAir)).toEqual(onAir);
});

import { describe, expect, test } from 'vitest';
import { InvalidArgumentError } from '../../../src/core/errors.ts';
import type { Bond } from '../../../src/smp/bond.ts';
import { checkedBond } from '../../../src/smp/bond-check.ts';
import {
  MAX_BONDS,
  parseBonds,
  printBonds,
  UnknownVersionError,
} from '../../../src/smp/codec/bond-document.ts';
import { identityOf, keyOf, legacyBond, localIdentity, otherLocal, secureBond } from '../../support/bonds.ts';

const peer = identityOf('00:00:5E:00:53:0A');
const hidden = identityOf('F0:00:5E:00:53:0B', 'random');

test('everything that a bond can have survives, and the digits stand in the order of the specification', () => {
  const all = [
    { local: localIdentity, bonds: [legacyBond(peer), secureBond(hidden, 4)] },
    { local: otherLocal, bonds: [{ peer, authenticated: false, secureConnections: true, keySize: 16 }] },
  ];
  const text = printBonds(all);
  expect(parseBonds(text)).toEqual(
    all.map((one) => ({ ...one, bonds: one.bonds.map((bond) => checkedBond(bond)) })),
  );
  expect(JSON.parse(text).identities[0].bonds[0].peerKey).toEqual({
    value: '000000000000000000102030405060aa',
    ediv: 0x1234,
    rand: '0102030405060708',
  });
  expect(JSON.parse(text).version).toBe(1);
});

test('a later version is told from damage', () => {
  expect(() => parseBonds('{"version":2,"identities":"?"}')).toThrow(UnknownVersionError);
});

test('fields that are not known are passed over', () => {
  expect(parseBonds('{"version":1,"identities":[],"comment":"mine"}')).toEqual([]);
});

/** A document with one bond, spoilt. */
const spoilt = (spoil: (bond: Record<string, unknown>) => void): string => {
  const document = JSON.parse(printBonds([{ local: localIdentity, bonds: [secureBond(peer, 1)] }]));
  spoil(document.identities[0].bonds[0]);
  return JSON.stringify(document);
};

const at = 'identities[0].bonds[0]';

test.each<[string, (bond: Record<string, unknown>) => void, string]>([
  ['no address', (bond) => delete bond['address'], `${at}.address: a string expected`],
  [
    'a private address',
    (bond) => Object.assign(bond, { address: '4A:00:00:00:00:01', type: 'random' }),
    `${at}.address: 4A:00:00:00:00:01 is a private address`,
  ],
  [
    'a short key',
    (bond) => Object.assign(bond, { peerIrk: 'ab' }),
    `${at}.peerIrk: 32 hexadecimal digits expected`,
  ],
  [
    'an IRK of zeros',
    (bond) => Object.assign(bond, { peerIrk: '0'.repeat(32) }),
    `${at}.peerIrk: a key of zeros`,
  ],
  [
    'a long-term key of zeros',
    (bond) => Object.assign(bond, { peerKey: { value: '0'.repeat(32), ediv: 0, rand: '0'.repeat(16) } }),
    `${at}.peerKey.value: a key of zeros`,
  ],
  [
    'a key size of 6',
    (bond) => Object.assign(bond, { keySize: 6 }),
    `${at}.keySize: a whole number from 7 to 16 expected`,
  ],
  [
    'a key that is longer than its size',
    (bond) => Object.assign(bond, { keySize: 15 }),
    `${at}.peerKey.value: it is longer`,
  ],
  [
    'EDIV in Secure Connections',
    (bond) => Object.assign(bond, { localKey: { value: '1'.repeat(32), ediv: 1, rand: '0'.repeat(16) } }),
    `${at}.localKey: EDIV`,
  ],
  [
    'two keys in Secure Connections',
    (bond) => Object.assign(bond, { localKey: { value: '1'.repeat(32), ediv: 0, rand: '0'.repeat(16) } }),
    `${at}.localKey: both sides`,
  ],
  [
    'a counter beyond 32 bits',
    (bond) => Object.assign(bond, { peerSigningKey: { value: '1'.repeat(32), counter: 2 ** 32 + 1 } }),
    `${at}.peerSigningKey.counter`,
  ],
  [
    'a client that is no object',
    (bond) => Object.assign(bond, { client: [] }),
    `${at}.client: an object expected`,
  ],
  [
    'a client that is too long',
    (bond) => Object.assign(bond, { client: { a: 'x'.repeat(70_000) } }),
    `${at}.client: an object of at most`,
  ],
])('%s is refused by its name', (_name, spoil, message) => {
  expect(() => parseBonds(spoilt(spoil))).toThrow(InvalidArgumentError);
  expect(() => parseBonds(spoilt(spoil))).toThrow(message);
});

describe('lists', () => {
  const bonds = (count: number): Bond[] =>
    Array.from({ length: count }, (_, i) =>
      secureBond(
        identityOf(
          `00:00:5E:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`,
        ),
        1,
      ),
    );

  test('a peer or an identity that is there twice is refused', () => {
    const [one] = bonds(1);
    if (one === undefined) throw new Error('no bond');
    expect(() => parseBonds(printBonds([{ local: localIdentity, bonds: [one, one] }]))).toThrow(
      `${at.replace('bonds[0]', 'bonds[1]')}: ${one.peer.address} is there twice`,
    );
    const identity = { local: localIdentity, bonds: [] };
    expect(() => parseBonds(printBonds([identity, identity]))).toThrow('identities[1]');
    expect(parseBonds(printBonds([identity, { ...identity, local: otherLocal }]))).toHaveLength(2);
  });

  test('bonds are bounded', () => {
    expect(
      parseBonds(printBonds([{ local: localIdentity, bonds: bonds(MAX_BONDS) }]))[0]?.bonds,
    ).toHaveLength(MAX_BONDS);
    expect(() => parseBonds(printBonds([{ local: localIdentity, bonds: bonds(MAX_BONDS + 1) }]))).toThrow(
      `a list of at most ${MAX_BONDS}`,
    );
  });
});

test('a bond that is checked is a copy: what the caller does to its own changes nothing', () => {
  const value = keyOf(9);
  const mine = secureBond(peer, 9, { peerIrk: value });
  const kept = checkedBond(mine);
  value.fill(0);
  expect([...(kept.peerIrk ?? [])]).toEqual([...keyOf(9)]);
});

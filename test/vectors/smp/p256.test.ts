import { describe, expect, test } from 'vitest';
import { equalSecrets } from '../../../src/crypto/equal-secrets.ts';
import { dhKey, generateKeyPair, isDebugKey, keyPairOf } from '../../../src/crypto/p256.ts';
import { fromHex } from '../../support/hex.ts';
import { octetsOf, sampleData } from '../sample-data.ts';

const cases = sampleData('p256')['cases'] as readonly Record<string, unknown>[];
const keysOf = (entry: Record<string, unknown>) => ({
  privateA: octetsOf(entry, 'privA'),
  privateB: octetsOf(entry, 'privB'),
  publicA: { x: octetsOf(entry, 'pubAx'), y: octetsOf(entry, 'pubAy') },
  publicB: { x: octetsOf(entry, 'pubBx'), y: octetsOf(entry, 'pubBy') },
});

describe.each(cases.map((entry) => [entry['name'], entry] as const))(
  'P-256 sample data, %s (Vol 2, Part G, 7.1.2)',
  (_name, entry) => {
    const { privateA, privateB, publicA, publicB } = keysOf(entry);

    test('public keys', () => {
      expect(keyPairOf(privateA)).toEqual({ privateKey: privateA, publicKey: publicA });
      expect(keyPairOf(privateB)).toEqual({ privateKey: privateB, publicKey: publicB });
    });

    test('the Diffie-Hellman key, from either side', () => {
      expect(dhKey(privateA, publicB)).toEqual(octetsOf(entry, 'dhkey'));
      expect(dhKey(privateB, publicA)).toEqual(octetsOf(entry, 'dhkey'));
    });

    test('a point off the curve has none', () => {
      const { x, y } = publicB;
      const flipped = y.map((octet, at) => (at === 31 ? octet ^ 1 : octet));
      const zero = new Uint8Array(32);
      for (const key of [
        { x, y: flipped },
        { x, y: zero },
        { x: zero, y },
        { x: zero, y: zero },
        { x: y, y: x },
      ]) {
        expect(dhKey(privateA, key)).toBeUndefined();
      }
    });
  },
);

test('coordinates that are no numbers of the field have no key', () => {
  const { privateA } = keysOf(cases[0] ?? {});
  const p = fromHex('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff');
  const largest = new Uint8Array(32).fill(0xff);
  for (const x of [p, largest])
    for (const y of [p, largest]) expect(dhKey(privateA, { x, y })).toBeUndefined();
});

test('the debug key is known, and its reflection', () => {
  const { publicA, publicB } = keysOf(cases[0] ?? {});
  expect(isDebugKey(publicA)).toBe(true);
  expect(isDebugKey({ x: publicA.x, y: publicB.y })).toBe(true);
  expect(isDebugKey(publicB)).toBe(false);
});

test('pairs are made anew, of 32 octets each, and agree', () => {
  const pairs = Array.from({ length: 300 }, generateKeyPair);
  expect(new Set(pairs.map(({ privateKey }) => privateKey.join())).size).toBe(300);
  for (const { privateKey, publicKey } of pairs) {
    expect([privateKey.length, publicKey.x.length, publicKey.y.length]).toEqual([32, 32, 32]);
  }
  const [a, b] = pairs;
  if (a === undefined || b === undefined) throw new Error('no pairs');
  expect(dhKey(a.privateKey, b.publicKey)).toEqual(dhKey(b.privateKey, a.publicKey));
});

test('secrets are equal octet by octet, and of other lengths never', () => {
  const secret = fromHex('00112233445566778899aabbccddeeff');
  expect(equalSecrets(secret, secret.slice())).toBe(true);
  expect(equalSecrets(secret, secret.slice(1))).toBe(false);
  for (let at = 0; at < 16; at++) {
    expect(
      equalSecrets(
        secret,
        secret.map((octet, i) => (i === at ? octet ^ 0x80 : octet)),
      ),
    ).toBe(false);
  }
});

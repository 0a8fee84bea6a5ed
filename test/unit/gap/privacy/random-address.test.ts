import { describe, expect, test } from 'vitest';
import { type Address, kindOfAddress, parseAddress } from '../../../../src/core/address.ts';
import { toHex } from '../../../../src/core/bytes.ts';
import { InvalidArgumentError } from '../../../../src/core/errors.ts';
import { ahWith } from '../../../../src/crypto/toolbox.ts';
import {
  isMadeWith,
  nonResolvableAddressFrom,
  resolvableAddressFrom,
  staticAddressFrom,
} from '../../../../src/gap/privacy/random-address.ts';
import { keyOf } from '../../../support/bonds.ts';
import { octetsOf, sampleData } from '../../../vectors/sample-data.ts';

const octets = (value: number, length = 6) => new Uint8Array(length).fill(value);
const irk = keyOf(5);

describe.each<[string, (random: Uint8Array) => Address, number, string, string]>([
  ['static', staticAddressFrom, 6, 'C0:00:00:00:00:00', 'FF:FF:FF:FF:FF:FF'],
  ['nonResolvable', nonResolvableAddressFrom, 6, '00:00:00:00:00:00', '3F:FF:FF:FF:FF:FF'],
  ['resolvable', (random) => resolvableAddressFrom(irk, random), 3, '40:00:00', '7F:FF:FF'],
])('a %s address', (kind, from, length, zeros, ones) => {
  test('is of that kind, whatever the octets', () => {
    for (let value = 0; value < 256; value += 17) {
      expect(kindOfAddress(from(octets(value, length)), 'random')).toBe(kind);
    }
  });

  test('has a random part that is neither all zero nor all one', () => {
    expect(from(octets(0, length)).startsWith(zeros)).toBe(false);
    expect(from(octets(0xff, length)).startsWith(ones)).toBe(false);
  });

  test('is made of as many octets as it needs', () => {
    expect(() => from(octets(1, length - 1))).toThrow(InvalidArgumentError);
  });
});

test('the octets stand in an address as they would travel', () => {
  expect(staticAddressFrom(Uint8Array.of(1, 2, 3, 4, 5, 6))).toBe('C6:05:04:03:02:01');
});

describe('a resolvable private address', () => {
  test('of the sample data is resolved with the IRK of the sample data (Vol 3, Part H, D.7)', () => {
    const data = sampleData('ah');
    const address = parseAddress(toHex(octetsOf(data, 'prand')) + toHex(octetsOf(data, 'hash')));
    expect(isMadeWith(ahWith(octetsOf(data, 'irk')), address)).toBe(true);
    expect(resolvableAddressFrom(octetsOf(data, 'irk'), octetsOf(data, 'prand').toReversed())).toBe(address);
    expect(isMadeWith(ahWith(irk), address)).toBe(false);
  });

  test('is resolved with the IRK that it was made with, and with no other', () => {
    for (let value = 1; value < 200; value += 13) {
      const address = resolvableAddressFrom(irk, Uint8Array.of(value, value * 3, value * 7));
      expect(isMadeWith(ahWith(irk), address)).toBe(true);
      expect(isMadeWith(ahWith(keyOf(6)), address)).toBe(false);
    }
  });
});

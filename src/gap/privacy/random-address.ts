import { type Address, addressFromOctets, addressOctets } from '../../core/address.ts';
import { concatBytes, equalBytes } from '../../core/bytes.ts';
import { InvalidArgumentError } from '../../core/errors.ts';
import { ah } from '../../crypto/toolbox.ts';

/** The two most significant bits of a random address (Vol 6, Part B, 1.3.2). */
const Kind = { nonResolvable: 0b00, resolvable: 0b01, static: 0b11 } as const;

const ADDRESS_OCTETS = 6;
const PRAND_OCTETS = 3;

const RESERVED_KIND = 0b10;

/** Whether the bits below the two highest of so many octets, of which that is the sum, are all zero or all one. */
const isUniform = (sum: number, length: number): boolean => sum === 0 || sum === 0x3f + (length - 1) * 0xff;

/**
 * Random octets with the bits of that kind on top of them. The bits below are neither all zero nor all one (1.3.2.1, 1.3.2.2). The most significant octet is
 * the last one given.
 */
const marked = (random: Uint8Array, kind: number, length: number): Uint8Array => {
  if (random.length !== length) {
    throw new InvalidArgumentError(`${length} random octets make an address, not ${random.length}`);
  }
  const octets = Uint8Array.from(random).reverse();
  const top = (octets[0] ?? 0) & 0x3f;
  const sum = octets.subarray(1).reduce((total, octet) => total + octet, top);
  octets[0] = (kind << 6) | top;
  const last = length - 1;
  if (isUniform(sum, length)) octets[last] = (octets[last] ?? 0) ^ 0x55;
  return octets;
};

/**
 * Whether it may stand for a random address: by its two most significant bits, and by those of its random part, which are neither all zero nor all one (1.3.2.1, 1.3.2.2). Below the
 * random part of a resolvable address anything may stand.
 */
export const isRandomAddress = (address: Address): boolean => {
  const octets = addressOctets(address);
  const kind = (octets[0] ?? 0) >> 6;
  if (kind === RESERVED_KIND) return false;
  const random = kind === Kind.resolvable ? octets.subarray(0, PRAND_OCTETS) : octets;
  const sum = random.subarray(1).reduce((total, octet) => total + octet, (random[0] ?? 0) & 0x3f);
  return !isUniform(sum, random.length);
};

/** A static random address out of six random octets (1.3.2.1). */
export const staticAddressFrom = (random: Uint8Array): Address =>
  addressFromOctets(marked(random, Kind.static, ADDRESS_OCTETS));

/** A private address that nobody can resolve, out of six random octets (1.3.2.2). */
export const nonResolvableAddressFrom = (random: Uint8Array): Address =>
  addressFromOctets(marked(random, Kind.nonResolvable, ADDRESS_OCTETS));

/** A private address that whoever has the IRK can resolve, out of three random octets (1.3.2.2). */
export const resolvableAddressFrom = (irk: Uint8Array, random: Uint8Array): Address => {
  const prand = marked(random, Kind.resolvable, PRAND_OCTETS);
  return addressFromOctets(concatBytes(prand, ah(irk, prand)));
};

/** The hash of an IRK, as ahWith() gives it. */
export type AddressHash = (prand: Uint8Array) => Uint8Array;

/** Whether a resolvable private address was made with the IRK of that hash (1.3.2.3). */
export const isMadeWith = (hash: AddressHash, address: Address): boolean => {
  const octets = addressOctets(address);
  return equalBytes(hash(octets.subarray(0, PRAND_OCTETS)), octets.subarray(PRAND_OCTETS));
};

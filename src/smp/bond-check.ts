import { type AddressKind, kindOfAddress } from '../core/address.ts';
import { equalBytes } from '../core/bytes.ts';
import { InvalidArgumentError } from '../core/errors.ts';
import { JsonReader } from '../core/json-reader.ts';
import { type SecretBytes, secretCopy } from '../core/secret-bytes.ts';
import type { Bond, IdentityAddress, LongTermKey, SigningKey } from './bond.ts';

const KEY_OCTETS = 16;
const RAND_OCTETS = 8;
/** Vol 3, Part H, 2.3.4. */
export const SMALLEST_KEY = 7;
export const LARGEST_KEY = 16;
/** A counter of signatures has 32 bits (Vol 3, Part H, 2.4.5). This one is behind the last. */
export const USED_UP_COUNTER = 0x1_0000_0000;
/** Of what is kept of a GATT client. */
const CLIENT_LIMITS = { depth: 8, length: 65_536 } as const;

const fault = (field: string, what: string): InvalidArgumentError =>
  new InvalidArgumentError(`${field}: ${what}`);

const isZero = (octets: Uint8Array): boolean => octets.every((octet) => octet === 0);

const key = (octets: Uint8Array, field: string): SecretBytes => {
  if (octets.length !== KEY_OCTETS)
    throw fault(field, `a key has ${KEY_OCTETS} octets, this one ${octets.length}`);
  if (isZero(octets)) throw fault(field, 'a key of zeros protects nothing');
  return secretCopy(octets);
};

const longTermKey = (given: LongTermKey, field: string, bond: Bond): LongTermKey => {
  const value = key(given.value, `${field}.value`);
  const { ediv } = given;
  if (!isZero(value.subarray(0, KEY_OCTETS - bond.keySize))) {
    throw fault(`${field}.value`, `it is longer than the keySize, which is ${bond.keySize}`);
  }
  if (given.rand.length !== RAND_OCTETS) throw fault(`${field}.rand`, `${RAND_OCTETS} octets expected`);
  if (!Number.isInteger(ediv) || ediv < 0 || ediv > 0xffff) throw fault(`${field}.ediv`, '16 bits expected');
  if (bond.secureConnections && (ediv !== 0 || !isZero(given.rand))) {
    throw fault(field, 'EDIV and Rand are 0 for a key of Secure Connections');
  }
  return { value, ediv, rand: new Uint8Array(given.rand) };
};

const signingKey = (given: SigningKey, field: string): SigningKey => {
  const { counter } = given;
  if (!Number.isInteger(counter) || counter < 0 || counter > USED_UP_COUNTER) {
    throw fault(`${field}.counter`, `a number from 0 to ${USED_UP_COUNTER} expected`);
  }
  return { value: key(given.value, `${field}.value`), counter };
};

const lastingKinds: readonly AddressKind[] = ['public', 'static'];

/** An identity is a public or a static random address (Vol 3, Part C, 10.8.1). Throws InvalidArgumentError that names the field. */
export const checkIdentity = (identity: IdentityAddress, field: string): IdentityAddress => {
  const { address, type } = identity;
  if (!lastingKinds.includes(kindOfAddress(address, type))) {
    throw fault(
      `${field}.address`,
      `${address} is a private address, an identity is a public or a static one`,
    );
  }
  return { address, type };
};

const made = <T>(given: T | undefined, make: (given: T) => T): T | undefined =>
  given === undefined ? undefined : make(given);

/**
 * A copy of a bond whose keys do not print themselves, held against what the specification says of its fields. Throws InvalidArgumentError that names
 * the field, below `path`.
 */
export const checkedBond = (bond: Bond, path = 'bond'): Bond => {
  const { keySize, secureConnections } = bond;
  if (!Number.isInteger(keySize) || keySize < SMALLEST_KEY || keySize > LARGEST_KEY) {
    throw fault(`${path}.keySize`, `${SMALLEST_KEY} to ${LARGEST_KEY} octets expected`);
  }
  const peerKey = made(bond.peerKey, (given) => longTermKey(given, `${path}.peerKey`, bond));
  const localKey = made(bond.localKey, (given) => longTermKey(given, `${path}.localKey`, bond));
  if (secureConnections && peerKey && localKey && !equalBytes(peerKey.value, localKey.value)) {
    throw fault(`${path}.localKey`, 'both sides of Secure Connections have one key, it differs from peerKey');
  }
  return {
    peer: checkIdentity(bond.peer, path),
    authenticated: bond.authenticated,
    secureConnections,
    keySize,
    peerKey,
    localKey,
    peerIrk: made(bond.peerIrk, (given) => key(given, `${path}.peerIrk`)),
    peerSigningKey: made(bond.peerSigningKey, (given) => signingKey(given, `${path}.peerSigningKey`)),
    localSigningKey: made(bond.localSigningKey, (given) => signingKey(given, `${path}.localSigningKey`)),
    centralAddressResolution: bond.centralAddressResolution,
    client: made(bond.client, (given) => JsonReader.of(given, `${path}.client`).plain(CLIENT_LIMITS)),
  };
};

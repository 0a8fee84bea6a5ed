import { toHex } from '../../core/bytes.ts';
import { InvalidArgumentError } from '../../core/errors.ts';
import { type Json, type JsonObject, JsonReader } from '../../core/json-reader.ts';
import { type Bond, type IdentityAddress, type LongTermKey, type SigningKey, sameIdentity } from '../bond.ts';
import { checkedBond, checkIdentity, LARGEST_KEY, SMALLEST_KEY, USED_UP_COUNTER } from '../bond-check.ts';
import type { BondsOfIdentity } from '../bond-store.ts';

// The form of the file that keeps bonds, version 1. Keys are hexadecimal, the most significant octet first.

const VERSION = 1;
/** Identities of this side in one file. */
const MAX_IDENTITIES = 256;
/** Bonds that one identity of this side has. */
export const MAX_BONDS = 256;

/** A document of a version that is not known here, which is no damage. */
export class UnknownVersionError extends InvalidArgumentError {}

const longTermKey = (read: JsonReader): LongTermKey => ({
  value: read.field('value').secret(16),
  ediv: read.field('ediv').integer(0, 0xffff),
  rand: read.field('rand').secret(8),
});

const signingKey = (read: JsonReader): SigningKey => ({
  value: read.field('value').secret(16),
  counter: read.field('counter').integer(0, USED_UP_COUNTER),
});

const identity = (read: JsonReader): IdentityAddress =>
  checkIdentity(
    { address: read.field('address').address(), type: read.field('type').addressType() },
    read.path,
  );

const bond = (read: JsonReader): Bond =>
  checkedBond(
    {
      peer: identity(read),
      authenticated: read.field('authenticated').boolean(),
      secureConnections: read.field('secureConnections').boolean(),
      keySize: read.field('keySize').integer(SMALLEST_KEY, LARGEST_KEY),
      peerKey: read.optional('peerKey', longTermKey),
      localKey: read.optional('localKey', longTermKey),
      peerIrk: read.optional('peerIrk', (irk) => irk.secret(16)),
      peerSigningKey: read.optional('peerSigningKey', signingKey),
      localSigningKey: read.optional('localSigningKey', signingKey),
      centralAddressResolution: read.optional('centralAddressResolution', (field) => field.boolean()),
      client: read.optional('client', (client) => client.object()),
    },
    read.path,
  );

/** Each of a list of which none may be there twice. */
const eachOnce = <T>(
  items: readonly JsonReader[],
  make: (item: JsonReader) => T,
  who: (made: T) => IdentityAddress,
) => {
  const all: T[] = [];
  for (const item of items) {
    const one = make(item);
    if (all.some((other) => sameIdentity(who(other), who(one)))) {
      throw item.refuse(`${who(one).address} is there twice`);
    }
    all.push(one);
  }
  return all;
};

const bondsOfIdentity = (read: JsonReader): BondsOfIdentity => ({
  local: identity(read),
  bonds: eachOnce(read.field('bonds').items(MAX_BONDS), bond, ({ peer }) => peer),
});

/** Reads a document. Throws InvalidArgumentError that names the field, UnknownVersionError for one of a later version. */
export const parseBonds = (text: string): readonly BondsOfIdentity[] => {
  const read = JsonReader.parse(text);
  const version = read.field('version').integer(1, Number.MAX_SAFE_INTEGER);
  if (version > VERSION) throw new UnknownVersionError(`version ${version} is known to a later Jelling only`);
  return eachOnce(read.field('identities').items(MAX_IDENTITIES), bondsOfIdentity, ({ local }) => local);
};

const printKey = (key: LongTermKey | undefined): JsonObject | undefined =>
  key && { value: toHex(key.value), ediv: key.ediv, rand: toHex(key.rand) };

const printSigningKey = (key: SigningKey | undefined): JsonObject | undefined =>
  key && { value: toHex(key.value), counter: key.counter };

/** What is undefined is left out by JSON.stringify. */
const printBond = (one: Bond): Record<string, Json | undefined> => ({
  ...one.peer,
  authenticated: one.authenticated,
  secureConnections: one.secureConnections,
  keySize: one.keySize,
  peerKey: printKey(one.peerKey),
  localKey: printKey(one.localKey),
  peerIrk: one.peerIrk && toHex(one.peerIrk),
  peerSigningKey: printSigningKey(one.peerSigningKey),
  localSigningKey: printSigningKey(one.localSigningKey),
  centralAddressResolution: one.centralAddressResolution,
  client: one.client,
});

/** Writes a document, keys and all. */
export const printBonds = (all: readonly BondsOfIdentity[]): string => {
  const identities = all.map(({ local, bonds }) => ({ ...local, bonds: bonds.map(printBond) }));
  return `${JSON.stringify({ version: VERSION, identities }, undefined, 2)}\n`;
};

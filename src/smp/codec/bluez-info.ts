import type { Address } from '../../core/address.ts';
import { type Bytes, toHex } from '../../core/bytes.ts';
import { InvalidArgumentError } from '../../core/errors.ts';
import type { Bond, LongTermKey, SigningKey } from '../bond.ts';
import { checkedBond, LARGEST_KEY, SMALLEST_KEY, USED_UP_COUNTER } from '../bond-check.ts';
import { isZero, reversedSecret } from './foreign-bonds.ts';
import { type KeyFile, parseKeyFile, printKeyFile } from './key-file.ts';

// The files of BlueZ, /var/lib/bluetooth/ADAPTER/DEVICE/info and ADAPTER/identity. Keys are hexadecimal, the least significant octet first; Rand is the number that
// these eight octets are.

type Group = ReadonlyMap<string, string>;

/** `Authenticated` of a long-term key: the types of keys of the kernel's management interface. */
const KeyType = { legacy: 0, legacyAuthenticated: 1, secure: 2, secureAuthenticated: 3, debug: 4 } as const;

const field = (group: Group, name: string): string => {
  const text = group.get(name);
  if (text === undefined) throw new InvalidArgumentError(`${name} is missing`);
  return text;
};

const integer = (group: Group, name: string, min: number, max: number): number => {
  const text = field(group, name);
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new InvalidArgumentError(`${name} is a number from ${min} to ${max}`);
  return value;
};

const octetsOf = (digits: string): Uint8Array =>
  Uint8Array.from(digits.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));

const hexadecimal = (text: string, octets: number, name: string): Uint8Array => {
  const digits = text.replace(/^0x/, '');
  if (digits.length !== octets * 2 || !/^[0-9a-f]*$/i.test(digits)) {
    throw new InvalidArgumentError(`${name} is ${octets * 2} hexadecimal digits`);
  }
  return octetsOf(digits);
};

const key = (group: Group): Bytes => reversedSecret(hexadecimal(field(group, 'Key'), 16, 'Key'));

/** A number; in files of old, the octets as they travel. */
const rand = (group: Group): Bytes => {
  const text = field(group, 'Rand');
  if (text.startsWith('0x')) return reversedSecret(hexadecimal(text, 8, 'Rand'));
  const value = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n;
  if (value < 0n || value >= 1n << 64n) throw new InvalidArgumentError('Rand is a number of 64 bits');
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setBigUint64(0, value);
  return octets;
};

interface Typed extends LongTermKey {
  readonly type: number;
  readonly size: number;
}

const longTermKey = (group: Group | undefined): Typed | undefined => {
  if (group === undefined) return undefined;
  const type = integer(group, 'Authenticated', 0, KeyType.debug);
  if (type === KeyType.debug)
    throw new InvalidArgumentError('its key comes of a debug key, which everybody knows');
  const secure = type >= KeyType.secure;
  return {
    type,
    size: integer(group, 'EncSize', SMALLEST_KEY, LARGEST_KEY),
    value: key(group),
    ediv: secure ? 0 : integer(group, 'EDiv', 0, 0xffff),
    rand: secure ? new Uint8Array(8) : rand(group),
  };
};

const signingKey = (group: Group | undefined): SigningKey | undefined =>
  group && {
    value: key(group),
    counter: group.has('Counter') ? integer(group, 'Counter', 0, USED_UP_COUNTER - 1) : 0,
  };

const irkOf = (file: KeyFile): Bytes | undefined => {
  const group = file.get('IdentityResolvingKey');
  const irk = group && key(group);
  return irk === undefined || isZero(irk) ? undefined : irk;
};

/** Reads the `info` of one device. Throws InvalidArgumentError that says why it is no bond of LE. */
export const parseBluezInfo = (text: string, address: Address): Bond => {
  const file = parseKeyFile(text);
  // A public address is what is meant by a file of a device that BR/EDR has found first.
  const type = file.get('General')?.get('AddressType') === 'static' ? 'random' : 'public';
  const central = longTermKey(file.get('LongTermKey'));
  const peripheral = longTermKey(file.get('PeripheralLongTermKey') ?? file.get('SlaveLongTermKey'));
  const one = central ?? peripheral;
  const peerIrk = irkOf(file);
  if (one === undefined && peerIrk === undefined) throw new InvalidArgumentError('it has no key of LE');
  const secureConnections = one !== undefined && one.type >= KeyType.secure;
  return checkedBond(
    {
      peer: { address, type },
      authenticated: one !== undefined && (one.type & 1) === 1,
      secureConnections,
      keySize: one?.size ?? LARGEST_KEY,
      peerKey: secureConnections ? one : central,
      localKey: secureConnections ? one : peripheral,
      peerIrk,
      peerSigningKey: signingKey(file.get('RemoteSignatureKey')),
      localSigningKey: signingKey(file.get('LocalSignatureKey')),
    },
    address,
  );
};

const printKey = (octets: Bytes): string => toHex(reversedSecret(octets)).toUpperCase();

const printLongTermKey = (bond: Bond, given: LongTermKey | undefined) => {
  if (given === undefined) return {};
  return {
    Key: printKey(given.value),
    Authenticated: (bond.secureConnections ? KeyType.secure : KeyType.legacy) + (bond.authenticated ? 1 : 0),
    EncSize: bond.keySize,
    EDiv: given.ediv,
    Rand: BigInt(`0x${toHex(given.rand)}`).toString(),
  };
};

/** A key that is used up has no counter that BlueZ could write down. */
const printSigningKey = (bond: Bond, given: SigningKey | undefined) =>
  given === undefined || given.counter === USED_UP_COUNTER
    ? {}
    : { Key: printKey(given.value), Counter: given.counter, Authenticated: bond.authenticated };

/** Writes the `info` of one device, keys and all. */
export const printBluezInfo = (bond: Bond): string => {
  // One key serves both roles, and is kept as the one of the peripheral.
  const central = bond.secureConnections ? undefined : bond.peerKey;
  const peripheral = printLongTermKey(
    bond,
    bond.localKey ?? (bond.secureConnections ? bond.peerKey : undefined),
  );
  return printKeyFile([
    [
      'General',
      {
        AddressType: bond.peer.type === 'random' ? 'static' : 'public',
        SupportedTechnologies: 'LE;',
        Trusted: false,
        Blocked: false,
      },
    ],
    ['IdentityResolvingKey', { Key: bond.peerIrk && printKey(bond.peerIrk) }],
    ['LongTermKey', printLongTermKey(bond, central)],
    ['PeripheralLongTermKey', peripheral],
    // What older releases read.
    ['SlaveLongTermKey', peripheral],
    ['LocalSignatureKey', printSigningKey(bond, bond.localSigningKey)],
    ['RemoteSignatureKey', printSigningKey(bond, bond.peerSigningKey)],
  ]);
};

/** The IRK of an adapter, of its file `identity`. Throws InvalidArgumentError for what is none. */
export const parseBluezIdentity = (text: string): Bytes | undefined => {
  const digits = parseKeyFile(text).get('General')?.get('IdentityResolvingKey');
  return digits === undefined ? undefined : reversedSecret(hexadecimal(digits, 16, 'IdentityResolvingKey'));
};

export const printBluezIdentity = (irk: Bytes): string =>
  printKeyFile([['General', { IdentityResolvingKey: toHex(reversedSecret(irk)) }]]);

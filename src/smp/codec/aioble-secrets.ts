import { addressAt, addressTypeFromHci, addressTypeToHci, writeAddress } from '../../core/address.ts';
import { type Bytes, ByteWriter, readU16, writeU16 } from '../../core/bytes.ts';
import { JsonReader } from '../../core/json-reader.ts';
import type { Bond, IdentityAddress, LongTermKey } from '../bond.ts';
import { checkedBond, LARGEST_KEY } from '../bond-check.ts';
import { type ForeignBonds, isZero, reasonOf, reversedSecret } from './foreign-bonds.ts';

// The file `ble_secrets.json` of MicroPython's aioble over NimBLE: a list of [type, key, value], the latter two in base64. A value is the C structure
// ble_store_value_sec as it lies in memory, little-endian and with 64-bit numbers on multiples of eight.

const SecretType = { ours: 1, peers: 2, ownIrk: 10 } as const;
const MAX_SECRETS = 4096;

const STRUCT_OCTETS = 80;
const At = {
  addressType: 0,
  address: 1,
  keySize: 7,
  ediv: 8,
  rand: 16,
  ltk: 24,
  ltkPresent: 40,
  irk: 41,
  irkPresent: 57,
  /** Bit 1 says that the key is authenticated, bit 2 that it was made by Secure Connections; bit 0 belongs to a CSRK. */
  flags: 74,
} as const;
const AUTHENTICATED = 2;
const SECURE_CONNECTIONS = 4;

/** One side's keys. Signing keys are left out: their counters are not kept, and without them what was signed once could be sent again. */
interface Secret {
  readonly peer: IdentityAddress;
  readonly authenticated: boolean;
  readonly secureConnections: boolean;
  readonly keySize: number;
  readonly key: LongTermKey | undefined;
  readonly irk: Bytes | undefined;
}

const decode = (octets: Uint8Array): Secret => {
  const part = (at: number, length: number) => reversedSecret(octets.subarray(at, at + length));
  const present = (at: number): boolean => ((octets[at] ?? 0) & 1) !== 0;
  const flags = octets[At.flags] ?? 0;
  const irk = part(At.irk, 16);
  return {
    peer: { address: addressAt(octets, At.address), type: addressTypeFromHci(octets[At.addressType] ?? 0) },
    authenticated: (flags & AUTHENTICATED) !== 0,
    secureConnections: (flags & SECURE_CONNECTIONS) !== 0,
    keySize: octets[At.keySize] ?? 0,
    key: present(At.ltkPresent)
      ? { value: part(At.ltk, 16), ediv: readU16(octets, At.ediv), rand: part(At.rand, 8) }
      : undefined,
    irk: present(At.irkPresent) && !isZero(irk) ? irk : undefined,
  };
};

const encode = (bond: Bond, key: LongTermKey | undefined, irk: Bytes | undefined): Uint8Array => {
  const octets = new Uint8Array(STRUCT_OCTETS);
  octets[At.addressType] = addressTypeToHci(bond.peer.type);
  writeAddress(new ByteWriter(octets, At.address), bond.peer.address);
  if (key !== undefined) {
    octets[At.keySize] = bond.keySize;
    writeU16(octets, At.ediv, key.ediv);
    octets.set(reversedSecret(key.rand), At.rand);
    octets.set(reversedSecret(key.value), At.ltk);
    octets[At.ltkPresent] = 1;
    octets[At.flags] =
      (bond.authenticated ? AUTHENTICATED : 0) | (bond.secureConnections ? SECURE_CONNECTIONS : 0);
  }
  if (irk !== undefined) {
    octets.set(reversedSecret(irk), At.irk);
    octets[At.irkPresent] = 1;
  }
  return octets;
};

const fromBase64 = (read: JsonReader): Uint8Array => {
  const text = read.string();
  if (!/^[0-9A-Za-z+/]*={0,2}\n?$/.test(text) || text.trimEnd().length % 4 !== 0)
    throw read.refuse('base64 expected');
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
};

/** As MicroPython writes it, with the end of a line. */
const toBase64 = (octets: Uint8Array): string => `${btoa(String.fromCharCode(...octets))}\n`;

interface Both {
  ours?: Secret;
  peers?: Secret;
}

const bondOf = ({ ours, peers }: Both): Bond | undefined => {
  const keyed = [peers, ours].find((secret) => secret?.key !== undefined);
  const secret = keyed ?? peers ?? ours;
  return (
    secret &&
    checkedBond(
      {
        peer: secret.peer,
        authenticated: secret.authenticated,
        secureConnections: secret.secureConnections,
        keySize: keyed === undefined ? LARGEST_KEY : secret.keySize,
        peerKey: peers?.key,
        localKey: ours?.key,
        peerIrk: peers?.irk,
      },
      secret.peer.address,
    )
  );
};

/** Reads the file. Throws InvalidArgumentError for what is no such file; what is no bond is passed over. */
export const parseAiobleSecrets = (text: string): ForeignBonds => {
  const peers = new Map<string, Both>();
  const skipped: string[] = [];
  let irk: Bytes | undefined;
  for (const read of JsonReader.parse(text).items(MAX_SECRETS)) {
    const [first, , third, ...more] = read.items(3);
    if (first === undefined || third === undefined || more.length > 0) {
      throw read.refuse('a list of type, key and value expected');
    }
    const type = first.integer(0, 0xff);
    const octets = fromBase64(third);
    if (type === SecretType.ownIrk && octets.length === 16) {
      irk = reversedSecret(octets);
    } else if (type !== SecretType.ours && type !== SecretType.peers) {
      skipped.push(`${read.path}: nothing that a bond holds (type ${type}, ${octets.length} octets)`);
    } else if (octets.length !== STRUCT_OCTETS) {
      skipped.push(`${read.path}: ${octets.length} octets are not the ${STRUCT_OCTETS} of NimBLE`);
    } else {
      const secret = decode(octets);
      const name = `${secret.peer.address} ${secret.peer.type}`;
      const side = type === SecretType.ours ? { ours: secret } : { peers: secret };
      peers.set(name, { ...peers.get(name), ...side });
    }
  }
  const bonds: Bond[] = [];
  for (const both of peers.values()) {
    try {
      const bond = bondOf(both);
      if (bond !== undefined) bonds.push(bond);
    } catch (error) {
      skipped.push(reasonOf(error));
    }
  }
  return { bonds, irk, skipped };
};

/** Writes the file, keys and all. */
export const printAiobleSecrets = (bonds: readonly Bond[], irk: Bytes | undefined): string => {
  const own =
    irk === undefined
      ? []
      : [[SecretType.ownIrk, toBase64(new TextEncoder().encode('irk')), toBase64(reversedSecret(irk))]];
  const secrets = bonds.flatMap((bond) => {
    const ours = encode(bond, bond.localKey, irk);
    const key = toBase64(ours.subarray(0, 7));
    return [
      [SecretType.ours, key, toBase64(ours)],
      [SecretType.peers, key, toBase64(encode(bond, bond.peerKey, bond.peerIrk))],
    ];
  });
  return JSON.stringify([...own, ...secrets]);
};

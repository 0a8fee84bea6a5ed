import { type Bytes, concatBytes } from '../core/bytes.ts';
import { aes128, aes128With } from './aes.ts';
import { aesCmac } from './aes-cmac.ts';

// The cryptographic toolbox of the Security Manager (Vol 3, Part H, 2.2). Every argument and result has its most significant octet first, as
// the formulas write them.

/** What a device is called in the formulas: an octet 0 for public or 1 for random, and the address. */
export type AddressOctets = Uint8Array;

const xor = (a: Uint8Array, b: Uint8Array): Bytes => Uint8Array.from(a, (octet, at) => octet ^ (b[at] ?? 0));

/** The hash of a private address: 3 octets out of an IRK and the 3 octets prand (2.2.2). */
export const ah = (irk: Uint8Array, prand: Uint8Array): Bytes => ahWith(irk)(prand);

/** The same with one IRK for many addresses. */
export const ahWith = (irk: Uint8Array): ((prand: Uint8Array) => Bytes) => {
  const encrypt = aes128With(irk);
  return (prand) => encrypt(concatBytes(new Uint8Array(13), prand)).slice(13);
};

export interface LegacyConfirmInput {
  /** The Pairing Request command, 7 octets. */
  readonly pairingRequest: Uint8Array;
  /** The Pairing Response command, 7 octets. */
  readonly pairingResponse: Uint8Array;
  /** 7 octets. */
  readonly initiator: AddressOctets;
  /** 7 octets. */
  readonly responder: AddressOctets;
}

/** The confirm value of legacy pairing, of temporary key and random value (2.2.3). */
export const c1 = (tk: Uint8Array, random: Uint8Array, input: LegacyConfirmInput): Bytes => {
  const { pairingRequest, pairingResponse, initiator, responder } = input;
  const types = [responder.subarray(0, 1), initiator.subarray(0, 1)];
  const p1 = concatBytes(pairingResponse, pairingRequest, ...types);
  const p2 = concatBytes(new Uint8Array(4), initiator.subarray(1), responder.subarray(1));
  return aes128(tk, xor(aes128(tk, xor(random, p1)), p2));
};

/** The short-term key of legacy pairing, of temporary key and both random values (2.2.4). */
export const s1 = (tk: Uint8Array, responderRandom: Uint8Array, initiatorRandom: Uint8Array): Bytes =>
  aes128(tk, concatBytes(responderRandom.subarray(8), initiatorRandom.subarray(8)));

/** The confirm value of Secure Connections, of two X coordinates, a nonce and one octet (2.2.6). */
export const f4 = (u: Uint8Array, v: Uint8Array, nonce: Uint8Array, z: number): Bytes =>
  aesCmac(nonce, concatBytes(u, v, Uint8Array.of(z)));

const F5_SALT = Uint8Array.of(
  ...[0x6c, 0x88, 0x83, 0x91, 0xaa, 0xf5, 0xa5, 0x38],
  ...[0x60, 0x37, 0x0b, 0xdb, 0x5a, 0x60, 0x83, 0xbe],
);
/** The key identifier `btle`. */
const BTLE = Uint8Array.of(0x62, 0x74, 0x6c, 0x65);

/** Both keys out of the Diffie-Hellman key, the nonces and the addresses of initiator and responder (2.2.7). */
export const f5 = (
  dhKey: Uint8Array,
  initiatorNonce: Uint8Array,
  responderNonce: Uint8Array,
  initiator: AddressOctets,
  responder: AddressOctets,
): { readonly macKey: Bytes; readonly ltk: Bytes } => {
  const t = aesCmac(F5_SALT, dhKey);
  const facts = concatBytes(BTLE, initiatorNonce, responderNonce, initiator, responder, Uint8Array.of(1, 0));
  const key = (counter: number): Bytes => aesCmac(t, concatBytes(Uint8Array.of(counter), facts));
  return { macKey: key(0), ltk: key(1) };
};

/** The DHKey check of the device that is named first (2.2.8). `ioCap` is AuthReq, OOB data flag and IO capability of that device. */
export const f6 = (
  macKey: Uint8Array,
  ownNonce: Uint8Array,
  peerNonce: Uint8Array,
  r: Uint8Array,
  ioCap: Uint8Array,
  own: AddressOctets,
  peer: AddressOctets,
): Bytes => aesCmac(macKey, concatBytes(ownNonce, peerNonce, r, ioCap, own, peer));

/** The number to compare, 0 to 999999, of the X coordinates and nonces of initiator and responder (2.2.9 and 2.3.5.6.4). */
export const g2 = (
  initiatorX: Uint8Array,
  responderX: Uint8Array,
  initiatorNonce: Uint8Array,
  responderNonce: Uint8Array,
): number => {
  const mac = aesCmac(initiatorNonce, concatBytes(initiatorX, responderX, responderNonce));
  return new DataView(mac.buffer).getUint32(12) % 1_000_000;
};

/** A key out of another for a purpose of four octets (2.2.10). */
export const h6 = (key: Uint8Array, keyId: Uint8Array): Bytes => aesCmac(key, keyId);

/** A key out of another with a salt of 16 octets (2.2.11). */
export const h7 = (salt: Uint8Array, key: Uint8Array): Bytes => aesCmac(salt, key);

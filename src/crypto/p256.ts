import { createECDH } from 'node:crypto';
import { type Bytes, concatBytes, equalBytes } from '../core/bytes.ts';

/** A point of the curve P-256: coordinates of 32 octets, the most significant first. */
export interface PublicKey {
  readonly x: Uint8Array;
  readonly y: Uint8Array;
}

export interface KeyPair {
  /** 32 octets, the most significant first. */
  readonly privateKey: Bytes;
  readonly publicKey: PublicKey;
}

const COORDINATE = 32;
/** What stands before both coordinates of a point that is not compressed (SEC 1, 2.3.3). */
const UNCOMPRESSED = Uint8Array.of(4);

const curve = () => createECDH('prime256v1');

const publicKeyOf = (point: Uint8Array): PublicKey => ({
  x: new Uint8Array(point.subarray(1, 1 + COORDINATE)),
  y: new Uint8Array(point.subarray(1 + COORDINATE)),
});

/** A key pair that nobody has used (Vol 2, Part H, 7.1). */
export const generateKeyPair = (): KeyPair => {
  const ecdh = curve();
  const publicKey = publicKeyOf(ecdh.generateKeys());
  // Node leaves out zeros in front.
  const digits = ecdh.getPrivateKey();
  return { privateKey: concatBytes(new Uint8Array(COORDINATE - digits.length), digits), publicKey };
};

/** The pair of a private key. */
export const keyPairOf = (privateKey: Uint8Array): KeyPair => {
  const ecdh = curve();
  ecdh.setPrivateKey(privateKey);
  return { privateKey: new Uint8Array(privateKey), publicKey: publicKeyOf(ecdh.getPublicKey()) };
};

/**
 * The Diffie-Hellman key of 32 octets, or undefined where the peer's key is no point of the curve: one that is not would give away the private key
 * little by little (Vol 3, Part H, 2.3.5.6.1).
 */
export const dhKey = (privateKey: Uint8Array, { x, y }: PublicKey): Bytes | undefined => {
  const ecdh = curve();
  ecdh.setPrivateKey(privateKey);
  try {
    return new Uint8Array(ecdh.computeSecret(concatBytes(UNCOMPRESSED, x, y)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY') return undefined;
    throw error;
  }
};

/** The X coordinate of the debug key, whose private key everybody knows (Vol 3, Part H, 2.3.5.6.1). */
const DEBUG_X = Uint8Array.of(
  ...[0x20, 0xb0, 0x03, 0xd2, 0xf2, 0x97, 0xbe, 0x2c, 0x5e, 0x2c, 0x83, 0xa7, 0xe9, 0xf9, 0xa5, 0xb9],
  ...[0xef, 0xf4, 0x91, 0x11, 0xac, 0xf4, 0xfd, 0xdb, 0xcc, 0x03, 0x01, 0x48, 0x0e, 0x35, 0x9d, 0xe6],
);

/** Whether it is the debug key, or its reflection. */
export const isDebugKey = ({ x }: PublicKey): boolean => equalBytes(x, DEBUG_X);

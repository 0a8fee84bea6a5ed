import type { Bytes } from '../../core/bytes.ts';

export const LARGEST_PASSKEY = 999_999;
/** Bits of a passkey, and rounds of Passkey Entry with Secure Connections (Vol 3, Part H, 2.3.5.6.3). */
export const PASSKEY_BITS = 20;

/** A passkey as a number of 16 octets (Vol 3, Part H, 2.3.5.3 and 2.3.5.6.3). */
export const passkeyOctets = (passkey: number): Bytes => {
  const octets = new Uint8Array(16);
  new DataView(octets.buffer).setUint32(12, passkey);
  return octets;
};

/** What a round commits to: one bit of the passkey, the least significant first, in an octet of its own. */
export const passkeyBit = (passkey: number, round: number): number => 0x80 | ((passkey >>> round) & 1);

/** As it is shown: six digits, zeros in front. */
export const passkeyText = (passkey: number): string => passkey.toString().padStart(6, '0');

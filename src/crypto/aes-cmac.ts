import { aes128 } from './aes.ts';

const BLOCK = 16;

/** Doubling in GF(2^128) (RFC 4493, 2.3). */
const double = (block: Uint8Array): Uint8Array => {
  const result = new Uint8Array(BLOCK);
  let carry = 0;
  for (let at = BLOCK - 1; at >= 0; at--) {
    const octet = block[at] ?? 0;
    result[at] = (octet << 1) | carry;
    carry = octet >>> 7;
  }
  if (carry === 1) result[BLOCK - 1] = (result[BLOCK - 1] ?? 0) ^ 0x87;
  return result;
};

const xorInto = (target: Uint8Array, octets: Uint8Array): void => {
  for (const [at, octet] of octets.entries()) target[at] = (target[at] ?? 0) ^ octet;
};

/**
 * AES-CMAC (RFC 4493; Vol 3, Part H, 2.2.5): 16 octets. Key, message and result have their most significant octet first, as the specification's
 * formulas write them.
 */
export const aesCmac = (key: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> => {
  const subkey = double(aes128(key, new Uint8Array(BLOCK)));
  let state = new Uint8Array(BLOCK);
  let at = 0;
  for (; message.length - at > BLOCK; at += BLOCK) {
    xorInto(state, message.subarray(at, at + BLOCK));
    state = aes128(key, state);
  }
  const last = message.subarray(at);
  xorInto(state, last);
  if (last.length === BLOCK) {
    xorInto(state, subkey);
  } else {
    // The padding is one bit and zeros behind what is there.
    state[last.length] = (state[last.length] ?? 0) ^ 0x80;
    xorInto(state, double(subkey));
  }
  return aes128(key, state);
};

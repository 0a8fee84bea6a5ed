import { createCipheriv } from 'node:crypto';

/**
 * The security function e: AES-128 of one block (Vol 3, Part H, 2.2.1). Key and block have their most significant octet first, as FIPS-197
 * and the specification's formulas write them; HCI and SMP fields travel the other way round.
 */
export const aes128 = (key: Uint8Array, block: Uint8Array): Uint8Array<ArrayBuffer> => aes128With(key)(block);

/** The same with one key for many blocks, which saves setting the key up each time. */
export const aes128With = (key: Uint8Array): ((block: Uint8Array) => Uint8Array<ArrayBuffer>) => {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  return (block) => new Uint8Array(cipher.update(block));
};

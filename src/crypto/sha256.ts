import { createHash } from 'node:crypto';
import type { Bytes } from '../core/bytes.ts';

export const SHA256_LENGTH = 32;

/** A SHA-256 (FIPS 180-4) that is fed piece by piece. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** Ends it. */
  digest(): Bytes;
}

export const sha256 = (): Sha256 => {
  const hash = createHash('sha256');
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    digest: () => new Uint8Array(hash.digest()),
  };
};

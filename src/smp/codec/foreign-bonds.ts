import type { Bytes } from '../../core/bytes.ts';
import { InvalidArgumentError } from '../../core/errors.ts';
import { type SecretBytes, secretCopy } from '../../core/secret-bytes.ts';
import type { Bond } from '../bond.ts';

/** What the files of another program hold, as far as a bond can say it. */
export interface ForeignBonds {
  readonly bonds: readonly Bond[];
  /** The IRK of this side, where it is there. */
  readonly irk: Bytes | undefined;
  /** What was passed over, and why. */
  readonly skipped: readonly string[];
}

/** Keys travel, and are kept by most programs, with the least significant octet first. */
export const reversedSecret = (octets: Uint8Array): SecretBytes => secretCopy(octets).reverse();

export const isZero = (octets: Uint8Array): boolean => octets.every((octet) => octet === 0);

/** The reason that something cannot be a bond; anything else that is thrown is not this function's. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof InvalidArgumentError) return error.message;
  throw error;
};

import { InvalidArgumentError } from '../../core/errors.ts';

/** How the adapter hides. */
export interface Privacy {
  /** How long a private address is shown. */
  readonly rotateMs: number;
}

export interface PrivacyOptions {
  /** How long a private address is shown: 1000 to 900000, the 15 minutes that the specification asks for at most (Vol 3, Part C, Appendix A) and the default. */
  readonly rotateMs?: number | undefined;
}

/** TGAP(private_addr_int). */
export const LONGEST_PRIVATE_MS = 900_000;
const SHORTEST_MS = 1_000;

/** What open() was told, in full; undefined for an adapter that shows who it is. Throws InvalidArgumentError. */
export const toPrivacy = (given: boolean | PrivacyOptions | undefined): Privacy | undefined => {
  if (given === undefined || given === false) return undefined;
  const { rotateMs = LONGEST_PRIVATE_MS } = given === true ? {} : given;
  if (!(rotateMs >= SHORTEST_MS && rotateMs <= LONGEST_PRIVATE_MS)) {
    throw new InvalidArgumentError(
      `rotateMs is from ${SHORTEST_MS} to ${LONGEST_PRIVATE_MS}; it is ${rotateMs}`,
    );
  }
  return { rotateMs };
};

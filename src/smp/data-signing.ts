import { type Bytes, concatBytes, reversedBytes } from '../core/bytes.ts';
import { aesCmac } from '../crypto/aes-cmac.ts';
import { equalSecrets } from '../crypto/equal-secrets.ts';
import type { SigningKey } from './bond.ts';
import { USED_UP_COUNTER } from './bond-check.ts';

// Signing data with the key of a bond (Vol 3, Part H, 2.4.5). Messages and signatures are as on the air.

const COUNTER_OCTETS = 4;
const MAC_OCTETS = 8;

/** SignCounter and MAC, both with the least significant octet first (Vol 3, Part C, 10.4.1). */
const signature = (csrk: Uint8Array, message: Uint8Array, counter: number): Bytes => {
  const signCounter = new Uint8Array(COUNTER_OCTETS);
  new DataView(signCounter.buffer).setUint32(0, counter, true);
  // The formula has the most significant octet first, and of its result the more significant half.
  const mac = aesCmac(csrk, reversedBytes(concatBytes(message, signCounter))).subarray(0, MAC_OCTETS);
  return concatBytes(signCounter, reversedBytes(mac));
};

/** Signs a message with the counter of the key; undefined where all counters are used up. */
export const sign = ({ value, counter }: SigningKey, message: Uint8Array): Bytes | undefined =>
  counter === USED_UP_COUNTER ? undefined : signature(value, message, counter);

/** The key after a signature with this counter. */
export const afterCounter = (key: SigningKey, counter: number): SigningKey => ({
  ...key,
  counter: counter + 1,
});

/** The counter of a signature, where that is right and its counter has not been used before; else undefined. */
export const verifiedCounter = (
  { value, counter }: SigningKey,
  message: Uint8Array,
  given: Uint8Array,
): number | undefined => {
  if (given.length !== COUNTER_OCTETS + MAC_OCTETS) return undefined;
  const signCounter = new DataView(given.buffer, given.byteOffset).getUint32(0, true);
  const isRight = equalSecrets(signature(value, message, signCounter), given);
  return isRight && signCounter >= counter ? signCounter : undefined;
};

/** Octets as the lines of the reports have them. */
import { createHash } from 'node:crypto';

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'hex'));

/** The same value with its last byte inverted: what a peer that is wrong on purpose gives. */
export const wrong = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 0xff;
  return copy;
};

/** Octets that tell their place, so that none can be lost, doubled or swapped unseen. */
export const pattern = (seed: number, length: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, index) => seed + 7 * index + (index >> 8));

/** Many values as a report has them: what differs in an octet, a length, the order or the number differs here. */
export const digest = (values: readonly Uint8Array[]): { count: number; sha256: string } => {
  const hash = createHash('sha256');
  for (const value of values)
    hash.update(Uint8Array.of(value.length & 0xff, value.length >> 8)).update(value);
  return { count: values.length, sha256: hash.digest('hex') };
};

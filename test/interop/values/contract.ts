/** What both sides agree on about values: their number, their lengths and their octets. The foreign sides read the same file and follow the same rules. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export type CharacteristicKey = 'long' | 'first' | 'second' | 'commanded' | 'notified' | 'indicated';

interface Contract {
  service: string;
  characteristics: Record<CharacteristicKey, { uuid: string; properties: string[] }>;
  /** Several characteristics of one UUID. */
  twins: { uuid: string; lengths: number[] };
  /** What a foreign central offers. */
  mtu: number;
  longLength: number;
  reliableLengths: { first: number; second: number };
  counts: { commands: number; notifications: number; indications: number };
}

export const contract = JSON.parse(
  readFileSync(new URL('contract.json', import.meta.url), 'utf8'),
) as Contract;

export const pattern = (seed: number, length: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, index) => seed + 7 * index);

/** So many values one after the other: no two neighbours are equal, and their lengths differ. */
export const run = (seed: number, count: number): Uint8Array<ArrayBuffer>[] =>
  Array.from({ length: count }, (_, index) => pattern(seed + index, 1 + ((37 * index) % 180)));

const { counts, reliableLengths } = contract;

export const longValue = pattern(1, contract.longLength);
export const reliable = {
  first: pattern(3, reliableLengths.first),
  second: pattern(4, reliableLengths.second),
};
export const twins = contract.twins.lengths.map((length, index) => pattern(16 * index, length));
export const commands = run(5, counts.commands);
export const notifications = run(6, counts.notifications);
export const indications = run(7, counts.indications);

/** Values as a report has them: what differs in an octet, a length, the order or the number differs here. */
export const digest = (values: readonly Uint8Array[]): { count: number; sha256: string } => {
  const hash = createHash('sha256');
  for (const value of values)
    hash.update(Uint8Array.of(value.length & 0xff, value.length >> 8)).update(value);
  return { count: values.length, sha256: hash.digest('hex') };
};

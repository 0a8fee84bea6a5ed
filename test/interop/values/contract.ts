/** What both sides agree on about values: their number, their lengths and their octets. The foreign sides read the same file and follow the same rules. */
import { readFileSync } from 'node:fs';
import { pattern } from '../bytes.ts';

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

/** So many values one after the other: no two neighbours are equal, and their lengths differ. */
const run = (seed: number, count: number): Uint8Array<ArrayBuffer>[] =>
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

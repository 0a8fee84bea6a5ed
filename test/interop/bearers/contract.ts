/** What both sides agree on about bearers. The foreign sides read the same file and follow the same rules. */
import { readFileSync } from 'node:fs';
import { pattern } from '../bytes.ts';

export type CharacteristicKey = 'awaited' | 'long' | 'commanded' | 'notified' | 'closing';

interface Contract {
  service: string;
  characteristics: Record<CharacteristicKey, { uuid: string; properties: string[] }>;
  /** Bearers that the central opens beside the one that every link has. */
  enhancedCount: number;
  /** How long a read of what is awaited waits for the others at the most. */
  holdMs: number;
  awaitedLength: number;
  longLength: number;
  counts: { commands: number; notifications: number };
}

export const contract = JSON.parse(
  readFileSync(new URL('contract.json', import.meta.url), 'utf8'),
) as Contract;

const run = (seed: number, count: number): Uint8Array<ArrayBuffer>[] =>
  Array.from({ length: count }, (_, index) => pattern(seed + index, 1 + index));

/** With the one that every link has. */
export const bearerCount = contract.enhancedCount + 1;
/** What is given to reads once as many wait for it as there are bearers. */
export const awaitedValue = pattern(1, contract.awaitedLength);
export const longValue = pattern(2, contract.longLength);
export const commands = run(3, contract.counts.commands);
export const notifications = run(4, contract.counts.notifications);

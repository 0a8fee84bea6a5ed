/** What both sides agree on about channels. The foreign sides read the same file and follow the same rules. */
import { readFileSync } from 'node:fs';
import { pattern } from '../bytes.ts';

interface Contract {
  spsms: {
    /** Each SDU comes back with its octets in reverse. */
    echo: number;
    /** The peripheral takes what comes, and gives no credit before the time is over. */
    slow: number;
    /** The peripheral sends as soon as it has got an SDU, and the central gives no credit before the time is over. */
    flood: number;
    /** The peripheral closes the channel as soon as it has got an SDU. */
    leave: number;
    nobody: number;
  };
  mtu: number;
  /** What the central takes on an enhanced channel at last. */
  largerMtu: number;
  sizes: number[];
  floodOctets: number;
  /** How long a receiver gives no credits. */
  holdMs: number;
  enhancedCount: number;
}

export const contract = JSON.parse(
  readFileSync(new URL('contract.json', import.meta.url), 'utf8'),
) as Contract;

export const sduOf = (size: number): Uint8Array<ArrayBuffer> => pattern(size, size);
export const flood = pattern(9, contract.floodOctets);
/** One for each enhanced channel. */
export const enhancedSdus = Array.from({ length: contract.enhancedCount }, (_, i) => pattern(i, 1_000 + i));

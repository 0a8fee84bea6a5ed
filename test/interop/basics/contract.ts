/** What both sides of a pair agree on. The Python peers read the same file. */
import { readFileSync } from 'node:fs';

export type CharacteristicKey = 'long' | 'stored' | 'commanded' | 'notified' | 'indicated';

interface Contract {
  name: string;
  advertisedService: string;
  company: number;
  manufacturerData: string;
  service: string;
  characteristics: Record<CharacteristicKey, { uuid: string; properties: string[] }>;
  batteryService: string;
  batteryLevel: string;
  batteryValue: string;
  description: string;
  longLength: number;
  written: string;
  commandWritten: string;
  notifications: string[];
  indications: string[];
  stay: string;
  leave: string;
}

export const contract = JSON.parse(
  readFileSync(new URL('contract.json', import.meta.url), 'utf8'),
) as Contract;

export const longValue = Uint8Array.from({ length: contract.longLength }, (_, index) => 7 * index + 1);

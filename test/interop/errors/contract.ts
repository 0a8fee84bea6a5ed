/** What both sides agree on about errors. The foreign sides read the same file. */
import { readFileSync } from 'node:fs';

export type CharacteristicKey =
  /** What is written is the code with which it refuses to be read, or to be written. */
  | 'refusingReads'
  | 'refusingWrites'
  | 'readOnly'
  | 'writeOnly'
  /** Takes `shortLength` octets. */
  | 'short'
  | 'long'
  /** Its handler fails. */
  | 'failing'
  | 'notified'
  | 'plain'
  | 'encrypted'
  | 'authenticated'
  | 'authorized';

interface Contract {
  service: string;
  characteristics: Record<CharacteristicKey, { uuid: string; properties: string[] }>;
  /** All but Database Out Of Sync, which speaks of more than one attribute. */
  codes: number[];
  applicationError: number;
  shortLength: number;
  longLength: number;
  plain: string;
}

export const contract = JSON.parse(
  readFileSync(new URL('contract.json', import.meta.url), 'utf8'),
) as Contract;

/** What both sides serve to each other, and write. The foreign side reads the same file. */
import { readFileSync } from 'node:fs';

interface Contract {
  service: string;
  characteristic: string;
  value: string;
  written: string;
  notified: string;
}

export const contract = JSON.parse(
  readFileSync(new URL('contract.json', import.meta.url), 'utf8'),
) as Contract;

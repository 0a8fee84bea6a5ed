import { readFileSync } from 'node:fs';
import { fromHex } from '../support/hex.ts';

/** The sample data of the specification, by function: fields in hexadecimal, most significant octet first. */
const data: Record<string, Record<string, unknown>> = JSON.parse(
  readFileSync(new URL('sample-data.json', import.meta.url), 'utf8'),
);

/** The fields of one entry. */
export const sampleData = (name: string): Record<string, unknown> => {
  const entry = data[name];
  if (entry === undefined) throw new Error(`there is no sample data for ${name}`);
  return entry;
};

/** The octets of a field. */
export const octetsOf = (entry: Record<string, unknown>, field: string): Uint8Array<ArrayBuffer> => {
  const text = entry[field];
  if (typeof text !== 'string') throw new Error(`the sample data has no octets ${field}`);
  return fromHex(text);
};

import { toHex } from './bytes.ts';
import { InvalidArgumentError } from './errors.ts';

declare const canonical: unique symbol;
/**
 * A UUID in its canonical form, lower case: four digits where it is a 16-bit one of the Bluetooth SIG, else the full
 * `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`. Equal UUIDs have equal canonical forms (Vol 3, Part B, 2.5.1), so `===` compares them.
 */
export type Uuid = string & { readonly [canonical]: 'Uuid' };

/** Everything a UUID is accepted as: 0x180a, '180a', '0000180a-0000-1000-8000-00805f9b34fb', or its octets as on the air. */
export type UuidLike = Uuid | string | number | Uint8Array;

const baseTail = '-0000-1000-8000-00805f9b34fb';
const fullForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const fromNumber = (value: number): Uuid => {
  const digits = value.toString(16);
  return (value <= 0xffff ? digits.padStart(4, '0') : digits.padStart(8, '0') + baseTail) as Uuid;
};

const shorten = (full: string): Uuid =>
  (full.startsWith('0000') && full.endsWith(baseTail) ? full.slice(4, 8) : full) as Uuid;

const wrong = (given: string): InvalidArgumentError =>
  new InvalidArgumentError(
    `'${given}' is not a UUID: give a number such as 0x180a, 4 or 8 hexadecimal digits, or the form 6e400001-b5a3-f393-e0a9-e50e24dcca9e`,
  );

/** Throws InvalidArgumentError for what is no UUID. */
export const parseUuid = (value: UuidLike): Uuid => {
  if (typeof value === 'number') {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw wrong(String(value));
    return fromNumber(value);
  }
  if (typeof value !== 'string') {
    const uuid = uuidFromBytes(value);
    if (uuid === undefined) throw wrong(toHex(value));
    return uuid;
  }
  const text = value.toLowerCase().replace(/^0x/, '');
  if (/^[0-9a-f]{4}$/.test(text) || /^[0-9a-f]{8}$/.test(text)) return fromNumber(Number.parseInt(text, 16));
  if (/^[0-9a-f]{32}$/.test(text)) return shorten(text.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
  if (!fullForm.test(text)) throw wrong(value);
  return shorten(text);
};

/** A UUID of 2, 4 or 16 octets, least significant first; undefined for any other length. */
export const uuidFromBytes = (bytes: Uint8Array): Uuid | undefined => {
  if (bytes.length !== 2 && bytes.length !== 4 && bytes.length !== 16) return undefined;
  const digits = toHex(new Uint8Array(bytes).reverse());
  if (bytes.length !== 16) return fromNumber(Number.parseInt(digits, 16));
  return shorten(digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
};

/** The 16-bit value, or undefined where the UUID needs 128 bits on ATT. */
export const uuid16Of = (uuid: Uuid): number | undefined =>
  uuid.length === 4 ? Number.parseInt(uuid, 16) : undefined;

const fullOf = (uuid: Uuid): string => (uuid.length === 4 ? `0000${uuid}${baseTail}` : uuid);

/** 128 bits, least significant octet first. */
export const uuidToBytes128 = (uuid: Uuid): Uint8Array => {
  const digits = fullOf(uuid).replaceAll('-', '');
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits.slice(30 - 2 * i, 32 - 2 * i), 16));
};

/** As ATT carries it: 2 octets where 16 bits do, else 16 (Vol 3, Part F, 3.2.1). */
export const uuidToBytes = (uuid: Uuid): Uint8Array => {
  const short = uuid16Of(uuid);
  return short === undefined ? uuidToBytes128(uuid) : Uint8Array.of(short & 0xff, short >> 8);
};

/** As advertising data carries it: 2, 4 or 16 octets (CSS, Part A, 1.1). */
export const uuidToShortestBytes = (uuid: Uuid): Uint8Array => {
  const full = fullOf(uuid);
  return full.endsWith(baseTail) && !full.startsWith('0000')
    ? uuidToBytes128(uuid).subarray(12, 16)
    : uuidToBytes(uuid);
};

import { UsageError } from './exit.ts';
import { type Options, optional, type Values } from './option.ts';
import { printable } from './text.ts';

/** How numbers are laid out in a value; all of GATT is little-endian. */
const numberKinds = {
  u8: { octets: 1, set: (view, at, value) => view.setUint8(at, value) },
  i8: { octets: 1, set: (view, at, value) => view.setInt8(at, value) },
  u16: { octets: 2, set: (view, at, value) => view.setUint16(at, value, true) },
  i16: { octets: 2, set: (view, at, value) => view.setInt16(at, value, true) },
  u24: { octets: 3, set: (view, at, value) => set24(view, at, value) },
  i24: { octets: 3, set: (view, at, value) => set24(view, at, value) },
  u32: { octets: 4, set: (view, at, value) => view.setUint32(at, value, true) },
  i32: { octets: 4, set: (view, at, value) => view.setInt32(at, value, true) },
  f32: { octets: 4, set: (view, at, value) => view.setFloat32(at, value, true) },
  f64: { octets: 8, set: (view, at, value) => view.setFloat64(at, value, true) },
} as const satisfies Record<string, NumberKind>;

interface NumberKind {
  readonly octets: number;
  readonly set: (view: DataView, at: number, value: number) => void;
}

const set24 = (view: DataView, at: number, value: number): void => {
  view.setUint16(at, value & 0xffff, true);
  view.setUint8(at + 2, (value >> 16) & 0xff);
};

const kindNames = Object.keys(numberKinds).join(' ');

/** Hexadecimal octets, with spaces, colons or dashes between them or without, and with 0x or without. */
export const parseHex = (given: string): Uint8Array => {
  const digits = given.replace(/^0x/i, '').replaceAll(/[\s:-]/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) {
    throw new UsageError(`'${given}' is not hexadecimal: two digits for each octet, as in 0a0b or '0a 0b'`);
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
};

/** `KIND:N` or `KIND:N,N`: `u8:100`, `i16:-5`, `u8:1,2,3`. */
export const parseNumbers = (given: string): Uint8Array => {
  const [, name = '', list = ''] = /^(\w+):(.*)$/.exec(given) ?? [];
  const kind: NumberKind | undefined = Object.entries(numberKinds).find(([known]) => known === name)?.[1];
  if (kind === undefined) {
    throw new UsageError(
      `'${given}' is no number with its kind: as in u8:100 or i16:-5; kinds are ${kindNames}`,
    );
  }
  const numbers = list.split(',');
  const bytes = new Uint8Array(numbers.length * kind.octets);
  const view = new DataView(bytes.buffer);
  for (const [i, digits] of numbers.entries()) {
    kind.set(view, i * kind.octets, numberIn(digits, name, kind.octets));
  }
  return bytes;
};

const numberIn = (digits: string, name: string, octets: number): number => {
  const value = digits.trim() === '' ? Number.NaN : Number(digits);
  if (Number.isNaN(value)) throw new UsageError(`'${digits}' is not a number`);
  if (name.startsWith('f')) return value;
  const span = 2 ** (8 * octets);
  const [least, most] = name.startsWith('i') ? [-span / 2, span / 2 - 1] : [0, span - 1];
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UsageError(`${digits} is not a whole number from ${least} to ${most}, which ${name} holds`);
  }
  return value;
};

/** A value in one text: `hex:0a0b`, `text:hello` or a number as in `u8:100`. */
export const parseValue = (given: string): Uint8Array => {
  if (given.startsWith('hex:')) return parseHex(given.slice(4));
  if (given.startsWith('text:')) return new TextEncoder().encode(given.slice(5));
  if (/^\w+:/.test(given)) return parseNumbers(given);
  throw new UsageError(`'${given}' is no value: give hex:0a0b, text:hello, or a number as in u8:100`);
};

/** What a value is given as, for a command that takes one. */
export const valueOptions = {
  hex: optional('OCTETS', "the value in hexadecimal, as in 0a0b or '0a 0b'", parseHex),
  text: optional(
    'TEXT',
    'the value as text, in UTF-8',
    (given): Uint8Array => new TextEncoder().encode(given),
  ),
  number: optional(
    'KIND:N[,N…]',
    `the value as numbers, little-endian: u8:100, i16:-5, u8:1,2,3; kinds are ${kindNames}`,
    parseNumbers,
  ),
} satisfies Options;

/** The one value given. Throws UsageError for none and for several. */
export const chosenValue = ({ hex, text, number }: Values<typeof valueOptions>): Uint8Array => {
  const given = [hex, text, number].filter((value) => value !== undefined);
  const [value] = given;
  if (value === undefined) throw new UsageError('what to write is missing: give --hex, --text or --number');
  if (given.length > 1) throw new UsageError('give one of --hex, --text and --number');
  return value;
};

/** `0a 0b 0c`. */
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join(' ');

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The value as text where it is one: UTF-8 that can be printed, let alone one final NUL. */
export const textOf = (bytes: Uint8Array): string | undefined => {
  const end = bytes.at(-1) === 0 ? bytes.length - 1 : bytes.length;
  if (end === 0) return undefined;
  try {
    const decoded = utf8.decode(bytes.subarray(0, end));
    return printable(decoded) === decoded ? decoded : undefined;
  } catch {
    return undefined;
  }
};

import { fromHex } from '../../support/hex.ts';

// The tester writes and reads octets by itself: what it judges shares no code with it.

/** Octets as the tester writes them: hexadecimal digits, spaces as one likes. */
export type Hex = string;

/** Two octets, the low one first. */
export const u16 = (value: number): Hex => octet(value & 0xff) + octet(value >>> 8);

export const octet = (value: number): Hex => value.toString(16).padStart(2, '0');

export const hex = (bytes: Uint8Array): Hex => Array.from(bytes, octet).join('');

export const bytes = fromHex;

export const size = (pdu: Hex): number => bytes(pdu).length;

/** Octets `from`, `from` + 1, … : a value in which each place can be told. */
export const ramp = (length: number, from = 0): Hex =>
  Array.from({ length }, (_, i) => octet((from + i) & 0xff)).join('');

/** A UUID as it stands on the air: 16 bits, or 128 bits written as usual. */
export const uuid = (value: number | string): Hex =>
  typeof value === 'number' ? u16(value) : hex(bytes(value.replaceAll('-', '')).reverse());

/** A UUID as the API prints it: `180f`, or all 128 bits. */
export const uuidOf = (text: string): Hex => uuid(text);

/** The octets `from` to `to` of a PDU. */
export const slice = (pdu: Hex, from: number, to?: number): Hex => hex(bytes(pdu).slice(from, to));

/** Reads two octets at a place of a PDU. */
export const u16At = (pdu: Hex, at: number): number => {
  const [low = 0, high = 0] = bytes(pdu).slice(at, at + 2);
  return low | (high << 8);
};

/** Reads one octet at a place of a PDU. */
export const octetAt = (pdu: Hex, at: number): number => bytes(pdu)[at] ?? 0;

/** Cuts a list into items of a length. */
export const items = (list: Hex, length: number): Hex[] => {
  const all = bytes(list);
  return Array.from({ length: Math.ceil(all.length / length) }, (_, i) =>
    hex(all.slice(i * length, (i + 1) * length)),
  );
};

/** Whether a PDU is what was expected: `..` stands for any octet, `*` at the end for any that follow. */
export const matches = (pdu: Hex, pattern: string): boolean => {
  const wanted = pattern.replaceAll(' ', '').toLowerCase();
  const open = wanted.endsWith('*');
  const fixed = open ? wanted.slice(0, -1) : wanted;
  if (open ? pdu.length < fixed.length : pdu.length !== fixed.length) return false;
  return [...fixed].every((digit, i) => digit === '.' || digit === pdu[i]);
};

import type { PresentationFormatOptions } from 'jelling';
import { type Hex, octet, ramp, u16 } from './pdu.ts';

interface Row {
  readonly name: PresentationFormatOptions['format'];
  readonly type: number;
  readonly length: number;
  readonly hasExponent: boolean;
}

const integer = (name: Row['name'], type: number, length: number): Row => ({
  name,
  type,
  length,
  hasExponent: true,
});
const other = (name: Row['name'], type: number, length: number): Row => ({
  name,
  type,
  length,
  hasExponent: false,
});

/** The formats that the suite chooses from, with the octets that a value takes (Tables 4.11 to 4.13 of the suite). */
const rows: readonly Row[] = [
  other('boolean', 0x01, 1),
  other('uint2', 0x02, 1),
  other('uint4', 0x03, 1),
  integer('uint8', 0x04, 1),
  integer('uint12', 0x05, 2),
  integer('uint16', 0x06, 2),
  integer('uint24', 0x07, 3),
  integer('uint32', 0x08, 4),
  integer('uint48', 0x09, 6),
  integer('uint64', 0x0a, 8),
  integer('uint128', 0x0b, 16),
  integer('sint8', 0x0c, 1),
  integer('sint12', 0x0d, 2),
  integer('sint16', 0x0e, 2),
  integer('sint24', 0x0f, 3),
  integer('sint32', 0x10, 4),
  integer('sint48', 0x11, 6),
  integer('sint64', 0x12, 8),
  integer('sint128', 0x13, 16),
  other('float32', 0x14, 4),
  other('float64', 0x15, 8),
  other('medfloat16', 0x16, 2),
  other('medfloat32', 0x17, 4),
  other('uint16[2]', 0x18, 4),
];

/** A format as the upper tester gives it, what the lower one must find for it, and a value. */
export interface FormatSample {
  readonly options: PresentationFormatOptions;
  readonly descriptor: Hex;
  readonly value: Hex;
}

const exponents = [-128, -2, -1, 0, 1, 127];

/** A sample of each format, with exponents from one end of their range to the other and units in turn. */
export const formatSamples: readonly FormatSample[] = rows.map(({ name, type, length, hasExponent }, i) => {
  const exponent = hasExponent ? (exponents[i % exponents.length] ?? 0) : 0;
  const unit = 0x2700 + i;
  const description = 0x0100 + i;
  return {
    options: { format: name, exponent, unit, description },
    descriptor: octet(type) + octet(exponent & 0xff) + u16(unit) + octet(1) + u16(description),
    value: length === 1 ? '01' : ramp(length, 0x11 * (i % 8)),
  };
});

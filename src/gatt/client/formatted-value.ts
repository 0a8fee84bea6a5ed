import { type Bytes, copyBytes } from '../../core/bytes.ts';
import { MalformedPduError } from '../../core/errors.ts';
import type { FormatTypeName, PresentationFormat } from '../presentation-format.ts';

/** A value, or a part of one, as its presentation format says that it is to be understood. */
export interface FormattedValue {
  /**
   * What is meant: the number with the exponent applied, two numbers for `uint16[2]`, the text; the octets where the format gives them no meaning here. Whole numbers of 64 and 128
   * bits are of type bigint unless they have an exponent.
   */
  readonly value: boolean | number | bigint | string | readonly number[] | Bytes;
  /** With the unit. */
  readonly format: PresentationFormat;
}

/** Whole numbers by their bits; below zero those that are signed. */
const wholeNumbers: Readonly<Partial<Record<FormatTypeName, number>>> = {
  uint2: 2,
  uint4: 4,
  uint8: 8,
  uint12: 12,
  uint16: 16,
  uint24: 24,
  uint32: 32,
  uint48: 48,
  uint64: 64,
  uint128: 128,
  sint8: -8,
  sint12: -12,
  sint16: -16,
  sint24: -24,
  sint32: -32,
  sint48: -48,
  sint64: -64,
  sint128: -128,
};

/** Octets of what is no whole number and has a length of its own. */
const lengths: Readonly<Partial<Record<FormatTypeName, number>>> = {
  boolean: 1,
  float32: 4,
  float64: 8,
  medfloat16: 2,
  medfloat32: 4,
  'uint16[2]': 4,
};

/** Bits that a number of the host's own type holds exactly. */
const EXACT_BITS = 48;

/** The octets of a value in this format; undefined where it takes all that there are. What has less than an octet has one of its own (Vol 3, Part G, 3.3.3.5.2). */
const lengthOf = (format: FormatTypeName | number): number | undefined => {
  if (typeof format === 'number') return undefined;
  const bits = wholeNumbers[format];
  return bits === undefined ? lengths[format] : Math.ceil(Math.abs(bits) / 8);
};

/**
 * Reads a value by its formats, of which there are several where it is an aggregate of parts that stand one behind the other (Vol 3, Part G, 3.3.3.5 and 3.3.3.6).
 * Throws MalformedPduError where it has not the length that they give it.
 */
export const decodeFormatted = (
  value: Uint8Array,
  formats: readonly PresentationFormat[],
): readonly FormattedValue[] => {
  let at = 0;
  const parts = formats.map((format): FormattedValue => {
    const length = lengthOf(format.format) ?? value.length - at;
    const octets = value.subarray(at, at + length);
    if (octets.length < length) throw wrongLength(value, formats);
    at += length;
    return { value: decode(octets, format), format };
  });
  if (at !== value.length) throw wrongLength(value, formats);
  return parts;
};

const wrongLength = (value: Uint8Array, formats: readonly PresentationFormat[]): MalformedPduError =>
  new MalformedPduError(
    `a value of ${value.length} octets is none of the format ${formats.map(({ format }) => format).join(', ') || 'of nothing'}`,
  );

const decode = (octets: Uint8Array, { format, exponent }: PresentationFormat): FormattedValue['value'] => {
  if (typeof format === 'number') return copyBytes(octets);
  const bits = wholeNumbers[format];
  if (bits !== undefined) return wholeNumber(octets, bits, exponent);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  switch (format) {
    case 'boolean':
      return (view.getUint8(0) & 0x01) !== 0;
    case 'float32':
      return view.getFloat32(0, true);
    case 'float64':
      return view.getFloat64(0, true);
    case 'medfloat16':
      return medicalFloat(view.getUint16(0, true), 12);
    case 'medfloat32':
      return medicalFloat(view.getUint32(0, true), 24);
    case 'uint16[2]':
      return [view.getUint16(0, true), view.getUint16(2, true)];
    case 'utf8s':
      return new TextDecoder().decode(octets);
    case 'utf16s':
      return new TextDecoder('utf-16le').decode(octets);
    default:
      return copyBytes(octets);
  }
};

const wholeNumber = (octets: Uint8Array, bits: number, exponent: number): number | bigint => {
  let all = 0n;
  for (let i = octets.length - 1; i >= 0; i--) all = (all << 8n) | BigInt(octets[i] ?? 0);
  const number = bits < 0 ? BigInt.asIntN(-bits, all) : BigInt.asUintN(bits, all);
  if (exponent === 0) return Math.abs(bits) > EXACT_BITS ? number : Number(number);
  return scaled(number, exponent);
};

/** By way of the text, which is rounded once: 2150 times ten to the power of -2 is 21.5 and nothing near it. */
const scaled = (number: number | bigint, exponent: number): number => Number(`${number}e${exponent}`);

/** A float of IEEE 11073-20601: the exponent above a mantissa of so many bits, both signed; what lies about the ends of the mantissa says that there is no number. */
const medicalFloat = (octets: number, mantissaBits: 12 | 24): number => {
  const mantissa = Number(BigInt.asIntN(mantissaBits, BigInt(octets)));
  const exponent = (octets >>> mantissaBits) & (mantissaBits === 12 ? 0x0f : 0xff);
  const exponentBits = mantissaBits === 12 ? 4 : 8;
  const signed = Number(BigInt.asIntN(exponentBits, BigInt(exponent)));
  const largest = 2 ** (mantissaBits - 1) - 1;
  if (signed === 0 && mantissa === largest - 1) return Number.POSITIVE_INFINITY;
  if (signed === 0 && mantissa === -(largest - 1)) return Number.NEGATIVE_INFINITY;
  // Not a number, not at this resolution, and reserved.
  if (signed === 0 && (mantissa >= largest || mantissa < -largest + 1)) return Number.NaN;
  return scaled(mantissa, signed);
};

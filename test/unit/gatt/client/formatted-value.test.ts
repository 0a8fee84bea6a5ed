import { describe, expect, it } from 'vitest';
import { MalformedPduError } from '../../../../src/core/errors.ts';
import { parseUuid } from '../../../../src/core/uuid.ts';
import { decodeFormatted, type FormattedValue } from '../../../../src/gatt/client/formatted-value.ts';
import type { PresentationFormat } from '../../../../src/gatt/presentation-format.ts';
import { fromHex } from '../../../support/hex.ts';

const formatOf = (format: PresentationFormat['format'], exponent = 0): PresentationFormat => ({
  format,
  exponent,
  unit: parseUuid(0x2700),
  namespace: 1,
  description: 0,
});
const read = (octets: string, format: PresentationFormat['format'], exponent?: number): unknown => {
  const [part] = decodeFormatted(fromHex(octets), [formatOf(format, exponent)]);
  return part?.value;
};

describe('a value by its presentation format', () => {
  it.each<[string, string, PresentationFormat['format'], number, FormattedValue['value']]>([
    // The examples of the suite, GATT/CL/GPA/BV-12-C.
    ['-0.04059 °F', '25f0', 'sint16', -5, -0.04059],
    ['9.5258458542238547e+6 Å', '44cd55bb4a2b6241', 'float64', 0, 9525845.854223855],
    ['Ἀρχιμήδης', '081fc103c703b903bc03ae03b403b703c203', 'utf16s', 0, 'Ἀρχιμήδης'],
  ])('of the suite: %s', (_name, octets, format, exponent, value) => {
    expect(read(octets, format, exponent)).toBe(value);
  });

  it.each<[PresentationFormat['format'], string, number, unknown]>([
    ['boolean', '01', 0, true],
    ['boolean', '00', 0, false],
    ['boolean', 'fe', 0, false],
    ['uint2', 'fe', 0, 2],
    ['uint4', 'f9', 0, 9],
    ['uint8', 'ff', 0, 255],
    ['uint12', 'ffff', 0, 4095],
    ['uint16', '0201', 0, 258],
    ['uint24', 'ffffff', 0, 0xffffff],
    ['uint32', 'ffffffff', 0, 0xffffffff],
    ['uint48', 'ffffffffffff', 0, 2 ** 48 - 1],
    ['uint64', 'ffffffffffffffff', 0, 2n ** 64n - 1n],
    ['uint128', `01${'00'.repeat(14)}80`, 0, 2n ** 127n + 1n],
    ['sint8', '80', 0, -128],
    ['sint12', '0008', 0, -2048],
    ['sint12', 'fff7', 0, 2047],
    ['sint16', 'ffff', 0, -1],
    ['sint24', '000080', 0, -(2 ** 23)],
    ['sint32', '00000080', 0, -(2 ** 31)],
    ['sint48', 'ffffffffffff', 0, -1],
    ['sint64', 'ffffffffffffffff', 0, -1n],
    ['sint128', 'ff'.repeat(16), 0, -1n],
    ['sint16', '6608', -2, 21.5],
    ['uint8', '07', 3, 7000],
    ['uint64', '0100000000000000', -1, 0.1],
    ['uint8', '01', 127, 1e127],
    ['uint8', '01', -128, 1e-128],
    ['float32', '0000c03f', 0, 1.5],
    ['float32', '0000c03f', 5, 1.5],
    ['utf8s', 'c3bc', 0, 'ü'],
    ['utf8s', '', 0, ''],
    ['uint16[2]', '01000200', 0, [1, 2]],
    ['struct', '0102', 0, Uint8Array.of(1, 2)],
    ['medASN1', '01', 0, Uint8Array.of(1)],
    [0x7f, '0102', 0, Uint8Array.of(1, 2)],
  ])('%s of %s with exponent %i', (format, octets, exponent, value) => {
    expect(read(octets, format, exponent)).toEqual(value);
  });

  // IEEE 11073-20601, annex F.8.
  it.each<[PresentationFormat['format'], string, number]>([
    ['medfloat16', '72f0', 11.4],
    ['medfloat16', '0000', 0],
    ['medfloat16', 'ff07', Number.NaN],
    ['medfloat16', '0008', Number.NaN],
    ['medfloat16', '0108', Number.NaN],
    ['medfloat16', 'fe07', Number.POSITIVE_INFINITY],
    ['medfloat16', '0208', Number.NEGATIVE_INFINITY],
    ['medfloat32', '6c0100ff', 36.4],
    ['medfloat32', 'ffff7f00', Number.NaN],
    ['medfloat32', '00008000', Number.NaN],
    ['medfloat32', '01008000', Number.NaN],
    ['medfloat32', 'feff7f00', Number.POSITIVE_INFINITY],
    ['medfloat32', '02008000', Number.NEGATIVE_INFINITY],
    ['medfloat32', 'ffffff02', -100],
  ])('%s of %s is %d', (format, octets, value) => {
    expect(read(octets, format)).toBe(value);
  });
});

describe('an aggregate', () => {
  it('has its parts one behind the other, each in octets of its own', () => {
    const formats = [formatOf('boolean'), formatOf('uint12'), formatOf('sint8', 1), formatOf('utf8s')];
    const parts = decodeFormatted(fromHex('01 ff0f ff 4142'.replaceAll(' ', '')), formats);
    expect(parts.map(({ value }) => value)).toEqual([true, 4095, -10, 'AB']);
    expect(parts.map(({ format }) => format)).toEqual(formats);
  });

  it.each<[string, readonly PresentationFormat['format'][]]>([
    ['', ['uint8']],
    ['01', ['uint16']],
    ['010203', ['uint16']],
    ['0102', ['uint8', 'uint8', 'uint8']],
    ['4142', ['utf8s', 'uint8']],
    ['01', []],
  ])('of %s is none of %j', (octets, formats) => {
    const read = (): unknown =>
      decodeFormatted(
        fromHex(octets),
        formats.map((format) => formatOf(format)),
      );
    expect(read).toThrow(MalformedPduError);
  });

  it('gives copies', () => {
    const octets = Uint8Array.of(1, 2);
    const [part] = decodeFormatted(octets, [formatOf('struct')]);
    octets.fill(0xee);
    expect(part?.value).toEqual(Uint8Array.of(1, 2));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, MalformedPduError } from '../../../src/core/errors.ts';
import {
  AggregateFormatValue,
  decodeAggregateFormat,
  decodePresentationFormat,
  encodeAggregateFormat,
  encodePresentationFormat,
  FormatType,
  type PresentationFormatOptions,
  PresentationFormatValue,
} from '../../../src/gatt/presentation-format.ts';
import { arbitraryOfShape } from '../../support/arbitrary.ts';
import { fromHex } from '../../support/hex.ts';

describe('a Characteristic Presentation Format', () => {
  it('has its fields in the order of Vol 3, Part G, 3.3.3.5', () => {
    const temperature = { format: 'sint16', exponent: -2, unit: 0x272f, description: 0x0106 } as const;
    expect(encodePresentationFormat(temperature)).toEqual(fromHex('0efe2f27010601'));
    expect(decodePresentationFormat(fromHex('0efe2f27010601'))).toEqual({
      format: 'sint16',
      exponent: -2,
      unit: '272f',
      namespace: 1,
      description: 0x0106,
    });
  });

  it('means nothing by what is not given', () => {
    expect(encodePresentationFormat({ format: 'utf8s' })).toEqual(fromHex('19000027010000'));
  });

  it('keeps the number of a format that has no name', () => {
    expect(decodePresentationFormat(fromHex('fe000027000000')).format).toBe(0xfe);
    expect(encodePresentationFormat({ format: 0xfe })[0]).toBe(0xfe);
  });

  it('knows every format by the name of the Assigned Numbers', () => {
    const types = Object.values(FormatType);
    expect(types).toEqual(Array.from({ length: 0x1c }, (_, i) => i + 1));
    for (const [name, type] of Object.entries(FormatType)) {
      expect(decodePresentationFormat(encodePresentationFormat({ format: type })).format).toBe(name);
    }
  });

  it('comes back as it was written, whatever is in it', () => {
    fc.assert(
      fc.property(arbitraryOfShape(PresentationFormatValue.shape), (fields) => {
        const bytes = PresentationFormatValue.encode(fields);
        expect(encodePresentationFormat(decodePresentationFormat(bytes))).toEqual(bytes);
      }),
      { seed: 7 },
    );
  });

  it.each(['', '0efe2f270106', '0efe2f2701060100'])('of a peer that has octets %s is malformed', (octets) => {
    expect(() => decodePresentationFormat(fromHex(octets))).toThrow(MalformedPduError);
  });

  it.each<PresentationFormatOptions>([
    { format: 256 },
    { format: 'sint17' as 'sint16' },
    { format: 'uint8', exponent: 128 },
    { format: 'uint8', exponent: -129 },
    { format: 'uint8', exponent: 0.5 },
    { format: 'uint8', unit: '6e400001-b5a3-f393-e0a9-e50e24dcca9e' },
    { format: 'uint8', namespace: 256 },
    { format: 'uint8', description: -1 },
  ])('cannot be %o', (options) => {
    expect(() => encodePresentationFormat(options)).toThrow(InvalidArgumentError);
  });
});

describe('a Characteristic Aggregate Format', () => {
  it('lists handles', () => {
    expect(encodeAggregateFormat([0x0040, 0x1234])).toEqual(fromHex('40003412'));
    expect(decodeAggregateFormat(fromHex('40003412'))).toEqual([0x0040, 0x1234]);
    expect(decodeAggregateFormat(fromHex(''))).toEqual([]);
  });

  it('of half a handle is malformed', () => {
    expect(() => decodeAggregateFormat(fromHex('400034'))).toThrow(MalformedPduError);
  });

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(arbitraryOfShape(AggregateFormatValue.shape), (fields) => {
        const bytes = AggregateFormatValue.encode(fields);
        expect(encodeAggregateFormat(decodeAggregateFormat(bytes))).toEqual(bytes);
      }),
      { seed: 7 },
    );
  });
});

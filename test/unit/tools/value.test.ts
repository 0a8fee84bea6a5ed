import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../tools/exit.ts';
import { meaningOf } from '../../../tools/known-value.ts';
import { showValue, valueFields } from '../../../tools/show-value.ts';
import { plain } from '../../../tools/style.ts';
import { chosenValue, hexOf, parseHex, parseNumbers, parseValue, textOf } from '../../../tools/value.ts';

const bytes = (...octets: readonly number[]): Uint8Array => Uint8Array.from(octets);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('values from a command line', () => {
  test.each(['0a0b0c', '0A 0b 0c', '0a:0b:0c', '0a-0b-0c', '0x0a0b0c'])('hexadecimal %s', (given) => {
    expect(parseHex(given)).toEqual(bytes(10, 11, 12));
  });

  test.each(['a', '0a0', 'xy', '0a,0b', '0x0'])('not hexadecimal: %s', (given) => {
    expect(() => parseHex(given)).toThrow(UsageError);
  });

  test('the empty value', () => {
    expect(parseHex('')).toEqual(bytes());
  });

  test.each([
    ['u8:1,2,255', bytes(1, 2, 255)],
    ['i8:-1', bytes(255)],
    ['u16:0x1234', bytes(0x34, 0x12)],
    ['i16:-2', bytes(0xfe, 0xff)],
    ['u24:16777215', bytes(255, 255, 255)],
    ['i24:-2', bytes(0xfe, 0xff, 0xff)],
    ['u32:4294967295', bytes(255, 255, 255, 255)],
    ['i32:-2147483648', bytes(0, 0, 0, 0x80)],
    ['f32:1', bytes(0, 0, 0x80, 0x3f)],
    ['f64:1', bytes(0, 0, 0, 0, 0, 0, 0xf0, 0x3f)],
  ])('numbers %s', (given, expected) => {
    expect(parseNumbers(given)).toEqual(expected);
  });

  test.each([
    'u8:256',
    'u8:-1',
    'i8:128',
    'u16:1.5',
    'u8:',
    'u8:1,',
    'u8:x',
    'u7:1',
    '1',
    'i24:8388608',
    'toString:1',
  ])('no number: %s', (given) => {
    expect(() => parseNumbers(given)).toThrow(UsageError);
  });

  test('each form in one text', () => {
    expect(parseValue('hex:0a')).toEqual(bytes(10));
    expect(parseValue('text:a=b')).toEqual(utf8('a=b'));
    expect(parseValue('u8:3')).toEqual(bytes(3));
    expect(() => parseValue('3')).toThrow(UsageError);
  });

  test('exactly one is to be given', () => {
    const none = { hex: undefined, text: undefined, number: undefined };
    expect(chosenValue({ ...none, text: bytes() })).toEqual(bytes());
    expect(() => chosenValue(none)).toThrow('what to write is missing');
    expect(() => chosenValue({ ...none, hex: bytes(1), number: bytes(1) })).toThrow('give one of');
  });
});

describe('values for people', () => {
  test('text is what can be printed, let alone a final NUL', () => {
    expect(textOf(utf8('grün'))).toBe('grün');
    expect(textOf(utf8('a\0'))).toBe('a');
    expect(textOf(bytes())).toBeUndefined();
    expect(textOf(bytes(0))).toBeUndefined();
    expect(textOf(utf8('a\u001b[2J'))).toBeUndefined();
    expect(textOf(bytes(0xc3))).toBeUndefined();
  });

  test.each([
    ['2a6e', bytes(0x66, 0x08), '21.50 °C', 21.5, '°C'],
    ['2a6e', bytes(0xff, 0xff), '-0.01 °C', -0.01, '°C'],
    ['2a19', bytes(87), '87 %', 87, '%'],
    ['2a6d', bytes(0x12, 0x76, 0x0f, 0), '101326.6 Pa', 101326.6, 'Pa'],
    ['2a07', bytes(0xf6), '-10 dBm', -10, 'dBm'],
    ['2a37', bytes(0, 72), '72 bpm', 72, 'bpm'],
    ['2a37', bytes(1, 0x2c, 1), '300 bpm', 300, 'bpm'],
    ['2902', bytes(3, 0), 'notifications and indications', 'notifications and indications', undefined],
    ['2902', bytes(0, 0), 'off', 'off', undefined],
    ['2a05', bytes(1, 0, 0xff, 0xff), 'handles 0x0001 to 0xffff', 'handles 0x0001 to 0xffff', undefined],
    ['2aa6', bytes(1), 'yes', true, undefined],
  ])('%s %j means %s', (uuid, value, text, number, unit) => {
    expect(meaningOf(uuid, value)).toEqual({ text, value: number, unit });
  });

  test('the octets are read where they lie', () => {
    const within = bytes(9, 9, 0x66, 0x08, 9).subarray(2, 4);
    expect(meaningOf('2a6e', within)?.value).toBe(21.5);
  });

  test('a value that is too short, or of a UUID that nobody knows, means nothing', () => {
    for (const uuid of ['2a6e', '2a37', '2a50', '2a04', '2902', '2a05', '2a01']) {
      expect(meaningOf(uuid, bytes(0)), uuid).toBeUndefined();
    }
    expect(meaningOf('2aa6', bytes())).toBeUndefined();
    expect(meaningOf('ff10', bytes(1, 2, 3))).toBeUndefined();
  });

  test('meaning first, then octets; a text only once', () => {
    expect(showValue('2a6e', bytes(0x66, 0x08), plain)).toBe('21.50 °C  66 08');
    expect(showValue('2a00', utf8('X1'), plain)).toBe('"X1"  58 31');
    expect(showValue('ff10', bytes(1, 2), plain)).toBe('01 02');
    expect(showValue('ff10', bytes(), plain)).toBe('empty');
    expect(showValue('ff10', bytes(1, 2, 3, 4), plain, 2)).toBe('01 02 … 4 octets');
    expect(hexOf(bytes(0, 255))).toBe('00 ff');
  });

  test('a program gets octets, text, value and unit', () => {
    const value = bytes(0x66, 0x08);
    expect(valueFields('2a6e', value)).toEqual({ hex: value, text: undefined, value: 21.5, unit: '°C' });
  });
});

import { describe, expect, test } from 'vitest';
import {
  addressAt,
  addressKeyAt,
  kindOfAddress,
  parseAddress,
  writeAddress,
} from '../../../src/core/address.ts';
import { ByteWriter, toHex } from '../../../src/core/bytes.ts';
import { InvalidArgumentError } from '../../../src/core/errors.ts';
import {
  parseUuid,
  uuidFromBytes,
  uuidToBytes,
  uuidToBytes128,
  uuidToShortestBytes,
} from '../../../src/core/uuid.ts';

describe('addresses', () => {
  test.each(['f0:f1:f2:f3:f4:f5', 'F0-F1-F2-F3-F4-F5', 'f0f1f2f3f4f5'])('%s is read', (text) => {
    expect(parseAddress(text)).toBe('F0:F1:F2:F3:F4:F5');
  });

  test.each(['', 'F0:F1:F2:F3:F4', 'F0:F1:F2:F3:F4:G5', 'F0F1:F2:F3:F4:F5', 'F0:F1:F2:F3:F4:F5:'])(
    "'%s' is refused",
    (text) => {
      expect(() => parseAddress(text)).toThrow(InvalidArgumentError);
    },
  );

  test('travel least significant octet first', () => {
    const writer = new ByteWriter(new Uint8Array(6));
    writeAddress(writer, parseAddress('F0:F1:F2:F3:F4:F5'));
    expect(toHex(writer.bytes)).toBe('f5f4f3f2f1f0');
    expect(addressAt(writer.bytes, 0)).toBe('F0:F1:F2:F3:F4:F5');
  });

  test('keys tell every octet and the type apart', () => {
    const base = Uint8Array.of(0, 1, 2, 3, 4, 5, 6);
    const keys = new Set([addressKeyAt(base, 0, 1)]);
    for (let i = 0; i < 7; i++) {
      const other = Uint8Array.from(base);
      other[i] = i === 0 ? 1 : 0xff;
      keys.add(addressKeyAt(other, 0, 1));
    }
    expect(keys.size).toBe(8);
  });

  test('kinds (Vol 6, Part B, 1.3.2)', () => {
    const kinds = ['C0', '40', '00', '80'].map((top) =>
      kindOfAddress(parseAddress(`${top}:00:00:00:00:01`), 'random'),
    );
    expect(kinds).toEqual(['static', 'resolvable', 'nonResolvable', 'nonResolvable']);
    expect(kindOfAddress(parseAddress('C0:00:00:00:00:01'), 'public')).toBe('public');
  });
});

describe('UUIDs', () => {
  const nus = '6e400001-b5a3-f393-e0a9-e50e24dcca9e';

  test.each([
    [0x180a, '180a'],
    ['180A', '180a'],
    ['0x180a', '180a'],
    ['0000180a-0000-1000-8000-00805F9B34FB', '180a'],
    [0x1234_5678, '12345678-0000-1000-8000-00805f9b34fb'],
    ['6E400001B5A3F393E0A9E50E24DCCA9E', nus],
    [Uint8Array.of(0x0a, 0x18), '180a'],
  ])('%s is read as %s', (given, canonical) => {
    expect(parseUuid(given)).toBe(canonical);
  });

  test.each(['', '18', '180', 'xyz1', `${nus}0`, -1, 1.5, 2 ** 32, new Uint8Array(3)])(
    '%s is refused',
    (given) => {
      expect(() => parseUuid(given)).toThrow(InvalidArgumentError);
    },
  );

  test('have one canonical form however they travelled', () => {
    const short = parseUuid(0x2a6e);
    expect(toHex(uuidToBytes(short))).toBe('6e2a');
    expect(toHex(uuidToBytes128(short))).toBe('fb349b5f80000080001000006e2a0000');
    expect(uuidFromBytes(uuidToBytes128(short))).toBe(short);
    expect(uuidFromBytes(uuidToBytes(parseUuid(nus)))).toBe(nus);
    expect(toHex(uuidToShortestBytes(parseUuid(0x1234_5678)))).toBe('78563412');
    expect(uuidToBytes(parseUuid(0x1234_5678)).length).toBe(16);
    expect(uuidFromBytes(new Uint8Array(5))).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../src/core/address.ts';
import { ByteReader, ByteWriter, toHex } from '../../../src/core/bytes.ts';
import { MalformedPduError } from '../../../src/core/errors.ts';
import {
  address,
  countedBytes,
  countedList,
  i8,
  list,
  octets,
  pdu,
  rest,
  u8,
  u16,
  u24,
  u32,
  u64,
} from '../../../src/core/pdu.ts';

const sample = pdu('HCI_Sample', 0x01, { status: u8, handle: u16, peer: address, rssi: i8, tail: rest });
const value = {
  status: 1,
  handle: 0x0fff,
  peer: parseAddress('F0:F1:F2:F3:F4:F5'),
  rssi: -56,
  tail: Uint8Array.of(9, 8),
};

describe('PDU tables', () => {
  test('one declaration reads, writes, measures and prints', () => {
    const bytes = sample.encode(value);
    expect(toHex(bytes)).toBe('01ff0ff5f4f3f2f1f0c80908');
    expect(sample.measure(value)).toBe(bytes.length);
    expect(sample.decode(bytes)).toEqual(value);
    expect(sample.print(value)).toBe(
      'HCI_Sample status=0x01 handle=0x0fff peer=F0:F1:F2:F3:F4:F5 rssi=-56 tail=0908',
    );
  });

  test('every cut is MalformedPduError and names the PDU', () => {
    const bytes = sample.encode({ ...value, tail: new Uint8Array(0) });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => sample.decode(bytes.subarray(0, length))).toThrow(MalformedPduError);
    }
    expect(() => sample.decode(new Uint8Array(0))).toThrow(/^HCI_Sample/);
  });

  test('trailing octets are malformed unless they are asked to be let be', () => {
    const two = pdu('TWO', 0, { a: u8 });
    expect(() => two.decode(Uint8Array.of(1, 2))).toThrow(MalformedPduError);
    expect(two.decodeLoose(Uint8Array.of(1, 2))).toEqual({ a: 1 });
  });

  test('lists, counted and open', () => {
    const counted = pdu('C', 0, { items: countedList({ handle: u16, count: u8 }), data: countedBytes });
    const both = {
      items: [
        { handle: 1, count: 2 },
        { handle: 3, count: 4 },
      ],
      data: Uint8Array.of(7),
    };
    expect(toHex(counted.encode(both))).toBe('020100020300040107');
    expect(counted.decode(counted.encode(both))).toEqual(both);
    expect(() => counted.decode(Uint8Array.of(3, 1, 0, 2))).toThrow(MalformedPduError);
    const open = pdu('O', 0, { items: list({ handle: u16 }) });
    expect(open.decode(Uint8Array.of(1, 0, 2, 0))).toEqual({ items: [{ handle: 1 }, { handle: 2 }] });
    expect(() => open.decode(Uint8Array.of(1, 0, 2))).toThrow(MalformedPduError);
    expect(() => pdu('E', 0, { items: list({}) }).decode(Uint8Array.of(1))).toThrow(MalformedPduError);
  });

  test('wide integers keep every bit', () => {
    const wide = pdu('W', 0, { a: u24, b: u32, c: u64, d: octets(2) });
    const all = { a: 0xfedcba, b: 0xfedcba98, c: 0xfedc_ba98_7654_3210n, d: Uint8Array.of(1, 2) };
    expect(wide.decode(wide.encode(all))).toEqual(all);
    expect(() => wide.encode({ ...all, d: new Uint8Array(3) })).toThrow(RangeError);
  });
});

test('a reader gives views, and a writer writes where it stands', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  expect(new ByteReader(bytes, 1).rest().buffer).toBe(bytes.buffer);
  const writer = new ByteWriter(new Uint8Array(4), 1);
  writer.u16(0x0302);
  expect([...writer.bytes, writer.offset]).toEqual([0, 2, 3, 0, 3]);
});

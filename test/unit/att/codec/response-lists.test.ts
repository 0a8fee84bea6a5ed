import { describe, expect, test } from 'vitest';
import * as exchanges from '../../../../src/att/codec/exchanges.ts';
import * as writers from '../../../../src/att/codec/response-list-writers.ts';
import * as lists from '../../../../src/att/codec/response-lists.ts';
import { toHex } from '../../../../src/core/bytes.ts';
import { MalformedPduError } from '../../../../src/core/errors.ts';
import { PacketOffset } from '../../../../src/core/packet.ts';
import { parseUuid } from '../../../../src/core/uuid.ts';
import { fromHex } from '../../../support/hex.ts';

const uart = parseUuid('6e400001-b5a3-f393-e0a9-e50e24dcca9e');
const uartOctets = '9ecadc240ee5a9e093f3a3b50100406e';
const pduOf = (packet: Uint8Array): string => toHex(packet.subarray(PacketOffset.payload));

describe('reading', () => {
  test('Find Information of 16-bit types', () => {
    const list = lists.findInformationItems(fromHex('05 01 0300 0328 0400 0229'));
    expect([...list]).toEqual([
      { handle: 3, attributeType: '2803' },
      { handle: 4, attributeType: '2902' },
    ]);
    expect(list.length).toBe(2);
    expect(list.at(1).handle).toBe(4);
    expect(() => list.at(2)).toThrow(RangeError);
    expect(() => list.at(-1)).toThrow(RangeError);
  });

  test('Find Information of 128-bit types', () => {
    expect([...lists.findInformationItems(fromHex(`05 02 0300 ${uartOctets}`))]).toEqual([
      { handle: 3, attributeType: uart },
    ]);
  });

  test('Find By Type Value', () => {
    expect([...lists.findByTypeValueItems(fromHex('07 0100 0500 0900 ffff'))]).toEqual([
      { foundAttributeHandle: 1, groupEndHandle: 5 },
      { foundAttributeHandle: 9, groupEndHandle: 0xffff },
    ]);
  });

  test('Read By Type', () => {
    expect([...lists.readByTypeItems(fromHex('09 07 0200 02 0300 002a 0400 0a 0500 012a'))]).toEqual([
      { handle: 2, value: fromHex('02 0300 002a') },
      { handle: 4, value: fromHex('0a 0500 012a') },
    ]);
    expect([...lists.readByTypeItems(fromHex('09 02 0200 0300'))]).toEqual([
      { handle: 2, value: fromHex('') },
      { handle: 3, value: fromHex('') },
    ]);
  });

  test('Read By Group Type', () => {
    expect([...lists.readByGroupTypeItems(fromHex('11 06 0100 0500 0018 0600 0900 0118'))]).toEqual([
      { handle: 1, endGroupHandle: 5, value: fromHex('0018') },
      { handle: 6, endGroupHandle: 9, value: fromHex('0118') },
    ]);
  });

  test.each([
    [lists.findInformationItems, '05'],
    [lists.findInformationItems, '05 01'],
    [lists.findInformationItems, '05 00 0300 0328'],
    [lists.findInformationItems, '05 03 0300 0328'],
    [lists.findInformationItems, '05 01 0300 03'],
    [lists.findInformationItems, '05 01 0300 0328 04'],
    [lists.findInformationItems, '05 02 0300 0328'],
    [lists.findByTypeValueItems, '07'],
    [lists.findByTypeValueItems, '07 0100 05'],
    [lists.findByTypeValueItems, '07 0100 0500 09'],
    [lists.readByTypeItems, '09'],
    [lists.readByTypeItems, '09 07'],
    [lists.readByTypeItems, '09 00 0200 02'],
    [lists.readByTypeItems, '09 01 0200 02'],
    [lists.readByTypeItems, '09 07 0200 02 0300 00'],
    [lists.readByTypeItems, '09 07 0200 02 0300 002a 04'],
    [lists.readByTypeItems, '09 ff 0200 02 0300 002a'],
    [lists.readByGroupTypeItems, '11 00 0100 0500 0018'],
    [lists.readByGroupTypeItems, '11 03 0100 05'],
    [lists.readByGroupTypeItems, '11 06 0100 0500 00'],
  ] as const)('%o refuses %s', (read, hex) => {
    expect(() => read(fromHex(hex))).toThrow(MalformedPduError);
  });

  test('Read Multiple Variable, whole and cut by the MTU', () => {
    expect(exchanges.ReadMultipleVariable.decode(fromHex('21 0200 aabb 0000 0100 cc'))).toEqual({
      values: [fromHex('aabb'), fromHex(''), fromHex('cc')],
      complete: true,
    });
    expect(exchanges.ReadMultipleVariable.decode(fromHex('21 0200 aabb 0400 cc'))).toEqual({
      values: [fromHex('aabb'), fromHex('cc')],
      complete: false,
    });
    // The MTU may cut within a length, too.
    expect(exchanges.ReadMultipleVariable.decode(fromHex('21 0200 aabb 04'))).toEqual({
      values: [fromHex('aabb')],
      complete: false,
    });
    expect(() => exchanges.ReadMultipleVariable.decode(fromHex('21 04'))).toThrow(MalformedPduError);
  });

  test('a list outlives the PDU that it came in', () => {
    const view = fromHex('09 04 0200 aabb');
    const list = exchanges.ReadByType.decode(view);
    view.fill(0xee);
    expect([...list]).toEqual([{ handle: 2, value: fromHex('aabb') }]);
  });
});

describe('writing', () => {
  test('Find Information ends where the size of the types changes', () => {
    const writer = writers.findInformationWriter(23);
    expect(writer.empty).toBe(true);
    expect(writer.add(3, parseUuid(0x2803))).toBe(true);
    expect(writer.add(4, uart)).toBe(false);
    expect(writer.add(5, parseUuid(0x2902))).toBe(true);
    expect(pduOf(writer.packet())).toBe('05010300032805000229');
    const long = writers.findInformationWriter(23);
    expect(long.add(3, uart)).toBe(true);
    expect(long.add(4, uart)).toBe(false);
    expect(pduOf(long.packet())).toBe(`05020300${uartOctets}`);
  });

  test('Find By Type Value fills the MTU and no more', () => {
    const writer = writers.findByTypeValueWriter(23);
    for (let i = 1; i <= 5; i++) expect(writer.add(i, i)).toBe(true);
    expect(writer.add(6, 6)).toBe(false);
    expect(writer.packet().length).toBe(PacketOffset.payload + 21);
  });

  test('Read By Type takes values of one length, and cuts the first to the MTU', () => {
    const writer = writers.readByTypeWriter(23);
    expect(writer.add(2, fromHex('aabb'))).toBe(true);
    expect(writer.add(3, fromHex('cc'))).toBe(false);
    expect(writer.add(4, fromHex('ddee'))).toBe(true);
    expect(pduOf(writer.packet())).toBe('09040200aabb0400ddee');
    const long = writers.readByTypeWriter(23);
    expect(long.add(2, new Uint8Array(40))).toBe(true);
    expect(long.add(3, new Uint8Array(40))).toBe(false);
    expect(long.packet().length).toBe(PacketOffset.payload + 23);
    expect(long.packet()[PacketOffset.payload + 1]).toBe(21);
  });

  test('no item is longer than its Length octet can tell', () => {
    const writer = writers.readByTypeWriter(517);
    expect(writer.add(2, new Uint8Array(300))).toBe(true);
    expect(writer.add(3, new Uint8Array(512))).toBe(true);
    expect(writer.add(4, new Uint8Array(512))).toBe(false);
    const pdu = writer.packet().subarray(PacketOffset.payload);
    expect([...lists.readByTypeItems(pdu)].map(({ handle, value }) => [handle, value.length])).toEqual([
      [2, 253],
      [3, 253],
    ]);
  });

  test('Read By Group Type is read back as it was written', () => {
    const writer = writers.readByGroupTypeWriter(23);
    expect(writer.add(1, 5, fromHex('0018'))).toBe(true);
    expect(writer.add(6, 0xffff, fromHex('0118'))).toBe(true);
    expect([...lists.readByGroupTypeItems(writer.packet().subarray(PacketOffset.payload))]).toEqual([
      { handle: 1, endGroupHandle: 5, value: fromHex('0018') },
      { handle: 6, endGroupHandle: 0xffff, value: fromHex('0118') },
    ]);
  });

  test('Read Multiple Variable is cut at the MTU, never inside a length', () => {
    const response = (lengths: number[], mtu: number) =>
      pduOf(
        writers.readMultipleVariableResponse(
          lengths.map((length) => new Uint8Array(length).fill(0xaa)),
          mtu,
        ),
      );
    expect(response([2, 0, 1], 23)).toBe('210200aaaa00000100aa');
    expect(response([2, 4], 9)).toBe('210200aaaa0400aaaa');
    expect(response([2, 4], 6)).toBe('210200aaaa');
    expect(response([20, 5], 23)).toBe(`211400${'aa'.repeat(20)}`);
  });
});

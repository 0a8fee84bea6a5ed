import { describe, expect, test } from 'vitest';
import { AttOpcode } from '../../../../src/att/att-codes.ts';
import * as exchanges from '../../../../src/att/codec/exchanges.ts';
import * as requests from '../../../../src/att/codec/requests.ts';
import { decodeCommand, decodeRequest, WriteCommand } from '../../../../src/att/codec/requests.ts';
import * as responses from '../../../../src/att/codec/responses.ts';
import {
  SIGNED_WRITE_OVERHEAD,
  signedWriteMessage,
  signedWritePacket,
} from '../../../../src/att/codec/signed-write-pdus.ts';
import {
  HandleValueIndication,
  HandleValueNotification,
  multipleHandleValues,
  valuePacket,
} from '../../../../src/att/codec/value-pdus.ts';
import { toHex } from '../../../../src/core/bytes.ts';
import { MalformedPduError } from '../../../../src/core/errors.ts';
import { PacketOffset } from '../../../../src/core/packet.ts';
import { parseUuid } from '../../../../src/core/uuid.ts';
import { fromHex } from '../../../support/hex.ts';

const uart = parseUuid('6e400001-b5a3-f393-e0a9-e50e24dcca9e');
const uartOctets = '9ecadc240ee5a9e093f3a3b50100406e';

/** What the tables of Vol 3, Part F, 3.4 give for these values. */
const goldenRequests: readonly (readonly [string, object])[] = [
  ['02 0502', { opcode: 0x02, clientRxMtu: 517 }],
  ['04 0100 ffff', { opcode: 0x04, startingHandle: 1, endingHandle: 0xffff }],
  [
    '06 0100 ffff 0028 0d18',
    {
      opcode: 0x06,
      startingHandle: 1,
      endingHandle: 0xffff,
      attributeType: 0x2800,
      attributeValue: fromHex('0d18'),
    },
  ],
  ['08 0100 ffff 0328', { opcode: 0x08, startingHandle: 1, endingHandle: 0xffff, attributeType: '2803' }],
  [
    `08 0100 ffff ${uartOctets}`,
    { opcode: 0x08, startingHandle: 1, endingHandle: 0xffff, attributeType: uart },
  ],
  ['0a 0300', { opcode: 0x0a, attributeHandle: 3 }],
  ['0c 0300 1600', { opcode: 0x0c, attributeHandle: 3, valueOffset: 22 }],
  ['0e 0300 0500', { opcode: 0x0e, handles: [3, 5] }],
  [
    '10 0100 ffff 0028',
    { opcode: 0x10, startingHandle: 1, endingHandle: 0xffff, attributeGroupType: '2800' },
  ],
  ['12 0400 0100', { opcode: 0x12, attributeHandle: 4, attributeValue: fromHex('0100') }],
  ['12 0400', { opcode: 0x12, attributeHandle: 4, attributeValue: fromHex('') }],
  [
    '16 0400 1200 aabb',
    { opcode: 0x16, attributeHandle: 4, valueOffset: 18, partAttributeValue: fromHex('aabb') },
  ],
  ['18 01', { opcode: 0x18, flags: 1 }],
  ['20 0300 0500 0700', { opcode: 0x20, handles: [3, 5, 7] }],
];

describe('requests', () => {
  test.each(goldenRequests)('%s', (hex, value) => {
    expect(decodeRequest(fromHex(hex))).toEqual(value);
  });

  test('are written as they are read', () => {
    const tables = Object.values(exchanges).map((exchange) => exchange.request);
    for (const [hex, value] of goldenRequests) {
      const table = tables.find(({ code }) => code === fromHex(hex)[0]);
      const packet = responses.encodePacket(
        table as typeof requests.ReadRequest,
        value as { attributeHandle: number },
      );
      expect(toHex(packet.subarray(PacketOffset.payload))).toBe(hex.replaceAll(' ', ''));
    }
  });

  test.each([
    '02',
    '02 05',
    '02 0502 00',
    '04 0100',
    '04 0100 ffff 00',
    '06 0100 ffff 00',
    '08 0100 ffff',
    '08 0100 ffff 03',
    '08 0100 ffff 032800',
    `08 0100 ffff ${uartOctets}00`,
    '0a',
    '0a 03',
    '0a 0300 00',
    '0c 0300',
    '0c 0300 16',
    '0e',
    '0e 0300',
    '0e 0300 05',
    '10 0100 ffff 00000000',
    '12',
    '12 04',
    '16 0400 12',
    '18',
    '18 0100',
    '20 0300',
  ])('%s is malformed', (hex) => {
    expect(() => decodeRequest(fromHex(hex))).toThrow(MalformedPduError);
  });

  test('an opcode that is no request is none', () => {
    for (const opcode of [0x00, 0x01, 0x03, 0x14, 0x1f, 0x3f, 0x52, 0xff]) {
      expect(decodeRequest(Uint8Array.of(opcode, 1, 2))).toBeUndefined();
    }
  });
});

describe('commands', () => {
  test('a write command gives handle and value', () => {
    expect(decodeCommand(fromHex('52 0400 010203'))).toEqual({
      opcode: 0x52,
      attributeHandle: 4,
      attributeValue: fromHex('010203'),
    });
    expect(decodeCommand(fromHex('52 0400'))).toMatchObject({ attributeValue: fromHex('') });
  });

  test('a signed write command gives its last 12 octets as signature', () => {
    expect(decodeCommand(fromHex('d2 0400 aabb 010000001122334455667788'))).toEqual({
      opcode: 0xd2,
      attributeHandle: 4,
      attributeValue: fromHex('aabb'),
      signedMessage: fromHex('d2 0400 aabb'),
      authenticationSignature: fromHex('010000001122334455667788'),
    });
  });

  test('a signed write command is written as the table has it', () => {
    const message = signedWriteMessage(0x1234, fromHex('aabb'));
    expect(toHex(message)).toBe('d23412aabb');
    const signature = fromHex('010000001122334455667788');
    const pdu = signedWritePacket(message, signature).subarray(PacketOffset.payload);
    expect(requests.SignedWriteCommand.decode(pdu, 1)).toEqual({
      attributeHandle: 0x1234,
      valueAndSignature: fromHex('aabb 010000001122334455667788'),
    });
    expect(pdu.length).toBe(SIGNED_WRITE_OVERHEAD + 2);
  });

  test.each(['52', '52 04', 'd2 0400', 'd2 0400 0100000011223344556677'])('%s is malformed', (hex) => {
    expect(() => decodeCommand(fromHex(hex))).toThrow(MalformedPduError);
  });

  test('others are none', () => {
    expect(decodeCommand(fromHex('40'))).toBeUndefined();
    expect(decodeCommand(fromHex('f2 0400'))).toBeUndefined();
  });
});

describe('value PDUs, written by hand', () => {
  const tables = [
    [AttOpcode.handleValueNotification, HandleValueNotification],
    [AttOpcode.handleValueIndication, HandleValueIndication],
    [AttOpcode.writeCommand, WriteCommand],
    [AttOpcode.writeRequest, requests.WriteRequest],
  ] as const;

  test.each(tables)('opcode %i is what its table writes', (opcode, table) => {
    for (const length of [0, 1, 20, 244, 512]) {
      const attributeValue = Uint8Array.from({ length }, (_, i) => i * 7);
      const byHand = valuePacket(opcode, 0xfedc, attributeValue);
      const byTable = responses.encodePacket(table, { attributeHandle: 0xfedc, attributeValue });
      expect(toHex(byHand.subarray(PacketOffset.payload))).toBe(
        toHex(byTable.subarray(PacketOffset.payload)),
      );
      expect(byHand.length).toBe(byTable.length);
    }
  });

  test('multiple values are read to the end exactly', () => {
    expect(multipleHandleValues(fromHex('23 0300 0100 aa 0500 0000'))).toEqual([
      { attributeHandle: 3, attributeValue: fromHex('aa') },
      { attributeHandle: 5, attributeValue: fromHex('') },
    ]);
  });

  test.each([
    '23',
    '23 0300 0100 aa',
    '23 0300 0100 aa 05',
    '23 0300 0100 aa 0500 0200 bb',
    '23 0300 ffff aa 0500 0000',
  ])('%s is malformed', (hex) => {
    expect(() => multipleHandleValues(fromHex(hex))).toThrow(MalformedPduError);
  });
});

describe('responses', () => {
  test('an error response names request, handle and code', () => {
    const packet = responses.errorResponse(0x0a, 0x1234, 0x05);
    expect(toHex(packet.subarray(PacketOffset.payload))).toBe('010a341205');
  });

  test('a value is cut to the MTU', () => {
    const value = fromHex('000102030405060708090a0b0c0d0e0f101112131415161718');
    const packet = responses.valueResponse(responses.ReadResponse, value, 23);
    expect(packet.length).toBe(PacketOffset.payload + 23);
    expect(toHex(packet.subarray(PacketOffset.payload, PacketOffset.payload + 3))).toBe('0b0001');
    expect(responses.valueResponse(responses.ReadBlobResponse, fromHex('aa'), 23).length).toBe(
      PacketOffset.payload + 2,
    );
  });

  test('what an exchange gives owns its bytes', () => {
    const view = fromHex('0b aabb');
    const value = exchanges.Read.decode(view);
    view.fill(0);
    expect(value).toEqual(fromHex('aabb'));
    expect(value.buffer.byteLength).toBe(2);
    const echo = fromHex('17 0400 1200 aabb');
    const written = exchanges.PrepareWrite.decode(echo);
    echo.fill(0);
    expect(written).toEqual({ attributeHandle: 4, valueOffset: 18, partAttributeValue: fromHex('aabb') });
  });

  test('a response that has nothing to say says nothing', () => {
    expect(exchanges.Write.decode(fromHex('13'))).toEqual({});
    expect(() => exchanges.Write.decode(fromHex('1300'))).toThrow(MalformedPduError);
    expect(() => exchanges.ExecuteWrite.decode(fromHex('1900'))).toThrow(MalformedPduError);
    expect(() => exchanges.ExchangeMtu.decode(fromHex('0317'))).toThrow(MalformedPduError);
  });
});

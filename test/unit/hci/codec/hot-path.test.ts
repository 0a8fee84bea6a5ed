import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKeyAt } from '../../../../src/core/address.ts';
import { allocatePacket, PacketOffset } from '../../../../src/core/packet.ts';
import { pdu, rest, u8, u16 } from '../../../../src/core/pdu.ts';
import {
  aclBoundaryFlag,
  aclData,
  aclHandle,
  BoundaryFlag,
  isAclFirst,
  isAclPacket,
  writeAclHeader,
} from '../../../../src/hci/codec/acl.ts';
import {
  AdvertisingReportCursor,
  DataStatus,
  NO_ADVERTISING_SID,
  NOT_AVAILABLE_DBM,
  ReportBit,
} from '../../../../src/hci/codec/advertising-report.ts';
import { visitCompletedPackets } from '../../../../src/hci/codec/completed-packets.ts';
import { HciEvent } from '../../../../src/hci/codec/events.ts';
import { arbitraryOfShape } from '../../../support/arbitrary.ts';
import { fromHex } from '../../../support/hex.ts';

const options = { seed: 4, numRuns: 200 };

/** Every known report of an event, through the cursor. */
const walk = <T>(cursor: AdvertisingReportCursor, read: (cursor: AdvertisingReportCursor) => T): T[] => {
  const found: T[] = [];
  while (cursor.next()) found.push(read(cursor));
  return found;
};

describe('ACL packets against the table', () => {
  // Vol 4, Part E, 5.4.2
  const table = pdu('HCI_ACL_Data', 2, { indicator: u8, handleAndFlags: u16, length: u16, data: rest });

  test('headers written in place', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0x0eff }),
        fc.constantFrom(...Object.values(BoundaryFlag)),
        fc.uint8Array({ maxLength: 300 }),
        (handle, flag, payload) => {
          const packet = allocatePacket(payload.length);
          packet.set(payload, PacketOffset.payload);
          packet.fill(0x11, PacketOffset.l2cap, PacketOffset.payload);
          writeAclHeader(packet, handle, flag);
          expect(table.decode(packet)).toEqual({
            indicator: 2,
            handleAndFlags: handle | (flag << 12),
            length: 4 + payload.length,
            data: Uint8Array.of(0x11, 0x11, 0x11, 0x11, ...payload),
          });
          expect(isAclPacket(packet)).toBe(true);
          expect(aclHandle(packet)).toBe(handle);
          expect(aclBoundaryFlag(packet)).toBe(flag);
          expect(isAclFirst(packet)).toBe(flag !== BoundaryFlag.continuing);
          expect(aclData(packet)).toEqual(table.decode(packet).data);
        },
      ),
      options,
    );
  });

  test('a length that lies is seen', () => {
    expect(isAclPacket(fromHex('02 4020 0300 aabbcc'))).toBe(true);
    expect(isAclPacket(fromHex('02 4020 0300 aabb'))).toBe(false);
    expect(isAclPacket(fromHex('02 4020 0300 aabbccdd'))).toBe(false);
    expect(isAclPacket(fromHex('02 4020 00'))).toBe(false);
  });
});

describe('Number Of Completed Packets against the table', () => {
  const type = HciEvent.numberOfCompletedPackets;

  test('every handle is visited', () => {
    fc.assert(
      fc.property(arbitraryOfShape(type.parameters.shape, { items: 20 }), (parameters) => {
        const visited: { connectionHandle: number; numCompletedPackets: number }[] = [];
        const whole = visitCompletedPackets(
          type.encode(parameters),
          (connectionHandle, numCompletedPackets) => {
            visited.push({ connectionHandle, numCompletedPackets });
          },
        );
        expect(whole).toBe(true);
        expect(visited).toEqual(parameters.completed);
      }),
      options,
    );
  });

  test('a count that reaches past the end visits nothing', () => {
    const packet = type.encode({ completed: [{ connectionHandle: 0x40, numCompletedPackets: 1 }] });
    packet[3] = 2;
    let visits = 0;
    expect(visitCompletedPackets(packet, () => visits++)).toBe(false);
    expect(visitCompletedPackets(packet.subarray(0, 3), () => visits++)).toBe(false);
    expect(visits).toBe(0);
  });
});

describe('advertising reports against the tables', () => {
  const cursor = new AdvertisingReportCursor();

  test('legacy reports', () => {
    const type = HciEvent.leAdvertisingReport;
    fc.assert(
      fc.property(arbitraryOfShape(type.parameters.shape), (parameters) => {
        cursor.legacy(type.encode(parameters));
        const found = walk(cursor, ({ addressType, address, data, rssi, addressKey, dataLength }) => ({
          addressType,
          address,
          data: data.slice(),
          rssi,
          addressKey,
          dataLength,
        }));
        expect(found).toEqual(
          parameters.reports.map(({ addressType, address, data, rssi }) => ({
            addressType,
            address,
            data,
            rssi,
            addressKey: keyOf(addressType, address),
            dataLength: data.length,
          })),
        );
        expect(cursor.malformed).toBe(false);
      }),
      options,
    );
  });

  test.each([
    [0, ReportBit.legacy | ReportBit.connectable | ReportBit.scannable],
    [1, ReportBit.legacy | ReportBit.connectable | ReportBit.directed],
    [2, ReportBit.legacy | ReportBit.scannable],
    [3, ReportBit.legacy],
    [4, ReportBit.legacy | ReportBit.connectable | ReportBit.scannable | ReportBit.scanResponse],
    [9, ReportBit.legacy],
  ])('legacy event type %i in the bits of extended reports', (octet, bits) => {
    cursor.legacy(fromHex(`043e0c0201 ${octet.toString(16).padStart(2, '0')}01 f5f4f3f2f1f0 00 c8`));
    expect(cursor.next()).toBe(true);
    expect(cursor.eventType).toBe(bits);
    expect([cursor.txPower, cursor.advertisingSid, cursor.primaryPhy, cursor.secondaryPhy]).toEqual([
      NOT_AVAILABLE_DBM,
      NO_ADVERTISING_SID,
      1,
      0,
    ]);
    expect([cursor.dataStatus, cursor.periodicAdvertisingInterval]).toEqual([DataStatus.complete, 0]);
  });

  test('directed reports', () => {
    const type = HciEvent.leDirectedAdvertisingReport;
    fc.assert(
      fc.property(arbitraryOfShape(type.parameters.shape), (parameters) => {
        cursor.directed(type.encode(parameters));
        const found = walk(cursor, ({ addressType, address, directAddressType, directAddress, rssi }) => ({
          addressType,
          address,
          directAddressType,
          directAddress,
          rssi,
        }));
        expect(found).toEqual(parameters.reports.map(({ eventType, ...fields }) => fields));
        expect(cursor.malformed).toBe(false);
      }),
      options,
    );
  });

  test('extended reports', () => {
    const type = HciEvent.leExtendedAdvertisingReport;
    fc.assert(
      fc.property(arbitraryOfShape(type.parameters.shape), (parameters) => {
        cursor.extended(type.encode(parameters));
        const found = walk(cursor, (report) => ({
          eventType: report.eventType,
          addressType: report.addressType,
          address: report.address,
          primaryPhy: report.primaryPhy,
          secondaryPhy: report.secondaryPhy,
          advertisingSid: report.advertisingSid,
          txPower: report.txPower,
          rssi: report.rssi,
          periodicAdvertisingInterval: report.periodicAdvertisingInterval,
          directAddressType: report.directAddressType,
          directAddress: report.directAddress,
          data: report.data.slice(),
          dataStatus: report.dataStatus,
          addressKey: report.addressKey,
        }));
        expect(found).toEqual(
          parameters.reports.map((report) => ({
            ...report,
            dataStatus: (report.eventType >> 5) & 3,
            addressKey: keyOf(report.addressType, report.address),
          })),
        );
        expect(cursor.malformed).toBe(false);
      }),
      options,
    );
  });

  test('an address has one key whether or not the controller resolved it, and another as public than as random', () => {
    const keys = [0, 1, 2, 3].map((addressType) => {
      cursor.legacy(fromHex(`043e0c0201 000${addressType} f5f4f3f2f1f0 00 c8`));
      cursor.next();
      return cursor.addressKey;
    });
    expect(keys[2]).toBe(keys[0]);
    expect(keys[3]).toBe(keys[1]);
    expect(keys[1]).not.toBe(keys[0]);
  });

  test('a report that is cut ends the walk and those before it are good', () => {
    const type = HciEvent.leAdvertisingReport;
    fc.assert(
      fc.property(arbitraryOfShape(type.parameters.shape), fc.nat(200), (parameters, cut) => {
        const packet = type.encode(parameters);
        const length = Math.min(cut, packet.length - 1);
        cursor.legacy(packet.subarray(0, length));
        const found = walk(cursor, ({ address }) => address);
        expect(found).toEqual(parameters.reports.slice(0, found.length).map(({ address }) => address));
        if (parameters.reports.length > 0) expect(found.length).toBeLessThan(parameters.reports.length);
        if (length > 0) expect(cursor.malformed).toBe(parameters.reports.length > 0 || length < 5);
      }),
      options,
    );
  });
});

const keyOf = (addressType: number, address: string): number => {
  const octets = address.split(':').map((digits) => Number.parseInt(digits, 16));
  return addressKeyAt(Uint8Array.of(addressType, ...octets.reverse()), 0, 1);
};

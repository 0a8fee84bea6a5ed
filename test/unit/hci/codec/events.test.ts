import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../../src/core/address.ts';
import { MalformedPduError } from '../../../../src/core/errors.ts';
import { eventKey, eventKeyOf, type HciEventType } from '../../../../src/hci/codec/event.ts';
import { eventByKey, eventOf, HciEvent } from '../../../../src/hci/codec/events.ts';
import { arbitraryOfShape } from '../../../support/arbitrary.ts';
import { fromHex } from '../../../support/hex.ts';

const all = Object.values<HciEventType>(HciEvent);

describe('event packets', () => {
  test('a recorded LE Connection Complete', () => {
    const packet = fromHex('043e13010040000101f5f4f3f2f1f018000000480000');
    expect(eventOf(packet)).toBe(HciEvent.leConnectionComplete);
    expect(HciEvent.leConnectionComplete.decode(packet)).toEqual({
      status: 0,
      connectionHandle: 0x40,
      role: 1,
      peerAddressType: 1,
      peerAddress: parseAddress('F0:F1:F2:F3:F4:F5'),
      connectionInterval: 24,
      peripheralLatency: 0,
      supervisionTimeout: 72,
      centralClockAccuracy: 0,
    });
  });

  test('golden octets', () => {
    const disconnection = fromHex('0405040040003e');
    expect(HciEvent.disconnectionComplete.decode(disconnection)).toEqual({
      status: 0,
      connectionHandle: 0x40,
      reason: 0x3e,
    });
    expect(HciEvent.leLongTermKeyRequest.decode(fromHex('043e0d0540001122334455667788cdab'))).toEqual({
      connectionHandle: 0x40,
      randomNumber: fromHex('1122334455667788'),
      encryptedDiversifier: 0xabcd,
    });
    expect(HciEvent.numberOfCompletedPackets.decode(fromHex('041309024000010041000200'))).toEqual({
      completed: [
        { connectionHandle: 0x40, numCompletedPackets: 1 },
        { connectionHandle: 0x41, numCompletedPackets: 2 },
      ],
    });
  });

  test('codes are each used once', () => {
    const keys = all.map(({ code, subevent }) => eventKey(code, subevent));
    expect(new Set(keys).size).toBe(all.length);
    for (const type of all) expect(eventByKey(eventKey(type.code, type.subevent))).toBe(type);
  });

  test('octets of a later version of the specification are let be', () => {
    expect(HciEvent.disconnectionComplete.decode(fromHex('04050600400013aabb'))).toMatchObject({
      reason: 0x13,
    });
  });

  test.each(all.map((type) => [type.name, type] as const))(
    '%s goes there and back, and is refused cut',
    (_name, type) => {
      fc.assert(
        fc.property(arbitraryOfShape(type.parameters.shape), (parameters) => {
          const packet = type.encode(parameters);
          expect(eventOf(packet)).toBe(type);
          expect(type.decode(packet)).toEqual(parameters);
          expect(type.parameters.print(parameters)).toContain(type.name);
          // A field that takes what is left cannot be cut short.
          if (type === HciEvent.commandComplete) return;
          const header = type.subevent === undefined ? 3 : 4;
          for (let length = header; length < packet.length; length++) {
            expect(() => type.decode(packet.subarray(0, length))).toThrow(MalformedPduError);
          }
        }),
        { seed: 3, numRuns: 20 },
      );
    },
  );

  test('the key of a packet whose length lies is not read', () => {
    expect(eventKeyOf(fromHex('0405'))).toBeUndefined();
    expect(eventKeyOf(fromHex('04050500400013'))).toBeUndefined();
    expect(eventKeyOf(fromHex('04050300400013'))).toBeUndefined();
    expect(eventKeyOf(fromHex('043e00'))).toBeUndefined();
    expect(eventKeyOf(fromHex('043e0101'))).toBe(0x3e01);
  });
});

import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/core/address.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import type { Air } from '../../../src/virtual/air.ts';
import { connectionOf, NOBODY, onAir, settle, type TestHost, utf8 } from './test-host.ts';

const RANDOM = parseAddress('C1:22:33:44:55:66');
const Property = {
  connectable: 1,
  scannable: 2,
  directed: 4,
  highDuty: 8,
  legacy: 16,
  anonymous: 32,
  power: 64,
};

const setParameters = (wrong: object = {}) => ({
  advertisingHandle: 0,
  advertisingEventProperties: Property.connectable,
  primaryAdvertisingIntervalMin: 160,
  primaryAdvertisingIntervalMax: 160,
  primaryAdvertisingChannelMap: 7,
  ownAddressType: 0,
  peerAddressType: 0,
  peerAddress: NOBODY,
  advertisingFilterPolicy: 0,
  advertisingTxPower: 127,
  primaryAdvertisingPhy: 1,
  secondaryAdvertisingMaxSkip: 0,
  secondaryAdvertisingPhy: 1,
  advertisingSid: 3,
  scanRequestNotificationEnable: 0,
  ...wrong,
});
const set = (host: TestHost, options: object = {}) =>
  host.command(HciCommand.leSetExtendedAdvertisingParameters, setParameters(options));
const data = (host: TestHost, advertisingData: Uint8Array, operation = 3, advertisingHandle = 0) =>
  host.command(HciCommand.leSetExtendedAdvertisingData, {
    advertisingHandle,
    operation,
    fragmentPreference: 0,
    advertisingData,
  });
const response = (host: TestHost, scanResponseData: Uint8Array, operation = 3, advertisingHandle = 0) =>
  host.command(HciCommand.leSetExtendedScanResponseData, {
    advertisingHandle,
    operation,
    fragmentPreference: 0,
    scanResponseData,
  });
const enable = (host: TestHost, on = 1, options: object = {}) =>
  host.command(HciCommand.leSetExtendedAdvertisingEnable, {
    enable: on,
    sets: [{ advertisingHandle: 0, duration: 0, maxExtendedAdvertisingEvents: 0, ...options }],
  });
const scan = async (host: TestHost, options: { active?: boolean; phys?: number; enable?: object } = {}) => {
  const count = options.phys === 5 ? 2 : 1;
  await host.ok(HciCommand.leSetExtendedScanParameters, {
    ownAddressType: 0,
    scanningFilterPolicy: 0,
    scanningPhys: options.phys ?? 1,
    phys: Array.from({ length: count }, () => ({
      scanType: options.active === true ? 1 : 0,
      scanInterval: 16,
      scanWindow: 16,
    })),
  });
  return host.ok(HciCommand.leSetExtendedScanEnable, {
    enable: 1,
    filterDuplicates: 0,
    duration: 0,
    period: 0,
    ...options.enable,
  });
};
const connect = (host: TestHost, peerAddress = NOBODY, wrong: object = {}) =>
  host.command(HciCommand.leExtendedCreateConnection, {
    initiatorFilterPolicy: 0,
    ownAddressType: 0,
    peerAddressType: 0,
    peerAddress,
    initiatingPhys: 1,
    phys: [
      {
        scanInterval: 16,
        scanWindow: 16,
        connectionIntervalMin: 24,
        connectionIntervalMax: 40,
        maxLatency: 0,
        supervisionTimeout: 42,
        minCeLength: 0,
        maxCeLength: 0,
      },
    ],
    ...wrong,
  });
const reports = (host: TestHost) =>
  host.all(HciEvent.leExtendedAdvertisingReport).flatMap(({ reports }) => reports);

type Two = { a: TestHost; b: TestHost; air: Air; advance: (ms: number) => Promise<void> };
const two = (work: (world: Two) => Promise<void>): Promise<void> =>
  onAir([{}, {}], async ({ air, hosts: [a, b], clock }) => {
    if (a === undefined || b === undefined) throw new Error('no hosts');
    await work({ a, b, air, advance: (ms) => clock.advance(ms) });
  });

describe('extended advertising, scanning and initiating', () => {
  it('1. legacy and extended commands do not mix until a reset', () =>
    two(async ({ a }) => {
      await a.ok(HciCommand.leSetAdvertisingData, { advertisingData: utf8('x') });
      expect(await set(a)).toMatchObject({ status: 0x0c });
      expect(await a.command(HciCommand.leReadNumberOfSupportedAdvertisingSets, {})).toMatchObject({
        status: 0x0c,
      });
      await a.setUp();
      expect(await set(a)).toMatchObject({ status: 0 });
      expect(await a.command(HciCommand.leSetAdvertisingEnable, { advertisingEnable: 1 })).toEqual({
        status: 0x0c,
      });
      expect(await a.command(HciCommand.leSetScanEnable, { leScanEnable: 1, filterDuplicates: 0 })).toEqual({
        status: 0x0c,
      });
    }));

  it('2. an extended event is reported with its PHYs, set and power, whole up to 1650 octets', () =>
    two(async ({ a, b }) => {
      await set(a, {
        advertisingEventProperties: Property.power,
        primaryAdvertisingPhy: 3,
        secondaryAdvertisingPhy: 2,
      });
      const whole = Uint8Array.from({ length: 1650 }, (_, i) => i & 0xff);
      for (let at = 0; at < 1650; at += 250) {
        const operation = at === 0 ? 1 : at + 250 >= 1650 ? 2 : 0;
        expect(await data(a, whole.subarray(at, at + 250), operation)).toEqual({ status: 0 });
      }
      expect(await enable(a)).toEqual({ status: 0 });
      await scan(b, { phys: 5 });
      await settle();
      const heard = reports(b);
      expect(heard[0]).toMatchObject({
        eventType: 0x20,
        address: a.controller.address,
        primaryPhy: 3,
        secondaryPhy: 2,
        advertisingSid: 3,
        txPower: 0,
        rssi: -40,
      });
      expect(heard.map(({ eventType }) => eventType >> 5)).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
      expect(heard.map((report) => toHex(report.data)).join('')).toBe(toHex(whole));
    }));

  it('3. legacy PDUs of a set reach legacy scanners, extended ones do not', () =>
    two(async ({ a, b, advance }) => {
      await set(a);
      await enable(a);
      await b.scan();
      await advance(500);
      expect(b.packets).toEqual([]);
      await enable(a, 0);
      await set(a, { advertisingEventProperties: 0x13 });
      await data(a, utf8('legacy'));
      await enable(a);
      await settle();
      expect(b.reports()).toMatchObject([{ type: 0, data: toHex(utf8('legacy')) }]);
    }));

  it('4. an extended scanner sees legacy advertisers and their scan responses as such', () =>
    two(async ({ a, b }) => {
      await a.advertise({ data: utf8('d'), scanResponse: utf8('r') });
      await scan(b, { active: true });
      await settle();
      expect(reports(b)).toMatchObject([
        { eventType: 0x13, primaryPhy: 1, secondaryPhy: 0, advertisingSid: 0xff, txPower: 127 },
        { eventType: 0x1b },
      ]);
    }));

  it('5. a scannable set has its data in the scan response, and tells who asked', () =>
    two(async ({ a, b }) => {
      await set(a, { advertisingEventProperties: Property.scannable, scanRequestNotificationEnable: 1 });
      expect(await data(a, utf8('no'))).toEqual({ status: 0x12 });
      expect(await enable(a)).toEqual({ status: 0x0c });
      expect(await response(a, utf8('yes'))).toEqual({ status: 0 });
      expect(await enable(a)).toEqual({ status: 0 });
      await scan(b, { active: true });
      await settle();
      expect(reports(b).map((r) => [r.eventType, toHex(r.data)])).toEqual([
        [0x02, ''],
        [0x0a, toHex(utf8('yes'))],
      ]);
      expect(a.event(HciEvent.leScanRequestReceived)).toEqual({
        advertisingHandle: 0,
        scannerAddressType: 0,
        scannerAddress: b.controller.address,
      });
    }));

  it('6. an anonymous set hides its address', () =>
    two(async ({ a, b }) => {
      await set(a, { advertisingEventProperties: Property.anonymous });
      await enable(a);
      await scan(b);
      await settle();
      expect(reports(b)).toMatchObject([{ addressType: 0xff, address: NOBODY }]);
    }));

  it('7. a connection ends its set with the handle of the link, and no other set', () =>
    two(async ({ a, b, advance }) => {
      await set(a);
      await set(a, { advertisingHandle: 1, advertisingEventProperties: 0 });
      expect(
        await a.command(HciCommand.leSetExtendedAdvertisingEnable, {
          enable: 1,
          sets: [
            { advertisingHandle: 0, duration: 0, maxExtendedAdvertisingEvents: 0 },
            { advertisingHandle: 1, duration: 0, maxExtendedAdvertisingEvents: 0 },
          ],
        }),
      ).toEqual({ status: 0 });
      expect(await connect(b, a.controller.address)).toEqual({ status: 0 });
      await advance(0);
      expect(connectionOf(b).role).toBe(0);
      expect(a.packets.map((packet) => packet[3])).toEqual([0x0a, 0x12]);
      const { connectionHandle } = connectionOf(a);
      expect(a.event(HciEvent.leAdvertisingSetTerminated)).toMatchObject({
        status: 0,
        advertisingHandle: 0,
        connectionHandle,
      });
      await scan(b);
      await settle();
      expect(reports(b)).toHaveLength(1);
    }));

  it('8. a connection is made on the PHY of the secondary channel, with the parameters for it', () =>
    two(async ({ a, b, advance }) => {
      await set(a, { secondaryAdvertisingPhy: 2 });
      await enable(a);
      const phys = [24, 60].map((interval) => ({
        scanInterval: 16,
        scanWindow: 16,
        connectionIntervalMin: interval,
        connectionIntervalMax: interval,
        maxLatency: 0,
        supervisionTimeout: 100,
        minCeLength: 0,
        maxCeLength: 0,
      }));
      await connect(b, a.controller.address, { initiatingPhys: 3, phys });
      await advance(0);
      const up = connectionOf(b);
      expect(up.connectionInterval).toBe(60);
      expect(await b.ok(HciCommand.leReadPhy, { connectionHandle: up.connectionHandle })).toMatchObject({
        txPhy: 2,
        rxPhy: 2,
      });
    }));

  it('9. durations and counts of events end a set and say how', () =>
    two(async ({ a, advance }) => {
      await set(a);
      await enable(a, 1, { duration: 50 });
      await advance(499);
      expect(a.packets).toEqual([]);
      await advance(1);
      expect(a.event(HciEvent.leAdvertisingSetTerminated)).toMatchObject({
        status: 0x3c,
        advertisingHandle: 0,
      });
      await enable(a, 1, { maxExtendedAdvertisingEvents: 3 });
      await advance(250);
      expect(a.event(HciEvent.leAdvertisingSetTerminated)).toMatchObject({
        status: 0x43,
        numCompletedExtendedAdvertisingEvents: 3,
      });
    }));

  it('10. high duty directed advertising needs a duration of at most 1.28 s', () =>
    two(async ({ a, b, advance }) => {
      await set(a, { advertisingEventProperties: 0x1d, peerAddress: b.controller.address ?? NOBODY });
      expect(await enable(a)).toEqual({ status: 0x12 });
      expect(await enable(a, 1, { duration: 129 })).toEqual({ status: 0x12 });
      expect(await enable(a, 1, { duration: 128 })).toEqual({ status: 0 });
      await advance(1281);
      expect(a.event(HciEvent.leAdvertisingSetTerminated)).toMatchObject({ status: 0x3c });
    }));

  it('11. sets have random addresses of their own', () =>
    two(async ({ a, b }) => {
      expect(
        await a.command(HciCommand.leSetAdvertisingSetRandomAddress, {
          advertisingHandle: 0,
          randomAddress: RANDOM,
        }),
      ).toEqual({ status: 0x42 });
      await set(a, { ownAddressType: 1 });
      expect(await enable(a)).toEqual({ status: 0x12 });
      await a.ok(HciCommand.leSetAdvertisingSetRandomAddress, {
        advertisingHandle: 0,
        randomAddress: RANDOM,
      });
      await enable(a);
      expect(
        await a.command(HciCommand.leSetAdvertisingSetRandomAddress, {
          advertisingHandle: 0,
          randomAddress: RANDOM,
        }),
      ).toEqual({ status: 0x0c });
      await scan(b);
      await settle();
      expect(reports(b)).toMatchObject([{ address: RANDOM, addressType: 1 }]);
    }));

  it.each([
    ['a handle above 0xEF', { advertisingHandle: 0xf0 }],
    ['a set identifier above 15', { advertisingSid: 16 }],
    ['connectable and scannable extended PDUs', { advertisingEventProperties: 3 }],
    ['legacy PDUs of no legacy type', { advertisingEventProperties: 0x11 }],
    ['high duty with extended PDUs', { advertisingEventProperties: 0x0d }],
    ['anonymous and connectable', { advertisingEventProperties: 0x21 }],
    ['an interval below 20 ms', { primaryAdvertisingIntervalMin: 31 }],
    ['a minimum above the maximum', { primaryAdvertisingIntervalMin: 161 }],
    ['no channel', { primaryAdvertisingChannelMap: 0 }],
    ['2M as primary PHY', { primaryAdvertisingPhy: 2 }],
    ['coded with legacy PDUs', { advertisingEventProperties: 0x13, primaryAdvertisingPhy: 3 }],
    ['an unknown secondary PHY', { secondaryAdvertisingPhy: 4 }],
    ['an unknown filter policy', { advertisingFilterPolicy: 4 }],
    ['an unknown own address type', { ownAddressType: 4 }],
  ])('12. %s is refused with 0x12', (_what, wrong) =>
    two(async ({ a }) => {
      expect(await set(a, wrong)).toMatchObject({ status: 0x12 });
      expect(await enable(a)).toEqual({ status: 0x42 });
    }),
  );

  it('13. data rules: parts in order, not while enabled, not too long, not for legacy PDUs', () =>
    two(async ({ a }) => {
      expect(await data(a, utf8('x'))).toEqual({ status: 0x42 });
      await set(a);
      expect(await data(a, utf8('x'), 0)).toEqual({ status: 0x0c });
      expect(await data(a, new Uint8Array(0), 1)).toEqual({ status: 0x12 });
      expect(await data(a, utf8('x'), 5)).toEqual({ status: 0x12 });
      expect(await data(a, utf8('x'), 1)).toEqual({ status: 0 });
      expect(await enable(a)).toEqual({ status: 0x0c });
      expect(await data(a, utf8('y'), 2)).toEqual({ status: 0 });
      expect(await enable(a)).toEqual({ status: 0 });
      expect(await data(a, utf8('z'), 1)).toEqual({ status: 0x0c });
      expect(await data(a, utf8('z'), 3)).toEqual({ status: 0 });
      await enable(a, 0);
      for (let i = 0; i < 7; i++) {
        expect(await data(a, new Uint8Array(250), i === 0 ? 1 : 0)).toEqual({ status: i < 6 ? 0 : 0x07 });
      }
      expect(await data(a, new Uint8Array(250), 1)).toEqual({ status: 0 });
      expect(await data(a, new Uint8Array(250), 2)).toEqual({ status: 0 });
      expect(await enable(a)).toEqual({ status: 0x45 });
      await data(a, new Uint8Array(0));
      await set(a, { advertisingEventProperties: 0x13 });
      expect(await data(a, new Uint8Array(32))).toEqual({ status: 0x12 });
      expect(await data(a, utf8('x'), 1)).toEqual({ status: 0x12 });
    }));

  it('14. sets are limited, removed only when they rest, and enabled all or none', () =>
    two(async ({ a }) => {
      const { numSupportedAdvertisingSets } = await a.ok(
        HciCommand.leReadNumberOfSupportedAdvertisingSets,
        {},
      );
      for (let handle = 0; handle < numSupportedAdvertisingSets; handle++) {
        expect(await set(a, { advertisingHandle: handle })).toMatchObject({ status: 0 });
      }
      expect(await set(a, { advertisingHandle: 0x40 })).toMatchObject({ status: 0x07 });
      const none = { duration: 0, maxExtendedAdvertisingEvents: 0 };
      const enableAll = (handles: number[], on = 1) =>
        a.command(HciCommand.leSetExtendedAdvertisingEnable, {
          enable: on,
          sets: handles.map((advertisingHandle) => ({ advertisingHandle, ...none })),
        });
      expect(await enableAll([0, 0x40])).toEqual({ status: 0x42 });
      expect(await enableAll([1, 1])).toEqual({ status: 0x12 });
      expect(await enableAll([])).toEqual({ status: 0x12 });
      // None of it began.
      await a.ok(HciCommand.leRemoveAdvertisingSet, { advertisingHandle: 0 });
      expect(await a.command(HciCommand.leRemoveAdvertisingSet, { advertisingHandle: 0 })).toEqual({
        status: 0x42,
      });
      await enableAll([1]);
      expect(await a.command(HciCommand.leRemoveAdvertisingSet, { advertisingHandle: 1 })).toEqual({
        status: 0x0c,
      });
      expect(await a.command(HciCommand.leClearAdvertisingSets, {})).toEqual({ status: 0x0c });
      expect(await set(a, { advertisingHandle: 1 })).toMatchObject({ status: 0x0c });
      expect(await enableAll([], 0)).toEqual({ status: 0 });
      await a.ok(HciCommand.leClearAdvertisingSets, {});
    }));

  it('15. a scan with a duration ends by itself; one with a period comes again', () =>
    two(async ({ a, b, advance }) => {
      await set(a, { primaryAdvertisingIntervalMin: 32, primaryAdvertisingIntervalMax: 32 });
      await enable(a);
      await scan(b, { enable: { duration: 10 } });
      await advance(1000);
      expect(b.event(HciEvent.leScanTimeout)).toEqual({});
      expect(reports(b).length).toBeLessThan(8);
      await scan(b, { enable: { duration: 10, period: 1, filterDuplicates: 2 } });
      await advance(1200);
      expect(reports(b)).toHaveLength(1);
      await advance(1280);
      expect(reports(b)).toHaveLength(1);
      expect(b.maybe(HciEvent.leScanTimeout)).toBeUndefined();
    }));

  it('16. scan and connect parameters of wrong form are refused', () =>
    two(async ({ a }) => {
      const scanWith = (scanningPhys: number, phys: object[]) =>
        a.command(HciCommand.leSetExtendedScanParameters, {
          ownAddressType: 0,
          scanningFilterPolicy: 0,
          scanningPhys,
          phys: phys.map((phy) => ({ scanType: 0, scanInterval: 16, scanWindow: 16, ...phy })),
        });
      expect(await scanWith(0, [])).toEqual({ status: 0x12 });
      expect(await scanWith(2, [{}])).toEqual({ status: 0x12 });
      expect(await scanWith(5, [{}])).toEqual({ status: 0x12 });
      expect(await scanWith(1, [{ scanWindow: 17 }])).toEqual({ status: 0x12 });
      expect(await connect(a, RANDOM, { initiatingPhys: 2 })).toEqual({ status: 0x12 });
      expect(await connect(a, RANDOM, { initiatingPhys: 5 })).toEqual({ status: 0x12 });
      expect(await connect(a, RANDOM, { phys: [] })).toEqual({ status: 0x12 });
      expect(await connect(a, RANDOM)).toEqual({ status: 0 });
      expect(await connect(a, RANDOM)).toEqual({ status: 0x0c });
      await a.ok(HciCommand.leCreateConnectionCancel, {});
      expect(a.event(HciEvent.leEnhancedConnectionComplete)).toMatchObject({ status: 0x02 });
    }));

  it('17. sets use the accept list like everybody', () =>
    two(async ({ a }) => {
      await set(a, { advertisingFilterPolicy: 2 });
      await enable(a);
      expect(await a.command(HciCommand.leClearFilterAcceptList, {})).toEqual({ status: 0x0c });
      await enable(a, 0);
      await a.ok(HciCommand.leClearFilterAcceptList, {});
    }));
});

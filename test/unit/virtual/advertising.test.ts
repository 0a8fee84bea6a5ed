import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/core/address.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { advertisingParameters, onAir, settle, type TestHost, utf8 } from './test-host.ts';

const RANDOM = parseAddress('C1:22:33:44:55:66');
const two = (
  work: (a: TestHost, b: TestHost, advance: (ms: number) => Promise<void>) => Promise<void>,
): Promise<void> =>
  onAir([{}, {}], async ({ hosts: [a, b], clock }) => {
    if (a === undefined || b === undefined) throw new Error('no hosts');
    await work(a, b, (ms) => clock.advance(ms));
  });

describe('legacy advertising', () => {
  it('1. ADV_IND is heard at once and then at each interval of 0.625 ms units', () =>
    two(async (advertiser, scanner, advance) => {
      await scanner.scan();
      await advertiser.advertise({ interval: 0x00a0, data: utf8('x') });
      await settle();
      expect(scanner.reports()).toHaveLength(1);
      await advance(99.9);
      expect(scanner.reports()).toHaveLength(0);
      await advance(0.1);
      expect(scanner.reports()).toHaveLength(1);
      await advance(1000);
      expect(scanner.reports()).toHaveLength(10);
    }));

  it.each([
    [0, 'ADV_IND', 0, true],
    [2, 'ADV_SCAN_IND', 2, true],
    [3, 'ADV_NONCONN_IND', 3, false],
  ])('2. type %i is reported as %s, and answers a scan where it may', (type, _name, eventType, scannable) =>
    two(async (advertiser, scanner) => {
      await advertiser.advertise({ type, data: utf8('d'), scanResponse: utf8('r') });
      await scanner.scan({ active: true });
      await settle();
      const reports = scanner.reports();
      expect(reports.map((r) => [r.type, r.data])).toEqual(
        scannable
          ? [
              [eventType, toHex(utf8('d'))],
              [4, toHex(utf8('r'))],
            ]
          : [[eventType, toHex(utf8('d'))]],
      );
    }),
  );

  it('3. a passive scan brings no scan response', () =>
    two(async (advertiser, scanner, advance) => {
      await advertiser.advertise({ scanResponse: utf8('r') });
      await scanner.scan({ active: false });
      await advance(1000);
      expect(scanner.reports().every(({ type }) => type === 0)).toBe(true);
    }));

  it('4. an empty scan response is still a scan response', () =>
    two(async (advertiser, scanner) => {
      await advertiser.advertise();
      await scanner.scan({ active: true });
      await settle();
      expect(scanner.reports().map(({ type, data }) => [type, data])).toEqual([
        [0, ''],
        [4, ''],
      ]);
    }));

  it('5. directed advertising is heard by its target alone, without data', () =>
    onAir([{}, {}, {}], async ({ hosts: [advertiser, target, other], clock }) => {
      await target?.scan();
      await other?.scan();
      await advertiser?.advertise({ type: 4, peer: target?.controller.address ?? RANDOM, data: utf8('no') });
      await clock.advance(100);
      expect(target?.reports()).toEqual([
        { type: 1, address: advertiser?.controller.address, data: '', rssi: -40 },
        { type: 1, address: advertiser?.controller.address, data: '', rssi: -40 },
      ]);
      expect(other?.reports()).toEqual([]);
    }));

  it('6. high duty directed advertising ends after 1.28 s with Connection Complete 0x3C', () =>
    two(async (advertiser, target, advance) => {
      await advertiser.advertise({ type: 1, peer: target.controller.address ?? RANDOM });
      await advance(1279);
      expect(advertiser.maybe(HciEvent.leEnhancedConnectionComplete)).toBeUndefined();
      await advance(2);
      expect(advertiser.event(HciEvent.leEnhancedConnectionComplete)).toMatchObject({ status: 0x3c });
      // It is over: the parameters may change again.
      await advertiser.ok(HciCommand.leSetAdvertisingParameters, advertisingParameters());
    }));

  it('7. low duty directed advertising does not end', () =>
    two(async (advertiser, target, advance) => {
      await advertiser.advertise({ type: 4, peer: target.controller.address ?? RANDOM });
      await advance(60_000);
      expect(advertiser.packets).toEqual([]);
    }));

  it('8. parameters and the random address may not change while it advertises; data may', () =>
    two(async (advertiser, scanner, advance) => {
      await advertiser.ok(HciCommand.leSetRandomAddress, { randomAddress: RANDOM });
      await advertiser.advertise({ ownAddressType: 1 });
      expect(
        await advertiser.command(HciCommand.leSetAdvertisingParameters, advertisingParameters()),
      ).toEqual({
        status: 0x0c,
      });
      expect(await advertiser.command(HciCommand.leSetRandomAddress, { randomAddress: RANDOM })).toEqual({
        status: 0x0c,
      });
      await scanner.scan();
      await settle();
      expect(scanner.reports()).toMatchObject([{ address: RANDOM, data: '' }]);
      await advertiser.ok(HciCommand.leSetAdvertisingData, { advertisingData: utf8('new') });
      await advance(100);
      expect(scanner.reports()).toMatchObject([{ address: RANDOM, data: toHex(utf8('new')) }]);
    }));

  it('9. a random own address has to be set first', () =>
    two(async (advertiser) => {
      await advertiser.ok(
        HciCommand.leSetAdvertisingParameters,
        advertisingParameters({ ownAddressType: 1 }),
      );
      expect(await advertiser.command(HciCommand.leSetAdvertisingEnable, { advertisingEnable: 1 })).toEqual({
        status: 0x12,
      });
    }));

  it.each([
    ['interval below 20 ms', { interval: 0x1f }],
    ['interval above 10.24 s', { interval: 0x4001 }],
    ['unknown type', { type: 5 }],
    ['unknown own address type', { ownAddressType: 4 }],
    ['unknown peer address type', { peerAddressType: 2 }],
    ['no channel', { channelMap: 0 }],
    ['channels that are none', { channelMap: 8 }],
    ['unknown filter policy', { filterPolicy: 4 }],
  ])('10. %s is refused with 0x12', (_what, options) =>
    two(async (advertiser) => {
      expect(
        await advertiser.command(HciCommand.leSetAdvertisingParameters, advertisingParameters(options)),
      ).toEqual({ status: 0x12 });
    }),
  );

  it('11. 32 octets of data are refused with 0x12', () =>
    two(async (advertiser) => {
      const packet = HciCommand.leSetAdvertisingData.encode({ advertisingData: new Uint8Array(31) });
      packet[4] = 32;
      advertiser.transport.send(packet);
      await settle();
      expect(advertiser.answerTo(HciCommand.leSetAdvertisingData)).toEqual({ status: 0x12 });
    }));

  it('12. filter policies: who is not on the accept list gets no scan response and no connection', () =>
    onAir([{}, {}, {}], async ({ hosts: [advertiser, friend, stranger], clock }) => {
      const address = advertiser?.controller.address ?? RANDOM;
      await advertiser?.ok(HciCommand.leAddDeviceToFilterAcceptList, {
        addressType: 0,
        address: friend?.controller.address ?? RANDOM,
      });
      await advertiser?.advertise({ filterPolicy: 3, scanResponse: utf8('r') });
      await friend?.scan({ active: true });
      await stranger?.scan({ active: true });
      await settle();
      expect(friend?.reports().map(({ type }) => type)).toEqual([0, 4]);
      expect(stranger?.reports().map(({ type }) => type)).toEqual([0]);
      await stranger?.connectTo(address);
      await clock.advance(1000);
      expect(stranger?.maybe(HciEvent.leEnhancedConnectionComplete)).toBeUndefined();
      await friend?.connectTo(address);
      await clock.advance(1000);
      expect(friend?.maybe(HciEvent.leEnhancedConnectionComplete)).toMatchObject({ status: 0 });
    }));

  it('13. the accept list may not change while the filter policy uses it', () =>
    two(async (advertiser) => {
      await advertiser.advertise({ filterPolicy: 1 });
      const entry = { addressType: 0, address: RANDOM };
      expect(await advertiser.command(HciCommand.leAddDeviceToFilterAcceptList, entry)).toEqual({
        status: 0x0c,
      });
      expect(await advertiser.command(HciCommand.leRemoveDeviceFromFilterAcceptList, entry)).toEqual({
        status: 0x0c,
      });
      expect(await advertiser.command(HciCommand.leClearFilterAcceptList, {})).toEqual({ status: 0x0c });
      await advertiser.ok(HciCommand.leSetAdvertisingEnable, { advertisingEnable: 0 });
      await advertiser.ok(HciCommand.leAddDeviceToFilterAcceptList, entry);
    }));

  it('14. a connection ends advertising, and it can be enabled again', () =>
    two(async (advertiser, central, advance) => {
      await advertiser.advertise();
      await central.connectTo(advertiser.controller.address ?? RANDOM);
      await advance(0);
      advertiser.event(HciEvent.leEnhancedConnectionComplete);
      await central.scan();
      await advance(1000);
      expect(central.reports()).toEqual([]);
      await advertiser.ok(HciCommand.leSetAdvertisingEnable, { advertisingEnable: 1 });
      await settle();
      expect(central.reports()).toHaveLength(1);
    }));

  it('15. a device that is connected is not connected a second time', () =>
    two(async (advertiser, central, advance) => {
      const address = advertiser.controller.address ?? RANDOM;
      await advertiser.advertise();
      await central.connectTo(address);
      await advance(0);
      await advertiser.ok(HciCommand.leSetAdvertisingEnable, { advertisingEnable: 1 });
      expect(await central.connectTo(address)).toEqual({ status: 0x0b });
    }));
});

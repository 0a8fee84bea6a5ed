import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/core/address.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { onAir, settle, utf8 } from './test-host.ts';

const RANDOM = parseAddress('C1:22:33:44:55:66');

describe('legacy scanning', () => {
  it('1. who advertises already is heard at once', () =>
    onAir([{}, {}, {}], async ({ hosts: [a, b, scanner] }) => {
      await a?.advertise({ data: utf8('a') });
      await b?.advertise({ data: utf8('b') });
      await scanner?.scan();
      await settle();
      expect(scanner?.reports().map(({ address }) => address)).toEqual([
        a?.controller.address,
        b?.controller.address,
      ]);
    }));

  it('2. a duplicate filter passes each device once for advertising and once for its scan response', () =>
    onAir([{}, {}], async ({ hosts: [advertiser, scanner], clock }) => {
      await advertiser?.advertise({ data: utf8('1') });
      await scanner?.scan({ active: true, filterDuplicates: true });
      await clock.advance(1000);
      expect(scanner?.reports().map(({ type }) => type)).toEqual([0, 4]);
      // Other data make no other device (Vol 6, Part B, 4.4.3.5).
      await advertiser?.ok(HciCommand.leSetAdvertisingData, { advertisingData: utf8('2') });
      await clock.advance(1000);
      expect(scanner?.reports()).toEqual([]);
      // A new scan begins anew.
      await scanner?.ok(HciCommand.leSetScanEnable, { leScanEnable: 1, filterDuplicates: 1 });
      await clock.advance(1000);
      expect(scanner?.reports().map(({ type }) => type)).toEqual([0, 4]);
    }));

  it('3. the accept list policy passes those on it', () =>
    onAir([{}, {}, {}], async ({ hosts: [a, b, scanner] }) => {
      await scanner?.ok(HciCommand.leAddDeviceToFilterAcceptList, {
        addressType: 0,
        address: b?.controller.address ?? RANDOM,
      });
      await a?.advertise();
      await b?.advertise();
      await scanner?.scan({ filterPolicy: 1 });
      await settle();
      expect(scanner?.reports().map(({ address }) => address)).toEqual([b?.controller.address]);
      expect(await scanner?.command(HciCommand.leClearFilterAcceptList, {})).toEqual({ status: 0x0c });
    }));

  it('4. the address type belongs to the entry of the accept list', () =>
    onAir([{}, {}], async ({ hosts: [advertiser, scanner] }) => {
      await scanner?.ok(HciCommand.leAddDeviceToFilterAcceptList, {
        addressType: 1,
        address: advertiser?.controller.address ?? RANDOM,
      });
      await advertiser?.advertise();
      await scanner?.scan({ filterPolicy: 1 });
      await settle();
      expect(scanner?.reports()).toEqual([]);
    }));

  it('5. parameters and random address may not change while it scans, and a random address has to be set', () =>
    onAir([{}], async ({ hosts: [scanner] }) => {
      await scanner?.scan();
      expect(await scanner?.command(HciCommand.leSetRandomAddress, { randomAddress: RANDOM })).toEqual({
        status: 0x0c,
      });
      const parameters = {
        leScanType: 0,
        leScanInterval: 0x10,
        leScanWindow: 0x10,
        ownAddressType: 1,
        scanningFilterPolicy: 0,
      };
      expect(await scanner?.command(HciCommand.leSetScanParameters, parameters)).toEqual({ status: 0x0c });
      await scanner?.ok(HciCommand.leSetScanEnable, { leScanEnable: 0, filterDuplicates: 0 });
      await scanner?.ok(HciCommand.leSetScanParameters, parameters);
      expect(
        await scanner?.command(HciCommand.leSetScanEnable, { leScanEnable: 1, filterDuplicates: 0 }),
      ).toEqual({
        status: 0x12,
      });
    }));

  it.each([
    ['a window above the interval', { leScanInterval: 0x10, leScanWindow: 0x11 }],
    ['an interval below 2.5 ms', { leScanInterval: 3, leScanWindow: 3 }],
    ['an interval above 10.24 s', { leScanInterval: 0x4001, leScanWindow: 4 }],
    ['an unknown type', { leScanType: 2 }],
    ['an unknown own address type', { ownAddressType: 4 }],
    ['an unknown filter policy', { scanningFilterPolicy: 4 }],
  ])('6. %s is refused with 0x12', (_what, wrong) =>
    onAir([{}], async ({ hosts: [scanner] }) => {
      const right = {
        leScanType: 0,
        leScanInterval: 16,
        leScanWindow: 16,
        ownAddressType: 0,
        scanningFilterPolicy: 0,
      };
      expect(await scanner?.command(HciCommand.leSetScanParameters, { ...right, ...wrong })).toEqual({
        status: 0x12,
      });
    }),
  );

  it('7. RSSI falls by 20 dB for each decade of distance, until nothing is heard', () =>
    onAir([{}, {}], async ({ hosts: [advertiser, scanner], clock }) => {
      await advertiser?.advertise({ interval: 0x20 });
      await scanner?.scan();
      const heard: (number | undefined)[] = [];
      for (const x of [1, 10, 100, 1000]) {
        if (advertiser !== undefined) advertiser.controller.position = { x, y: 0 };
        scanner?.reports();
        await clock.advance(20);
        heard.push(scanner?.reports()[0]?.rssi);
      }
      expect(heard).toEqual([-40, -60, -80, undefined]);
    }));

  it('8. the accept list has an end', () =>
    onAir([{ acceptListSize: 2 }], async ({ hosts: [scanner] }) => {
      expect(await scanner?.ok(HciCommand.leReadFilterAcceptListSize, {})).toEqual({
        status: 0,
        filterAcceptListSize: 2,
      });
      const add = (last: string) =>
        scanner?.command(HciCommand.leAddDeviceToFilterAcceptList, {
          addressType: 0,
          address: parseAddress(`00:00:00:00:00:${last}`),
        });
      expect(await add('01')).toEqual({ status: 0 });
      expect(await add('02')).toEqual({ status: 0 });
      expect(await add('02')).toEqual({ status: 0 });
      expect(await add('03')).toEqual({ status: 0x07 });
    }));

  it('9. a host that has paused loses reports and nothing else', () =>
    onAir([{}, {}], async ({ hosts: [advertiser, scanner], clock }) => {
      await advertiser?.advertise({ interval: 0x20 });
      await scanner?.scan();
      await settle();
      scanner?.reports();
      scanner?.transport.pause();
      await clock.advance(10_000);
      scanner?.transport.send(HciCommand.readBdAddr.encode({}));
      await settle();
      expect(scanner?.packets).toEqual([]);
      scanner?.transport.resume();
      scanner?.answerTo(HciCommand.readBdAddr);
      expect(scanner?.reports().length).toBeLessThan(2);
    }));
});

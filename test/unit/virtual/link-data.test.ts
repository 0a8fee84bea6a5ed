import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { connected, connectionOf, onAir, settle, utf8 } from './test-host.ts';

describe('a link carries data', () => {
  it('1. advertise, scan, connect: both hosts have the same link', () =>
    onAir([{}, {}], async ({ hosts: [central, peripheral], clock }) => {
      if (central === undefined || peripheral === undefined) throw new Error('no hosts');
      await peripheral.advertise({ data: utf8('hello'), scanResponse: utf8('more') });
      await central.scan({ active: true });
      await settle();
      expect(central.reports()).toEqual([
        { type: 0, address: peripheral.controller.address, data: toHex(utf8('hello')), rssi: -40 },
        { type: 4, address: peripheral.controller.address, data: toHex(utf8('more')), rssi: -40 },
      ]);
      await central.ok(HciCommand.leSetScanEnable, { leScanEnable: 0, filterDuplicates: 0 });
      const address = peripheral.controller.address;
      if (address === undefined) throw new Error('no address');
      expect(await central.connectTo(address)).toEqual({ status: 0 });
      await clock.advance(0);
      const up = connectionOf(central);
      expect(up).toMatchObject({
        role: 0,
        connectionInterval: 24,
        supervisionTimeout: 42,
        peerAddress: address,
      });
      expect(connectionOf(peripheral)).toMatchObject({
        role: 1,
        connectionInterval: 24,
        supervisionTimeout: 42,
        peerAddress: central.controller.address,
      });
      expect(central.violations).toEqual([]);
    }));

  it('2. data arrives in order, cut to 27 octets until a longer length is agreed', () =>
    connected(async ({ central, peripheral, centralHandle, peripheralHandle }) => {
      const data = Uint8Array.from({ length: 60 }, (_, i) => i);
      central.sendData(centralHandle, data);
      await settle();
      expect(peripheral.data()).toEqual([
        { handle: peripheralHandle, flags: 2, data: toHex(data.subarray(0, 27)) },
        { handle: peripheralHandle, flags: 1, data: toHex(data.subarray(27, 54)) },
        { handle: peripheralHandle, flags: 1, data: toHex(data.subarray(54)) },
      ]);
      expect(central.event(HciEvent.numberOfCompletedPackets)).toEqual({
        completed: [{ connectionHandle: centralHandle, numCompletedPackets: 1 }],
      });
      await central.ok(HciCommand.leSetDataLength, {
        connectionHandle: centralHandle,
        txOctets: 251,
        txTime: 2120,
      });
      await settle();
      expect(central.event(HciEvent.leDataLengthChange)).toMatchObject({ maxTxOctets: 251, maxRxOctets: 27 });
      expect(peripheral.event(HciEvent.leDataLengthChange)).toMatchObject({
        maxRxOctets: 251,
        maxTxOctets: 27,
      });
      central.sendData(centralHandle, data);
      await settle();
      expect(peripheral.data()).toEqual([{ handle: peripheralHandle, flags: 2, data: toHex(data) }]);
    }));

  it('3. disconnecting ends both sides, each with its reason', () =>
    connected(async ({ central, peripheral, centralHandle, peripheralHandle }) => {
      await central.ok(HciCommand.disconnect, { connectionHandle: centralHandle, reason: 0x13 });
      expect(central.event(HciEvent.disconnectionComplete)).toEqual({
        status: 0,
        connectionHandle: centralHandle,
        reason: 0x16,
      });
      expect(peripheral.event(HciEvent.disconnectionComplete)).toEqual({
        status: 0,
        connectionHandle: peripheralHandle,
        reason: 0x13,
      });
    }));
});

import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/core/address.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { connectionOf, onAir, settle } from './test-host.ts';

const SOMEBODY = parseAddress('00:11:22:33:44:55');
const RANDOM = parseAddress('C1:22:33:44:55:66');

describe('initiating', () => {
  it('1. a connection waits for its advertiser', () =>
    onAir([{}, {}], async ({ hosts: [central, peripheral], clock }) => {
      await central?.connectTo(peripheral?.controller.address ?? SOMEBODY);
      await clock.advance(5000);
      expect(central?.packets).toEqual([]);
      await peripheral?.advertise();
      await settle();
      expect(central?.event(HciEvent.leEnhancedConnectionComplete)).toMatchObject({ status: 0, role: 0 });
    }));

  it('2. cancel answers with success and then ends the attempt with 0x02', () =>
    onAir([{}, {}], async ({ hosts: [central, peripheral], clock }) => {
      await central?.connectTo(peripheral?.controller.address ?? SOMEBODY);
      central?.transport.send(HciCommand.leCreateConnectionCancel.encode({}));
      await settle();
      expect(central?.packets.map((packet) => packet[1])).toEqual([0x0e, 0x3e]);
      expect(central?.answerTo(HciCommand.leCreateConnectionCancel)).toEqual({ status: 0 });
      expect(central?.event(HciEvent.leEnhancedConnectionComplete)).toMatchObject({ status: 0x02 });
      await peripheral?.advertise();
      await clock.advance(1000);
      expect(central?.packets).toEqual([]);
      expect(await central?.command(HciCommand.leCreateConnectionCancel, {})).toEqual({ status: 0x0c });
      expect(await central?.connectTo(peripheral?.controller.address ?? SOMEBODY)).toEqual({ status: 0 });
      await clock.advance(100);
      expect(connectionOf(central as never).status).toBe(0);
    }));

  it('3. a second attempt while one is under way is disallowed', () =>
    onAir([{}], async ({ hosts: [central] }) => {
      expect(await central?.connectTo(SOMEBODY)).toEqual({ status: 0 });
      expect(await central?.connectTo(RANDOM)).toEqual({ status: 0x0c });
    }));

  it('4. the accept list connects to whoever on it advertises first, and may not change meanwhile', () =>
    onAir([{}, {}, {}], async ({ hosts: [central, a, b], clock }) => {
      await central?.ok(HciCommand.leAddDeviceToFilterAcceptList, {
        addressType: 0,
        address: b?.controller.address ?? SOMEBODY,
      });
      await central?.connectTo(SOMEBODY, { initiatorFilterPolicy: 1 });
      expect(await central?.command(HciCommand.leClearFilterAcceptList, {})).toEqual({ status: 0x0c });
      await a?.advertise();
      await clock.advance(1000);
      expect(central?.packets).toEqual([]);
      await b?.advertise();
      await clock.advance(0);
      expect(central?.event(HciEvent.leEnhancedConnectionComplete)).toMatchObject({
        peerAddress: b?.controller.address,
      });
      await central?.ok(HciCommand.leClearFilterAcceptList, {});
    }));

  it('5. own random addresses are used on both sides, and data passes between them', () =>
    onAir([{}, {}], async ({ hosts: [central, peripheral], clock }) => {
      await central?.ok(HciCommand.leSetRandomAddress, { randomAddress: RANDOM });
      await peripheral?.ok(HciCommand.leSetRandomAddress, {
        randomAddress: parseAddress('D1:00:00:00:00:01'),
      });
      await peripheral?.advertise({ ownAddressType: 1 });
      await central?.connectTo(parseAddress('D1:00:00:00:00:01'), { ownAddressType: 1, peerAddressType: 1 });
      await clock.advance(0);
      const up = connectionOf(central as never);
      expect(up).toMatchObject({ peerAddressType: 1, peerAddress: 'D1:00:00:00:00:01' });
      expect(connectionOf(peripheral as never)).toMatchObject({ peerAddressType: 1, peerAddress: RANDOM });
      central?.sendData(up.connectionHandle, Uint8Array.of(1, 2, 3));
      await settle();
      expect(peripheral?.data()).toMatchObject([{ data: '010203' }]);
    }));

  it('6. a random own address has to be set, and may not change while it initiates', () =>
    onAir([{}], async ({ hosts: [central] }) => {
      expect(await central?.connectTo(SOMEBODY, { ownAddressType: 1 })).toEqual({ status: 0x12 });
      await central?.connectTo(SOMEBODY);
      expect(await central?.command(HciCommand.leSetRandomAddress, { randomAddress: RANDOM })).toEqual({
        status: 0x0c,
      });
    }));

  it('7. a controller without a public address cannot use it', () =>
    onAir([{ profile: 'zephyr' }], async ({ hosts: [central] }) => {
      expect(await central?.connectTo(SOMEBODY)).toEqual({ status: 0x12 });
    }));

  it.each([
    ['interval below 7.5 ms', { connectionIntervalMin: 5 }],
    ['interval above 4 s', { connectionIntervalMax: 3201 }],
    ['minimum above maximum', { connectionIntervalMin: 50, connectionIntervalMax: 40 }],
    ['latency above 499', { maxLatency: 500 }],
    ['time-out below 100 ms', { supervisionTimeout: 9 }],
    ['time-out above 32 s', { supervisionTimeout: 0x0c81 }],
    ['time-out shorter than two attended events', { maxLatency: 10, supervisionTimeout: 100 }],
    ['scan window above the interval', { leScanWindow: 0x20 }],
    ['unknown filter policy', { initiatorFilterPolicy: 2 }],
    ['unknown peer address type', { peerAddressType: 4 }],
    ['unknown own address type', { ownAddressType: 4 }],
    ['minimum event length above the maximum', { minCeLength: 2, maxCeLength: 1 }],
  ])('8. %s is refused with 0x12', (_what, wrong) =>
    onAir([{}], async ({ hosts: [central] }) => {
      expect(await central?.connectTo(SOMEBODY, wrong)).toEqual({ status: 0x12 });
      // Nothing was begun.
      expect(await central?.command(HciCommand.leCreateConnectionCancel, {})).toEqual({ status: 0x0c });
    }),
  );

  it('9. links have a limit on both sides', () =>
    onAir([{ maxLinks: 1 }, {}, {}], async ({ hosts: [central, a, b], clock }) => {
      await a?.advertise();
      await central?.connectTo(a?.controller.address ?? SOMEBODY);
      await clock.advance(0);
      expect(connectionOf(central as never).connectionHandle).toBe(0);
      expect(await central?.connectTo(b?.controller.address ?? SOMEBODY)).toEqual({ status: 0x09 });
    }));

  it('10. non-connectable advertising is not connected to', () =>
    onAir([{}, {}], async ({ hosts: [central, peripheral], clock }) => {
      await peripheral?.advertise({ type: 3 });
      await central?.connectTo(peripheral?.controller.address ?? SOMEBODY);
      await clock.advance(2000);
      expect(central?.packets).toEqual([]);
    }));

  it('11. directed advertising connects its target, not another', () =>
    onAir([{}, {}, {}], async ({ hosts: [central, peripheral, other], clock }) => {
      await peripheral?.advertise({ type: 4, peer: central?.controller.address ?? SOMEBODY });
      await other?.connectTo(peripheral?.controller.address ?? SOMEBODY);
      await clock.advance(500);
      expect(other?.packets).toEqual([]);
      await central?.connectTo(peripheral?.controller.address ?? SOMEBODY);
      await clock.advance(500);
      expect(connectionOf(central as never).status).toBe(0);
    }));

  it('12. handles come again when their link has gone', () =>
    onAir([{}, {}], async ({ hosts: [central, peripheral], clock }) => {
      for (let round = 0; round < 3; round++) {
        await peripheral?.advertise();
        await central?.connectTo(peripheral?.controller.address ?? SOMEBODY);
        await clock.advance(100);
        expect(connectionOf(central as never).connectionHandle).toBe(0);
        await central?.ok(HciCommand.disconnect, { connectionHandle: 0, reason: 0x13 });
        await settle();
        expect(central?.event(HciEvent.disconnectionComplete)).toMatchObject({ connectionHandle: 0 });
      }
    }));
});

import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { connected, connectionOf, onAir, settle, type TestHost } from './test-host.ts';

const completed = (host: TestHost): number[][] =>
  host
    .all(HciEvent.numberOfCompletedPackets)
    .map(({ completed }) => completed.map(({ numCompletedPackets }) => numCompletedPackets));
const byte = (n: number): Uint8Array => Uint8Array.of(n);

describe('flow control between host and controller', () => {
  it('1. packets of one turn are completed by one event', () =>
    connected(async ({ central, peripheral, centralHandle }) => {
      for (let i = 0; i < 8; i++) central.sendData(centralHandle, byte(i));
      await settle();
      expect(completed(central)).toEqual([[8]]);
      expect(peripheral.data().map(({ data }) => data)).toEqual(
        Array.from({ length: 8 }, (_, i) => toHex(byte(i))),
      );
      expect(central.controller.usedBuffers).toBe(0);
      expect(central.violations).toEqual([]);
    }));

  it('2. a packet more than there are buffers is an overflow: reported, dropped, remembered', () =>
    connected(
      async ({ central, peripheral, centralHandle }) => {
        for (let i = 0; i < 3; i++) central.sendData(centralHandle, byte(i));
        await settle();
        expect(central.event(HciEvent.dataBufferOverflow)).toEqual({ linkType: 1 });
        expect(central.violations).toEqual(['aclBufferOverflow']);
        expect(peripheral.data()).toHaveLength(2);
      },
      { central: { aclCount: 2 } },
    ));

  it('3. nothing is completed before the peer has taken it', () =>
    connected(async ({ central, peripheral, centralHandle }) => {
      peripheral.transport.pause();
      for (let i = 0; i < 8; i++) central.sendData(centralHandle, byte(i));
      await settle();
      expect(central.packets).toEqual([]);
      expect(central.controller.usedBuffers).toBe(8);
      peripheral.transport.resume();
      await settle();
      expect(completed(central)).toEqual([[8]]);
      expect(peripheral.data()).toHaveLength(8);
    }));

  it('4. a disconnection frees what was not completed, and no event speaks of it', () =>
    connected(async ({ central, peripheral, centralHandle }) => {
      peripheral.transport.pause();
      for (let i = 0; i < 8; i++) central.sendData(centralHandle, byte(i));
      await central.ok(HciCommand.disconnect, { connectionHandle: centralHandle, reason: 0x13 });
      await settle();
      central.event(HciEvent.disconnectionComplete);
      expect(central.packets).toEqual([]);
      expect(central.controller.usedBuffers).toBe(0);
      // Data that crossed the disconnection is nobody's fault.
      central.sendData(centralHandle, byte(9));
      await settle();
      expect(central.violations).toEqual([]);
      peripheral.transport.resume();
    }));

  it('5. data handed over before a disconnect arrives before it', () =>
    connected(async ({ central, peripheral, centralHandle }) => {
      central.sendData(centralHandle, byte(1));
      central.transport.send(HciCommand.disconnect.encode({ connectionHandle: centralHandle, reason: 0x13 }));
      await settle();
      expect(peripheral.packets.map((packet) => packet[0])).toEqual([2, 4]);
    }));

  it('6. buffers are shared by all links, and completions of two links come in one event', () =>
    onAir([{}, {}, {}], async ({ hosts: [central, a, b], clock }) => {
      for (const peer of [a, b]) {
        await peer?.advertise();
        await central?.connectTo(peer?.controller.address ?? ('' as never));
        await clock.advance(0);
        connectionOf(central as never);
      }
      for (let i = 0; i < 4; i++) {
        central?.sendData(0, byte(i));
        central?.sendData(1, byte(i));
      }
      await settle();
      expect(completed(central as never)).toEqual([[4, 4]]);
    }));

  it('7. a host with flow control of its own gets no more than it has room for', () =>
    onAir([{}, {}], async ({ hosts: [central, peripheral], clock }) => {
      await peripheral?.ok(HciCommand.hostBufferSize, {
        hostAclDataPacketLength: 251,
        hostSynchronousDataPacketLength: 0,
        hostTotalNumAclDataPackets: 2,
        hostTotalNumSynchronousDataPackets: 0,
      });
      await peripheral?.ok(HciCommand.setControllerToHostFlowControl, { flowControlEnable: 1 });
      await peripheral?.advertise();
      await central?.connectTo(peripheral?.controller.address ?? ('' as never));
      await clock.advance(0);
      expect(
        await peripheral?.command(HciCommand.setControllerToHostFlowControl, { flowControlEnable: 0 }),
      ).toEqual({ status: 0x0c });
      central?.packets.splice(0);
      for (let i = 0; i < 5; i++) central?.sendData(0, byte(i));
      await settle();
      expect(peripheral?.data()).toHaveLength(2);
      expect(completed(central as never)).toEqual([[2]]);
      const give = (hostNumCompletedPackets: number): void =>
        peripheral?.transport.send(
          HciCommand.hostNumberOfCompletedPackets.encode({
            completed: [{ connectionHandle: 0, hostNumCompletedPackets }],
          }),
        );
      give(1);
      await settle();
      expect(peripheral?.data()).toHaveLength(1);
      give(2);
      await settle();
      expect(peripheral?.data()).toHaveLength(2);
      expect(peripheral?.violations).toEqual([]);
      give(9);
      await settle();
      expect(peripheral?.violations).toEqual(['hostFlowControl']);
    }));

  it.each([
    ['aclTooLong', (host: TestHost) => host.sendData(0, new Uint8Array(252))],
    ['aclEmpty', (host: TestHost) => host.sendData(0, new Uint8Array(0))],
    ['aclBadFlags', (host: TestHost) => host.sendData(0, byte(1), 2)],
    ['aclBadFlags', (host: TestHost) => host.sendData(0, byte(1), 4)],
    ['aclUnknownHandle', (host: TestHost) => host.sendData(5, byte(1))],
    ['malformedPacket', (host: TestHost) => host.transport.send(Uint8Array.of(2, 0, 0, 5, 0, 1))],
    ['unsupportedPacketType', (host: TestHost) => host.transport.send(Uint8Array.of(3, 0, 0, 0))],
  ])('8. %s is a violation and goes nowhere', (name, send) =>
    connected(async ({ central, peripheral }) => {
      send(central);
      await settle();
      expect(central.violations).toEqual([name]);
      expect(peripheral.packets).toEqual([]);
      expect(central.controller.usedBuffers).toBe(0);
    }),
  );

  it('9. a burst far above the batch of a turn arrives whole, and gives timers their turn', () =>
    connected(async ({ central, peripheral, centralHandle, clock }) => {
      let sent = 0;
      let credits = 8;
      let turns = 0;
      const feed = (): void => {
        while (credits > 0 && sent < 5000) {
          credits--;
          sent++;
          central.sendData(centralHandle, byte(sent & 0xff));
        }
      };
      central.controller.faults.toHost = (packet) => {
        if (packet[1] === HciEvent.numberOfCompletedPackets.code) {
          credits += (packet[6] ?? 0) | ((packet[7] ?? 0) << 8);
          turns++;
          feed();
        }
        return 'drop';
      };
      feed();
      let arrived = 0;
      let yields = 0;
      const after = clock.after.bind(clock);
      clock.after = (delayMs, callback) => {
        if (delayMs === 0) yields++;
        return after(delayMs, callback);
      };
      for (let i = 0; i < 2000 && arrived < 5000; i++) {
        await clock.advance(0);
        arrived += peripheral.data().length;
      }
      expect(arrived).toBe(5000);
      // The batches waited for a timer now and then.
      expect(yields).toBeGreaterThan(2);
      expect(turns).toBeGreaterThan(100);
      expect(central.violations).toEqual([]);
    }));

  it('10. data for a coded or short link keeps order across fragments of many packets', () =>
    connected(async ({ central, peripheral, centralHandle }) => {
      const packets = [10, 100, 27, 28, 251].map((length, n) => new Uint8Array(length).fill(n));
      for (const packet of packets) central.sendData(centralHandle, packet);
      await settle();
      const joined: string[] = [];
      for (const { flags, data } of peripheral.data()) {
        if (flags === 2) joined.push(data);
        else joined.push((joined.pop() ?? '') + data);
      }
      expect(joined).toEqual(packets.map((packet) => toHex(packet)));
    }));
});

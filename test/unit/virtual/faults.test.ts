import { describe, expect, it } from 'vitest';
import { TransportError } from '../../../src/core/errors.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { connected, onAir, settle } from './test-host.ts';

describe('faults by script', () => {
  it('1. a packet of the host is dropped: the command is never answered', () =>
    onAir([{}], async ({ hosts: [host], clock }) => {
      if (host === undefined) throw new Error('no host');
      host.controller.faults.fromHost = (packet) => (packet[1] === 0x09 ? 'drop' : undefined);
      host.transport.send(HciCommand.readBdAddr.encode({}));
      await clock.advance(10_000);
      expect(host.packets).toEqual([]);
      host.controller.faults.fromHost = undefined;
      await host.ok(HciCommand.readBdAddr, {});
      // What never arrived took no credit.
      expect(host.violations).toEqual([]);
    }));

  it('2. an answer is delayed, corrupted, or another in its place', () =>
    onAir([{}], async ({ hosts: [host], clock }) => {
      if (host === undefined) throw new Error('no host');
      const { faults } = host.controller;
      faults.toHost = () => ({ delayMs: 500 });
      host.transport.send(HciCommand.readBdAddr.encode({}));
      await clock.advance(499);
      expect(host.packets).toEqual([]);
      await clock.advance(1);
      const right = host.answerTo(HciCommand.readBdAddr);
      faults.toHost = () => 'corrupt';
      expect(await host.command(HciCommand.readBdAddr, {})).not.toEqual(right);
      const lie = HciEvent.commandStatus.encode({
        status: 0x03,
        numHciCommandPackets: 1,
        commandOpcode: 0x1009,
      });
      faults.toHost = () => ({ replaceWith: lie });
      host.transport.send(HciCommand.readBdAddr.encode({}));
      await settle();
      expect(host.event(HciEvent.commandStatus)).toMatchObject({ status: 0x03 });
    }));

  it('3. a stalled controller reads and sends nothing, and goes on where it stopped', () =>
    connected(async ({ central, peripheral, centralHandle, clock }) => {
      peripheral.controller.faults.stall();
      central.sendData(centralHandle, Uint8Array.of(1));
      peripheral.transport.send(HciCommand.readBdAddr.encode({}));
      await clock.advance(5000);
      expect(peripheral.packets).toEqual([]);
      peripheral.controller.faults.resume();
      await settle();
      expect(peripheral.data()).toHaveLength(1);
      peripheral.answerTo(HciCommand.readBdAddr);
    }));

  it('4. unplugging closes the transport with an error and drops the links', () =>
    connected(async ({ central, peripheral, clock }) => {
      central.controller.faults.unplug();
      expect(central.closedWith).toBeInstanceOf(TransportError);
      await clock.advance(0);
      expect(peripheral.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x08 });
      // Plugged in again, it is as new.
      const again = central.controller.connect();
      await again.close();
    }));

  it('5. a false event reaches the host as it is', () =>
    onAir([{}], async ({ hosts: [host] }) => {
      host?.controller.faults.inject(HciEvent.hardwareError.encode({ hardwareCode: 0x2a }));
      expect(host?.event(HciEvent.hardwareError)).toEqual({ hardwareCode: 0x2a });
    }));

  it('6. a packet dropped on the air is sent again', () =>
    connected(async ({ air, central, peripheral, centralHandle, clock }) => {
      let left = 3;
      air.faults.data = () => (left-- > 0 ? 'drop' : undefined);
      central.sendData(centralHandle, Uint8Array.of(1));
      await clock.advance(1000);
      expect(peripheral.data()).toHaveLength(1);
      expect(left).toBe(-1);
    }));

  it('7. advertising can be kept from one scanner', () =>
    onAir([{}, {}, {}], async ({ air, hosts: [advertiser, deaf, scanner], clock }) => {
      air.faults.advertising = (_event, to) => to !== deaf?.controller.station;
      await deaf?.scan();
      await scanner?.scan();
      await advertiser?.advertise();
      await clock.advance(1000);
      expect(deaf?.reports()).toEqual([]);
      expect(scanner?.reports()).not.toEqual([]);
    }));

  it('8. a wall on an ideal air ends links after their supervision time-out, and taken down in time it does not', () =>
    connected(async ({ air, central, peripheral, centralHandle, clock }) => {
      const [a, b] = [central.controller.station, peripheral.controller.station];
      air.faults.separate(a, b);
      central.sendData(centralHandle, Uint8Array.of(1));
      await clock.advance(400);
      air.faults.join(a, b);
      await clock.advance(0);
      expect(peripheral.data()).toHaveLength(1);
      central.packets.length = 0;
      air.faults.separate(a, b);
      await clock.advance(419);
      expect(central.packets).toEqual([]);
      await clock.advance(1);
      for (const host of [central, peripheral]) {
        expect(host.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x08 });
      }
    }));
});

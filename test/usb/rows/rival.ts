import assert from 'node:assert/strict';
import { existsSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { open } from 'jelling';
import type { Row, Socket } from '../row.ts';

/** The driver of the interface that carries HCI: libusb's own stands for a program which has claimed it. */
const driverOf = (device: string): string => {
  const driver = `/sys/bus/usb/devices/${device}:1.0/driver`;
  return existsSync(driver) ? basename(readlinkSync(driver)) : 'nobody';
};

export const rival: Row<Socket> = {
  name: 'rival',
  what: 'btusb has the dongle: open() takes it over, a second program is refused, close() gives it back; a user who may not is told what to do',
  timeoutMs: 120_000,
  stage: async (stage) => (await stage.dongle()).socket,
  guest: async ({ attach, facts, jelling, say, until }) => {
    const device = await attach(facts);
    await until('btusb to have it', () => driverOf(device) === 'btusb' || undefined);

    const forbidden = await jelling(['adapters', '--adapter', 'usb'], { asUser: true });
    for (const line of forbidden.stderr.trimEnd().split('\n')) say(line);
    assert.equal(forbidden.code, 5);
    assert.match(forbidden.stderr, /permission|may not|udev/);
    assert.equal(driverOf(device), 'btusb');

    {
      await using ble = await open('usb');
      assert.equal(driverOf(device), 'usbfs');
      assert.equal(existsSync('/sys/class/bluetooth/hci0'), false);
      const second = await jelling(['adapters', '--adapter', 'usb']);
      for (const line of second.stderr.trimEnd().split('\n')) say(line);
      assert.equal(second.code, 5);
      // The first is not disturbed by it.
      await using scanner = ble.scan({ durationMs: 100 });
      for await (const result of scanner) void result;
    }
    await until('btusb to have it back', () => driverOf(device) === 'btusb' || undefined);
    await until('hci0 to be back', () => existsSync('/sys/class/bluetooth/hci0') || undefined);
  },
};

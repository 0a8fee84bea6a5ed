import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { Row, Socket } from '../row.ts';

/** The kernel as the judge of our descriptors: it takes the dongle for what it says that it is, and so does its driver. */
export const attach: Row<Socket> = {
  name: 'attach',
  what: 'the kernel enumerates the dongle, udev loads btusb for it, and there is an hci device',
  stage: async (stage) => (await stage.dongle()).socket,
  guest: async ({ attach, detach, facts, kernelLog, run, say, until }) => {
    const device = await attach(facts);
    const driver = await until('a driver', () => driverOf(`${device}:1.0`));
    const hci = await until('an hci device', async () =>
      /hci\d+/.exec((await run('ls', ['/sys/class/bluetooth'])).stdout)?.at(0),
    );
    await detach();
    const log = await kernelLog();
    for (const line of log) say(line);
    assert.equal(driver, 'btusb');
    assert.equal(hci, 'hci0');
    for (const told of [/New USB device found, idVendor=1209, idProduct=0001/, /USB disconnect/])
      assert.ok(
        log.some((line) => told.test(line)),
        String(told),
      );
  },
};

const driverOf = (device: string): string | undefined => {
  try {
    return basename(readlinkSync(`/sys/bus/usb/devices/${device}/driver`));
  } catch {
    return undefined;
  }
};

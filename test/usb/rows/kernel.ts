import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Row } from '../row.ts';

/** What every other row stands on, and no dongle is needed for. */
export const kernel: Row = {
  name: 'kernel',
  what: 'the guest has a host controller for USB/IP, the driver that is our rival, and a user who may do nothing',
  guest: async ({ run, say }) => {
    say(`Linux ${readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim()}`);
    const { stdout } = await run('lsusb', []);
    assert.match(stdout, /1d6b:0002 .*USB\/IP Virtual Host Controller/);
    for (const name of ['vhci-hcd', 'btusb', 'hci_vhci', 'bluetooth'])
      assert.equal((await run('modprobe', [name])).code, 0, name);
    assert.equal((await run('usbip', ['port'])).code, 0);
    // Nobody serves dongles at this port.
    assert.notEqual((await run('usbip', ['--tcp-port', '1', 'list', '-r', '10.0.2.2'])).code, 0);
    assert.equal((await run('id', ['-un'], { asUser: true })).stdout.trim(), 'user');
  },
};

import assert from 'node:assert/strict';
import { open } from 'jelling';
import type { Row, Socket } from '../row.ts';

export const scan: Row<Socket> = {
  name: 'scan',
  what: 'an active scan hears a peer and its scan response',
  stage: async (stage) => {
    const { socket } = await stage.dongle();
    const peer = await stage.host();
    await stage.advertise(peer, { name: 'kettle', services: [0x181a] });
    return socket;
  },
  guest: async ({ attach, facts, say }) => {
    await attach(facts);
    await using ble = await open('usb');
    await using scanner = ble.scan({ durationMs: 20_000, active: true });
    for await (const { name, services, device } of scanner) {
      if (name === undefined) continue;
      say(`${device.address} ${name} ${services.join(' ')}`);
      assert.equal(name, 'kettle');
      assert.deepEqual([...services], ['181a']);
      return;
    }
    assert.fail('nothing was heard');
  },
};

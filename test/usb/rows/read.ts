import assert from 'node:assert/strict';
import { Characteristic, open, Service } from 'jelling';
import type { Row, Socket } from '../row.ts';

type Facts = { readonly socket: Socket; readonly address: string };

/** Longer than an endpoint's packet, than an ACL buffer of old controllers, and than the default ATT_MTU. */
const value = Uint8Array.from({ length: 200 }, (_, index) => index);

export const read: Row<Facts> = {
  name: 'read',
  what: 'connects, discovers, reads and writes 200 octets, gets a notification, disconnects',
  stage: async (stage) => {
    const { socket } = await stage.dongle();
    const peer = await stage.host();
    const service = new Service(0x181a);
    const characteristic = new Characteristic(service, 0x2a6e, {
      read: true,
      write: true,
      notify: true,
      initial: value,
    });
    peer.registerServices(service);
    await stage.advertise(peer);
    stage.on('notify', async () => {
      await characteristic.notify(undefined, { value: value.toReversed() });
      return null;
    });
    return { socket, address: peer.address };
  },
  guest: async ({ attach, ask, facts, say }) => {
    await attach(facts.socket);
    await using ble = await open('usb');
    const connection = await ble.device(facts.address).connect({ timeoutMs: 20_000 });
    const service = await connection.service(0x181a);
    const characteristic = await service.characteristic(0x2a6e);
    assert.deepEqual(await characteristic.read(), value);
    await characteristic.write(value.toReversed());
    assert.deepEqual(await characteristic.read(), value.toReversed());
    await characteristic.subscribe();
    await ask('notify');
    assert.deepEqual(await characteristic.notified({ timeoutMs: 10_000 }), value.toReversed());
    say(`MTU ${connection.mtu}`);
    await connection.disconnect();
  },
};

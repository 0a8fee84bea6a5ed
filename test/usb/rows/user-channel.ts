import assert from 'node:assert/strict';
import { MemoryBondStore, open } from 'jelling';
import type { Row, Socket } from '../row.ts';
import { attachAsHci } from './hci-device.ts';
import { kettleValue, putKettleOn } from './kettle.ts';

type Facts = { readonly socket: Socket; readonly address: string };

/** Linux's driver below us, instead of ours: btusb has the dongle, and its user channel is what we open. */
export const userChannel: Row<Facts> = {
  name: 'user-channel',
  what: 'btusb drives the dongle, and over hci-socket a peer is heard, read, written, notifies and is paired with',
  timeoutMs: 120_000,
  stage: async (stage) => ({ address: await putKettleOn(stage), socket: (await stage.dongle()).socket }),
  guest: async (bench) => {
    const { ask, facts, jelling, say } = bench;
    assert.equal(await attachAsHci(bench, facts.socket), 'hci0');
    // At once: the kernel is still setting it up.
    await using ble = await open('hci-socket:0', { bonds: new MemoryBondStore() });
    say(`${ble.info.transport} ${ble.address}, Bluetooth ${ble.info.version}`);
    const held = open('hci-socket:0');
    await assert.rejects(held, /cannot open hci-socket:0: it is in use/);

    await using scanner = ble.scan({ durationMs: 20_000, active: true });
    for await (const { device, name, services } of scanner) {
      if (name === undefined) continue;
      assert.deepEqual([device.address, name, [...services]], [facts.address, 'kettle', ['181a']]);
      break;
    }
    const connection = await ble.device(facts.address).connect({ timeoutMs: 20_000 });
    const temperature = await (await connection.service(0x181a)).characteristic(0x2a6e);
    assert.deepEqual(await temperature.read(), kettleValue);
    await temperature.write(kettleValue.toReversed());
    assert.deepEqual(await temperature.read(), kettleValue.toReversed());
    await temperature.subscribe();
    await ask('notify');
    assert.deepEqual(await temperature.notified({ timeoutMs: 10_000 }), kettleValue.toReversed());
    await connection.pair({ timeoutMs: 30_000, ui: { compareNumbers: () => true } });
    say(`MTU ${connection.mtu}, security level ${connection.security.level}`);
    assert.equal(connection.security.level, 4);
    await connection.disconnect();
    const { brokenPackets, droppedPackets, noRoom } = ble.counters;
    assert.deepEqual(
      { brokenPackets, droppedPackets, noRoom },
      { brokenPackets: 0, droppedPackets: 0, noRoom: 0 },
    );
    await ble.close();

    const listed = await jelling(['adapters']);
    for (const line of listed.stdout.trimEnd().split('\n')) say(line);
    assert.match(listed.stdout, /^hci-socket:0 .*1209:0001/m);
  },
};

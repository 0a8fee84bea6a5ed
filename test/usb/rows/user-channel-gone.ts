import assert from 'node:assert/strict';
import { open, TransportError } from 'jelling';
import type { Row, Socket } from '../row.ts';
import { attachAsHci } from './hci-device.ts';
import { kettleValue, putKettleOn } from './kettle.ts';

type Facts = { readonly sockets: readonly Socket[]; readonly address: string };

export const userChannelGone: Row<Facts> = {
  name: 'user-channel-gone',
  what: 'a controller that is pulled out under a link ends what waits with TransportError, and comes back by itself',
  timeoutMs: 180_000,
  stage: async (stage) => ({
    address: await putKettleOn(stage),
    sockets: [(await stage.dongle()).socket, (await stage.dongle()).socket],
  }),
  guest: async (bench) => {
    const { detach, facts, say } = bench;
    const [first, second] = facts.sockets;
    assert.ok(first !== undefined && second !== undefined);
    await attachAsHci(bench, first);
    await using ble = await open('hci-socket:0', { recover: true, bonds: false });
    const states: string[] = [];
    ble.on('state', (state, error) => {
      states.push(state);
      say(`${state} ${error?.message ?? ''}`.trimEnd());
    });
    const connection = await ble.device(facts.address).connect({ timeoutMs: 20_000 });
    const there = await (await connection.service(0x181a)).characteristic(0x2a6e);
    await there.subscribe();
    const waiting = assert.rejects(there.notified({ timeoutMs: 60_000 }), TransportError);
    await detach();
    await waiting;
    await assert.rejects(ble.device(facts.address).connect({ timeoutMs: 20_000 }), TransportError);

    assert.equal(await attachAsHci(bench, second), 'hci0');
    await ble.ready({ timeoutMs: 60_000 });
    const again = await ble.device(facts.address).connect({ timeoutMs: 20_000 });
    const temperature = await (await again.service(0x181a)).characteristic(0x2a6e);
    assert.deepEqual(await temperature.read(), kettleValue);
    await again.disconnect();
    assert.deepEqual(states, ['lost', 'ready']);
  },
};

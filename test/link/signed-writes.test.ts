import { Characteristic, type ConnectOptions, MemoryBondStore, type PairingOptions, Service } from 'jelling';
import { expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';

const keys = ['encryption', 'identity', 'signing'] as const;
const signing: PairingOptions = { giveKeys: keys, takeKeys: keys };

/** Two hosts that have made a bond with signing keys, and have no link. The value can be written signed and in no other way. */
const bonded = async (hosts: Hosts) => {
  const bonds = new MemoryBondStore();
  const central = await hosts.host({ open: { bonds } });
  const peripheral = await hosts.host({ open: { security: signing } });
  const service = new Service(0xffb3);
  const value = new Characteristic(service, 0xb301, { signedWrite: true, capture: true });
  peripheral.ble.registerServices(service);
  const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
  await hosts.run(atCentral.pair(signing));
  await hosts.run(atCentral.disconnect());
  await hosts.run(atPeripheral.disconnected());
  const connect = async (from = central, options: ConnectOptions = { encrypt: false }) => {
    const incoming = peripheral.ble.advertise({ intervalMs: 20 });
    const connection = await hosts.run(from.ble.device(peripheral.ble.address).connect(options));
    const found = await hosts.run(connection.service(0xffb3).then((each) => each.characteristic(0xb301)));
    return { connection, found, atPeripheral: await hosts.run(incoming) };
  };
  return { central, peripheral, bonds, value, connect };
};

test('a bonded client writes signed over a link that is not encrypted, and waits for nothing', async () => {
  await using hosts = new Hosts();
  const { value, connect } = await bonded(hosts);
  const { connection, found, atPeripheral } = await connect();
  expect(found.properties).toMatchObject({ signedWrite: true, write: false, writeNoResponse: false });
  for (const text of ['one', 'two', 'three']) await hosts.run(found.write(text));
  expect(connection.security).toMatchObject({ encrypted: false, bonded: true });
  for (const text of ['one', 'two', 'three']) {
    const written = await hosts.run(value.written({ timeoutMs: 1_000 }));
    expect([new TextDecoder().decode(written.value), written.connection]).toEqual([text, atPeripheral]);
  }
});

test('over a link that is encrypted the same call writes without signing', async () => {
  await using hosts = new Hosts();
  const { peripheral, value, connect } = await bonded(hosts);
  const { connection, found } = await connect(undefined, {});
  expect(connection.security.encrypted).toBe(true);
  await hosts.run(found.write('x'));
  await hosts.run(value.written({ timeoutMs: 1_000 }));
  expect(peripheral.ble.counters['gattSignedWritesDropped']).toBe(0);
});

test('counters go on where they were after a restart of the client', async () => {
  await using hosts = new Hosts();
  const { central, bonds, value, connect } = await bonded(hosts);
  const first = await connect();
  await hosts.run(first.found.write('a'));
  await hosts.run(value.written({ timeoutMs: 1_000 }));
  await hosts.run(central.ble.close());
  await hosts.run(first.atPeripheral.disconnected());
  const next = await hosts.hostOn(central.controller, { bonds });
  const { found } = await connect(next);
  await hosts.run(found.write('b'));
  const { value: written } = await hosts.run(value.written({ timeoutMs: 1_000 }));
  expect(new TextDecoder().decode(written)).toBe('b');
});

test('a client without a signing key is told to pair for one', async () => {
  await using hosts = new Hosts();
  const { central, peripheral, connect } = await bonded(hosts);
  const peer = central.ble.device(peripheral.ble.address);
  await hosts.run(peer.removeBond());
  const { connection, found } = await connect();
  expect(connection.security.bonded).toBe(false);
  await expect(hosts.run(found.write('x'))).rejects.toThrow(/giveKeys/);
});

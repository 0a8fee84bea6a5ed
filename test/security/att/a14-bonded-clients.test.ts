import { Characteristic, type Connection, InvalidStateError, MemoryBondStore, Service } from 'jelling';
import { expect, test } from 'vitest';
import { type Host, Hosts, linked } from '../../support/hosts.ts';

/** A client that has paired with a server, and subscribed to what anybody may have and to what goes over an encrypted link alone. */
const bondedClient = async (hosts: Hosts) => {
  const bonds = new MemoryBondStore();
  const central = await hosts.host({ open: { bonds } });
  const peripheral = await hosts.host({ open: { security: {} } });
  const service = new Service(0xffb0);
  const plain = new Characteristic(service, 0xb001, { notify: true, initial: 'x' });
  const secret = new Characteristic(service, 0xb002, { notify: { encrypted: true }, initial: 's' });
  peripheral.ble.registerServices(service);
  const first = await linked(hosts, central, peripheral);
  await hosts.run(first.atCentral.pair());
  for (const remote of await find(hosts, first.atCentral)) await hosts.run(remote.subscribe());
  await apart(hosts, first);
  return { central, bonds, peripheral, plain, secret };
};

interface Ends {
  readonly atCentral: Connection;
  readonly atPeripheral: Connection;
}

const find = (hosts: Hosts, connection: Connection) =>
  hosts.run(connection.service(0xffb0).then((found) => found.characteristics()));

const apart = async (hosts: Hosts, { atCentral, atPeripheral }: Ends): Promise<void> => {
  await hosts.run(atCentral.disconnect());
  await hosts.run(atPeripheral.disconnected());
};

/** The next host on a controller: it has the address of the one before, and no more of it than the bonds that it is given. */
const nextOn = async (hosts: Hosts, before: Host, bonds = new MemoryBondStore()): Promise<Host> => {
  await hosts.run(before.ble.close());
  return hosts.hostOn(before.controller, { bonds });
};

const SUBSCRIBED = { notify: true, indicate: false };
const NOT_SUBSCRIBED = { notify: false, indicate: false };

test('A14: a bonded client that comes back is subscribed as it was', async () => {
  await using hosts = new Hosts();
  const { central, peripheral, plain, secret } = await bondedClient(hosts);
  const { atPeripheral } = await linked(hosts, central, peripheral);
  expect(atPeripheral.security.encrypted).toBe(true);
  expect(plain.subscription(atPeripheral)).toEqual(SUBSCRIBED);
  expect(secret.subscription(atPeripheral)).toEqual(SUBSCRIBED);
  await hosts.run(secret.notify(atPeripheral));
});

test('A14: one that goes by its address and has no key is sent nothing that is not for all, and changes nothing for it', async () => {
  await using hosts = new Hosts();
  const { central, bonds, peripheral, plain, secret } = await bondedClient(hosts);
  const before = peripheral.ble.bonds;
  const impostor = await nextOn(hosts, central);
  const ends = await linked(hosts, impostor, peripheral);
  await expect(secret.notify(ends.atPeripheral)).rejects.toThrow(InvalidStateError);
  const [remote] = await find(hosts, ends.atCentral);
  await hosts.run(remote?.subscribe() ?? Promise.reject());
  await hosts.run(remote?.unsubscribe() ?? Promise.reject());
  expect(plain.subscription(ends.atPeripheral)).toEqual(NOT_SUBSCRIBED);
  await apart(hosts, ends);
  expect(peripheral.ble.bonds).toEqual(before);

  const owner = await nextOn(hosts, impostor, bonds);
  const { atPeripheral } = await linked(hosts, owner, peripheral);
  expect(atPeripheral.security.encrypted).toBe(true);
  expect(plain.subscription(atPeripheral)).toEqual(SUBSCRIBED);
});

test('A14: with the bond go its subscriptions, also where the same client pairs anew', async () => {
  await using hosts = new Hosts();
  const { central, peripheral, plain } = await bondedClient(hosts);
  await hosts.run(peripheral.ble.device(central.ble.address).removeBond());
  await hosts.run(central.ble.device(peripheral.ble.address).removeBond());
  const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
  expect(plain.subscription(atPeripheral)).toEqual(NOT_SUBSCRIBED);
  await hosts.run(atCentral.pair());
  expect(plain.subscription(atPeripheral)).toEqual(NOT_SUBSCRIBED);
});

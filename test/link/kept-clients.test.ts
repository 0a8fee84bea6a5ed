import { Characteristic, MemoryBondStore, MemoryIdentityStore, type OpenOptions, Service } from 'jelling';
import { expect, test } from 'vitest';
import { type Host, Hosts, linked } from '../support/hosts.ts';

const sensor = () => {
  const service = new Service(0x181a);
  const value = new Characteristic(service, 0x2a6e, { read: true, notify: true, initial: 'x' });
  return { service, value };
};

/** A peripheral that keeps bonds, and a central that has paired with it and subscribed. */
const bonded = async (hosts: Hosts) => {
  const bonds = new MemoryBondStore();
  const options: OpenOptions = { bonds, identityStore: new MemoryIdentityStore(), security: {} };
  const own: OpenOptions = { bonds: new MemoryBondStore(), identityStore: new MemoryIdentityStore() };
  const c = await hosts.host({ open: own });
  const p = await hosts.host({ open: options });
  const { service, value } = sensor();
  p.ble.registerServices(service);
  const { atCentral, atPeripheral } = await linked(hosts, c, p);
  await hosts.run(atCentral.pair());
  // A client that knows the server asks to be told of its changes, and for robust caching.
  await hosts.run(atCentral.discover());
  await subscribe(hosts, atCentral);
  expect(value.subscription(atPeripheral)).toEqual({ notify: true, indicate: false });
  await hosts.clock.advance(2_000);
  await hosts.run(atCentral.disconnect());
  await hosts.clock.advance(100);
  const kept = async () => {
    const { address, addressType: type } = p.ble;
    return (await bonds.load({ address, type }))[0]?.client;
  };
  return { c, p, value, own, options, kept };
};

const subscribe = async (
  hosts: Hosts,
  connection: Awaited<ReturnType<typeof linked>>['atCentral'],
): Promise<void> => {
  const [characteristic] = await hosts.run(
    hosts.run(connection.service(0x181a)).then((found) => found.characteristics()),
  );
  await hosts.run(characteristic?.subscribe() ?? Promise.reject(new Error('there is none')));
};

const reconnect = async (hosts: Hosts, c: Host, p: Host) => {
  const links = await linked(hosts, c, p);
  await hosts.run(links.atCentral.encrypt());
  await hosts.clock.advance(1_000);
  return links;
};

test('a bonded client is subscribed when it comes again', async () => {
  await using hosts = new Hosts();
  const { c, p, value, kept } = await bonded(hosts);
  expect(await kept()).toMatchObject({ changeAware: true, features: 0x07 });
  const { atPeripheral } = await reconnect(hosts, c, p);
  expect(value.subscription(atPeripheral)).toEqual({ notify: true, indicate: false });
  await hosts.run(value.notify(atPeripheral));
});

test('and in the next run of the program', async () => {
  await using hosts = new Hosts();
  const { c, p, options } = await bonded(hosts);
  await hosts.run(p.ble.close());
  const next = await hosts.hostOn(p.controller, options);
  const { service, value } = sensor();
  next.ble.registerServices(service);
  const { atPeripheral } = await reconnect(hosts, c, next);
  expect(value.subscription(atPeripheral)).toEqual({ notify: true, indicate: false });
  await hosts.run(value.notify(atPeripheral));
});

test('it is told of what has changed meanwhile, when it has proved who it is', async () => {
  await using hosts = new Hosts();
  const { c, p, value, kept } = await bonded(hosts);
  p.ble.registerServices(new Service(0x4321));
  const before = await kept();
  const { atCentral, atPeripheral } = await reconnect(hosts, c, p);
  const told = await kept();
  expect(told?.['databaseHash']).not.toBe(before?.['databaseHash']);
  expect(told?.['serviceChanged']).toBeUndefined();
  // One of several bearers knows of the change for sure when it has read the hash, and asks for something else.
  expect(told).toMatchObject({ changeAware: false });
  await hosts.run(atCentral.discover());
  expect((await hosts.run(atCentral.service(0x4321))).uuid).toBe('4321');
  expect(await kept()).toMatchObject({ changeAware: true });
  await hosts.run(value.notify(atPeripheral));
});

test('with the bond goes what it has configured', async () => {
  await using hosts = new Hosts();
  const { c, p, value } = await bonded(hosts);
  await hosts.run(p.ble.device(c.ble.address, c.ble.addressType).removeBond());
  await hosts.run(c.ble.device(p.ble.address, p.ble.addressType).removeBond());
  const { atCentral, atPeripheral } = await linked(hosts, c, p);
  await hosts.run(atCentral.pair());
  expect(value.subscription(atPeripheral)).toEqual({ notify: false, indicate: false });
});

test('also where the bond is removed while the client is there: it stays subscribed until the link ends', async () => {
  await using hosts = new Hosts();
  const { c, p, value, kept } = await bonded(hosts);
  const { atCentral, atPeripheral } = await reconnect(hosts, c, p);
  await hosts.run(atPeripheral.device.removeBond());
  expect(value.subscription(atPeripheral)).toEqual({ notify: true, indicate: false });
  await subscribe(hosts, atCentral);
  await hosts.run(value.notify(atPeripheral));
  await hosts.clock.advance(1_000);
  expect(await kept()).toBeUndefined();
  await hosts.run(atCentral.disconnect());
  await hosts.clock.advance(100);
  await hosts.run(c.ble.device(p.ble.address, p.ble.addressType).removeBond());
  const again = await linked(hosts, c, p);
  await hosts.run(again.atCentral.pair());
  expect(value.subscription(again.atPeripheral)).toEqual({ notify: false, indicate: false });
});

test('and where another bond takes its place: who pairs anew has what it has configured since, and no more', async () => {
  await using hosts = new Hosts();
  const { c, p, value, kept } = await bonded(hosts);
  p.ble.registerServices(new Service(0x4321));
  await hosts.run(c.ble.close());
  // The same address, and nothing that it had before.
  const next = await hosts.hostOn(c.controller, { bonds: new MemoryBondStore() });
  const { atCentral, atPeripheral } = await linked(hosts, next, p);
  expect(value.subscription(atPeripheral)).toEqual({ notify: true, indicate: false });
  await hosts.run(atCentral.pair());
  expect(value.subscription(atPeripheral)).toEqual({ notify: false, indicate: false });
  expect(await kept()).toMatchObject({ configurations: [], features: 0 });
  await subscribe(hosts, atCentral);
  await hosts.run(value.notify(atPeripheral));
});

test('nobody else changes it in its name, not even by pairing without a bond', async () => {
  await using hosts = new Hosts();
  const { c, p, value, own, kept } = await bonded(hosts);
  const before = await kept();
  await hosts.run(c.ble.close());
  const impostor = await hosts.hostOn(c.controller);
  const claimed = await linked(hosts, impostor, p);
  const [characteristic] = await hosts.run(
    hosts.run(claimed.atCentral.service(0x181a)).then((found) => found.characteristics()),
  );
  await hosts.run(characteristic?.unsubscribe() ?? Promise.reject(new Error('there is none')));
  expect(value.subscription(claimed.atPeripheral)).toEqual({ notify: false, indicate: false });
  await hosts.run(claimed.atCentral.pair({ bond: false })).catch(() => undefined);
  await hosts.clock.advance(1_000);
  await hosts.run(impostor.ble.close());
  await hosts.clock.advance(100);
  expect(await kept()).toEqual(before);
  const again = await hosts.hostOn(c.controller, own);
  const { atPeripheral } = await reconnect(hosts, again, p);
  expect(value.subscription(atPeripheral)).toEqual({ notify: true, indicate: false });
});

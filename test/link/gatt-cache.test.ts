import { Characteristic, type GattCache, MemoryGattCache, Service } from 'jelling';
import { expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';

const counting = (): { readonly cache: GattCache; readonly keys: Set<string> } => {
  const keys = new Set<string>();
  const memory = new MemoryGattCache();
  const cache: GattCache = {
    load: (key) => memory.load(key),
    save: (key, attributes) => {
      keys.add(key);
      return memory.save(key, attributes);
    },
    remove: (key) => memory.remove(key),
  };
  return { cache, keys };
};

test('a bonded peer is known again, under its identity, when the link is encrypted', async () => {
  await using hosts = new Hosts();
  const { cache, keys } = counting();
  const c = await hosts.host({ open: { gattCache: cache } });
  const p = await hosts.host({ open: { security: {} } });
  const service = new Service(0x181a);
  new Characteristic(service, 0x2a6e, { read: true, notify: true });
  p.ble.registerServices(service);
  const first = await linked(hosts, c, p);
  await hosts.run(first.atCentral.pair());
  const found = await hosts.run(first.atCentral.discover());
  // The client asks to be told of changes, which the peer remembers with the bond.
  await hosts.clock.advance(2_000);
  await hosts.run(first.atCentral.disconnect());
  await hosts.clock.advance(100);
  const again = await linked(hosts, c, p);
  const known = await hosts.run(again.atCentral.discover());
  expect(known.map(({ uuid, handle }) => [uuid, handle])).toEqual(
    found.map(({ uuid, handle }) => [uuid, handle]),
  );
  expect(again.atCentral.counters).toMatchObject({ gattCacheHits: 1, gattCacheMisses: 0 });
  expect([...keys]).toEqual([`bond ${p.ble.address}/public`]);
  const [temperature] = await hosts.run(
    hosts.run(again.atCentral.service(0x181a)).then((each) => each.characteristics()),
  );
  await hosts.run(temperature?.subscribe() ?? Promise.reject(new Error('there is none')));
});

test('a program that wants no cache has none', async () => {
  await using hosts = new Hosts();
  const c = await hosts.host({ open: { gattCache: false } });
  const p = await hosts.host();
  const { atCentral } = await linked(hosts, c, p);
  await hosts.run(atCentral.discover());
  expect(atCentral.counters).toMatchObject({ gattCacheHits: 0, gattCacheMisses: 0 });
});

test('a peer with a Database Hash is known again without a bond, and discovered anew when it has changed', async () => {
  await using hosts = new Hosts();
  const c = await hosts.host();
  const p = await hosts.host();
  p.ble.registerServices(new Service(0x181a));
  const first = await linked(hosts, c, p);
  const found = await hosts.run(first.atCentral.discover());
  await hosts.run(first.atCentral.disconnect());
  await hosts.clock.advance(100);
  const second = await linked(hosts, c, p);
  expect((await hosts.run(second.atCentral.discover())).length).toBe(found.length);
  expect(second.atCentral.counters).toMatchObject({ gattCacheHits: 1, gattCacheMisses: 0 });
  await hosts.run(second.atCentral.disconnect());
  await hosts.clock.advance(100);
  p.ble.registerServices(new Service(0x180f));
  const third = await linked(hosts, c, p);
  const services = await hosts.run(third.atCentral.discover());
  expect(services.map(({ uuid }) => uuid)).toContain('180f');
  expect(third.atCentral.counters).toMatchObject({ gattCacheHits: 0, gattCacheMisses: 1 });
  // While the link is up the peer tells of it, because the client has asked it to.
  await hosts.clock.advance(2_000);
  const battery = await hosts.run(third.atCentral.service(0x180f));
  p.ble.registerServices(new Service(0x1819));
  await hosts.clock.advance(100);
  expect((await hosts.run(third.atCentral.services())).map(({ uuid }) => uuid)).toContain('1819');
  expect(await hosts.run(third.atCentral.service(0x180f))).toBe(battery);
});

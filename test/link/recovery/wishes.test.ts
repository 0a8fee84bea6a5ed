import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Characteristic, MemoryBondStore, MemoryIdentityStore, open, Service, TransportError } from 'jelling';
import { createAir } from 'jelling/virtual';
import { expect, onTestFinished, test } from 'vitest';
import { Hosts, linked } from '../../support/hosts.ts';
import { friends } from '../../support/private-hosts.ts';
import { type RecoveringHost, recoveringHost, settled } from '../../support/recovering.ts';

/** Loses the controller and gets it back. */
const again = async (hosts: Hosts, { controller, ble }: Pick<RecoveringHost, 'controller' | 'ble'>) => {
  controller.faults.unplug();
  await hosts.run(ble.ready());
};

const sensor = () => {
  const service = new Service(0x181a);
  const value = new Characteristic(service, 0x2a6e, {
    read: true,
    write: true,
    notify: true,
    indicate: true,
    capture: true,
    initial: 'x',
  });
  return { service, value };
};

test('an iteration over centrals advertises again, with the services that were registered', async () => {
  await using hosts = new Hosts();
  const host = await recoveringHost(hosts);
  const { service } = sensor();
  host.ble.registerServices(service);
  const advertising = host.ble.advertising({ name: 'sensor' });
  for (let round = 0; round < 3; round++) {
    const incoming = advertising.next();
    await hosts.run(advertising.started());
    await again(hosts, host);
    await hosts.run(advertising.started());
    const central = await hosts.host();
    const link = await hosts.run(central.ble.device(host.ble.address).connect());
    expect((await hosts.run(incoming)).value?.device.address).toBe(central.ble.address);
    const found = await hosts.run(link.service(0x181a));
    const [characteristic] = await hosts.run(found.characteristics());
    expect(String.fromCharCode(...(await hosts.run(characteristic?.read() ?? Promise.reject())))).toBe('x');
    await hosts.run(central.ble.close());
    await hosts.clock.advance(100);
  }
  await hosts.run(advertising.close());
});

test('a scanner goes on, with its time and whom it has reported', async () => {
  await using hosts = new Hosts();
  const host = await recoveringHost(hosts);
  const first = await hosts.host();
  const outcomes = [settled(first.ble.advertise({ name: 'first' }))];
  const heard: (string | undefined)[] = [];
  const scanner = host.ble.scan({ durationMs: 10_000 });
  const reading = (async () => {
    for await (const { device } of scanner) heard.push(device.address);
  })();
  await hosts.clock.advance(2_000);
  expect(heard).toEqual([first.ble.address]);
  await again(hosts, host);
  const second = await hosts.host();
  outcomes.push(settled(second.ble.advertise({ name: 'second' })));
  await hosts.clock.advance(2_000);
  expect(heard).toContain(second.ble.address);
  await hosts.clock.advance(6_000);
  await reading;
  expect(hosts.clock.now()).toBeLessThan(13_000);
  await hosts.run(Promise.all([first.ble.close(), second.ble.close()]));
  await Promise.all(outcomes);
});

test('a listener takes channels of the next controller, and who waited once is told', async () => {
  await using hosts = new Hosts();
  const host = await recoveringHost(hosts);
  const listener = host.ble.l2capListen({ psm: 0x80 });
  const once = settled(listener.accept());
  await hosts.clock.advance(0);
  await again(hosts, host);
  expect(await once).toBeInstanceOf(TransportError);
  const iterated = listener.next();
  await again(hosts, host);
  const other = await hosts.host();
  const { atCentral } = await linked(hosts, other, host);
  const [channel, { value }] = await hosts.run(
    Promise.all([atCentral.l2capConnect({ psm: 0x80 }), iterated]),
  );
  await hosts.run(Promise.all([channel.send(Uint8Array.of(7)), value?.receive()]));
  await hosts.run(listener.close());
});

test('everything under way on a link rejects with the same error', async () => {
  await using hosts = new Hosts();
  const host = await recoveringHost(hosts);
  const other = await hosts.host({ open: { security: {} } });
  const theirs = sensor();
  const ours = sensor();
  other.ble.registerServices(theirs.service);
  host.ble.registerServices(ours.service);
  const { atCentral } = await linked(hosts, host, other);
  const found = await hosts.run(atCentral.service(0x181a));
  const characteristic = await hosts.run(found.characteristic(0x2a6e));
  const accepting = other.ble.l2capListen({ psm: 0x80, mtu: 1_000 });
  const channel = await hosts.run(atCentral.l2capConnect({ psm: 0x80 }));
  other.controller.faults.fromHost = () => 'drop';
  const waits = [
    characteristic.read(),
    atCentral.pair(),
    // Its first credits let some of it pass; the rest waits for more.
    (async () => {
      for (;;) await channel.send(new Uint8Array(1_000), { timeoutMs: Number.POSITIVE_INFINITY });
    })(),
    channel.receive(),
    atCentral.l2capConnect({ psm: 0x81 }),
    ours.value.written(),
    ours.value.subscribed(atCentral),
    ours.service.written(),
    characteristic.notified(),
  ].map(settled);
  await hosts.clock.advance(10);
  let lost: Error | undefined;
  host.ble.on('state', (_state, error) => {
    lost ??= error;
  });
  host.controller.faults.unplug();
  await hosts.clock.advance(0);
  // A channel says beside what of the SDU has left.
  for (const wait of waits) expect(String(await wait)).toContain(String(lost));
  const ended = await hosts.run(settled(atCentral.disconnected()));
  expect(ended).toBe(lost);
  other.controller.faults.fromHost = undefined;
  await hosts.run(host.ble.ready());
  // A value that is written is told again.
  const written = ours.value.written();
  await hosts.run(Promise.all(other.ble.connections.map((link) => link.disconnected())));
  const { atCentral: back } = await linked(hosts, other, host);
  const mine = await hosts.run(back.service(0x181a));
  const remote = await hosts.run(mine.characteristic(0x2a6e));
  await hosts.run(remote.write('y', { response: true }));
  expect((await hosts.run(written)).connection.device.address).toBe(other.ble.address);
  await hosts.run(accepting.close());
});

test('the next controller knows bonded peers behind their private addresses', async () => {
  await using hosts = new Hosts();
  const [me, friend] = await friends(hosts, [{}, { privacy: true }]);
  if (me === undefined || friend === undefined) throw new Error('friends');
  // By the controller that the bond was made on, so that this side is the same.
  await hosts.run(me.ble.close());
  const { controller } = me;
  const back = await hosts.hostOn(controller, { bonds: me.bonds, recover: () => controller.connect() });
  const resolving: string[] = [];
  controller.faults.fromHost = (packet) => {
    // LE Add Device To Resolving List (Vol 4, Part E, 7.8.38).
    if (packet[0] === 1 && packet[1] === 0x27 && packet[2] === 0x20) resolving.push('added');
    return undefined;
  };
  await again(hosts, back);
  expect(resolving).toEqual(['added']);
  const incoming = settled(friend.ble.advertise({ name: 'friend' }));
  const scanner = back.ble.scan();
  const heard = await hosts.run(scanner.next());
  expect(heard.value?.device.address).toBe(friend.identity.address);
  await hosts.run(Promise.all([scanner.close(), friend.ble.close()]));
  await incoming;
});

test('whoever listens for a peer that hides, to connect to it, listens no longer', async () => {
  await using hosts = new Hosts();
  const [me, friend] = await friends(hosts, [{ profile: '4.0' }, { privacy: true }]);
  if (me === undefined || friend === undefined) throw new Error('friends');
  await hosts.run(me.ble.close());
  const { controller } = me;
  const host = await hosts.hostOn(controller, { bonds: me.bonds, recover: () => controller.connect() });
  const { address, type } = friend.identity;
  const connecting = settled(host.ble.device(address, type).connect());
  let scans = 0;
  controller.faults.fromHost = (packet) => {
    // LE Set Scan Enable (Vol 4, Part E, 7.8.11).
    if (packet[0] === 1 && packet[1] === 0x0c && packet[2] === 0x20 && packet[4] === 1) scans++;
    return undefined;
  };
  await hosts.clock.advance(1_000);
  expect(scans).toBe(1);
  await again(hosts, host);
  expect(await connecting).toBeInstanceOf(TransportError);
  await hosts.clock.advance(1_000);
  expect(scans).toBe(1);
});

test('another controller makes this side somebody else, with bonds of its own', async () => {
  await using hosts = new Hosts();
  const bonds = new MemoryBondStore();
  const identityStore = new MemoryIdentityStore();
  const host = await recoveringHost(hosts, { open: { bonds, identityStore, security: {} } });
  const { service, value } = sensor();
  host.ble.registerServices(service);
  const other = await hosts.host({ open: { bonds: new MemoryBondStore() } });
  const bondFrom = async (subscribes: boolean): Promise<void> => {
    const { atCentral, atPeripheral } = await linked(hosts, other, host);
    await hosts.run(atCentral.pair());
    const found = await hosts.run(atCentral.service(0x181a));
    const characteristic = await hosts.run(found.characteristic(0x2a6e));
    if (subscribes) await hosts.run(characteristic.subscribe());
    await hosts.clock.advance(100);
    expect(value.subscription(atPeripheral)?.notify).toBe(subscribes);
  };
  const before = host.ble.address;
  await bondFrom(true);
  expect(host.ble.bonds).toHaveLength(1);
  host.next = hosts.air.createController();
  await again(hosts, host);
  expect(host.ble.address).toBe(host.next.address);
  expect(host.ble.bonds).toEqual([]);
  expect(host.log.join('\n')).toMatch(
    new RegExp(`warn: .* goes by ${host.next.address}, no longer by ${before}`),
  );
  await hosts.run(Promise.all(other.ble.connections.map((link) => link.disconnected())));
  await bondFrom(false);
  expect(host.ble.bonds).toHaveLength(1);
  // The first one again: its bond is there as it was, and what the peer has configured.
  host.next.faults.unplug();
  host.next = host.controller;
  await hosts.run(host.ble.ready());
  expect([host.ble.address, host.ble.bonds.length]).toEqual([before, 1]);
  await hosts.run(Promise.all(other.ble.connections.map((link) => link.disconnected())));
  const { atPeripheral } = await linked(hosts, other, host);
  await hosts.clock.advance(1_000);
  expect(atPeripheral.security.bonded).toBe(true);
  expect(value.subscription(atPeripheral)?.notify).toBe(true);
});

test('a store that cannot be read is no reason to give up', async () => {
  await using hosts = new Hosts();
  let failures = 0;
  class Failing extends MemoryBondStore {
    override load(...asked: Parameters<MemoryBondStore['load']>): ReturnType<MemoryBondStore['load']> {
      if (failures-- > 0) return Promise.reject(new Error('the disk is away'));
      return super.load(...asked);
    }
  }
  const host = await recoveringHost(hosts, { open: { bonds: new Failing() } });
  host.next = hosts.air.createController();
  failures = 3;
  await again(hosts, host);
  expect(host.ble.address).toBe(host.next.address);
  expect(host.log.filter((line) => line.includes('is not back: the disk is away'))).toHaveLength(3);
});

test('a controller with fewer abilities is driven by what it has', async () => {
  await using hosts = new Hosts();
  const host = await recoveringHost(hosts, { profile: '5.x' });
  const advertising = host.ble.advertising({ name: 'sensor' });
  const incoming = advertising.next();
  await hosts.run(advertising.started());
  host.next = hosts.air.createController({ profile: '4.0' });
  await again(hosts, host);
  const central = await hosts.host();
  await hosts.run(central.ble.device(host.ble.address).connect());
  await hosts.run(incoming);
  expect(host.ble.info.version).toBe('4.0');
  expect(host.next.violations).toEqual([]);
  await hosts.run(advertising.close());
});

test('what clients read of its resolving addresses is what the controller of the moment can do', async () => {
  await using hosts = new Hosts();
  const host = await recoveringHost(hosts, { profile: '5.x', open: { privacy: true } });
  const other = await hosts.host();
  const read = async (): Promise<unknown> => {
    const incoming = other.ble.advertise({ intervalMs: 20 });
    const atHost = await hosts.run(host.ble.device(other.ble.address).connect());
    const [found] = await hosts.run((await hosts.run(incoming)).readByUuid(0x2aa6));
    const [hash] = await hosts.run((await hosts.run(incoming)).readByUuid(0x2b2a));
    await hosts.run(atHost.disconnect());
    return [found?.value[0], Buffer.from(hash?.value ?? []).toString('hex')];
  };
  const [able, hash] = (await read()) as [number, string];
  expect(able).toBe(1);
  host.next = hosts.air.createController({ profile: '4.0' });
  await again(hosts, host);
  // The database is the same, so that no client has to discover it anew.
  expect(await read()).toEqual([0, hash]);
  host.next.faults.unplug();
  host.next = host.controller;
  await hosts.run(host.ble.ready());
  expect(await read()).toEqual([1, hash]);
});

test('a capture holds the packets of all controllers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jelling-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'trace.btsnoop');
  const controller = createAir().createController();
  const ble = await open(controller.connect(), { snoop: path, recover: () => controller.connect() });
  controller.faults.unplug();
  await ble.ready();
  await ble.close();
  // Each start sends a Reset, and so does the end; the octets 01 03 0C 00 stand in the command and in its answer.
  const trace = readFileSync(path);
  const resets = Array.from(trace.toString('hex').matchAll(/01030c00/g));
  expect(resets).toHaveLength(6);
});

test('a thousand recoveries leave nothing behind', async () => {
  await using hosts = new Hosts();
  const host = await recoveringHost(hosts);
  const { ble, controller } = host;
  host.log.length = 0;
  const scanner = ble.scan();
  const advertising = ble.advertising();
  const waits = [scanner.next(), advertising.next()].map(settled);
  await again(hosts, host);
  const pending = hosts.clock.pending;
  const counters = Object.keys(ble.counters);
  for (let i = 0; i < 1_000; i++) await again(hosts, host);
  expect(hosts.clock.pending).toBe(pending);
  expect(Object.keys(ble.counters)).toEqual(counters);
  expect(controller.violations).toEqual([]);
  await hosts.run(Promise.all([scanner.close(), advertising.close()]));
  await Promise.all(waits);
});

import {
  Characteristic,
  type Connection,
  InvalidArgumentError,
  InvalidStateError,
  Service,
  TimeoutError,
  TransportError,
} from 'jelling';
import { describe, expect, test } from 'vitest';
import { Hosts } from '../../support/hosts.ts';
import { friends } from '../../support/private-hosts.ts';
import { recoveringHost, settled } from '../../support/recovering.ts';

/** A peripheral that takes one central after the other. */
const peripheral = async (hosts: Hosts, name = 'sensor') => {
  const host = await recoveringHost(hosts);
  const service = new Service(0x181a);
  const value = new Characteristic(service, 0x2a6e, { read: true, notify: true, initial: 'x' });
  host.ble.registerServices(service);
  const links: Connection[] = [];
  const advertising = host.ble.advertising({ name });
  const serving = settled(
    (async () => {
      for await (const link of advertising) links.push(link);
    })(),
  );
  const close = async (): Promise<void> => {
    await hosts.run(host.ble.close());
    await serving;
  };
  return { ...host, value, links, close, [Symbol.asyncDispose]: close };
};

describe('a peer that is kept connected', () => {
  test('is connected to when it comes, and again when the link was lost by either side', async () => {
    await using hosts = new Hosts();
    const { ble } = await hosts.host();
    const controller = hosts.air.createController();
    if (controller.address === undefined) throw new Error('no address');
    const used: Connection[] = [];
    const kept = ble.device(controller.address).keepConnected({ onConnection: (link) => used.push(link) });
    await hosts.clock.advance(60_000);
    expect(kept.connection).toBeUndefined();
    const late = await hosts.hostOn(controller);
    const advertising = late.ble.advertising();
    const links: Connection[] = [];
    const serving = settled(
      (async () => {
        for await (const link of advertising) links.push(link);
      })(),
    );
    const first = await hosts.run(kept.connected());
    expect([used, kept.connection, kept.device.connection]).toEqual([[first], first, first]);
    await hosts.run(first.disconnect());
    expect(kept.connection).toBeUndefined();
    const second = await hosts.run(kept.connected());
    expect(second).not.toBe(first);
    await hosts.clock.advance(100);
    await hosts.run(links.at(-1)?.disconnect() ?? Promise.reject(new Error('no link')));
    await hosts.run(kept.connected());
    expect(used).toHaveLength(3);
    await hosts.run(kept.close());
    expect(ble.connections).toEqual([]);
    await hosts.clock.advance(60_000);
    expect(used).toHaveLength(3);
    await hosts.run(late.ble.close());
    await serving;
  });

  test('is connected to again when either controller was lost', async () => {
    await using hosts = new Hosts();
    const central = await recoveringHost(hosts);
    await using sensor = await peripheral(hosts);
    const values: string[] = [];
    await using kept = central.ble.device(sensor.ble.address).keepConnected({
      onConnection: async (link) => {
        const characteristic = await (await link.service(0x181a)).characteristic(0x2a6e);
        await characteristic.subscribe();
        for await (const value of characteristic.notifications()) values.push(String.fromCharCode(...value));
      },
    });
    for (const [value, lose] of [
      ['a', () => central.controller.faults.unplug()],
      ['b', () => sensor.controller.faults.unplug()],
      ['c', () => central.controller.faults.inject(Uint8Array.of(4, 0x10, 1, 1))],
      ['d', () => undefined],
    ] as const) {
      await hosts.run(kept.connected());
      await hosts.clock.advance(2_000);
      sensor.value.write(value);
      await hosts.run(sensor.value.notify());
      await hosts.clock.advance(100);
      expect(values.at(-1)).toBe(value);
      lose();
      // The other side has to notice, which takes a supervision timeout.
      await hosts.clock.advance(10_000);
    }
    expect(values).toEqual(['a', 'b', 'c', 'd']);
    // That the controller was away is no fault of the peer's.
    expect(central.log.filter((line) => line.includes('could not be'))).toEqual([]);
    await hosts.run(kept.close());
  });

  test('is disconnected and tried again after a while where its user throws', async () => {
    await using hosts = new Hosts();
    const central = await recoveringHost(hosts);
    await using sensor = await peripheral(hosts);
    const at: number[] = [];
    await using kept = central.ble.device(sensor.ble.address).keepConnected({
      onConnection: () => {
        at.push(hosts.clock.now());
        throw new Error('no such service');
      },
    });
    await hosts.clock.advance(300_000);
    const gaps = at.map((time, i) => time - (at[i - 1] ?? 0)).slice(1);
    expect(gaps.length).toBeGreaterThan(8);
    expect(Math.max(...gaps)).toBeLessThan(31_000);
    expect(gaps.at(-1)).toBeGreaterThan(22_000);
    expect(central.log.filter((line) => line.includes('no such service'))).toHaveLength(at.length);
    await hosts.run(kept.close());
  });

  test('what its user throws because the link has ended says nothing new', async () => {
    await using hosts = new Hosts();
    const central = await recoveringHost(hosts);
    await using sensor = await peripheral(hosts);
    await using kept = central.ble.device(sensor.ble.address).keepConnected({
      onConnection: async (link) => {
        await link.service(0x9999).catch(() => undefined);
        throw await link.disconnected();
      },
    });
    await hosts.run(kept.connected());
    await hosts.clock.advance(1_000);
    await hosts.run(sensor.links[0]?.disconnect() ?? Promise.reject(new Error('no link')));
    await hosts.run(kept.connected());
    expect(central.log.filter((line) => line.startsWith('error'))).toEqual([]);
    await hosts.run(kept.close());
  });

  test('several are looked for together, beside other connects and a scanner', async () => {
    await using hosts = new Hosts();
    const central = await hosts.host();
    const absent = central.ble.device('C0:00:00:00:00:09', 'random').keepConnected();
    await using one = await peripheral(hosts, 'one');
    await using two = await peripheral(hosts, 'two');
    await using three = await peripheral(hosts, 'three');
    const kept = [one, two].map(({ ble }) => central.ble.device(ble.address).keepConnected());
    await hosts.run(Promise.all(kept.map((each) => each.connected())));
    await hosts.run(
      central.ble.device(three.ble.address).connect({ minIntervalMs: 100, maxIntervalMs: 100 }),
    );
    expect(central.ble.connections).toHaveLength(3);
    expect(await hosts.run(settled(absent.connected({ timeoutMs: 5_000 })))).toBeInstanceOf(TimeoutError);
    await hosts.run(Promise.all([absent, ...kept].map((each) => each.close())));
    expect(central.ble.connections).toHaveLength(1);
  });

  test('that hides is known behind the address of the moment', async () => {
    await using hosts = new Hosts();
    const [me, friend] = await friends(hosts, [{}, { privacy: true }]);
    if (me === undefined || friend === undefined) throw new Error('friends');
    const advertising = friend.ble.advertising();
    const incoming = advertising.next();
    const { address, type } = friend.identity;
    const kept = me.ble.device(address, type).keepConnected();
    const link = await hosts.run(kept.connected());
    expect([link.device.address, link.security.bonded]).toEqual([address, true]);
    await hosts.run(incoming);
    await hosts.run(Promise.all([kept.close(), advertising.close()]));
  });

  test('a link that is there already is taken', async () => {
    await using hosts = new Hosts();
    const central = await hosts.host();
    await using sensor = await peripheral(hosts);
    const device = central.ble.device(sensor.ble.address);
    const mine = await hosts.run(device.connect());
    const kept = device.keepConnected();
    expect(await hosts.run(kept.connected())).toBe(mine);
    await hosts.run(kept.close());
    expect(mine.isConnected).toBe(false);
  });

  test('is kept once, and is not to be connected to beside', async () => {
    await using hosts = new Hosts();
    const { ble } = await hosts.host();
    const device = ble.device('C0:00:00:00:00:09', 'random');
    expect(() => device.keepConnected({ minIntervalMs: 1 })).toThrow(InvalidArgumentError);
    const stopped = AbortSignal.abort('no');
    expect(() => device.keepConnected({ signal: stopped })).toThrow('no');
    const kept = device.keepConnected();
    expect(() => device.keepConnected()).toThrow(InvalidStateError);
    expect(await hosts.run(settled(device.connect()))).toBeInstanceOf(InvalidStateError);
    const waiting = settled(kept.connected());
    await hosts.run(Promise.all([kept.close(), kept.close()]));
    expect(await waiting).toBeInstanceOf(InvalidStateError);
    expect(await settled(kept.connected())).toBeInstanceOf(InvalidStateError);
    await hosts.run(device.keepConnected().close());
  });

  test('ends with its signal, and with the adapter', async () => {
    await using hosts = new Hosts();
    const { ble } = await hosts.host();
    await using sensor = await peripheral(hosts);
    const stop = new AbortController();
    const device = ble.device(sensor.ble.address);
    const kept = device.keepConnected({ signal: stop.signal });
    const link = await hosts.run(kept.connected());
    stop.abort();
    await hosts.run(link.disconnected());
    expect(await settled(kept.connected())).toBeInstanceOf(InvalidStateError);
    await hosts.run(kept.close());
    const other = ble.device('C0:00:00:00:00:09', 'random').keepConnected();
    const waiting = settled(other.connected());
    await hosts.run(ble.close());
    expect(await waiting).toBeInstanceOf(TransportError);
    await hosts.run(other.close());
    expect(() => device.keepConnected()).toThrow(TransportError);
  });

  test('leaves nothing behind when it has been lost a thousand times', async () => {
    await using hosts = new Hosts();
    const central = await recoveringHost(hosts);
    const kept = central.ble.device('C0:00:00:00:00:09', 'random').keepConnected();
    const lose = async (): Promise<void> => {
      central.controller.faults.unplug();
      await hosts.run(central.ble.ready());
      await hosts.clock.advance(0);
    };
    await lose();
    const { pending } = hosts.clock;
    for (let i = 0; i < 1_000; i++) await lose();
    expect(hosts.clock.pending).toBe(pending);
    await hosts.run(kept.close());
  });
});

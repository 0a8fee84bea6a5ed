import { Characteristic, DisconnectedError, InvalidStateError, Service, TimeoutError } from 'jelling';
import { describe, expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';

describe('connecting', () => {
  test('a device knows its connection, and is connected once', async () => {
    await using hosts = new Hosts();
    const central = await hosts.host();
    const peripheral = await hosts.host();
    const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
    const device = central.ble.device(peripheral.ble.address);
    expect(device.connection).toBe(atCentral);
    expect(central.ble.connections).toEqual([atCentral]);
    expect([atCentral.role, atPeripheral.role]).toEqual(['central', 'peripheral']);
    expect(atPeripheral.device.address).toBe(central.ble.address);
    await expect(device.connect()).rejects.toThrow(InvalidStateError);
    await hosts.run(atCentral.disconnect());
    expect(device.connection).toBeUndefined();
    expect(central.ble.connections).toEqual([]);
  });

  test('a deadline cancels the attempt in the controller, and the next one works', async () => {
    await using hosts = new Hosts();
    const central = await hosts.host();
    const peripheral = await hosts.host();
    const device = central.ble.device(peripheral.ble.address);
    await expect(hosts.run(device.connect({ timeoutMs: 500 }))).rejects.toThrow(TimeoutError);
    expect(hosts.clock.now()).toBe(500);
    const { atCentral } = await linked(hosts, central, peripheral);
    expect(atCentral.isConnected).toBe(true);
  });

  test('an abort rejects with its reason', async () => {
    await using hosts = new Hosts();
    const central = await hosts.host();
    const stop = new AbortController();
    const attempt = central.ble.device('C0:00:00:00:00:01', 'random').connect({ signal: stop.signal });
    attempt.catch(() => undefined);
    await hosts.clock.advance(100);
    stop.abort('enough');
    await expect(hosts.run(attempt)).rejects.toBe('enough');
  });

  test('ten at once, each to its own peripheral', async () => {
    await using hosts = new Hosts();
    const central = await hosts.host();
    const peripherals = await Promise.all(Array.from({ length: 10 }, () => hosts.host()));
    const incoming = peripherals.map(({ ble }) => ble.advertise({ intervalMs: 100 }));
    const attempts = peripherals.map(({ ble }) => central.ble.device(ble.address).connect());
    const connections = await hosts.run(Promise.all(attempts));
    expect(connections.map(({ device }) => device.address)).toEqual(
      peripherals.map(({ ble }) => ble.address),
    );
    for (const connection of await hosts.run(Promise.all(incoming))) {
      expect(connection.device.address).toBe(central.ble.address);
    }
  });

  test('both roles at once on one adapter, with GATT both ways on one link', async () => {
    await using hosts = new Hosts();
    const [a, b, c] = [await hosts.host(), await hosts.host(), await hosts.host()];
    for (const { ble } of [a, b, c]) {
      const service = new Service(0x180f);
      new Characteristic(service, 0x2a19, { read: true, initial: ble.address });
      ble.registerServices(service);
    }
    const ab = await linked(hosts, a, b);
    const bc = await linked(hosts, b, c);
    const nameOver = async (connection: typeof ab.atCentral) => {
      const service = await connection.service(0x180f);
      const characteristic = await service.characteristic(0x2a19);
      return new TextDecoder().decode(await characteristic.read());
    };
    const names = [ab.atCentral, ab.atPeripheral, bc.atCentral, bc.atPeripheral].map(nameOver);
    expect(await hosts.run(Promise.all(names))).toEqual([b, a, c, b].map(({ ble }) => ble.address));
    expect(b.ble.connections.length).toBe(2);
  });
});

describe('a link that ends', () => {
  test('rejects what waits on it, aborts its signal and wakes who waited for that', async () => {
    await using hosts = new Hosts();
    const central = await hosts.host();
    const peripheral = await hosts.host();
    const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
    const service = new Service(0x180f);
    const silent = new Characteristic(service, 0x2a19, {
      read: true,
      notify: true,
      onRead: () => new Promise(() => undefined),
    });
    peripheral.ble.registerServices(service);
    const remote = await hosts.run(atCentral.service(0x180f).then((found) => found.characteristic(0x2a19)));
    const waits = [
      remote.read(),
      remote.notified(),
      silent.subscribed(atPeripheral),
      atCentral.withTimeout(60_000, () => new Promise(() => undefined)),
    ];
    for (const wait of waits) wait.catch(() => undefined);
    const { signal } = atCentral;
    const ended = atPeripheral.disconnected();
    await hosts.clock.advance(10);
    await hosts.run(atCentral.disconnect());
    expect((await hosts.run(ended)).reason).toBe(0x13);
    for (const wait of waits) await expect(wait).rejects.toThrow(DisconnectedError);
    expect(signal.reason).toBeInstanceOf(DisconnectedError);
    await expect(remote.read()).rejects.toThrow(DisconnectedError);
    await expect(atCentral.service(0x180f)).rejects.toThrow(DisconnectedError);
    await atCentral.disconnect();
    expect((await atCentral.disconnected()).reason).toBe(0x16);
  });

  test('withTimeout guards a block of work', async () => {
    await using hosts = new Hosts();
    const { atCentral } = await linked(hosts, await hosts.host(), await hosts.host());
    expect(await hosts.run(atCentral.withTimeout(1_000, async () => 5))).toBe(5);
    let reason: unknown;
    const late = atCentral.withTimeout(1_000, (signal) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason;
      });
      return new Promise(() => undefined);
    });
    await expect(hosts.run(late)).rejects.toThrow(TimeoutError);
    expect(reason).toBeInstanceOf(TimeoutError);
  });

  test('parameters are updated by either side', async () => {
    await using hosts = new Hosts({ model: 'timed' });
    const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), await hosts.host());
    const byCentral = await hosts.run(atCentral.updateParameters({ minIntervalMs: 100 }));
    expect(byCentral.intervalMs).toBe(100);
    const byPeripheral = await hosts.run(
      atPeripheral.updateParameters({ minIntervalMs: 15, peripheralLatency: 2, supervisionTimeoutMs: 2_000 }),
    );
    expect(byPeripheral).toEqual({ intervalMs: 15, peripheralLatency: 2, supervisionTimeoutMs: 2_000 });
    expect(atCentral.parameters).toEqual(byPeripheral);
    expect(await hosts.run(atCentral.readRssi())).toBeLessThan(0);
  });
});

import {
  type Connection,
  DisconnectedError,
  InvalidArgumentError,
  InvalidStateError,
  TimeoutError,
} from 'jelling';
import { describe, expect, test } from 'vitest';
import { type Host, Hosts, linked } from '../support/hosts.ts';
import { failureOf, scene } from './scene.ts';

/** A central and a peripheral that does nothing yet. */
const apart = async (hosts: Hosts): Promise<readonly [Host, Host]> => [
  await hosts.host(),
  await hosts.host(),
];

describe('aioble 2, Device', () => {
  test('Device(type, address) is adapter.device(address, type), in any spelling, and prints as its address', async () => {
    await using hosts = new Hosts();
    const { ble } = await hosts.host();
    const device = ble.device('aa:bb:cc:dd:ee:ff', 'random');
    expect([device.address, device.addressType, `${device}`]).toEqual([
      'AA:BB:CC:DD:EE:FF',
      'random',
      'AA:BB:CC:DD:EE:FF',
    ]);
    expect(ble.device('AABBCCDDEEFF').addressType).toBe('public');
    expect(ble.device('aa-bb-cc-dd-ee-ff').address).toBe(device.address);
  });

  test('what is no address is refused at once, five octets too', async () => {
    await using hosts = new Hosts();
    const { ble } = await hosts.host();
    for (const wrong of ['aa:bb:cc:dd:ee', 'aa:bb:cc:dd:ee:ff:00', 'aa:bb:cc:dd:ee:gg', '', 'sensor'])
      expect(() => ble.device(wrong)).toThrow(InvalidArgumentError);
    // @ts-expect-error: a type is 'public' or 'random', not 0 or 1.
    expect(() => ble.device('aa:bb:cc:dd:ee:ff', 1)).toThrow(InvalidArgumentError);
  });

  test('two objects of one address are the same device: canonical addresses compare with ===, and share the connection', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = await apart(hosts);
    const { atCentral } = await linked(hosts, central, peripheral);
    const again = central.ble.device(peripheral.ble.address.toLowerCase());
    expect(again.address).toBe(atCentral.device.address);
    expect(again.connection).toBe(atCentral);
    // The type is part of who it is.
    expect(central.ble.device(peripheral.ble.address, 'random').connection).toBeUndefined();
  });
});

describe('aioble 2, connect', () => {
  test('connects within timeoutMs, which is 10 s unless given', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = await apart(hosts);
    const device = central.ble.device(peripheral.ble.address);
    expect(await hosts.run(failureOf(device.connect()))).toBeInstanceOf(TimeoutError);
    expect(hosts.clock.now()).toBe(10_000);
  });

  test('the controller looks for the peer all that time: one that comes after 3 s is found', async () => {
    await using hosts = new Hosts({ model: 'timed' });
    const [central, peripheral] = await apart(hosts);
    const connecting = central.ble.device(peripheral.ble.address).connect({ timeoutMs: 6_000 });
    await hosts.clock.advance(3_000);
    const incoming = peripheral.ble.advertise({ intervalMs: 20 });
    expect((await hosts.run(connecting)).isConnected).toBe(true);
    await hosts.run(incoming);
  });

  test('a deadline that passes leaves nothing behind: the device is not connected, and the next attempt works', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = await apart(hosts);
    const device = central.ble.device(peripheral.ble.address);
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(await hosts.run(failureOf(device.connect({ timeoutMs: 200 })))).toBeInstanceOf(TimeoutError);
      expect(device.connection).toBeUndefined();
    }
    const { atCentral } = await linked(hosts, central, peripheral);
    expect(device.connection).toBe(atCentral);
  });

  test('a device that is connected says so, and gives its connection', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = await apart(hosts);
    const { atCentral } = await linked(hosts, central, peripheral);
    const device = central.ble.device(peripheral.ble.address);
    await expect(device.connect()).rejects.toThrow(InvalidStateError);
    expect(device.connection).toBe(atCentral);
    expect(atCentral.isConnected).toBe(true);
  });

  test('two connects to one device at once: one is told so, and the other goes on undisturbed', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = await apart(hosts);
    const device = central.ble.device(peripheral.ble.address);
    const first = device.connect();
    const second = failureOf(central.ble.device(peripheral.ble.address).connect());
    const incoming = peripheral.ble.advertise({ intervalMs: 20 });
    expect(await hosts.run(second)).toBeInstanceOf(InvalidStateError);
    expect(device.connection).toBe(await hosts.run(first));
    await hosts.run(incoming);
  });

  test('a scan goes on while connecting', async () => {
    await using hosts = new Hosts();
    const [central, beacon] = await apart(hosts);
    await using scanner = central.ble.scan();
    const heard = scanner.next();
    const stop = new AbortController();
    const connecting = central.ble
      .device('C0:00:00:00:00:01', 'random')
      .connect({ signal: stop.signal })
      .catch(() => undefined);
    await hosts.clock.advance(100);
    await hosts.run(Promise.all([beacon.ble.broadcast({ name: 'beacon', durationMs: 500 }), heard]));
    expect((await heard).value?.name).toBe('beacon');
    stop.abort();
    await hosts.run(connecting);
  });

  test('min_conn_interval_us and max_conn_interval_us are minIntervalMs and maxIntervalMs; 30 to 50 ms unless given', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = await apart(hosts);
    const { atCentral } = await linked(hosts, central, peripheral);
    expect(atCentral.parameters.intervalMs).toBeGreaterThanOrEqual(30);
    expect(atCentral.parameters.intervalMs).toBeLessThanOrEqual(50);
    await hosts.run(atCentral.disconnect());
    const incoming = peripheral.ble.advertise({ intervalMs: 20 });
    const options = {
      minIntervalMs: 15,
      maxIntervalMs: 15,
      peripheralLatency: 2,
      supervisionTimeoutMs: 2_000,
    };
    const fast = await hosts.run(central.ble.device(peripheral.ble.address).connect(options));
    expect(fast.parameters).toEqual({ intervalMs: 15, peripheralLatency: 2, supervisionTimeoutMs: 2_000 });
    await hosts.run(incoming);
    await expect(
      central.ble.device('C0:00:00:00:00:01', 'random').connect({ minIntervalMs: 5 }),
    ).rejects.toThrow(InvalidArgumentError);
  });
});

describe('aioble 2, DeviceConnection', () => {
  test('its attributes: device, security instead of four flags, and an MTU from the first moment on', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = await apart(hosts);
    const incoming = peripheral.ble.advertise({ intervalMs: 20 });
    const connecting = central.ble.device(peripheral.ble.address).connect({ exchangeMtu: false });
    const connection = await hosts.run(connecting);
    await hosts.run(incoming);
    expect(connection.device.address).toBe(peripheral.ble.address);
    expect(connection.mtu).toBe(23);
    expect(connection.security).toEqual({
      encrypted: false,
      authenticated: false,
      bonded: false,
      secureConnections: false,
      keySize: 0,
      level: 1,
    });
  });

  test('await using disconnects at the end of the block, and what the block throws is thrown', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = await apart(hosts);
    const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
    const block = async (): Promise<void> => {
      await using connection = atCentral;
      if (connection.isConnected) throw new Error('of the block');
    };
    expect(await hosts.run(failureOf(block()))).toMatchObject({ message: 'of the block' });
    expect(atCentral.isConnected).toBe(false);
    expect((await hosts.run(atPeripheral.disconnected())).reason).toBe(0x13);
  });

  test('disconnect() is over when the link is, does nothing to one that has ended, and has 2 s', async () => {
    await using hosts = new Hosts({ model: 'timed' });
    const [central, peripheral] = await apart(hosts);
    const { atCentral } = await linked(hosts, central, peripheral);
    await hosts.run(atCentral.disconnect());
    expect(atCentral.isConnected).toBe(false);
    await atCentral.disconnect();
    // A peer that has gone acknowledges nothing, and the controller waits for the supervision timeout.
    const { atCentral: next } = await linked(hosts, central, peripheral);
    hosts.air.faults.separate(central.controller, peripheral.controller);
    const startedMs = hosts.clock.now();
    expect(await hosts.run(failureOf(next.disconnect()))).toBeInstanceOf(TimeoutError);
    expect(hosts.clock.now() - startedMs).toBeLessThanOrEqual(2_500);
    await hosts.run(next.disconnected());
  });

  test('disconnected() waits for either side and tells why; at once where it is over; for ever unless told', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = await apart(hosts);
    const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
    expect(await hosts.run(failureOf(atCentral.disconnected({ timeoutMs: 100 })))).toBeInstanceOf(
      TimeoutError,
    );
    const waiting = atCentral.disconnected();
    await hosts.run(atPeripheral.disconnect());
    expect((await waiting).reason).toBe(0x13);
    expect((await atCentral.disconnected()).reason).toBe(0x13);
    expect((await hosts.run(atPeripheral.disconnected())).reason).toBe(0x16);
  });

  test('when a waiting call learns of the end, the device is free already', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = await apart(hosts);
    const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
    const seen: unknown[] = [];
    atCentral.signal.addEventListener('abort', () => {
      seen.push(atCentral.isConnected, atCentral.device.connection, central.ble.connections.length);
    });
    await hosts.run(atPeripheral.disconnect());
    await hosts.run(atCentral.disconnected());
    expect(seen).toEqual([false, undefined, 0]);
    expect(atCentral.device.connection).toBeUndefined();
    expect(central.ble.connections).toEqual([]);
  });
});

describe('aioble 2, connection.timeout', () => {
  const guarded = async (
    act: (connection: Connection, hosts: Hosts) => Promise<unknown>,
    timeoutMs = 1_000,
    work: (signal: AbortSignal) => Promise<unknown> = () => new Promise(() => undefined),
  ): Promise<unknown> => {
    await using hosts = new Hosts();
    const [central, peripheral] = await apart(hosts);
    const { atCentral } = await linked(hosts, central, peripheral);
    const outcome = failureOf(atCentral.withTimeout(timeoutMs, work));
    await hosts.run(act(atCentral, hosts));
    return await hosts.run(outcome);
  };
  const nothing = async (): Promise<void> => undefined;

  test('with connection.timeout(ms) is connection.withTimeout(ms, work): the timer gives TimeoutError', async () => {
    expect(await guarded(nothing)).toBeInstanceOf(TimeoutError);
  });

  test('the end of the link gives DisconnectedError', async () => {
    expect(await guarded((connection) => connection.disconnect())).toBeInstanceOf(DisconnectedError);
  });

  test('without a timer it is Infinity, and 0 is no deadline but a mistake', async () => {
    const late = await guarded(
      (connection, hosts) => hosts.clock.advance(3_600_000).then(() => connection.disconnect()),
      Number.POSITIVE_INFINITY,
    );
    expect(late).toBeInstanceOf(DisconnectedError);
    expect(await guarded(nothing, 0)).toBeInstanceOf(InvalidArgumentError);
  });

  test('what the work throws is thrown, and what it gives is given; any work, in any task', async () => {
    expect(await guarded(nothing, 1_000, () => Promise.reject(new RangeError('mine')))).toBeInstanceOf(
      RangeError,
    );
    await using at = await scene();
    expect(await at.run(at.atCentral.withTimeout(1_000, async () => 5))).toBe(5);
  });

  test('the work is told by its signal, which every call takes: nothing goes on in secret', async () => {
    await using at = await scene();
    let inner: Promise<unknown> = Promise.resolve();
    const outer = at.failure(
      at.atCentral.withTimeout(100, (signal) => {
        inner = failureOf(at.remote.notified({ signal }));
        return inner;
      }),
    );
    expect(await outer).toBeInstanceOf(TimeoutError);
    expect(await at.run(inner)).toBeInstanceOf(TimeoutError);
  });
});

describe('aioble 2, exchange_mtu', () => {
  test('connect() exchanges it; exchangeMtu() gives what was agreed, as often as one likes, from either side', async () => {
    await using at = await scene();
    expect(at.atCentral.mtu).toBe(517);
    for (const connection of [at.atCentral, at.atCentral, at.atPeripheral])
      expect(await at.run(connection.exchangeMtu())).toBe(517);
  });

  test('a peripheral may begin it', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = await apart(hosts);
    const incoming = peripheral.ble.advertise({ intervalMs: 20 });
    const connecting = central.ble.device(peripheral.ble.address).connect({ exchangeMtu: false });
    const [atCentral, atPeripheral] = await hosts.run(Promise.all([connecting, incoming]));
    expect(await hosts.run(atPeripheral.exchangeMtu())).toBe(517);
    expect(atCentral.mtu).toBe(517);
  });
});

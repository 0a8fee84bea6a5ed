import {
  AttErrorCode,
  Characteristic,
  type Connection,
  type HciTransport,
  InvalidStateError,
  MemoryIdentityStore,
  open,
  Service,
} from 'jelling';
import { createAir } from 'jelling/virtual';
import { describe, expect, test } from 'vitest';
import { HciCommand } from '../../src/hci/codec/commands.ts';
import { isCommand } from '../support/hci-packets.ts';
import { Hosts, linked } from '../support/hosts.ts';
import { codeOf, ramp, scene, text } from './scene.ts';

// What aioble's own list of limitations and the reading of its source name, where it has not been shown beside what works. Gaps that belong to one thing of
// aioble's stand in the file of that thing.

describe('aioble 10, one adapter only, and none to be injected', () => {
  test('any number of adapters in one process, each by its name or as a transport of your own', async () => {
    const air = createAir();
    const options = { identityStore: new MemoryIdentityStore() };
    const transport: HciTransport = air.createController().connect();
    await using first = await open(transport, options);
    await using second = await open(air.createController().connect(), options);
    await using third = await open('virtual:another air');
    expect(first.address).not.toBe(second.address);
    expect(third.signal).not.toBe(second.signal);
    await first.close();
    expect([second.signal.aborted, third.signal.aborted]).toEqual([false, false]);
  });

  test('roles are free: one adapter is central and peripheral at once, and two in one process talk to each other', async () => {
    await using hosts = new Hosts();
    const [a, b, c] = [await hosts.host(), await hosts.host(), await hosts.host()];
    await linked(hosts, a, b);
    await linked(hosts, b, c);
    expect(b.ble.connections.map(({ role }) => role).sort()).toEqual(['central', 'peripheral']);
  });
});

describe('aioble 10, no protected permissions', () => {
  /** A value that wants an encrypted link, and one that wants an authenticated one. */
  const guarded = async (hosts: Hosts) => {
    const [central, peripheral] = [
      await hosts.host({ open: { security: {} } }),
      await hosts.host({ open: { security: {} } }),
    ];
    const service = new Service(0x181a);
    new Characteristic(service, 0x2a6e, {
      read: { encrypted: true },
      notify: { encrypted: true },
      initial: 'secret',
    });
    new Characteristic(service, 0x2a6f, { read: { authenticated: true }, initial: 'more secret' });
    peripheral.ble.registerServices(service);
    const { atCentral } = await linked(hosts, central, peripheral);
    const found = await hosts.run(atCentral.service(0x181a));
    return {
      atCentral,
      encrypted: await hosts.run(found.characteristic(0x2a6e)),
      authenticated: await hosts.run(found.characteristic(0x2a6f)),
    };
  };

  test('a rule for each kind of access is an option; a client without the key is refused, and with it is served', async () => {
    await using hosts = new Hosts();
    const { atCentral, encrypted, authenticated } = await guarded(hosts);
    const raiseSecurity = false;
    const refused = { status: AttErrorCode.insufficientAuthentication };
    await expect(hosts.run(encrypted.read({ raiseSecurity }))).rejects.toMatchObject(refused);
    await hosts.run(atCentral.pair());
    expect(text(await hosts.run(encrypted.read()))).toBe('secret');
    // Nobody has vouched for that key, and it does not pass for one that somebody has.
    await expect(hosts.run(authenticated.read({ raiseSecurity }))).rejects.toMatchObject(refused);
  });

  test('a client that may pair need not know: the link is raised when the peer asks for it', async () => {
    await using hosts = new Hosts();
    const { atCentral, encrypted } = await guarded(hosts);
    expect(text(await hosts.run(encrypted.read()))).toBe('secret');
    expect(atCentral.security.encrypted).toBe(true);
  });
});

describe('aioble 10, no connection parameter update', () => {
  test('either side asks for others, both know what is in force, and may wait for a change', async () => {
    await using at = await scene();
    const told = at.atCentral.parametersUpdated();
    const now = await at.run(at.atPeripheral.updateParameters({ minIntervalMs: 100, peripheralLatency: 1 }));
    expect(now).toMatchObject({ intervalMs: 100, peripheralLatency: 1 });
    expect(await at.run(told)).toEqual(now);
    expect(at.atCentral.parameters).toEqual(now);
  });
});

describe('aioble 10, no RSSI, PHY and data length of a link', () => {
  test('readRssi(), readPhy() and setPhy(), dataLength and setDataLength()', async () => {
    await using at = await scene({ timed: true });
    expect(await at.run(at.atCentral.readRssi())).toBeLessThan(0);
    expect(await at.run(at.atCentral.setPhy({ tx: '2M', rx: '2M' }))).toEqual({ tx: '2M', rx: '2M' });
    expect(await at.run(at.atPeripheral.readPhy())).toEqual({ tx: '2M', rx: '2M' });
    expect(at.atCentral.dataLength.maxTxOctets).toBe(251);
    await at.run(at.atCentral.setDataLength({ txOctets: 100 }));
    await at.wait(1_000);
    expect(at.atCentral.dataLength.maxTxOctets).toBe(100);
  });
});

describe('aioble 10, no directed advertising', () => {
  test('advertise({ directed: peer }) reaches that central, and no other', async () => {
    await using hosts = new Hosts();
    const [peripheral, wanted, other] = [await hosts.host(), await hosts.host(), await hosts.host()];
    const directed = { address: wanted.ble.address, type: wanted.ble.addressType };
    const incoming = peripheral.ble.advertise({ directed, intervalMs: 20 });
    const device = other.ble.device(peripheral.ble.address);
    expect(await hosts.run(codeOf(device.connect({ timeoutMs: 500 })))).toBe('BLE_TIMEOUT');
    const atCentral = await hosts.run(wanted.ble.device(peripheral.ble.address).connect());
    expect((await hosts.run(incoming)).device.address).toBe(wanted.ble.address);
    await hosts.run(atCentral.disconnect());
  });

  test('at high duty cycle it is over after 1.28 s', async () => {
    await using hosts = new Hosts({ model: 'timed' });
    const { ble } = await hosts.host();
    const directed = { address: ble.address, type: 'public', highDutyCycle: true } as const;
    expect(await hosts.run(codeOf(ble.advertise({ directed })))).toBe('BLE_TIMEOUT');
    expect(hosts.clock.now()).toBeLessThanOrEqual(1_300);
  });
});

test('aioble 10, no accept list: several devices are looked for at once, by one list in the controller', async () => {
  await using hosts = new Hosts();
  const listed: Uint8Array[] = [];
  const central = await hosts.host({
    fromHost: (packet) => {
      if (isCommand(packet, HciCommand.leAddDeviceToFilterAcceptList)) listed.push(packet.slice());
      return undefined;
    },
  });
  const peripherals = await Promise.all(Array.from({ length: 4 }, () => hosts.host()));
  const attempts = peripherals.map(({ ble }) => central.ble.device(ble.address).connect());
  await hosts.clock.advance(10);
  expect(listed.length).toBeGreaterThanOrEqual(4);
  const incoming = peripherals.map(({ ble }) => ble.advertise({ intervalMs: 20 }));
  const connections = await hosts.run(Promise.all(attempts));
  expect(connections.map(({ device }) => device.address)).toEqual(peripherals.map(({ ble }) => ble.address));
  await hosts.run(Promise.all(incoming));
});

describe('aioble 10, no accept list: who is not named', () => {
  test('is not heard by a scan', async () => {
    await using hosts = new Hosts();
    const [central, wanted, other] = [await hosts.host(), await hosts.host(), await hosts.host()];
    const stop = new AbortController();
    const advertised = [wanted, other].map(({ ble }) =>
      codeOf(ble.advertise({ intervalMs: 20, signal: stop.signal })),
    );
    const heard = new Set<string>();
    const scanned = (async () => {
      const acceptOnly = [central.ble.device(wanted.ble.address)];
      for await (const { device } of central.ble.scan({ durationMs: 500, acceptOnly }))
        heard.add(device.address);
    })();
    await hosts.run(scanned);
    stop.abort();
    await hosts.run(Promise.all(advertised));
    expect([...heard]).toEqual([wanted.ble.address]);
  });

  test('is not let in by who advertises', async () => {
    await using hosts = new Hosts();
    const [peripheral, wanted, other] = [await hosts.host(), await hosts.host(), await hosts.host()];
    const acceptOnly = [peripheral.ble.device(wanted.ble.address)];
    const incoming = peripheral.ble.advertise({ intervalMs: 20, acceptOnly });
    const device = other.ble.device(peripheral.ble.address);
    expect(await hosts.run(codeOf(device.connect({ timeoutMs: 1_000 })))).toBe('BLE_TIMEOUT');
    await hosts.run(wanted.ble.device(peripheral.ble.address).connect());
    expect((await hosts.run(incoming)).device.address).toBe(wanted.ble.address);
  });
});

test('aioble 10, no CCCD kept for bonded peers: one that comes back is subscribed as it was', async () => {
  await using hosts = new Hosts();
  const central = await hosts.host();
  const peripheral = await hosts.host({ open: { security: {} } });
  const service = new Service(0x181a);
  const value = new Characteristic(service, 0x2a6e, { notify: true });
  peripheral.ble.registerServices(service);
  const first = await linked(hosts, central, peripheral);
  await hosts.run(first.atCentral.pair());
  const remote = await hosts.run(first.atCentral.service(0x181a));
  await hosts.run((await hosts.run(remote.characteristic(0x2a6e))).subscribe());
  await hosts.run(first.atCentral.disconnect());
  await hosts.run(first.atPeripheral.disconnected());
  const again = await linked(hosts, central, peripheral);
  expect(value.subscription(again.atPeripheral)).toEqual({ notify: true, indicate: false });
  await hosts.run(value.notify(again.atPeripheral, { value: 'back' }));
});

test('aioble 10, no EATT: on an encrypted link requests go by several bearers, so that a slow one holds up no other', async () => {
  await using hosts = new Hosts();
  const security = { open: { security: {} } };
  const [central, peripheral] = [await hosts.host(security), await hosts.host(security)];
  const service = new Service(0x181a);
  let answer: (value: string) => void = () => undefined;
  new Characteristic(service, 0x2a6e, {
    read: true,
    onRead: () =>
      new Promise<string>((done) => {
        answer = done;
      }),
  });
  new Characteristic(service, 0x2a6f, { read: true, initial: 'quick' });
  peripheral.ble.registerServices(service);
  const { atCentral } = await linked(hosts, central, peripheral);
  await hosts.run(atCentral.pair());
  await hosts.run(atCentral.openEnhancedBearers());
  const [slow, quick] = await hosts.run(atCentral.service(0x181a).then((found) => found.characteristics()));
  if (slow === undefined || quick === undefined) throw new Error('two');
  const waiting = slow.read({ timeoutMs: 5_000 });
  await hosts.clock.advance(10);
  expect(text(await hosts.run(quick.read({ timeoutMs: 100 })))).toBe('quick');
  answer('slow');
  expect(text(await hosts.run(waiting))).toBe('slow');
});

test('aioble 10, no service-changed: a client learns that services have come or gone, and old objects say so', async () => {
  await using hosts = new Hosts();
  const [central, peripheral] = [await hosts.host(), await hosts.host()];
  const { atCentral } = await linked(hosts, central, peripheral);
  expect((await hosts.run(atCentral.discover())).map(({ uuid }) => uuid)).toEqual(['1800', '1801']);
  await hosts.clock.advance(2_000);
  peripheral.ble.registerServices(new Service(0x181a));
  await hosts.clock.advance(100);
  expect((await hosts.run(atCentral.services())).map(({ uuid }) => uuid)).toEqual(['1800', '1801', '181a']);
});

describe('aioble 10, no ECRED L2CAP', () => {
  test('l2capConnectEnhanced() opens up to five channels at once, which take longer messages later', async () => {
    await using at = await scene();
    await using listener = at.atPeripheral.l2capListen({ psm: 0x80, mtu: 64 });
    const channels = await at.run(at.atCentral.l2capConnectEnhanced({ psm: 0x80, mtu: 64, count: 5 }));
    expect(channels).toHaveLength(5);
    for (const _ of channels) await at.run(listener.accept());
    await at.run(channels[0]?.reconfigure({ mtu: 512 }) ?? Promise.reject(new Error('no channel')));
    expect(channels[0]?.mtu).toBe(512);
  });
});

describe('aioble 10, no reading by UUID, of several values at once, and no reliable write', () => {
  const several = async (hosts: Hosts) => {
    const [central, peripheral] = [await hosts.host(), await hosts.host()];
    const service = new Service(0x181a);
    const locals = ['one', 'two', 'three'].map(
      (initial) => new Characteristic(service, 0x2a6e, { read: true, write: true, initial }),
    );
    peripheral.ble.registerServices(service);
    const { atCentral } = await linked(hosts, central, peripheral);
    return { atCentral, locals };
  };
  const characteristicsOf = (connection: Connection) =>
    connection.service(0x181a).then((found) => found.characteristics());

  test('readByUuid() needs no discovery', async () => {
    await using hosts = new Hosts();
    const { atCentral } = await several(hosts);
    const values = await hosts.run(atCentral.readByUuid(0x2a6e));
    expect(values.map(({ value }) => text(value))).toEqual(['one', 'two', 'three']);
  });

  test('readMultiple() reads several with one request', async () => {
    await using hosts = new Hosts();
    const { atCentral } = await several(hosts);
    const values = await hosts.run(characteristicsOf(atCentral).then((all) => atCentral.readMultiple(all)));
    expect(values.map(text)).toEqual(['one', 'two', 'three']);
  });

  test('writeReliably() writes several, all or none', async () => {
    await using hosts = new Hosts();
    const { atCentral, locals } = await several(hosts);
    const [one, two, three] = await hosts.run(characteristicsOf(atCentral));
    if (one === undefined || two === undefined || three === undefined) throw new Error('three');
    await hosts.run(
      atCentral.writeReliably([
        [one, 'ONE'],
        [three, ramp(300)],
      ]),
    );
    expect([text(locals[0]?.read() ?? ramp(0)), locals[2]?.read()]).toEqual(['ONE', ramp(300)]);
  });
});

test('aioble 10, no auto-encrypt: a bonded peer that comes back is encrypted before anything is asked', async () => {
  await using hosts = new Hosts();
  const [central, peripheral] = [await hosts.host(), await hosts.host({ open: { security: {} } })];
  const { atCentral } = await linked(hosts, central, peripheral);
  await hosts.run(atCentral.pair());
  await hosts.run(atCentral.disconnect());
  const { atCentral: again } = await linked(hosts, central, peripheral);
  expect(again.security).toMatchObject({ encrypted: true, bonded: true });
});

test('aioble 10, L2CAP listen for ever: a listener can be closed, and the SPSM taken anew', async () => {
  await using at = await scene();
  const listener = at.peripheral.ble.l2capListen({ psm: 0x80 });
  expect(() => at.peripheral.ble.l2capListen({ psm: 0x80 })).toThrow(InvalidStateError);
  await listener.close();
  await at.peripheral.ble.l2capListen({ psm: 0x80 }).close();
});

import {
  AttError,
  AttErrorCode,
  Characteristic,
  Descriptor,
  InvalidArgumentError,
  InvalidStateError,
  type RemoteCharacteristic,
  Service,
  type Subscription,
} from 'jelling';
import { describe, expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';
import { codeOf, ramp, scene, text } from './scene.ts';

describe('aioble 5, Service, Characteristic, Descriptor', () => {
  test('Characteristic(service, uuid, read=..., ...) is new Characteristic(service, uuid, { read, ... })', async () => {
    await using at = await scene();
    expect(at.remote.properties).toMatchObject({
      read: true,
      write: true,
      writeNoResponse: true,
      notify: true,
      indicate: true,
    });
    await using plain = await scene({ characteristic: { read: true, initial: 'hello' } });
    expect(plain.remote.properties).toMatchObject({ read: true, write: false, notify: false });
    expect(text(await plain.run(plain.remote.read()))).toBe('hello');
  });

  test('Descriptor(characteristic, uuid, read=, write=, initial=): read, written, awaited; 2902 comes by itself', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = [await hosts.host(), await hosts.host()];
    const service = new Service(0x181a);
    const characteristic = new Characteristic(service, 0x2a6e, { read: true, notify: true });
    const descriptor = new Descriptor(characteristic, 0x2901, { read: true, write: true, initial: 'what' });
    expect(() => new Descriptor(characteristic, 0x2902)).toThrow(InvalidArgumentError);
    peripheral.ble.registerServices(service);
    const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
    const remote = await hosts.run(atCentral.service(0x181a).then((found) => found.characteristic(0x2a6e)));
    expect((await hosts.run(remote.descriptors())).map(({ uuid }) => uuid)).toEqual(['2902', '2901']);
    const far = await hosts.run(remote.descriptor(0x2901));
    expect(text(await hosts.run(far.read()))).toBe('what');
    const written = descriptor.written();
    await hosts.run(far.write('else'));
    expect(await hosts.run(written)).toBe(atPeripheral);
    expect(text(descriptor.read())).toBe('else');
  });

  test('register_services(*services) is adapter.registerServices(...services), which adds; a link may be up', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = [await hosts.host(), await hosts.host()];
    const { atCentral } = await linked(hosts, central, peripheral);
    const first = new Service(0x180f);
    peripheral.ble.registerServices(first, new Service(0x181a));
    peripheral.ble.registerServices(new Service(0x180d));
    const uuids = (await hosts.run(atCentral.services())).map(({ uuid }) => uuid);
    expect(uuids).toEqual(['1800', '1801', '180f', '181a', '180d']);
    expect(() => peripheral.ble.registerServices(first)).toThrow(InvalidStateError);
    expect(() => new Characteristic(first, 0x2a19)).toThrow(InvalidStateError);
  });
});

describe('aioble 5, values', () => {
  test('a value may be as long as the specification allows, 512 octets, with nothing to be set before', async () => {
    await using at = await scene();
    await at.run(at.remote.write(ramp(512)));
    expect(at.local.read()).toEqual(ramp(512));
    expect(await at.run(at.remote.read())).toEqual(ramp(512));
  });

  test('maxLength is max_len: what is longer is refused and changes nothing, never cut', async () => {
    await using at = await scene({
      characteristic: { read: true, write: true, maxLength: 20, initial: 'before' },
    });
    for (const length of [21, 60, 512]) {
      const refused = await at.failure(at.remote.write(ramp(length)));
      expect(refused).toMatchObject({ status: AttErrorCode.invalidAttributeValueLength });
    }
    expect(text(at.local.read())).toBe('before');
    expect(() => at.local.write(ramp(21))).toThrow(InvalidArgumentError);
    await at.run(at.remote.write(ramp(20)));
    expect(at.local.read()).toEqual(ramp(20));
  });

  test('read() and write(data) are local, of octets or text; before the service is registered too', () => {
    const characteristic = new Characteristic(new Service(0x181a), 0x2a6e, { read: true });
    expect(characteristic.read()).toEqual(new Uint8Array(0));
    characteristic.write('text');
    expect(text(characteristic.read())).toBe('text');
    characteristic.write(Uint8Array.of(1));
    const copy = characteristic.read();
    copy[0] = 9;
    expect(characteristic.read()).toEqual(Uint8Array.of(1));
  });

  test('write(data, send_update=True) is write(data, { sendUpdate: true }): to each client as it wants, to nobody else', async () => {
    await using hosts = new Hosts();
    const peripheral = await hosts.host();
    const service = new Service(0x181a);
    const local = new Characteristic(service, 0x2a6e, { read: true, notify: true, indicate: true });
    local.write('early', { sendUpdate: true });
    peripheral.ble.registerServices(service);
    const client = async (): Promise<RemoteCharacteristic> => {
      const { atCentral } = await linked(hosts, await hosts.host(), peripheral);
      return hosts.run(atCentral.service(0x181a).then((found) => found.characteristic(0x2a6e)));
    };
    const [notified, indicated, neither] = [await client(), await client(), await client()];
    await hosts.run(notified.subscribe({ notify: true }));
    await hosts.run(indicated.subscribe({ indicate: true }));
    local.write('update', { sendUpdate: true });
    expect(text(await hosts.run(notified.notified()))).toBe('update');
    expect(text(await hosts.run(indicated.indicated()))).toBe('update');
    expect(await hosts.run(codeOf(neither.notified({ timeoutMs: 100 })))).toBe('BLE_TIMEOUT');
  });
});

describe('aioble 5, notify', () => {
  test('notify(connection, data): the local value unless given, which data does not change', async () => {
    await using at = await scene();
    await at.run(at.remote.subscribe({ notify: true }));
    at.local.write('local');
    await at.run(at.local.notify(at.atPeripheral));
    await at.run(at.local.notify(at.atPeripheral, { value: 'other' }));
    expect(text(await at.run(at.remote.notified()))).toBe('local');
    expect(text(await at.run(at.remote.notified()))).toBe('other');
    expect(text(at.local.read())).toBe('local');
  });

  test('a client that has not subscribed is not sent to by mistake; force sends all the same, as aioble does', async () => {
    await using at = await scene();
    await expect(at.local.notify(at.atPeripheral, { value: 'x' })).rejects.toThrow(InvalidStateError);
    const waiting = at.remote.notified();
    await at.wait(0);
    await at.run(at.local.notify(at.atPeripheral, { value: 'x', force: true }));
    expect(text(await at.run(waiting))).toBe('x');
  });

  test('what does not notify says so, and what does not fit into one PDU is refused, not cut', async () => {
    await using at = await scene({ characteristic: { read: true, indicate: true } });
    await expect(at.local.notify(at.atPeripheral)).rejects.toThrow(InvalidStateError);
    await using small = await scene({ peripheral: { open: { mtu: 50 } } });
    await small.run(small.remote.subscribe({ notify: true }));
    await expect(small.local.notify(small.atPeripheral, { value: ramp(48) })).rejects.toThrow(
      InvalidArgumentError,
    );
    await small.run(small.local.notify(small.atPeripheral, { value: ramp(47) }));
    expect(await small.run(small.remote.notified())).toEqual(ramp(47));
  });

  test('a flood is a matter of waiting: each call resolves when there is room, and every value arrives', async () => {
    await using at = await scene({ timed: true, peripheral: { aclCount: 3 } });
    await at.run(at.remote.subscribe({ notify: true }));
    const flood = async (): Promise<void> => {
      for (let i = 0; i < 200; i++) await at.local.notify(at.atPeripheral, { value: ramp(200 + (i % 2)) });
    };
    const got: number[] = [];
    const read = async (): Promise<void> => {
      for await (const { length } of at.remote.notifications()) if (got.push(length) === 200) break;
    };
    await at.run(Promise.all([flood(), read()]));
    expect(got).toEqual(Array.from({ length: 200 }, (_, i) => 200 + (i % 2)));
  });

  test('without a connection it goes to all who have subscribed', async () => {
    await using at = await scene();
    await at.run(at.local.notify(undefined, { value: 'nobody' }));
    await at.run(at.remote.subscribe({ notify: true }));
    await at.run(at.local.notify(undefined, { value: 'all' }));
    expect(text(await at.run(at.remote.notified()))).toBe('all');
  });
});

describe('aioble 5, indicate', () => {
  test('indicate(connection, data) resolves on the confirmation', async () => {
    await using at = await scene();
    await at.run(at.remote.subscribe({ indicate: true }));
    await at.run(at.local.indicate(at.atPeripheral, { value: 'x' }));
    expect(text(await at.run(at.remote.indicated()))).toBe('x');
  });

  test('several at once wait for each other, on one link and on several: nobody is told that one is in progress', async () => {
    await using hosts = new Hosts();
    const peripheral = await hosts.host();
    const service = new Service(0x181a);
    const local = new Characteristic(service, 0x2a6e, { indicate: true });
    peripheral.ble.registerServices(service);
    const links = [
      await linked(hosts, await hosts.host(), peripheral),
      await linked(hosts, await hosts.host(), peripheral),
    ];
    const subscribed = links.map(async ({ atCentral }) => {
      const remote = await (await atCentral.service(0x181a)).characteristic(0x2a6e);
      await remote.subscribe({ indicate: true });
      return remote;
    });
    const remotes = await hosts.run(Promise.all(subscribed));
    const sent = links.flatMap(({ atPeripheral }) =>
      ['a', 'b', 'c'].map((value) => local.indicate(atPeripheral, { value })),
    );
    await hosts.run(Promise.all(sent));
    for (const remote of remotes) {
      const got = [await remote.indicated(), await remote.indicated(), await remote.indicated()];
      expect(got.map(text)).toEqual(['a', 'b', 'c']);
    }
  });

  test('a confirmation that comes after the deadline confirms nothing else, and a lost link leaves nothing set', async () => {
    await using at = await scene();
    await at.run(at.remote.subscribe({ indicate: true }));
    at.central.controller.faults.stall();
    const slow = at.local.indicate(at.atPeripheral, { value: 'slow', timeoutMs: 100 });
    expect(await at.run(codeOf(slow))).toBe('BLE_TIMEOUT');
    const next = at.local.indicate(at.atPeripheral, { value: 'next' });
    await at.wait(10);
    at.central.controller.faults.resume();
    await at.run(next);
    expect([text(await at.remote.indicated()), text(await at.remote.indicated())]).toEqual(['slow', 'next']);
    await at.run(at.atCentral.disconnect());
    expect(await at.run(codeOf(at.local.indicate(at.atPeripheral)))).toBe('BLE_DISCONNECTED');
    const { atCentral, atPeripheral } = await linked(at.hosts, at.central, at.peripheral);
    const found = await at.run(atCentral.service(at.service.uuid));
    const again = await at.run(found.characteristic(at.local.uuid));
    await at.run(again.subscribe({ indicate: true }));
    await at.run(at.local.indicate(atPeripheral));
  });
});

describe('aioble 5, on_read', () => {
  test('onRead may give a value, set the local one first, or refuse with the code of its choice; it may take its time', async () => {
    let act: () => string | undefined | Promise<string | undefined> = () => undefined;
    await using at = await scene({ characteristic: { read: true, initial: 'local', onRead: () => act() } });
    expect(text(await at.run(at.remote.read()))).toBe('local');
    act = () => {
      at.local.write('set');
      return undefined;
    };
    expect(text(await at.run(at.remote.read()))).toBe('set');
    act = () => Promise.resolve('given');
    expect(text(await at.run(at.remote.read()))).toBe('given');
    expect(text(at.local.read())).toBe('set');
    act = () => {
      throw new AttError('not now', 0x80);
    };
    expect(await at.failure(at.remote.read())).toMatchObject({ status: 0x80 });
  });

  test('the connection is given, on every platform', async () => {
    let seen: unknown;
    await using at = await scene({
      characteristic: {
        read: true,
        onRead: (connection) => {
          seen = connection;
          return undefined;
        },
      },
    });
    await at.run(at.remote.read());
    expect(seen).toBe(at.atPeripheral);
  });

  test('a handler that fails is answered for, and the client is not left waiting', async () => {
    await using at = await scene({
      characteristic: {
        read: true,
        onRead: () => {
          throw new RangeError('a fault of the program');
        },
      },
    });
    expect(await at.failure(at.remote.read())).toMatchObject({ status: AttErrorCode.unlikelyError });
  });
});

test('aioble 10, writes cannot be refused: onWrite refuses, and the value stays', async () => {
  await using at = await scene({
    characteristic: {
      read: true,
      write: true,
      writeNoResponse: true,
      initial: 'before',
      onWrite: (value) => {
        if (text(value).startsWith('no')) throw new AttError('not that', AttErrorCode.valueNotAllowed);
      },
    },
  });
  expect(await at.failure(at.remote.write('no', { response: true }))).toMatchObject({
    status: AttErrorCode.valueNotAllowed,
  });
  await at.run(at.remote.write('no command', { response: false }));
  await at.wait(10);
  expect(text(at.local.read())).toBe('before');
  await at.run(at.remote.write('yes', { response: true }));
  expect(text(at.local.read())).toBe('yes');
});

test('aioble 10, no event for subscribe and unsubscribe: subscribed(), onSubscribe and subscription() tell', async () => {
  const told: Subscription[] = [];
  await using at = await scene({
    characteristic: {
      read: true,
      notify: true,
      indicate: true,
      onSubscribe: (_, subscription) => void told.push(subscription),
    },
  });
  const waiting = at.local.subscribed(at.atPeripheral);
  await at.run(at.remote.subscribe({ notify: true }));
  expect(await at.run(waiting)).toEqual({ notify: true, indicate: false });
  await at.run(at.remote.subscribe({ notify: true, indicate: true }));
  expect(at.local.subscription(at.atPeripheral)).toEqual({ notify: true, indicate: true });
  await at.run(at.remote.unsubscribe());
  expect(told).toEqual([
    { notify: true, indicate: false },
    { notify: true, indicate: true },
    { notify: false, indicate: false },
  ]);
});

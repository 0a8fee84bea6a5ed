import {
  Characteristic,
  type Connection,
  Descriptor,
  MemoryIdentityStore,
  type RemoteCharacteristic,
  Service,
} from 'jelling';
import { expect, test } from 'vitest';
import { type Host, Hosts, linked } from '../support/hosts.ts';
import { codeOf, ramp, text } from './scene.ts';

const SERVICE_UUID = 'a5a5a5a5-ffff-9999-1111-5a5a5a5a5a5a';
const CHAR_UUID = '00000000-1111-2222-3333-444444444444';
const OTHER_UUID = '00000000-1111-2222-3333-555555555555';

const bytesOf = (characters: string): Uint8Array => new TextEncoder().encode(characters);

/** Two hosts, of which the first serves what is given, and the second has connected to it. */
const instances = async (hosts: Hosts, ...services: readonly Service[]) => {
  const instance0 = await hosts.host();
  const instance1 = await hosts.host();
  instance0.ble.registerServices(...services);
  return { instance0, instance1, ...(await linked(hosts, instance1, instance0)) };
};

const find = async (hosts: Hosts, connection: Connection, uuid: string): Promise<RemoteCharacteristic> => {
  const service = await hosts.run(connection.service(SERVICE_UUID));
  return hosts.run(service.characteristic(uuid));
};

test('aioble 9, ble_advertise_services: an active scan finds the services of both widths and the name, and connects', async () => {
  await using hosts = new Hosts();
  const [instance0, instance1] = [await hosts.host(), await hosts.host()];
  const incoming = instance0.ble.advertise({
    intervalMs: 20,
    name: 'MPY',
    // "AB12" and "CD34" as octets on the air.
    services: [0x180f, 0x181a, bytesOf('AB12'), bytesOf('CD34')],
  });
  await using scanner = instance1.ble.scan({
    durationMs: 10_000,
    intervalMs: 30,
    windowMs: 30,
    active: true,
  });
  const found = async () => {
    for await (const result of scanner)
      if (result.name === 'MPY' && result.services.length === 4) return result;
    throw new Error('not found');
  };
  const { device, services } = await hosts.run(found());
  expect(services).toEqual([
    '180f',
    '181a',
    '32314241-0000-1000-8000-00805f9b34fb',
    '34334443-0000-1000-8000-00805f9b34fb',
  ]);
  const connection = await hosts.run(device.connect());
  await hosts.run(incoming);
  await hosts.run(connection.disconnect());
});

test('aioble 9, ble_buffered_characteristic: 20, 40 and 80 octets, before and after the MTU exchange; nothing is cut', async () => {
  await using hosts = new Hosts();
  const [instance0, instance1] = [await hosts.host({ open: { mtu: 100 } }), await hosts.host()];
  const service = new Service(SERVICE_UUID);
  const lengths = [20, 40, 80, 80];
  const characteristics = lengths.map(
    (maxLength, i) =>
      new Characteristic(service, `00000000-1111-2222-3333-44444444444${i}`, {
        read: true,
        write: true,
        maxLength,
        append: i === 3,
      }),
  );
  instance0.ble.registerServices(service);
  const incoming = instance0.ble.advertise({ intervalMs: 20 });
  const connection = await hosts.run(
    instance1.ble.device(instance0.ble.address).connect({ exchangeMtu: false }),
  );
  await hosts.run(incoming);
  const remotes = await hosts.run(connection.service(SERVICE_UUID).then((found) => found.characteristics()));
  const data = ramp(38);
  for (const mtu of [23, 100]) {
    if (mtu === 100) expect(await hosts.run(connection.exchangeMtu())).toBe(100);
    expect(connection.mtu).toBe(mtu);
    for (const [i, remote] of remotes.entries()) {
      const written = await hosts.run(codeOf(remote.write(data, { response: true })));
      const fits = data.length <= (lengths[i] ?? 0);
      expect([mtu, i, written]).toEqual([mtu, i, fits ? 'resolved' : 'BLE_ATT']);
    }
  }
  expect(characteristics.map((each) => each.read().length)).toEqual([0, 38, 38, 76]);
});

test('aioble 9, ble_characteristic: read, write, notify and indicate, each seen at the other end', async () => {
  await using hosts = new Hosts();
  const service = new Service(SERVICE_UUID);
  const characteristic = new Characteristic(service, CHAR_UUID, {
    read: true,
    write: true,
    notify: true,
    indicate: true,
    initial: 'periph0',
  });
  const { atCentral, atPeripheral } = await instances(hosts, service);
  const remote = await find(hosts, atCentral, CHAR_UUID);
  const read = async (): Promise<string> => text(await hosts.run(remote.read()));
  expect(await read()).toBe('periph0');

  await hosts.run(remote.subscribe({ notify: true, indicate: true }));
  const written = characteristic.written();
  await hosts.run(remote.write('central0', { response: true }));
  expect(await hosts.run(written)).toBe(atPeripheral);
  expect(text(characteristic.read())).toBe('central0');
  // The current value, and one of its own, which leaves the value alone.
  characteristic.write('periph1');
  await hosts.run(characteristic.notify(atPeripheral));
  expect(text(await hosts.run(remote.notified()))).toBe('periph1');
  await hosts.run(characteristic.notify(atPeripheral, { value: 'periph2' }));
  expect(text(await hosts.run(remote.notified()))).toBe('periph2');
  expect(await read()).toBe('periph1');

  characteristic.write('periph3');
  const indicated = characteristic.indicate(atPeripheral, { timeoutMs: 5_000 });
  expect(text(await hosts.run(remote.indicated()))).toBe('periph3');
  await hosts.run(indicated);
  expect(await read()).toBe('periph3');
});

test('aioble 9, ble_descriptor: discovery, reading, and a write that the server sees', async () => {
  await using hosts = new Hosts();
  const service = new Service(SERVICE_UUID);
  const first = new Characteristic(service, CHAR_UUID, { read: true, write: true, initial: 'char1' });
  const descriptor = new Descriptor(first, 0x2901, { read: true, write: true, initial: 'desc1' });
  new Characteristic(service, OTHER_UUID, { read: true, notify: true });
  const { atCentral, atPeripheral } = await instances(hosts, service);
  const found = await hosts.run(atCentral.service(SERVICE_UUID));
  const uuids = await hosts.run(
    found
      .characteristics()
      .then((all) =>
        Promise.all(all.map(async (each) => [each.uuid, (await each.descriptors()).map(({ uuid }) => uuid)])),
      ),
  );
  // 2902 is there where something is notified or indicated, and only there.
  expect(uuids).toEqual([
    [CHAR_UUID, ['2901']],
    [OTHER_UUID, ['2902']],
  ]);
  const remote = await hosts.run(found.characteristic(CHAR_UUID).then((each) => each.descriptor(0x2901)));
  expect(text(await hosts.run(remote.read()))).toBe('desc1');
  const written = descriptor.written();
  await hosts.run(remote.write('desc2'));
  expect(await hosts.run(written)).toBe(atPeripheral);
  expect(text(descriptor.read())).toBe('desc2');
});

test('aioble 9, ble_notify: updates reach who has subscribed, and while it has; quick ones are all there', async () => {
  await using hosts = new Hosts();
  const service = new Service(SERVICE_UUID);
  const characteristic = new Characteristic(service, CHAR_UUID, { read: true, notify: true });
  const { atCentral, atPeripheral } = await instances(hosts, service);
  const remote = await find(hosts, atCentral, CHAR_UUID);
  const received = (): Promise<string> =>
    hosts.run(remote.notified({ timeoutMs: 100 }).then(text, ({ code }) => code));

  characteristic.write('before', { sendUpdate: true });
  expect(await received()).toBe('BLE_TIMEOUT');
  await hosts.run(remote.subscribe({ notify: true }));
  characteristic.write('while', { sendUpdate: true });
  expect(await received()).toBe('while');
  await hosts.run(remote.unsubscribe());
  characteristic.write('after', { sendUpdate: true });
  expect(await received()).toBe('BLE_TIMEOUT');

  // Directly, to one that has not subscribed.
  const direct = received();
  await hosts.clock.advance(0);
  await hosts.run(characteristic.notify(atPeripheral, { value: 'direct', force: true }));
  expect(await direct).toBe('direct');
  // aioble keeps the last of these.
  await hosts.run(remote.subscribe({ notify: true }));
  for (const value of ['1', '2', '3']) await hosts.run(characteristic.notify(atPeripheral, { value }));
  expect([await received(), await received(), await received()]).toEqual(['1', '2', '3']);
});

test('aioble 9, ble_shutdown: three times from the start to the end, with reads and channels, as the same device', async () => {
  await using hosts = new Hosts();
  const instance1 = await hosts.host();
  const identityStore = new MemoryIdentityStore();
  let instance0 = await hosts.host({ profile: 'zephyr', open: { identityStore } });
  const addresses = new Set<string>();
  for (let round = 0; round < 3; round++) {
    const { ble } = instance0;
    addresses.add(ble.address);
    const service = new Service(SERVICE_UUID);
    new Characteristic(service, CHAR_UUID, { read: true, initial: `periph${round}` });
    ble.registerServices(service);
    const incoming = ble.advertise({ intervalMs: 20 });
    const device = instance1.ble.device(ble.address, ble.addressType);
    const atCentral = await hosts.run(device.connect());
    const atPeripheral = await hosts.run(incoming);
    expect(text(await hosts.run((await find(hosts, atCentral, CHAR_UUID)).read()))).toBe(`periph${round}`);
    for (let i = 0; i < 3; i++) {
      const accepted = atPeripheral.l2capAccept({ psm: 0x80, mtu: 128 });
      const channel = await hosts.run(atCentral.l2capConnect({ psm: 0x80, mtu: 128 }));
      const far = await hosts.run(accepted);
      await hosts.run(channel.send(ramp(100)));
      expect(await hosts.run(far.receive())).toEqual(ramp(100));
      await hosts.run(channel.disconnect());
      await hosts.run(far.disconnected());
    }
    await hosts.run(atCentral.disconnect());
    await hosts.run(ble.close());
    instance0 = await hosts.hostOn(instance0.controller, { identityStore });
  }
  expect(addresses.size).toBe(1);
});

test('aioble 9, ble_write_capture: plain writes are one event, captured ones all there with their client', async () => {
  await using hosts = new Hosts({ model: 'timed' });
  const service = new Service(SERVICE_UUID);
  const plain = new Characteristic(service, CHAR_UUID, { write: true });
  const captured = new Characteristic(service, OTHER_UUID, { write: true, capture: true });
  const { atCentral, atPeripheral } = await instances(hosts, service);
  const [remotePlain, remoteCaptured] = [
    await find(hosts, atCentral, CHAR_UUID),
    await find(hosts, atCentral, OTHER_UUID),
  ];
  for (const value of ['central0', 'central1', 'central2']) {
    await hosts.run(remotePlain.write(value, { response: true }));
    await hosts.run(remoteCaptured.write(value, { response: true }));
  }
  expect(await hosts.run(plain.written())).toBe(atPeripheral);
  expect(text(plain.read())).toBe('central2');
  expect(await hosts.run(codeOf(plain.written({ timeoutMs: 100 })))).toBe('BLE_TIMEOUT');
  for (const expected of ['central0', 'central1', 'central2']) {
    const { connection, value } = await hosts.run(captured.written());
    expect([connection, text(value)]).toEqual([atPeripheral, expected]);
  }
});

test('aioble 9, ble_write_order: what is written to two characteristics comes in one order, whatever else the program does', async () => {
  await using hosts = new Hosts();
  const service = new Service(SERVICE_UUID);
  const first = new Characteristic(service, CHAR_UUID, { writeNoResponse: true, capture: true });
  const second = new Characteristic(service, OTHER_UUID, { writeNoResponse: true, capture: true });
  const { atCentral } = await instances(hosts, service);
  const [one, two] = [await find(hosts, atCentral, CHAR_UUID), await find(hosts, atCentral, OTHER_UUID)];
  const order = [one, two, two, one, two, one, one, two];
  for (const [i, remote] of order.entries()) await hosts.run(remote.write(`${i}`));
  const got: [Characteristic<boolean>, string][] = [];
  for (const _ of order) {
    const { characteristic, value } = await hosts.run(service.written());
    got.push([characteristic, text(value)]);
    // A program that is busy elsewhere for a while.
    await hosts.clock.advance(50);
  }
  expect(got).toEqual(order.map((remote, i) => [remote === one ? first : second, `${i}`]));
});

const PINGS = 50;

test('aioble 9, perf_gatt_notify: fifty notifications there and back, both sides server and client', async () => {
  await using hosts = new Hosts({ model: 'timed' });
  const serve = ({ ble }: Host): Characteristic => {
    const service = new Service(SERVICE_UUID);
    const characteristic = new Characteristic(service, CHAR_UUID, { notify: true });
    ble.registerServices(service);
    return characteristic;
  };
  const [instance0, instance1] = [await hosts.host(), await hosts.host()];
  const [ping, pong] = [serve(instance0), serve(instance1)];
  const { atCentral, atPeripheral } = await linked(hosts, instance1, instance0);
  const [fromPeripheral, fromCentral] = [
    await find(hosts, atCentral, CHAR_UUID),
    await find(hosts, atPeripheral, CHAR_UUID),
  ];
  await hosts.run(fromPeripheral.subscribe({ notify: true }));
  await hosts.run(fromCentral.subscribe({ notify: true }));
  const answer = async (): Promise<void> => {
    for (let i = 0; i < PINGS; i++) await pong.notify(atCentral, { value: await fromPeripheral.notified() });
  };
  const ask = async (): Promise<number[]> => {
    const back: number[] = [];
    for (let i = 0; i < PINGS; i++) {
      await ping.notify(atPeripheral, { value: Uint8Array.of(i) });
      back.push(...(await fromCentral.notified()));
    }
    return back;
  };
  const [back] = await hosts.run(Promise.all([ask(), answer()]));
  expect(back).toEqual(Array.from({ length: PINGS }, (_, i) => i));
});

test('aioble 9, perf_l2cap: twenty times 512 octets over a channel, as they were', async () => {
  await using hosts = new Hosts({ model: 'timed' });
  const { atCentral, atPeripheral } = await instances(hosts);
  const accepted = atPeripheral.l2capAccept({ psm: 0x80, mtu: 512 });
  const sender = await hosts.run(atCentral.l2capConnect({ psm: 0x80, mtu: 512 }));
  const receiver = await hosts.run(accepted);
  const payload = (round: number): Uint8Array =>
    Uint8Array.from({ length: 512 }, (_, i) => (i * 7 + round) & 0xff);
  const send = async (): Promise<void> => {
    for (let round = 0; round < 20; round++) await sender.send(payload(round), { timeoutMs: 10_000 });
  };
  const receive = async (): Promise<void> => {
    for (let round = 0; round < 20; round++) expect(await receiver.receive()).toEqual(payload(round));
  };
  await hosts.run(Promise.all([send(), receive()]));
});

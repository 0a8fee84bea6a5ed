import { Characteristic, InvalidStateError, MemoryGattCache, Service } from 'jelling';
import { expect, test } from 'vitest';
import {
  confirmation,
  error,
  indication,
  Request,
  read,
  readByType,
  readResponse,
  write,
  writeCommand,
  writeResponse,
} from '../../conformance/harness/att.ts';
import { Bench } from '../../conformance/harness/bench.ts';
import { type Hex, hex, octetAt, u16At } from '../../conformance/harness/pdu.ts';
import { PeerDatabase, type PeerService } from '../../conformance/harness/peer-database.ts';
import { Hosts, linked } from '../../support/hosts.ts';

const HASH = '000102030405060708090a0b0c0d0e0f';
const OTHER_HASH = 'ff'.repeat(16);
const CHANGED = 0x2a05;
/** Vol 3, Part F, 3.4.1.1. */
const DATABASE_OUT_OF_SYNC = 0x12;

const generic = (hash: Hex): PeerService => ({
  uuid: 0x1801,
  characteristics: [
    { uuid: CHANGED, properties: 0x20, descriptors: [0x2902] },
    { uuid: 0x2b2a, value: hash },
  ],
});
const battery: PeerService = { uuid: 0x180f, characteristics: [{ uuid: 0x2a19, value: '64' }] };
/** Where the battery's level stood, something else stands. */
const lock: PeerService = {
  uuid: 0xffb0,
  characteristics: [{ uuid: 0xb001, properties: 0x0a, value: 'ee' }],
};

/** A client that keeps what it has found, and a peer whose database the test changes between two links. */
const scene = async () => {
  const bench = await Bench.central({ gattCache: new MemoryGattCache() });
  const serve = (database: PeerDatabase): void => {
    bench.att.responder = (pdu) => (pdu.startsWith('12') ? '13' : database.answer(pdu));
  };
  const level = async () => {
    const service = await bench.run(bench.connection.service(0x180f));
    return bench.run(service.characteristic(0x2a19));
  };
  /** Finds all, and has made itself known to the server. */
  const settled = async () => {
    await bench.run(bench.connection.discover());
    await bench.clock.advance(2_000);
    return level();
  };
  return { bench, serve, level, settled };
};

test('A13: a database that has changed between two links is looked at anew, and no old handle is used', async () => {
  const { bench, serve, level } = await scene();
  await using _ = bench;
  serve(new PeerDatabase([generic(HASH), battery]));
  const before = await level();
  const changed = new PeerDatabase([generic(OTHER_HASH), lock, battery]);
  serve(changed);
  await bench.reconnectToTester();
  changed.requests.length = 0;
  const after = await level();
  expect(after.handle).not.toBe(before.handle);
  expect(hex(await bench.run(after.read()))).toBe('64');
  expect(
    changed.requests.filter((pdu) => octetAt(pdu, 0) === Request.read && u16At(pdu, 1) === before.handle),
  ).toEqual([]);
  // The objects of the old link are of no more use.
  expect(await bench.failure(before.read())).toMatchObject({ code: 'BLE_DISCONNECTED' });
});

test.each([
  ['too short', HASH.slice(2)],
  ['too long', `${HASH}00`],
  ['empty', ''],
])('A13: a hash that is none (%s) vouches for nothing', async (_, hash) => {
  const { bench, serve, level } = await scene();
  await using __ = bench;
  serve(new PeerDatabase([generic(hash), battery]));
  await level();
  const changed = new PeerDatabase([generic(hash), lock, battery]);
  serve(changed);
  await bench.reconnectToTester();
  expect(hex(await bench.run((await level()).read()))).toBe('64');
});

test('A13: objects at handles that the peer has changed end, also where a call on them waits already', async () => {
  const { bench, serve, settled } = await scene();
  await using _ = bench;
  const database = new PeerDatabase([generic(HASH), battery]);
  serve(database);
  const old = await settled();
  // One request on the air, one behind it, when the peer tells.
  bench.att.responder = undefined;
  const [onTheAir, behind] = [old.read(), old.read()].map((call) =>
    call.catch((failure: unknown) => failure),
  );
  await bench.att.expect(read(old.handle));
  const [service] = database.services;
  const changedHandle = service?.characteristics[0]?.handle ?? 0;
  await bench.att.exchange(indication(changedHandle, '0100ffff'), confirmation);
  bench.att.send(readResponse('ee'));
  // What was asked before may be answered or not; what had not left does not leave.
  await bench.run(Promise.resolve(onTheAir));
  expect(await bench.run(Promise.resolve(behind))).toBeInstanceOf(InvalidStateError);
  expect(await bench.failure(old.read())).toBeInstanceOf(InvalidStateError);
  await bench.att.silent();
});

test('A13: a range of changes that is none counts as all', async () => {
  for (const range of ['', '01', '0100ff', '0100ffff00', 'ffff0100']) {
    const { bench, serve, settled } = await scene();
    await using _ = bench;
    const database = new PeerDatabase([generic(HASH), battery]);
    serve(database);
    const old = await settled();
    const [service] = database.services;
    bench.att.send(indication(service?.characteristics[0]?.handle ?? 0, range));
    await bench.att.expect(confirmation);
    const outcome = await bench.run(old.read().then(hex, (failure: unknown) => failure));
    // A range that is turned round changes nothing; one of another length is not known, and so is everything.
    if (range.length === 8) expect(outcome).toBe('64');
    else expect(outcome).toBeInstanceOf(InvalidStateError);
  }
});

test('A13: a peer that changes for ever is given up, and every indication is confirmed', async () => {
  const { bench, serve, settled } = await scene();
  await using _ = bench;
  const database = new PeerDatabase([generic(HASH), battery]);
  serve(database);
  await settled();
  const [service] = database.services;
  const changedHandle = service?.characteristics[0]?.handle ?? 0;
  // So that there is something to be discovered.
  bench.att.send(indication(changedHandle, '0100ffff'));
  await bench.att.expect(confirmation);
  let asked = 0;
  bench.att.responder = (pdu) => {
    if (pdu === confirmation) return undefined;
    asked++;
    // It tells of a change in front of each answer.
    bench.att.send(indication(changedHandle, '0100ffff'));
    return database.answer(pdu);
  };
  expect(await bench.failure(bench.connection.discover())).toBeInstanceOf(InvalidStateError);
  expect(asked).toBeLessThan(40);
  for (let i = 0; i < asked; i++) await bench.att.expect(confirmation);
});

test('A13: what is known of a bonded peer is not believed of one that goes by its address and cannot encrypt', async () => {
  await using hosts = new Hosts();
  const central = await hosts.host();
  const peripheral = await hosts.host({ open: { security: {} } });
  const service = new Service(0x181a);
  new Characteristic(service, 0x2a6e, { read: true, initial: 'of the bonded one' });
  peripheral.ble.registerServices(service);
  const { atCentral } = await linked(hosts, central, peripheral);
  await hosts.run(atCentral.pair());
  expect((await hosts.run(atCentral.discover())).map(({ uuid }) => uuid)).toContain('181a');
  await hosts.run(peripheral.ble.close());
  await hosts.run(atCentral.disconnected());

  const impostor = await hosts.hostOn(peripheral.controller);
  const incoming = impostor.ble.advertise({ intervalMs: 20 });
  incoming.catch(() => undefined);
  const device = central.ble.device(impostor.ble.address);
  expect(device.bond).toBeDefined();
  const connected = await hosts.run(device.connect().catch((failure: unknown) => failure));
  // Either there is no link to it at all, or nothing of the bonded one is known on it.
  const found = device.connection?.services() ?? Promise.resolve([]);
  const uuids = await hosts.run(
    found.then(
      (all) => all.map(({ uuid }) => uuid),
      () => [],
    ),
  );
  expect([uuids.includes('181a' as never), device.connection?.security.encrypted ?? false]).toEqual([
    false,
    false,
  ]);
  expect(connected).toBeDefined();
  await hosts.run(device.connection?.disconnect() ?? Promise.resolve());
  await hosts.run(impostor.ble.close());
});

test('A13: a client that has not heard of a change has its requests refused once, and its commands ignored', async () => {
  const service = new Service(0xffb0);
  const value = new Characteristic(service, 0xb001, {
    read: true,
    write: true,
    writeNoResponse: true,
    initial: 'x',
  });
  await using bench = await Bench.peripheral({ services: [service] });
  const { att } = bench;
  // It says that it can do with Database Out Of Sync (Vol 3, Part G, 7.2).
  att.send(readByType(1, 0xffff, 0x2b29));
  const found = await att.expect('09 *');
  await att.exchange(write(u16At(found, 2), '01'), writeResponse);
  bench.iut.registerServices(new Service(0xffb1));
  await bench.clock.advance(0);

  att.send(writeCommand(value.handle, '62'));
  await att.exchange(write(value.handle, '61'), error(Request.write, value.handle, DATABASE_OUT_OF_SYNC));
  expect(new TextDecoder().decode(value.read())).toBe('x');
  // Told so it knows, and what it writes now is what it means.
  await att.exchange(write(value.handle, '61'), writeResponse);
  expect(new TextDecoder().decode(value.read())).toBe('a');
  await bench.verdict();
});

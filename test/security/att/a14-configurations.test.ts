import { afterEach, beforeEach, expect, test } from 'vitest';
import { Characteristic } from '../../../src/gatt/server/characteristic.ts';
import type { GattServer } from '../../../src/gatt/server/gatt-server.ts';
import { Service } from '../../../src/gatt/server/service.ts';
import { notification, read, readResponse, write, writeResponse } from '../../conformance/harness/att.ts';
import { ManualClock, newServer, RawClient } from '../../support/gatt-pair.ts';

let clock: ManualClock;
let server: GattServer;
let value: Characteristic;
let clients: RawClient[];

beforeEach(() => {
  clock = new ManualClock();
  server = newServer(clock);
  const service = new Service(0xffb0);
  value = new Characteristic(service, 0xb001, { notify: true, indicate: true, initial: 'x' });
  server.register(service);
  clients = [];
});

afterEach(() => {
  for (const { connection } of clients) connection.disconnect();
  expect(clock.pending).toBe(0);
});

const client = (identity?: string): RawClient => {
  const one = new RawClient(clock, server, identity);
  clients.push(one);
  return one;
};

const subscribe = (one: RawClient, bits = '0100'): Promise<string[]> =>
  one.ask(write(value.configurationHandle, bits));
const configured = (one: RawClient): Promise<string[]> => one.ask(read(value.configurationHandle));

test('A14: what one client configures no other client has, reads, or is sent anything for', async () => {
  const [one, other] = [client(), client()];
  expect(await subscribe(one)).toEqual([writeResponse]);
  expect(await configured(one)).toEqual([readResponse('0100')]);
  expect(await configured(other)).toEqual([readResponse('0000')]);
  await value.notify();
  expect(one.channel.takeSent()).toEqual([notification(value.handle, '78')]);
  expect(other.channel.takeSent()).toEqual([]);
  await expect(value.notify(other.connection)).rejects.toThrow('has not subscribed');
  expect(value.subscription(one.connection)).toEqual({ notify: true, indicate: false });
  expect(value.subscription(other.connection)).toEqual({ notify: false, indicate: false });
});

test('A14: a stranger that comes back is a stranger', async () => {
  const before = client();
  await subscribe(before);
  before.connection.disconnect();
  expect(await configured(client())).toEqual([readResponse('0000')]);
});

test('A14: a client with a bond finds what it had configured, and nobody else under another identity', async () => {
  const before = client('one');
  await subscribe(before, '0200');
  server.keepClient(before.connection, 'one');
  before.connection.disconnect();
  expect(await configured(client('other'))).toEqual([readResponse('0000')]);
  expect(await configured(client())).toEqual([readResponse('0000')]);
  expect(await configured(client('one'))).toEqual([readResponse('0200')]);
});

test('A14: one that only claims to be a client with a bond changes nothing for it', async () => {
  const before = client('one');
  await subscribe(before);
  server.keepClient(before.connection, 'one');
  before.connection.disconnect();
  const impostor = client('one');
  expect(await subscribe(impostor, '0000')).toEqual([writeResponse]);
  impostor.connection.disconnect();
  expect(await configured(client('one'))).toEqual([readResponse('0100')]);
});

test('A14: with the bond its configuration goes, also for one that bonds under that identity later', async () => {
  const before = client('one');
  await subscribe(before);
  server.keepClient(before.connection, 'one');
  before.connection.disconnect();
  server.forgetClient('one');
  expect(await configured(client('one'))).toEqual([readResponse('0000')]);
});

test('A14: what a stranger has configured becomes that of its identity when it bonds, and not before', async () => {
  const before = client();
  await subscribe(before);
  expect(await configured(client('one'))).toEqual([readResponse('0000')]);
  server.keepClient(before.connection, 'one');
  before.connection.disconnect();
  expect(await configured(client('one'))).toEqual([readResponse('0100')]);
});

test('A14: handles that change hands take no configuration with them', async () => {
  const bonded = client('one');
  const service = new Service(0xffb1);
  const gone = new Characteristic(service, 0xb002, { notify: true });
  server.register(service);
  const { configurationHandle } = gone;
  await bonded.ask(write(configurationHandle, '0100'));
  const away = client('away');
  await away.ask(write(configurationHandle, '0100'));
  server.keepClient(away.connection, 'away');
  away.connection.disconnect();
  server.unregister(service);
  server.register(service);
  // The same place again would be the attack.
  for (const one of [bonded, client('away')]) {
    expect(await one.ask(read(gone.configurationHandle))).toEqual([readResponse('0000')]);
  }
});

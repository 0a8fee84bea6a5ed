import { Characteristic, type Connection, Descriptor, type LogRecord, Service } from 'jelling';
import { describe, expect, test } from 'vitest';
import { type Host, Hosts, linked } from '../../support/hosts.ts';

/** Where code of the user runs. */
const places = [
  'onRead',
  'onWrite',
  'onWrite of a command',
  'onSubscribe',
  'onRead of a descriptor',
  'authorize',
  'log',
  'an abort listener of the connection',
  'a reader of notifications',
] as const;
type Place = (typeof places)[number];

/** What it does there. */
const deeds = {
  disconnects: ({ connection }: Scene) =>
    void connection()
      .disconnect()
      .catch(() => undefined),
  'closes the adapter': ({ host }: Scene) => void host().ble.close(),
  throws: () => {
    throw new Error('a fault of the user');
  },
  'registers a service': ({ host }: Scene) => host().ble.registerServices(new Service(0xaaaa)),
} as const;

interface Scene {
  connection(): Connection;
  host(): Host;
}

/** Where a deed stands in no one's way: those that are told of the deed by a promise of their own. */
const isAllowed = (error: unknown): boolean => error instanceof Error;

const play = async (place: Place, deed: keyof typeof deeds): Promise<void> => {
  await using hosts = new Hosts();
  let armed = false;
  let runs = 0;
  let connection: Connection | undefined;
  let host: Host | undefined;
  const scene: Scene = {
    connection: () => connection as Connection,
    host: () => host as Host,
  };
  const act = (here: Place): void => {
    if (!armed || here !== place) return;
    runs++;
    // A listener of the log is told of what it does itself.
    if (here === 'log') armed = false;
    deeds[deed](scene);
  };
  const log = (_: LogRecord): void => act('log');
  const peripheral = await hosts.host({ open: { log } });
  const central = await hosts.host();
  const service = new Service(0xffb0);
  const value = new Characteristic(service, 0xb001, {
    read: true,
    write: true,
    writeNoResponse: true,
    notify: true,
    initial: '0',
    onRead: () => act('onRead') as undefined,
    onWrite: (written) => act(written.length === 1 ? 'onWrite' : 'onWrite of a command'),
    onSubscribe: () => act('onSubscribe'),
  });
  const descriptor = new Descriptor(value, 0x2901, {
    read: true,
    onRead: () => {
      act('onRead of a descriptor');
      return 'd';
    },
  });
  void descriptor;
  peripheral.ble.registerServices(service);
  const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
  host = peripheral;
  connection = atPeripheral;
  atPeripheral.signal.addEventListener('abort', () => {
    try {
      act('an abort listener of the connection');
    } catch {
      // What a listener throws is the runtime's to report: it never comes back to who aborted.
    }
  });
  const remote = await hosts.run(atCentral.service(0xffb0).then((found) => found.characteristic(0xb001)));
  const description = await hosts.run(remote.descriptor(0x2901));
  const listener = atPeripheral.l2capListen({
    psm: 0x80,
    authorize: () => {
      act('authorize');
      return true;
    },
  });
  const reader = async (): Promise<void> => {
    for await (const _ of remote.notifications()) {
      if (place !== 'a reader of notifications') continue;
      host = central;
      connection = atCentral;
      act(place);
    }
  };
  const reading = reader().catch((error: unknown) => expect(isAllowed(error)).toBe(true));
  armed = true;
  const calls = [
    () => remote.read(),
    () => remote.write('1'),
    () => remote.write('22', { response: false }),
    () => description.read(),
    () => remote.subscribe(),
    () => value.notify(undefined, { value: '3' }),
    () => atCentral.l2capConnect({ psm: 0x80 }),
    // An event whose length lies, of which the log speaks.
    () => peripheral.controller.faults.inject(Uint8Array.of(0x04, 0x05, 0x09, 0x00)),
    () => atPeripheral.withTimeout(1, () => hosts.clock.advance(0)),
  ];
  for (const call of calls) {
    await hosts.run((async () => call())().catch((error: unknown) => expect(isAllowed(error)).toBe(true)));
    await hosts.clock.advance(10);
  }
  await hosts.run(atCentral.disconnect());
  await hosts.run(atPeripheral.disconnected().catch(() => undefined));
  await hosts.run(reading);
  await hosts.run(listener.close());
  expect([place, deed, runs > 0]).toEqual([place, deed, true]);
  for (const { ble } of [central, peripheral]) {
    const { eventHandlerErrors, connectionHandlerErrors, aclReceiverErrors } = ble.counters;
    expect([eventHandlerErrors, connectionHandlerErrors, aclReceiverErrors]).toEqual([0, 0, 0]);
  }
  // A closed connection tells nothing more.
  armed = false;
  expect(atPeripheral.isConnected).toBe(false);
};

describe.each(Object.keys(deeds) as (keyof typeof deeds)[])('A15: code of the user that %s', (deed) => {
  test.each(places)('inside %s stops nobody else, and all that waits is told', (place) => play(place, deed));
});

test('A15: what waits is told once, and a listener that leaves while others are told is not called', async () => {
  await using hosts = new Hosts();
  const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), await hosts.host());
  const told: string[] = [];
  const { signal } = atPeripheral;
  const second = (): void => void told.push('second');
  signal.addEventListener('abort', () => {
    told.push('first');
    signal.removeEventListener('abort', second);
  });
  signal.addEventListener('abort', second);
  const waits = Array.from({ length: 3 }, () =>
    atPeripheral.disconnected().then(() => void told.push('wait')),
  );
  await hosts.run(atCentral.disconnect());
  await hosts.run(Promise.all(waits));
  expect(told).toEqual(['first', 'wait', 'wait', 'wait']);
});

import { describe, expect, it } from 'vitest';
import { MalformedPduError } from '../../../../src/core/errors.ts';
import type { RemoteService } from '../../../../src/gatt/client/remote-service.ts';
import { PeerDatabase, type PeerService } from '../../../conformance/harness/peer-database.ts';
import { sampleDatabases } from '../../../conformance/harness/sample-databases.ts';
import { ManualClock, ScriptedServer } from '../../../support/gatt-pair.ts';

const custom = (short: number): string =>
  `6e40${short.toString(16).padStart(4, '0')}-b5a3-f393-e0a9-e50e24dcca9e`;

/** 7 services and 23 characteristics, as a sensor has them: most UUIDs of 16 bits, its own of 128. */
const sensor: readonly PeerService[] = [
  { uuid: 0x1800, characteristics: [{ uuid: 0x2a00 }, { uuid: 0x2a01 }, { uuid: 0x2a04 }] },
  {
    uuid: 0x1801,
    characteristics: [
      { uuid: 0x2a05, properties: 0x20, descriptors: [0x2902] },
      { uuid: 0x2b29, properties: 0x0a },
      { uuid: 0x2b2a },
      { uuid: 0x2b3a },
    ],
  },
  {
    uuid: 0x180a,
    characteristics: [0x2a29, 0x2a24, 0x2a25, 0x2a27, 0x2a26, 0x2a28].map((uuid) => ({ uuid })),
  },
  { uuid: 0x180f, characteristics: [{ uuid: 0x2a19, properties: 0x12, descriptors: [0x2902, 0x2904] }] },
  {
    uuid: 0x181a,
    characteristics: [0x2a6e, 0x2a6f, 0x2a6d, 0x2a77].map((uuid) => ({
      uuid,
      properties: 0x12,
      descriptors: [0x2902, 0x290c],
    })),
  },
  {
    uuid: custom(1),
    characteristics: [
      { uuid: custom(2), properties: 0x0c },
      { uuid: custom(3), properties: 0x10, descriptors: [0x2902] },
    ],
  },
  {
    uuid: custom(0x10),
    characteristics: [
      { uuid: custom(0x11), properties: 0x0a, descriptors: [0x2901] },
      { uuid: custom(0x12), properties: 0x0a, descriptors: [0x2901] },
      { uuid: custom(0x13), properties: 0x12, descriptors: [0x2902, 0x2901] },
    ],
  },
];

/** A client of a database that no code of the stack serves, at an ATT_MTU. */
const serving = async (services: readonly PeerService[] | PeerDatabase, mtu: number) => {
  const clock = new ManualClock();
  const database = services instanceof PeerDatabase ? services : new PeerDatabase(services);
  const server = new ScriptedServer(clock, (pdu) => {
    if (!pdu.startsWith('02')) return database.answer(pdu);
    database.mtu = mtu;
    return `03${mtu
      .toString(16)
      .padStart(4, '0')
      .replace(/(..)(..)/, '$2$1')}`;
  });
  if (mtu > 23) await clock.run(server.bearer.exchangeMtu());
  return { clock, database, server, client: server.client };
};

/** All that can be found one by one: services, characteristics, descriptors and what is included. */
const describeAll = async (
  clock: ManualClock,
  services: readonly RemoteService[],
): Promise<readonly unknown[]> => {
  const described: unknown[] = [];
  for (const service of services) {
    const { uuid, handle, endHandle } = service;
    described.push([uuid, handle, endHandle]);
    for (const characteristic of await clock.run(service.characteristics())) {
      const descriptors = await clock.run(characteristic.descriptors());
      described.push([
        [characteristic.uuid, characteristic.declarationHandle, characteristic.handle],
        [characteristic.endHandle, characteristic.properties],
        descriptors.map((each) => [each.uuid, each.handle]),
      ]);
    }
    const included = await clock.run(service.includedServices());
    described.push(included.map((each) => [each.uuid, each.handle, each.endHandle]));
  }
  return described;
};

describe('discover()', () => {
  it.each([
    // ATT_MTU, requests, and those that finding the same one by one takes.
    [23, 26, 31],
    [247, 11, 23],
    [517, 11, 23],
  ])(
    'at an ATT_MTU of %i takes %i requests for 7 services and 23 characteristics',
    async (mtu, most, one) => {
      const whole = await serving(sensor, mtu);
      const services = await whole.clock.run(whole.client.discover());
      expect(services.length).toBe(7);
      expect(whole.database.requests.length).toBe(most);
      const known = await describeAll(whole.clock, services);
      expect(whole.database.requests.length).toBe(most);
      const single = await serving(sensor, mtu);
      const found = await single.clock.run(single.client.services());
      expect(await describeAll(single.clock, found)).toEqual(known);
      expect(single.database.requests.length).toBe(one);
    },
  );

  it.each(sampleDatabases().map((database, i) => [i, database] as const))(
    'finds what the sub-procedures find one by one (sample database %i)',
    async (i, database) => {
      const whole = await serving(database, 23);
      const known = await describeAll(whole.clock, await whole.clock.run(whole.client.discover()));
      const single = await serving(sampleDatabases()[i] ?? [], 23);
      const services = await single.clock.run(single.client.services());
      expect(await describeAll(single.clock, services)).toEqual(known);
      expect(whole.database.requests.length).toBeLessThan(single.database.requests.length);
    },
  );

  it('asks for nothing that is known, and keeps the objects that there are', async () => {
    const { clock, database, client } = await serving(sensor, 247);
    const environment = await clock.run(client.service(0x181a));
    const temperature = await clock.run(environment.characteristic(0x2a6e));
    const configuration = await clock.run(temperature.descriptor(0x2902));
    const before = database.requests.length;
    const services = await clock.run(client.discover());
    expect(services).toContain(environment);
    expect(await environment.characteristic(0x2a6e)).toBe(temperature);
    expect(await temperature.descriptor(0x2902)).toBe(configuration);
    const once = database.requests.length;
    expect(once - before).toBe(11);
    expect(await clock.run(client.discover())).toEqual(services);
    expect(await clock.run(client.services())).toEqual(services);
    await describeAll(clock, services);
    expect(database.requests.length).toBe(once);
  });

  it('is shared by all who want it, and goes on when one gives up', async () => {
    const { clock, database, client } = await serving(sensor, 247);
    const abort = new AbortController();
    const hasty = client.discover({ signal: abort.signal });
    const calls = [client.discover(), client.services(), client.discover()] as const;
    abort.abort(new Error('enough'));
    await expect(hasty).rejects.toThrow('enough');
    const [all] = await clock.run(Promise.all(calls));
    expect(all.length).toBe(7);
    expect(database.requests.length).toBe(11);
  });

  it('begins anew when the services change under way', async () => {
    const { clock, database, server, client } = await serving(sensor, 247);
    const { script } = server;
    server.script = (pdu) => {
      if (database.requests.length === 4) client.invalidate(0x20, 0x30);
      return script(pdu);
    };
    const services = await clock.run(client.discover());
    const described = await describeAll(clock, services);
    const calm = await serving(sensor, 247);
    expect(described).toEqual(await describeAll(calm.clock, await calm.clock.run(calm.client.discover())));
  });
});

describe('a server that lies to discover() is given up on (A2, A3)', () => {
  const UNKNOWN = '0a';
  const notFound = (pdu: string): string => `01${pdu.slice(0, 6)}${UNKNOWN}`;
  /** One service from 0001 to 00ff with one characteristic at 0010; the rest is up to the case. */
  const lying = (lies: Readonly<Record<string, (from: string) => string>>) => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, (pdu) => {
      const lie = Object.entries(lies).find(([begin]) => pdu.startsWith(begin) && pdu.includes(begin));
      if (lie !== undefined) return lie[1](pdu.slice(2, 6));
      if (pdu.startsWith('100100')) return '1106 0100 ff00 1a18';
      if (pdu.startsWith('080100') && pdu.endsWith('0328')) return '0907 1000 02 1100 6e2a';
      return notFound(pdu);
    });
    return { clock, server, client: server.client };
  };

  it.each<[string, Readonly<Record<string, (from: string) => string>>]>([
    ['descriptors whose handles fall', { '04': () => '0501 1300 0229 1200 0129' }],
    ['the same descriptor again', { '04': () => '0501 1200 0229' }],
    ['a value behind its service', { '08': () => '0907 1000 02 0001 6e2a' }],
    ['includes of a part of a known service', { '080200': () => '0908 0200 1000 2000 0f18' }],
    ['includes of no handles', { '080200': () => '0908 0200 0000 2000 0f18' }],
  ])('%s', async (_name, lies) => {
    const { clock, server, client } = lying(lies);
    await expect(clock.run(client.discover())).rejects.toThrow(MalformedPduError);
    expect(server.asked.length).toBeLessThan(10);
  });

  it('services that include others without end', async () => {
    const octets = (value: number): string => Buffer.from([value & 0xff, value >> 8]).toString('hex');
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, (pdu) => {
      if (pdu.startsWith('100100')) return '1106 0100 0300 1a18';
      const from = Buffer.from(pdu, 'hex').readUInt16LE(1);
      const next = from + 2;
      // Each has three handles, and its include declaration at the second.
      if (pdu.endsWith('0228') && from % 3 === 2)
        return `0908${octets(from)}${octets(next)}${octets(next + 2)}0f18`;
      return notFound(pdu);
    });
    const services = await clock.run(server.client.discover());
    expect(services.length).toBe(1);
    expect(server.asked.length).toBeLessThan(30);
  });
});

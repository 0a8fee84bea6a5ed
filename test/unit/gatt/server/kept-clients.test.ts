import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../../../src/core/errors.ts';
import type { JsonObject } from '../../../../src/core/json-reader.ts';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { printClientRecord, readClientRecord } from '../../../../src/gatt/server/client-record.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import { ManualClock, newServer, RawClient, type TestConnection, turn } from '../../../support/gatt-pair.ts';

const FEATURES = '2500';
const SERVICE_CHANGED = '2300';
const ALL = '1d22000100ffff';

const environment = () => {
  const service = new Service(0x1234);
  const characteristic = new Characteristic<TestConnection>(service, 0xaa00, { read: true, notify: true });
  return { service, characteristic };
};

/** A run of the program: what was kept of the one before is restored. The value stands at 0032, its configuration at 0033. */
const run = (kept: ReadonlyMap<string, JsonObject> = new Map()) => {
  const clock = new ManualClock();
  const store = new Map(kept);
  const server = newServer(clock, { clientKeeper: (identity, record) => void store.set(identity, record) });
  for (const [identity, record] of kept) server.restoreClient(identity, record);
  const { service, characteristic } = environment();
  server.register(service);
  /** A client that goes by a name, and has proved it unless said otherwise. */
  const connect = (identity = 'friend', proved = true): RawClient => {
    const client = new RawClient(clock, server, identity);
    if (proved) server.keepClient(client.connection, identity);
    return client;
  };
  return { clock, store, server, service, characteristic, connect };
};

/** A friend that has subscribed, and then gone. */
const befriended = async (configured: readonly string[]): Promise<ReturnType<typeof run>> => {
  const made = run();
  const client = made.connect();
  for (const pdu of configured) expect(await client.ask(pdu)).toEqual(['13']);
  client.connection.disconnect();
  return made;
};

describe('what a bonded client has configured', () => {
  it('is there when it comes again, before it has proved who it is too', async () => {
    const { connect, characteristic } = await befriended(['12 3300 0100', `12 ${FEATURES} 05`]);
    const again = connect('friend', false);
    expect(await again.ask('0a 3300')).toEqual(['0b0100']);
    expect(await again.ask(`0a ${FEATURES}`)).toEqual(['0b05']);
    await characteristic.notify(again.connection);
    expect(again.channel.takeSent()).toEqual(['1b3200']);
  });

  it('is not changed by one who only claims to be it', async () => {
    const { connect } = await befriended(['12 3300 0100', `12 ${FEATURES} 01`]);
    const impostor = connect('friend', false);
    expect(await impostor.ask('12 3300 0000')).toEqual(['13']);
    expect(await impostor.ask(`12 ${FEATURES} 03`)).toEqual(['13']);
    impostor.connection.disconnect();
    const again = connect();
    expect(await again.ask('0a 3300')).toEqual(['0b0100']);
    expect(await again.ask(`0a ${FEATURES}`)).toEqual(['0b01']);
  });

  it('is changed by what it does before it proves who it is, once it has', async () => {
    const { connect, server } = await befriended(['12 3300 0100']);
    const again = connect('friend', false);
    await again.ask('12 3300 0000');
    server.keepClient(again.connection, 'friend');
    again.connection.disconnect();
    expect(await connect().ask('0a 3300')).toEqual(['0b0000']);
  });

  it('goes with its bond, also while it is there', async () => {
    const { connect, server, store } = await befriended(['12 3300 0100']);
    const again = connect();
    await turn();
    store.clear();
    server.forgetClient('friend');
    await again.ask('12 3300 0000');
    await again.ask('12 3300 0100');
    again.connection.disconnect();
    await turn();
    expect(store.size).toBe(0);
    expect(await connect().ask('0a 3300')).toEqual(['0b0000']);
  });

  it('goes with its bond from one who has only claimed to be it, but for what that one has configured itself', async () => {
    const { connect, server } = await befriended(['12 3300 0100', `12 ${FEATURES} 05`]);
    const [idle, busy] = [connect('friend', false), connect('friend', false)];
    expect(await busy.ask('12 3300 0100')).toEqual(['13']);
    expect(await busy.ask(`12 ${FEATURES} 05`)).toEqual(['13']);
    server.forgetClient('friend');
    expect(await idle.ask('0a 3300')).toEqual(['0b0000']);
    expect(await idle.ask(`0a ${FEATURES}`)).toEqual(['0b00']);
    expect(await busy.ask('0a 3300')).toEqual(['0b0100']);
    expect(await busy.ask(`0a ${FEATURES}`)).toEqual(['0b05']);
    // It bonds now, and is that client from here on.
    server.keepClient(busy.connection, 'friend');
    busy.connection.disconnect();
    expect(await connect().ask('0a 3300')).toEqual(['0b0100']);
  });

  it('of 256 clients is kept, of those that were there last', async () => {
    const { connect } = await befriended(['12 3300 0100']);
    for (let i = 0; i < 255; i++) connect(`number ${i}`).connection.disconnect();
    connect('friend').connection.disconnect();
    connect('one more').connection.disconnect();
    expect(await connect('friend').ask('0a 3300')).toEqual(['0b0100']);
    for (let i = 0; i < 256; i++) connect(`other ${i}`).connection.disconnect();
    expect(await connect('friend').ask('0a 3300')).toEqual(['0b0000']);
  });
});

describe('changes while a bonded client is away', () => {
  const trusting = [`12 ${SERVICE_CHANGED} 0200`, `12 ${FEATURES} 01`];

  it('are told when it has proved who it is, in one range', async () => {
    const { connect, server } = await befriended(trusting);
    server.register(new Service(0x4321));
    server.register(new Service(0x4322));
    const again = connect('friend', false);
    await turn();
    expect(again.channel.takeSent()).toEqual([]);
    server.keepClient(again.connection, 'friend');
    await turn();
    expect(again.channel.takeSent()).toEqual(['1d220034003500']);
    expect(await again.ask('1e')).toEqual([]);
    expect(await again.ask('0a 3200')).toEqual(['0b']);
    again.connection.disconnect();
    const third = connect();
    await turn();
    expect(third.channel.takeSent()).toEqual([]);
  });

  it('are told again where it left without a confirmation', async () => {
    const { connect, server } = await befriended(trusting);
    server.register(new Service(0x4321));
    const again = connect();
    await turn();
    expect(again.channel.takeSent()).toEqual(['1d220034003400']);
    again.connection.disconnect();
    await turn();
    server.register(new Service(0x4322));
    const third = connect();
    await turn();
    expect(third.channel.takeSent()).toEqual(['1d220034003500']);
  });

  it('make it unaware, on each link until it has learnt of them', async () => {
    const { connect, server } = await befriended([`12 ${FEATURES} 01`]);
    server.register(new Service(0x4321));
    for (let i = 0; i < 2; i++) {
      const again = connect();
      expect(await again.ask('0a 3200')).toEqual(['010a320012']);
      again.connection.disconnect();
    }
    const knowing = connect();
    await knowing.ask('08 0100 ffff 2a2b');
    expect(await knowing.ask('0a 3200')).toEqual(['0b']);
    knowing.connection.disconnect();
    expect(await connect().ask('0a 3200')).toEqual(['0b']);
  });

  it('are lost on one that has not asked to be told', async () => {
    const { connect, server } = await befriended([]);
    server.register(new Service(0x4321));
    const again = connect();
    expect(await again.ask(`12 ${SERVICE_CHANGED} 0200`)).toEqual(['13']);
    server.keepClient(again.connection, 'friend');
    await turn();
    expect(again.channel.takeSent()).toEqual([]);
    server.register(new Service(0x4322));
    await turn();
    expect(again.channel.takeSent()).toEqual(['1d220035003500']);
  });

  it('are not told to one that has changed its mind', async () => {
    const { connect, server } = await befriended(trusting);
    server.register(new Service(0x4321));
    const again = connect('friend', false);
    await again.ask('0a 3200');
    expect(await again.ask(`12 ${SERVICE_CHANGED} 0000`)).toEqual(['13']);
    server.keepClient(again.connection, 'friend');
    expect(await again.ask(`12 ${SERVICE_CHANGED} 0200`)).toEqual(['13']);
    server.keepClient(again.connection, 'friend');
    await turn();
    expect(again.channel.takeSent()).toEqual([]);
  });
});

describe('what is kept between runs', () => {
  const configured = ['12 3300 0100', `12 ${SERVICE_CHANGED} 0200`, `12 ${FEATURES} 05`];

  it('is told to the keeper whenever it has changed, once for all of one turn', async () => {
    const told: [string, JsonObject][] = [];
    const clock = new ManualClock();
    const server = newServer(clock, { clientKeeper: (...each) => void told.push(each) });
    const { service } = environment();
    server.register(service);
    const stranger = new RawClient(clock, server);
    await stranger.ask('12 3300 0100');
    expect(told).toEqual([]);
    server.keepClient(stranger.connection, 'friend');
    await turn();
    await stranger.ask('12 3300 0100');
    await stranger.ask('0a 3200');
    expect(told).toEqual([
      [
        'friend',
        {
          configurations: [{ handle: 0x33, characteristic: 'aa00', value: 1 }],
          features: 0,
          changeAware: true,
          databaseHash: expect.stringMatching(/^[0-9a-f]{32}$/),
        },
      ],
    ]);
    await stranger.ask(`12 ${SERVICE_CHANGED} 0200`);
    expect(told).toHaveLength(2);
    server.register(new Service(0x4321), new Service(0x4322));
    await turn();
    expect(told).toHaveLength(3);
    expect(told[2]?.[1]).toMatchObject({ changeAware: false, serviceChanged: { start: 0x34, end: 0x35 } });
    await stranger.ask('1e');
    expect(told).toHaveLength(4);
    expect(told[3]?.[1]).toMatchObject({ changeAware: true });
    expect(told[3]?.[1]['serviceChanged']).toBeUndefined();
    stranger.connection.disconnect();
    server.register(new Service(0x4323));
    await turn();
    expect(told).toHaveLength(4);
  });

  it('does not depend on a keeper that fails', async () => {
    const clock = new ManualClock();
    const server = newServer(clock, {
      clientKeeper: () => {
        throw new Error('the disk is full');
      },
    });
    const { service } = environment();
    server.register(service);
    const client = new RawClient(clock, server);
    server.keepClient(client.connection, 'friend');
    await turn();
    expect(await client.ask('12 3300 0100')).toEqual(['13']);
  });

  it('is there in the next run, where the services are the same', async () => {
    const { store } = await befriended(configured);
    const next = run(JSON.parse(JSON.stringify([...store])));
    const again = next.connect();
    await turn();
    expect(again.channel.takeSent()).toEqual([]);
    expect(await again.ask('0a 3300')).toEqual(['0b0100']);
    expect(await again.ask(`0a ${FEATURES}`)).toEqual(['0b05']);
    expect(await again.ask('0a 3200')).toEqual(['0b']);
  });

  it('tells that everything may have changed, where the services are others', async () => {
    const { store } = await befriended([...configured, '12 3300 0000', '12 3300 0100']);
    const next = run(store);
    next.server.register(new Service(0x4321));
    const again = next.connect();
    await turn();
    expect(again.channel.takeSent()).toEqual([ALL]);
    expect(await again.ask('0a 3200')).toEqual(['010a320012']);
    expect(await again.ask('0a 3300')).toEqual(['0b0100']);
  });

  it('is not believed of a handle that is another characteristic now', async () => {
    const { store } = await befriended(configured);
    const clock = new ManualClock();
    const server = newServer(clock);
    for (const [identity, record] of store) server.restoreClient(identity, record);
    const service = new Service(0x1234);
    new Characteristic(service, 0xaa01, { read: true, notify: true });
    server.register(service);
    const again = new RawClient(clock, server, 'friend');
    expect(await again.ask(`0a ${SERVICE_CHANGED}`)).toEqual([`010a${SERVICE_CHANGED}12`]);
    expect(await again.ask('0a 3300')).toEqual(['0b0000']);
    expect(await again.ask(`0a ${SERVICE_CHANGED}`)).toEqual(['0b0200']);
  });

  it('remembers what the client had not confirmed', async () => {
    const { store, server, connect } = await befriended(configured);
    const client = connect();
    server.register(new Service(0x4321));
    await turn();
    client.connection.disconnect();
    await turn();
    const next = run(store);
    next.server.register(new Service(0x4321));
    const again = next.connect();
    await turn();
    expect(again.channel.takeSent()).toEqual(['1d220034003400']);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no object', 'client'],
    ['a list', []],
    ['no configurations', { configurations: undefined }],
    ['a configuration of no handle', { configurations: [{ handle: 0, characteristic: '2a6e', value: 1 }] }],
    ['a configuration of no value', { configurations: [{ handle: 5, characteristic: '2a6e', value: 0 }] }],
    [
      'a configuration of bits that are not defined',
      { configurations: [{ handle: 5, characteristic: '2a6e', value: 4 }] },
    ],
    [
      'a configuration of no characteristic',
      { configurations: [{ handle: 5, characteristic: 'x', value: 1 }] },
    ],
    ['too many configurations', { configurations: Array.from({ length: 513 }, () => ({})) }],
    ['features that are not defined', { features: 8 }],
    ['no word on changes', { changeAware: 'yes' }],
    ['no hash', { databaseHash: 'abc' }],
    ['a range that ends before it starts', { serviceChanged: { start: 9, end: 8 } }],
    ['a range of no handles', { serviceChanged: { start: 0, end: 8 } }],
  ])('is refused where it has %s', (_name, fault) => {
    const sound = { configurations: [], features: 1, changeAware: true, databaseHash: '0'.repeat(32) };
    const record = typeof fault === 'object' && !Array.isArray(fault) ? { ...sound, ...fault } : fault;
    const server = newServer(new ManualClock());
    expect(() => server.restoreClient('friend', record)).toThrow(InvalidArgumentError);
    expect(() => server.restoreClient('friend', sound)).not.toThrow();
  });

  it('is read as it was written', () => {
    const record = {
      configurations: [{ handle: 0x33, characteristic: '2a6e', value: 3 }],
      features: 7,
      changeAware: false,
      databaseHash: '0123456789abcdef'.repeat(2),
      serviceChanged: { start: 1, end: 0xffff },
    };
    expect(printClientRecord(readClientRecord(JSON.parse(JSON.stringify(record))))).toEqual(record);
  });
});

import { describe, expect, it } from 'vitest';
import { AttError, InvalidStateError, NotFoundError, TimeoutError } from '../../../../src/core/errors.ts';
import type { CachedPeer } from '../../../../src/gatt/client/attribute-memory.ts';
import {
  type GattCache,
  MAX_CACHED_ATTRIBUTES,
  MemoryGattCache,
} from '../../../../src/gatt/client/gatt-cache.ts';
import type { GattClient } from '../../../../src/gatt/client/gatt-client.ts';
import { PeerDatabase, type PeerService } from '../../../conformance/harness/peer-database.ts';
import { ManualClock, type Script, ScriptedServer, turn } from '../../../support/gatt-pair.ts';

const HASH = '000102030405060708090a0b0c0d0e0f';
const OTHER_HASH = 'ff'.repeat(16);
const ASK_HASH = '080100ffff2a2b';
const ASK_SERVICES = '100100ffff0028';

const generic = (hash: string | undefined): PeerService => ({
  uuid: 0x1801,
  characteristics: [
    { uuid: 0x2a05, properties: 0x20, descriptors: [0x2902] },
    ...(hash === undefined ? [] : [{ uuid: 0x2b2a, value: hash }]),
  ],
});
const environment: PeerService = {
  uuid: 0x181a,
  includes: [2],
  characteristics: [
    { uuid: 0x2a6e, properties: 0x12, descriptors: [0x2902, 0x2901] },
    { uuid: 0x2a6f, value: 'aa' },
  ],
};
const battery: PeerService = { uuid: 0x180f, characteristics: [{ uuid: 0x2a19, value: '64' }] };

const databaseWith = (hash: string | undefined): PeerDatabase =>
  new PeerDatabase([generic(hash), environment, battery]);

interface Link {
  readonly client: GattClient;
  readonly server: ScriptedServer;
  readonly database: PeerDatabase;
}

/** A peer that one client after the other connects to, each with the memory of those before it. */
class Peer {
  readonly clock = new ManualClock();
  readonly cache: GattCache;
  database: PeerDatabase;
  peer: CachedPeer | undefined = { key: 'the server', bonded: false };
  /** Goes before the database. */
  script: Script = () => undefined;
  #link: Link | undefined;

  constructor(hash: string | undefined, cache: GattCache = new MemoryGattCache()) {
    this.database = databaseWith(hash);
    this.cache = cache;
  }

  connect(): Link {
    this.#link?.server.channel.disconnect();
    const { clock, cache, database } = this;
    database.requests.length = 0;
    const answer: Script = (pdu) =>
      this.script(pdu) ?? database.answer(pdu) ?? (pdu.startsWith('12') ? '13' : undefined);
    const memory = { cache, peer: () => this.peer };
    const server = new ScriptedServer(clock, answer, { memory, registers: true });
    this.#link = { server, client: server.client, database };
    return this.#link;
  }

  run<T>(promise: Promise<T>): Promise<T> {
    return this.clock.run(promise);
  }
}

/** What a client is asked by whoever wants it all. */
const findAll = async (peer: Peer, client: GattClient): Promise<readonly unknown[]> => {
  const found: unknown[] = [];
  for (const service of await peer.run(client.services())) {
    found.push([service.uuid, service.handle, service.endHandle]);
    for (const each of await peer.run(service.characteristics())) {
      const descriptors = await peer.run(each.descriptors());
      found.push([each.uuid, each.handle, each.properties, descriptors.map(({ handle }) => handle)]);
    }
    found.push((await peer.run(service.includedServices())).map(({ handle }) => handle));
  }
  return found;
};

describe('a client that comes back to a peer with a Database Hash', () => {
  it('asks for that and nothing else where it is the same (GATT/CL/GAS/BV-02-C)', async () => {
    const peer = new Peer(HASH);
    const first = peer.connect();
    await peer.run(first.client.discover());
    const found = await findAll(peer, first.client);
    expect(first.server.asked[0]).toBe(ASK_HASH);
    const second = peer.connect();
    await peer.run(second.client.discover());
    expect(await findAll(peer, second.client)).toEqual(found);
    expect(second.server.asked).toEqual([ASK_HASH]);
    expect(second.client.counters).toMatchObject({ cacheHits: 1, cacheMisses: 0 });
    const [battery] = await peer.run(second.client.services({ uuid: 0x180f }));
    const level = await peer.run(battery?.characteristic(0x2a19) ?? Promise.reject(new Error('none')));
    expect(await peer.run(level.read())).toEqual(Uint8Array.of(0x64));
  });

  it('asks one request for a service and characteristic that it knows, and for others as ever', async () => {
    const peer = new Peer(HASH);
    const look = async (client: GattClient, service: number, characteristic: number): Promise<number> => {
      const found = await peer.run(client.service(service));
      return (await peer.run(found.characteristic(characteristic))).handle;
    };
    const first = peer.connect();
    const handle = await look(first.client, 0x181a, 0x2a6f);
    expect(first.server.takeAsked().map((pdu) => pdu.slice(0, 2))).toEqual(['08', '06', '08']);
    const second = peer.connect();
    expect(await look(second.client, 0x181a, 0x2a6f)).toBe(handle);
    expect(second.server.takeAsked()).toEqual([ASK_HASH]);
    await look(second.client, 0x180f, 0x2a19);
    expect(second.server.takeAsked().map((pdu) => pdu.slice(0, 2))).toEqual(['06', '08']);
    const third = peer.connect();
    await look(third.client, 0x180f, 0x2a19);
    await look(third.client, 0x181a, 0x2a6f);
    expect(third.server.takeAsked()).toEqual([ASK_HASH]);
    await expect(peer.run(third.client.service(0x1234))).rejects.toThrow(/it has 1801, 181a, 180f/);
  });

  it('asks nothing before it is asked', async () => {
    const peer = new Peer(HASH);
    await peer.run(peer.connect().client.discover());
    const { server } = peer.connect();
    await peer.clock.advance(10_000);
    expect(server.asked).toEqual([]);
  });

  it('asks for it once, however many calls wait for it', async () => {
    const peer = new Peer(HASH);
    const { client, server } = peer.connect();
    await peer.run(Promise.all([client.services(), client.service(0x180f), client.discover()]));
    expect(server.asked.filter((pdu) => pdu === ASK_HASH).length).toBe(1);
  });

  it('discovers anew where it is another', async () => {
    const peer = new Peer(HASH);
    await peer.run(peer.connect().client.discover());
    peer.database = new PeerDatabase([generic(OTHER_HASH), battery]);
    const second = peer.connect();
    const services = await peer.run(second.client.discover());
    expect(services.map(({ uuid }) => uuid)).toEqual(['1801', '180f']);
    expect(second.client.counters).toMatchObject({ cacheHits: 0, cacheMisses: 1 });
    const third = peer.connect();
    await peer.run(third.client.discover());
    expect(third.server.asked).toEqual([ASK_HASH]);
  });

  it('discovers anew where there is none any more, and asks for none from then on', async () => {
    const peer = new Peer(HASH);
    await peer.run(peer.connect().client.discover());
    peer.database = databaseWith(undefined);
    expect((await peer.run(peer.connect().client.services())).length).toBe(3);
    const third = peer.connect();
    expect((await peer.run(third.client.services())).length).toBe(3);
    expect(third.server.asked[0]).toBe(ASK_SERVICES);
  });

  it('is not deceived by a change that nobody told it of while it discovered', async () => {
    const peer = new Peer(HASH);
    const first = peer.connect();
    peer.script = (pdu) => {
      // Behind the hash the database is another, which the server keeps to itself.
      if (pdu !== ASK_HASH && pdu.startsWith('10')) peer.script = changed.answer;
      return undefined;
    };
    const changed = new PeerDatabase([generic(OTHER_HASH), battery]);
    await peer.run(first.client.discover());
    peer.script = () => undefined;
    peer.database = changed;
    const second = peer.connect();
    const services = await peer.run(second.client.services());
    expect(second.server.asked.slice(0, 2)).toEqual([ASK_HASH, ASK_SERVICES]);
    expect(services.map(({ uuid }) => uuid)).toEqual(['1801', '180f']);
  });

  it('reads it again when the server changes while it discovers', async () => {
    const peer = new Peer(HASH);
    const first = peer.connect();
    const changed = databaseWith(OTHER_HASH);
    peer.script = (pdu) => {
      if (!pdu.startsWith('10')) return undefined;
      peer.script = changed.answer;
      first.client.invalidate(0x0001, 0xffff);
      return undefined;
    };
    await peer.run(first.client.discover());
    expect(first.server.asked.slice(0, 4)).toEqual([ASK_HASH, ASK_SERVICES, ASK_HASH, ASK_SERVICES]);
    peer.script = () => undefined;
    peer.database = changed;
    const second = peer.connect();
    await peer.run(second.client.discover());
    expect(second.server.asked).toEqual([ASK_HASH]);
  });
});

describe('what is kept of a peer is dropped', () => {
  it('when it says Database Out Of Sync, whoever has asked', async () => {
    const peer = new Peer(HASH);
    await peer.run(peer.connect().client.discover());
    const { client, server } = peer.connect();
    const service = await peer.run(client.service(0x180f));
    const level = await peer.run(service.characteristic(0x2a19));
    peer.database = databaseWith(OTHER_HASH);
    peer.script = (pdu) => (pdu.startsWith('0a') ? `01${pdu.slice(0, 6)}12` : undefined);
    await expect(peer.run(level.read())).rejects.toThrow(AttError);
    await expect(peer.run(level.read())).rejects.toThrow(InvalidStateError);
    expect(await peer.cache.load('the server')).toBeUndefined();
    server.takeAsked();
    expect(await peer.run(client.service(0x180f))).not.toBe(service);
    expect(server.takeAsked().map((pdu) => pdu.slice(0, 2))).toEqual(['08', '06']);
  });

  it('when it does not know a handle that comes from there', async () => {
    const peer = new Peer(HASH);
    await peer.run(peer.connect().client.discover());
    const { client, server } = peer.connect();
    const service = await peer.run(client.service(0x180f));
    const level = await peer.run(service.characteristic(0x2a19));
    peer.script = (pdu) => (pdu.startsWith('0a') ? `01${pdu.slice(0, 6)}01` : undefined);
    await expect(peer.run(level.read())).rejects.toThrow(/ask the connection for it again/);
    server.takeAsked();
    const found = await peer.run(client.service(0x180f));
    expect(server.takeAsked().map((pdu) => pdu.slice(0, 2))).toEqual(['08', '06']);
    // What has been found on this link is believed more than the refusal.
    const again = await peer.run(found.characteristic(0x2a19));
    await expect(peer.run(again.read())).rejects.toMatchObject({ status: 0x01 });
    await expect(peer.run(again.read())).rejects.toBeInstanceOf(AttError);
  });

  it('where it says Service Changed, and the rest is kept under the new hash', async () => {
    const peer = new Peer(HASH);
    const { client, server } = peer.connect();
    const all = await peer.run(client.discover());
    const [kept, dropped] = [all[0], all[2]];
    const { handle = 0, endHandle = 0 } = dropped ?? {};
    const octets = Buffer.from(Uint16Array.of(handle, endHandle).buffer).toString('hex');
    peer.script = databaseWith(OTHER_HASH).answer;
    server.takeAsked();
    server.send(`1d0300${octets}`);
    await turn();
    expect(await peer.cache.load('the server')).toBeUndefined();
    await expect(dropped?.characteristics()).rejects.toThrow(/ask the connection for it again/);
    const again = await peer.run(client.services());
    expect(again[0]).toBe(kept);
    expect(again[2]).not.toBe(dropped);
    expect(server.takeAsked().slice(0, 3)).toEqual(['1e', ASK_HASH, ASK_SERVICES]);
    expect(await peer.cache.load('the server')).toMatchObject({ databaseHash: OTHER_HASH });
  });
});

describe('a peer without a Database Hash', () => {
  it('is not kept, and not asked for one again', async () => {
    const peer = new Peer(undefined);
    const first = peer.connect();
    await peer.run(first.client.discover());
    expect(first.server.asked[0]).toBe(ASK_HASH);
    expect(await peer.cache.load('the server')).toMatchObject({ databaseHash: null, services: [] });
    const second = peer.connect();
    await peer.run(second.client.discover());
    expect(second.server.asked).not.toContain(ASK_HASH);
    expect(second.server.asked[0]).toBe(ASK_SERVICES);
  });

  it('is kept where it is bonded and never changes', async () => {
    const peer = new Peer(undefined);
    peer.database = new PeerDatabase([{ uuid: 0x1801 }, battery]);
    peer.peer = { key: 'the server', bonded: true };
    await peer.run(peer.connect().client.discover());
    const second = peer.connect();
    expect((await peer.run(second.client.discover())).length).toBe(2);
    expect(second.server.asked).toEqual([]);
  });

  it('is kept where it is bonded and has been asked to tell of changes', async () => {
    const peer = new Peer(undefined);
    peer.peer = { key: 'the server', bonded: true };
    const first = peer.connect();
    await peer.run(first.client.discover());
    expect(await peer.cache.load('the server')).toMatchObject({ services: [] });
    await peer.clock.advance(1_000);
    expect(first.server.asked.at(-1)).toBe('1204000200');
    expect(await peer.cache.load('the server')).toMatchObject({ complete: true, indicatesChanges: true });
    const second = peer.connect();
    await peer.run(second.client.discover());
    await peer.clock.advance(5_000);
    expect(second.server.asked).toEqual([]);
  });

  it('is discovered anew where it tells of a change as soon as it is back', async () => {
    const peer = new Peer(undefined);
    peer.peer = { key: 'the server', bonded: true };
    await peer.run(peer.connect().client.discover());
    await peer.clock.advance(1_000);
    peer.database = new PeerDatabase([generic(undefined), battery]);
    const { client, server } = peer.connect();
    server.send('1d 0300 0100 ffff');
    const services = await peer.run(client.services());
    expect(services.map(({ uuid }) => uuid)).toEqual(['1801', '180f']);
    expect(server.asked.slice(0, 3)).toEqual(['1e', ASK_HASH, ASK_SERVICES]);
  });
});

describe('a peer that must not be kept', () => {
  it('is asked for no hash', async () => {
    const peer = new Peer(HASH);
    peer.peer = undefined;
    for (const _link of [1, 2]) {
      const { client, server } = peer.connect();
      await peer.run(client.services());
      expect(server.asked[0]).toBe(ASK_SERVICES);
    }
  });
});

describe('what a cache does not know', () => {
  it('is asked of the peer before it is said to be missing, by its UUID alone', async () => {
    const peer = new Peer(HASH);
    await peer.run(peer.connect().client.discover());
    const { client, server } = peer.connect();
    await expect(peer.run(client.service(0x1234))).rejects.toThrow(NotFoundError);
    expect(server.takeAsked()).toEqual([ASK_HASH, '060100ffff00283412']);
    expect((await peer.run(client.services())).length).toBe(3);
    expect(server.takeAsked()).toEqual([]);
  });

  it('and is there all the same: then nothing of the cache is believed any more', async () => {
    const peer = new Peer(HASH);
    // A line that turns bits over, or somebody who answered in the place of the peer.
    peer.script = (pdu) =>
      pdu.startsWith('10') ? peer.database.answer(pdu)?.replace('1a18', '1be7') : undefined;
    expect((await peer.run(peer.connect().client.services())).map(({ uuid }) => uuid)).toContain('e71b');
    peer.script = () => undefined;
    const { client } = peer.connect();
    expect((await peer.run(client.service(0x181a))).uuid).toBe('181a');
    expect((await peer.run(client.services())).map(({ uuid }) => uuid)).toEqual(['1801', '181a', '180f']);
    const third = peer.connect();
    expect((await peer.run(third.client.services())).map(({ uuid }) => uuid)).toEqual([
      '1801',
      '181a',
      '180f',
    ]);
    expect(third.server.asked).toEqual([ASK_HASH]);
  });
});

describe('a cache that fails', () => {
  const failing = (how: Partial<GattCache>): GattCache => {
    const memory = new MemoryGattCache();
    return {
      load: (key) => memory.load(key),
      save: (key, attributes) => memory.save(key, attributes),
      remove: (key) => memory.remove(key),
      ...how,
    };
  };
  const fail = (): Promise<never> => Promise.reject(new Error('the disk is full'));

  it.each<[string, Partial<GattCache>]>([
    ['gives nothing that can be read', { load: async () => ({ databaseHash: HASH, services: 'all' }) }],
    ['cannot load', { load: fail }],
    ['cannot save', { save: fail }],
    ['never answers', { load: () => new Promise(() => undefined) }],
    [
      'throws where it should reject',
      {
        save: () => {
          throw new Error('a fault of the program');
        },
      },
    ],
  ])('%s: costs a discovery and is counted', async (_name, how) => {
    const peer = new Peer(HASH, failing(how));
    const { client } = peer.connect();
    expect((await peer.run(client.services())).length).toBe(3);
    await turn();
    expect(client.counters.cacheFailures).toBeGreaterThan(0);
  });

  it('cannot remove: is counted', async () => {
    const peer = new Peer(HASH, failing({ remove: fail }));
    const { client } = peer.connect();
    await peer.run(client.services());
    client.invalidate(1, 0xffff);
    await turn();
    expect(client.counters.cacheFailures).toBe(1);
  });

  it('never answers: a link that ends does not wait for it', async () => {
    const peer = new Peer(HASH, failing({ load: () => new Promise(() => undefined) }));
    const { client, server } = peer.connect();
    const asked = client.services();
    asked.catch(() => undefined);
    await turn();
    server.channel.disconnect();
    await expect(asked).rejects.toMatchObject({ code: 'BLE_DISCONNECTED' });
    await turn();
    expect(peer.clock.pending).toBe(0);
  });

  it('gets no more of one peer than it may have', async () => {
    const peer = new Peer(HASH);
    const characteristics = Array.from({ length: MAX_CACHED_ATTRIBUTES / 2 + 1 }, () => ({ uuid: 0x2a00 }));
    peer.database = new PeerDatabase([
      generic(HASH),
      { uuid: 0x181a, characteristics },
      { uuid: 0x181a, characteristics },
    ]);
    peer.database.mtu = 517;
    peer.script = (pdu) => (pdu.startsWith('02') ? '030502' : undefined);
    const { client, server } = peer.connect();
    await peer.run(server.bearer.exchangeMtu());
    await peer.run(client.discover());
    expect(client.counters.cacheOverflows).toBeGreaterThan(0);
    expect(await peer.cache.load('the server')).toMatchObject({
      services: expect.objectContaining({ length: 3 }),
    });
  });
});

describe('a hash that cannot be read', () => {
  it.each([
    ['is refused', '01080100 05'],
    ['is of 15 octets', `0911 0300 ${'00'.repeat(15)}`],
    ['is of 17 octets', `0913 0300 ${'00'.repeat(17)}`],
  ])('%s: counts as none', async (_name, answer) => {
    const peer = new Peer(HASH);
    peer.script = (pdu) => (pdu === ASK_HASH ? answer.replaceAll(' ', '') : undefined);
    const { client } = peer.connect();
    expect((await peer.run(client.services())).length).toBe(3);
    expect(await peer.cache.load('the server')).toMatchObject({ databaseHash: null });
  });

  it('is asked for again by the next call, where the server was silent', async () => {
    const peer = new Peer(HASH);
    let asked = 0;
    const { client, server } = peer.connect();
    peer.script = (pdu) => {
      if (pdu === ASK_HASH && asked++ === 0) throw new Error('keep silent');
      return undefined;
    };
    server.script = (
      (script: Script): Script =>
      (pdu) => {
        try {
          return script(pdu);
        } catch {
          return undefined;
        }
      }
    )(server.script);
    await expect(peer.run(client.services())).rejects.toThrow(TimeoutError);
    server.send(`0912 0800 ${HASH}`);
    expect((await peer.run(client.services())).length).toBe(3);
    expect(asked).toBe(2);
  });
});

import { describe, expect, it } from 'vitest';
import type { CachedPeer } from '../../../../src/gatt/client/attribute-memory.ts';
import { MemoryGattCache } from '../../../../src/gatt/client/gatt-cache.ts';
import { type PeerCharacteristic, PeerDatabase } from '../../../conformance/harness/peer-database.ts';
import { ManualClock, type Script, ScriptedServer, turn } from '../../../support/gatt-pair.ts';

const serviceChanged: PeerCharacteristic = { uuid: 0x2a05, properties: 0x20, descriptors: [0x2902] };
const features: PeerCharacteristic = { uuid: 0x2b29, properties: 0x0a, value: '02' };
const hash: PeerCharacteristic = { uuid: 0x2b2a, value: 'ab'.repeat(16) };

const ASK_TO_INDICATE = '1204000200';
const FEATURES_AT = '1206 00'.replace(' ', '');

/** A server whose Generic Attribute service, at 0001, has these characteristics, with Service Changed at 0003 and the features at 0006. */
const serving = (
  characteristics: readonly PeerCharacteristic[],
  { bonded = false, enhancedBearers = false } = {},
) => {
  const clock = new ManualClock();
  const database = new PeerDatabase([{ uuid: 0x1801, characteristics }, { uuid: 0x180f }]);
  const cache = new MemoryGattCache();
  const peer: CachedPeer = { key: 'the server', bonded };
  const raised: number[] = [];
  const connect = (script: Script = () => undefined): ScriptedServer => {
    const answer: Script = (pdu) =>
      script(pdu) ?? database.answer(pdu) ?? (pdu.startsWith('12') ? '13' : undefined);
    return new ScriptedServer(clock, answer, {
      registers: true,
      enhancedBearers,
      memory: { cache, peer: () => peer },
      raiseSecurity: async (status) => {
        raised.push(status);
        return true;
      },
    });
  };
  return { clock, connect, raised };
};

const writesOf = (server: ScriptedServer): string[] => server.takeAsked().filter((pdu) => /^12/.test(pdu));

describe('a client that has met the Generic Attribute service', () => {
  it.each([
    ['a server with all', [serviceChanged, features, hash], [ASK_TO_INDICATE, `${FEATURES_AT}05`]],
    ['one without a hash', [serviceChanged, features], [ASK_TO_INDICATE, `${FEATURES_AT}04`]],
    ['one that never changes', [hash], []],
    ['one that takes no features', [serviceChanged], [ASK_TO_INDICATE]],
  ])('makes itself known after a second, once: %s (GATT/CL/GAS/BV-03-C)', async (_name, has, writes) => {
    const { clock, connect } = serving(has);
    const server = connect();
    await clock.run(server.client.services());
    await clock.advance(999);
    expect(writesOf(server)).toEqual([]);
    await clock.advance(1);
    await clock.advance(60_000);
    expect(writesOf(server)).toEqual(writes);
    await clock.run(server.client.discover());
    await clock.advance(60_000);
    expect(writesOf(server)).toEqual([]);
  });

  it('names Enhanced bearers where its host has them (GATT/CL/GAS/BV-04-C)', async () => {
    const { clock, connect } = serving([features], { enhancedBearers: true });
    const server = connect();
    await clock.run(server.client.services());
    await clock.advance(1_000);
    expect(writesOf(server)).toEqual(['12030006']);
  });

  it('asks for nothing where it leaves before, or has met another service alone', async () => {
    const { clock, connect } = serving([serviceChanged, features]);
    const hasty = connect();
    await clock.run(hasty.client.services());
    hasty.channel.disconnect();
    const other = connect();
    await clock.run(other.client.service(0x180f));
    await clock.advance(60_000);
    expect([...writesOf(hasty), ...writesOf(other)]).toEqual([]);
  });

  it('does so on each link, also where it knows the peer', async () => {
    const { clock, connect } = serving([serviceChanged, features, hash]);
    const first = connect();
    await clock.run(first.client.discover());
    await clock.advance(1_000);
    first.channel.disconnect();
    const second = connect();
    await clock.run(second.client.service(0x180f));
    await clock.advance(1_000);
    expect(writesOf(second)).toEqual([ASK_TO_INDICATE, `${FEATURES_AT}05`]);
  });

  it('does so once for a bond, and clears none of the features that the server remembers', async () => {
    const { clock, connect } = serving([serviceChanged, features, hash], { bonded: true });
    const first = connect();
    await clock.run(first.client.discover());
    await clock.advance(1_000);
    expect(writesOf(first)).toEqual([ASK_TO_INDICATE, `${FEATURES_AT}07`]);
    first.channel.disconnect();
    const second = connect();
    await clock.run(second.client.discover());
    await clock.advance(60_000);
    expect(writesOf(second)).toEqual([]);
  });

  it('takes a refusal quietly, and raises no security for it', async () => {
    const { clock, connect, raised } = serving([serviceChanged, features, hash]);
    const server = connect((pdu) => (pdu.startsWith('12') ? `01${pdu.slice(0, 6)}05` : undefined));
    await clock.run(server.client.discover());
    await clock.advance(60_000);
    expect(raised).toEqual([]);
    expect(writesOf(server)).toEqual([ASK_TO_INDICATE]);
    expect((await clock.run(server.client.services())).length).toBe(2);
  });

  it('does so again where the service has changed', async () => {
    const { clock, connect } = serving([serviceChanged, features, hash]);
    const server = connect();
    await clock.run(server.client.discover());
    await clock.advance(1_000);
    expect(writesOf(server).length).toBe(2);
    server.send('1d 0300 0100 ffff');
    await turn();
    await clock.advance(60_000);
    expect(writesOf(server)).toEqual([]);
    await clock.run(server.client.discover());
    await clock.advance(1_000);
    expect(writesOf(server)).toEqual([ASK_TO_INDICATE, `${FEATURES_AT}05`]);
  });

  it('is told of changes that another program of the same bond has asked for', async () => {
    const { clock, connect } = serving([serviceChanged]);
    const server = connect();
    const [generic] = await clock.run(server.client.discover());
    server.send('1d 0300 0100 ffff');
    await turn();
    await expect(generic?.characteristics()).rejects.toThrow(/ask the connection for it again/);
  });
});

import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, InvalidStateError } from '../../../src/core/errors.ts';
import { openLink } from '../../../src/gatt/access.ts';
import type { DataSigning, Signature } from '../../../src/gatt/data-signing.ts';
import { Characteristic, type CharacteristicOptions } from '../../../src/gatt/server/characteristic.ts';
import { type ConnectionRef, gattLink } from '../../../src/gatt/server/connection-ref.ts';
import { Service } from '../../../src/gatt/server/service.ts';
import {
  bytes,
  connectPair,
  ManualClock,
  newServer,
  RawClient,
  ScriptedServer,
  turn,
} from '../../support/gatt-pair.ts';

type Options = CharacteristicOptions<ConnectionRef, false>;

const authenticated = { ...openLink, encrypted: true, hasKey: true, keySize: 16, authenticated: true };
const unauthenticated = { ...authenticated, authenticated: false };

/** Takes every signature whose first octet is not 0; the test says when its counter is kept. */
class TestSigning implements DataSigning {
  applies = true;
  worth = authenticated;
  redeem = (): Promise<boolean> => Promise.resolve(true);
  signed = 0;

  verify(_: Uint8Array, signature: Uint8Array): Signature | undefined {
    return signature[0] === 0 ? undefined : { security: () => this.worth, redeem: () => this.redeem() };
  }

  async sign(): Promise<Uint8Array> {
    this.signed++;
    return Uint8Array.from({ length: 12 }, () => this.signed);
  }
}

const GOOD = '01'.repeat(12);
const BAD = '00'.repeat(12);

/** The value stands at 0032. */
const served = (options: Options) => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const service = new Service(0x1234);
  const characteristic = new Characteristic(service, 0xaa00, options);
  server.register(service);
  const client = new RawClient(clock, server);
  const signing = new TestSigning();
  Object.assign(client.connection[gattLink], { signing });
  return { clock, server, characteristic, client, signing };
};

describe('a server', () => {
  it('tells of signed writes in its declaration, and takes one without an answer', async () => {
    const { client, server, characteristic } = served({ signedWrite: true });
    expect(await client.ask('08 3100 3100 0328')).toEqual(['0907310040320000aa']);
    expect(await client.ask(`d2 3200 0102 ${GOOD}`)).toEqual([]);
    expect(characteristic.read()).toEqual(bytes(1, 2));
    expect(await characteristic.written()).toBe(client.connection);
    expect(server.counters.signedWritesDropped).toBe(0);
  });

  it('keeps the counter before anybody sees the value', async () => {
    const seen: string[] = [];
    const { client, signing } = served({
      signedWrite: true,
      authorize: () => seen.push('asked') > 0,
      onWrite: (_, __, response) => void seen.push(`written ${response}`),
    });
    let kept = (_: boolean): void => undefined;
    signing.redeem = () => new Promise((resolve) => (kept = resolve));
    await client.ask(`d2 3200 01 ${GOOD}`);
    expect(seen).toEqual([]);
    kept(true);
    await turn();
    expect(seen).toEqual(['asked', 'written false']);
  });

  const dropped: readonly (readonly [string, Options, string, Partial<TestSigning>])[] = [
    ['is signed wrongly', { signedWrite: true }, `d2 3200 01 ${BAD}`, {}],
    ['comes by an encrypted link', { signedWrite: true }, `d2 3200 01 ${GOOD}`, { applies: false }],
    ['has come before', { signedWrite: true }, `d2 3200 01 ${GOOD}`, { redeem: async () => false }],
    [
      'cannot be kept',
      { signedWrite: true },
      `d2 3200 01 ${GOOD}`,
      { redeem: () => Promise.reject(new Error('disk full')) },
    ],
    ['goes where nothing is', { signedWrite: true }, `d2 5500 01 ${GOOD}`, {}],
    ['goes where it is not declared', { writeNoResponse: true, write: true }, `d2 3200 01 ${GOOD}`, {}],
    ['is too long', { signedWrite: true, maxLength: 1 }, `d2 3200 0102 ${GOOD}`, {}],
    ['is not authorized', { signedWrite: true, authorize: () => false }, `d2 3200 01 ${GOOD}`, {}],
    [
      'comes with a weaker bond than its rule wants',
      { signedWrite: { authenticated: true } },
      `d2 3200 01 ${GOOD}`,
      { worth: unauthenticated },
    ],
  ];
  it.each(dropped)('ignores and counts one that %s', async (_, options, pdu, change) => {
    const { client, server, characteristic, signing } = served(options);
    Object.assign(signing, change);
    expect(await client.ask(pdu)).toEqual([]);
    expect(characteristic.read()).toEqual(bytes());
    expect(server.counters.signedWritesDropped).toBe(1);
  });

  it('keeps the order of signed and other commands', async () => {
    const { client, signing, characteristic } = served({ signedWrite: true, writeNoResponse: true });
    let kept = (_: boolean): void => undefined;
    signing.redeem = () => new Promise((resolve) => (kept = resolve));
    await client.ask(`d2 3200 01 ${GOOD}`);
    await client.ask('52 3200 02');
    expect(characteristic.read()).toEqual(bytes());
    kept(true);
    await turn();
    expect(characteristic.read()).toEqual(bytes(2));
  });

  it('takes the write of a client that has gone before its counter was kept', async () => {
    const { client, signing, characteristic } = served({ signedWrite: true });
    let kept = (_: boolean): void => undefined;
    signing.redeem = () => new Promise((resolve) => (kept = resolve));
    await client.ask(`d2 3200 01 ${GOOD}`);
    client.connection.disconnect();
    kept(true);
    await turn();
    expect(characteristic.read()).toEqual(bytes(1));
  });

  it('takes a write command in its place where the link is encrypted as the rule wants, and nowhere else', async () => {
    const { client, server, characteristic } = served({ signedWrite: { authenticated: true } });
    for (const security of [openLink, unauthenticated]) {
      client.connection.security = security;
      await client.ask('52 3200 01');
      expect(characteristic.read()).toEqual(bytes());
    }
    expect(server.counters.commandsDropped).toBe(2);
    client.connection.security = authenticated;
    await client.ask('52 3200 01');
    expect(characteristic.read()).toEqual(bytes(1));
    expect(await client.ask('12 3200 01')).toEqual(['0112320003']);
  });

  it('refuses a rule that signing cannot keep', () => {
    const service = new Service(0x1234);
    expect(() => new Characteristic(service, 0xaa00, { signedWrite: { encrypted: true } })).toThrow(
      InvalidArgumentError,
    );
  });
});

const SIGNED_WRITE = 0x40;
const WRITE_NO_RESPONSE = 0x04;

/** A client that has found a value at 000c with these properties. */
const found = async (properties: number, signing?: DataSigning) => {
  const clock = new ManualClock();
  const server = new ScriptedServer(
    clock,
    (pdu) => {
      if (pdu.startsWith('06')) return '07 0a00 0c00';
      if (pdu.startsWith('08')) return `0907 0b00 ${properties.toString(16).padStart(2, '0')} 0c00 6e2a`;
      return undefined;
    },
    { signing },
  );
  const service = await clock.run(server.client.service(0x181a));
  const characteristic = await clock.run(service.characteristic(0x2a6e));
  server.takeAsked();
  return { clock, server, characteristic };
};

describe('a client', () => {
  it('signs where a value can only be written so, or it is told to', async () => {
    const { clock, server, characteristic } = await found(SIGNED_WRITE, new TestSigning());
    await clock.run(characteristic.write(bytes(1, 2)));
    expect(server.takeAsked()).toEqual([`d20c000102${'01'.repeat(12)}`]);
    const both = await found(SIGNED_WRITE | WRITE_NO_RESPONSE, new TestSigning());
    await both.clock.run(both.characteristic.write(bytes(1)));
    await both.clock.run(both.characteristic.write(bytes(2), { signed: true }));
    expect(both.server.takeAsked()).toEqual(['520c0001', `d20c0002${'01'.repeat(12)}`]);
  });

  it('writes without signing where the link is encrypted', async () => {
    const signing = new TestSigning();
    signing.applies = false;
    const { clock, server, characteristic } = await found(SIGNED_WRITE, signing);
    await clock.run(characteristic.write(bytes(1)));
    expect(server.takeAsked()).toEqual(['520c0001']);
    expect(signing.signed).toBe(0);
  });

  it('does not send what was signed on a link that is encrypted by then', async () => {
    const signing = new TestSigning();
    signing.sign = async () => {
      signing.applies = false;
      return new Uint8Array(12);
    };
    const { clock, server, characteristic } = await found(SIGNED_WRITE, signing);
    await clock.run(characteristic.write(bytes(1)));
    expect(server.takeAsked()).toEqual(['520c0001']);
  });

  it('sends in the order of the calls, however long signing takes, and nothing for those who give up', async () => {
    const signing = new TestSigning();
    const signed: ((signature: Uint8Array) => void)[] = [];
    signing.sign = () => new Promise((resolve) => signed.push(resolve));
    const { server, characteristic } = await found(SIGNED_WRITE, signing);
    const aborting = new AbortController();
    const first = characteristic.write(bytes(1));
    const second = characteristic.write(bytes(2), { signal: aborting.signal });
    const third = characteristic.write(bytes(3));
    await turn();
    expect(signed.length).toBe(1);
    aborting.abort(new Error('no more'));
    await expect(second).rejects.toThrow('no more');
    signed[0]?.(new Uint8Array(12).fill(1));
    await first;
    await turn();
    signed[1]?.(new Uint8Array(12).fill(2));
    await third;
    const sent = [1, 3].map((value, i) => `d20c000${value}${`0${i + 1}`.repeat(12)}`);
    expect(server.takeAsked()).toEqual(sent);
  });

  it('sends nothing where the counter cannot be kept, and goes on with the next', async () => {
    const signing = new TestSigning();
    const { sign } = signing;
    signing.sign = () => Promise.reject(new Error('disk full'));
    const { clock, server, characteristic } = await found(SIGNED_WRITE, signing);
    await expect(characteristic.write(bytes(1))).rejects.toThrow('disk full');
    signing.sign = sign;
    await clock.run(characteristic.write(bytes(2)));
    expect(server.takeAsked()).toEqual([`d20c0002${'01'.repeat(12)}`]);
  });

  it('refuses what cannot be', async () => {
    const signing = new TestSigning();
    const { characteristic } = await found(SIGNED_WRITE, signing);
    const eight = new Uint8Array(8);
    await expect(characteristic.write(new Uint8Array(9))).rejects.toThrow(/8 do at an ATT_MTU of 23/);
    await expect(characteristic.write(eight, { response: true })).rejects.toThrow(InvalidArgumentError);
    await expect(characteristic.write(eight, { signed: false })).rejects.toThrow(InvalidStateError);
    expect(signing.signed).toBe(0);
    const plain = await found(WRITE_NO_RESPONSE, signing);
    await expect(plain.characteristic.write(eight, { signed: true })).rejects.toThrow(InvalidStateError);
    const unable = await found(SIGNED_WRITE);
    await expect(unable.characteristic.write(eight)).rejects.toThrow(/nothing to sign with/);
  });

  it('and a server understand each other', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const service = new Service(0x181a);
    const local = new Characteristic(service, 0x2a6e, { signedWrite: true });
    server.register(service);
    const signing = new TestSigning();
    const { client, connection } = connectPair(clock, server, { client: { signing } });
    Object.assign(connection[gattLink], { signing });
    const remote = await clock.run(client.service(0x181a).then((found) => found.characteristic(0x2a6e)));
    expect(remote.properties).toMatchObject({ signedWrite: true, write: false, writeNoResponse: false });
    await clock.run(remote.write(bytes(1, 2, 3)));
    await turn();
    expect(local.read()).toEqual(bytes(1, 2, 3));
  });
});

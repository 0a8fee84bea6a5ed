import { afterEach, describe, expect, test } from 'vitest';
import { AttBearer } from '../../../src/att/att-bearer.ts';
import type { AttServer } from '../../../src/att/att-server.ts';
import { BearerSet } from '../../../src/att/bearer-set.ts';
import { ExecuteWrite, Read } from '../../../src/att/codec/exchanges.ts';
import { ReadResponse, valueResponse } from '../../../src/att/codec/responses.ts';
import {
  DisconnectedError,
  InvalidArgumentError,
  InvalidStateError,
  TimeoutError,
} from '../../../src/core/errors.ts';
import { Log, type LogRecord } from '../../../src/core/log.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { FakeChannel } from '../../support/fake-att-channel.ts';
import { outcome, PEER } from './rig.ts';

/** A channel of an Enhanced bearer. It ends with the link that it is on. */
class EnhancedChannel extends FakeChannel<0x40> {
  mtu: number;
  isClosedHere = false;

  constructor(mtu: number) {
    super(0x40);
    this.mtu = mtu;
  }

  close(): void {
    this.isClosedHere = true;
    this.disconnect(0x16);
  }
}

const links: FakeChannel[] = [];
afterEach(() => {
  for (const link of links.splice(0)) link.disconnect();
});

/** A set with Enhanced bearers of these MTUs; the unenhanced one has 23. */
const make = (...mtus: number[]) => {
  const clock = new ManualClock();
  const fixed = new FakeChannel(4);
  links.push(fixed);
  const poisonings: Error[] = [];
  const records: LogRecord[] = [];
  const set = new BearerSet({
    channel: fixed,
    clock,
    log: new Log((record) => records.push(record)),
    peer: PEER,
    onPoisoned: (error) => poisonings.push(error),
  });
  const enhanced = mtus.map((mtu) => add(set, fixed, mtu));
  return { clock, fixed, set, enhanced, poisonings, records, settle: () => clock.advance(0) };
};

const add = (set: BearerSet, fixed: FakeChannel, mtu: number): EnhancedChannel => {
  const channel = new EnhancedChannel(mtu);
  fixed.scope.add((error) => channel.scope.end(error));
  set.add(channel);
  return channel;
};

const read = (set: BearerSet, handle: number, options: object = {}): Promise<Uint8Array> =>
  set.request(Read, { attributeHandle: handle }, { what: `reading ${handle}`, ...options });

/** As sent for read(). */
const request = (handle: number): string => `0a${handle.toString(16).padStart(2, '0')}00`;

describe('requests', () => {
  test('go by every bearer at once, one on each, and others wait for the first that is free', async () => {
    const { set, fixed, enhanced, settle } = make(23, 23);
    const values = [1, 2, 3, 4, 5].map((handle) => read(set, handle));
    await settle();
    const channels = [fixed, ...enhanced];
    expect(channels.map((channel) => channel.takeSent())).toEqual([[request(1)], [request(2)], [request(3)]]);
    enhanced[1]?.deliver([0x0b, 3]);
    expect(enhanced[1]?.takeSent()).toEqual([request(4)]);
    fixed.deliver([0x0b, 1]);
    expect(fixed.takeSent()).toEqual([request(5)]);
    enhanced[1]?.deliver([0x0b, 4]);
    fixed.deliver([0x0b, 5]);
    enhanced[0]?.deliver([0x0b, 2]);
    expect((await Promise.all(values)).map(([octet]) => octet)).toEqual([1, 2, 3, 4, 5]);
  });

  test('are encoded when they are made', async () => {
    const { set, fixed, settle } = make();
    const first = read(set, 1);
    const value = Uint8Array.of(7);
    const second = set.indicate(9, value, { what: 'indicating' });
    const third = set.indicate(9, value, { what: 'indicating' });
    value[0] = 8;
    await settle();
    expect(fixed.takeSent()).toEqual([request(1), '1d090007']);
    fixed.deliver([0x1e]);
    expect(fixed.takeSent()).toEqual(['1d090007']);
    fixed.deliver([0x1e]);
    fixed.deliver([0x0b]);
    await Promise.all([first, second, third]);
  });

  test('that wait move to a bearer that is added', async () => {
    const { set, fixed, settle } = make();
    const first = read(set, 1);
    const second = read(set, 2);
    await settle();
    expect(fixed.takeSent()).toEqual([request(1)]);
    const late = add(set, fixed, 23);
    expect(late.takeSent()).toEqual([request(2)]);
    late.deliver([0x0b]);
    fixed.deliver([0x0b]);
    await Promise.all([first, second]);
  });

  test('that wait survive the end of a bearer, and what it had sent is never sent again', async () => {
    const { set, fixed, enhanced, settle } = make(23);
    const values = [1, 2, 3].map((handle) => outcome(read(set, handle)));
    await settle();
    fixed.takeSent();
    enhanced[0]?.disconnect(0x13);
    expect(await values[1]).toBeInstanceOf(DisconnectedError);
    expect(set.size).toBe(1);
    fixed.deliver([0x0b, 1]);
    expect(fixed.takeSent()).toEqual([request(3)]);
    fixed.deliver([0x0b, 3]);
    expect([await values[0], await values[2]]).toEqual([Uint8Array.of(1), Uint8Array.of(3)]);
  });

  test('that wait go to a bearer of a smaller ATT_MTU when there is no other', async () => {
    const { set, fixed, enhanced, settle } = make(100);
    const first = outcome(read(set, 1));
    const second = read(set, 2);
    await settle();
    expect(fixed.takeSent()).toEqual([]);
    enhanced[0]?.disconnect(0x13);
    expect(fixed.takeSent()).toEqual([request(2)]);
    fixed.deliver([0x0b]);
    await Promise.all([first, second]);
  });

  test('keep their place when a caller gives up, and it is told what held it', async () => {
    const { set, fixed, clock, settle, records } = make();
    const abort = new AbortController();
    const all = [
      outcome(read(set, 1, { timeoutMs: 10_000 })),
      outcome(read(set, 2, { timeoutMs: 5_000 })),
      outcome(read(set, 3, { signal: abort.signal, timeoutMs: 10_000 })),
      outcome(read(set, 4, { timeoutMs: 10_000 })),
    ];
    await settle();
    abort.abort(new Error('enough'));
    await clock.advance(5_000);
    expect(await all[1]).toMatchObject({
      name: 'TimeoutError',
      message: expect.stringContaining(
        'while reading 2: it never had its turn: the bearer is held by reading 1 (ATT_READ_REQ was sent 5000 ms ago',
      ),
    });
    expect(await all[2]).toMatchObject({ message: 'enough' });
    fixed.deliver([0x0b]);
    expect(fixed.takeSent()).toEqual([request(1), request(4)]);
    await clock.advance(5_000);
    // It has had its turn, and its place stays taken until the answer.
    expect(await all[3]).toMatchObject({
      message: expect.stringContaining('while reading 4: ATT_READ_REQ was sent 5000 ms ago'),
    });
    const next = read(set, 5);
    await settle();
    expect(fixed.takeSent()).toEqual([]);
    fixed.deliver([0x0b]);
    expect(fixed.takeSent()).toEqual([request(5)]);
    fixed.deliver([0x0b, 5]);
    expect(await next).toEqual(Uint8Array.of(5));
    expect(records.map(({ message }) => message)).toEqual([
      `${PEER} answered late: reading 4 had been given up`,
    ]);
    await all[0];
  });

  test('are bounded', async () => {
    const { set, fixed, clock } = make();
    const all = Array.from({ length: 258 }, (_, i) => outcome(read(set, i & 0x7f)));
    expect(await all[257]).toBeInstanceOf(InvalidStateError);
    expect(set.counters.callersTurnedAway).toBe(1);
    // Those that have given up make room.
    await clock.advance(1_000);
    expect(await all[256]).toBeInstanceOf(TimeoutError);
    all[256] = outcome(read(set, 1));
    await clock.advance(0);
    fixed.disconnect();
    expect(await all[256]).toBeInstanceOf(DisconnectedError);
  });

  test('of one bearer stay there, and end with it', async () => {
    const { set, fixed, enhanced, settle } = make(100);
    const single = set.single();
    const first = outcome(single.request(ExecuteWrite, { flags: 1 }, { what: 'executing' }));
    const second = outcome(single.request(ExecuteWrite, { flags: 0 }, { what: 'executing' }));
    await settle();
    expect([fixed.takeSent(), enhanced[0]?.takeSent()]).toEqual([[], ['1801']]);
    enhanced[0]?.disconnect();
    expect(await first).toBeInstanceOf(DisconnectedError);
    expect(await second).toBeInstanceOf(DisconnectedError);
    expect(set.single()).not.toBe(single);
  });
});

describe('indications', () => {
  test('go by every bearer at once, one on each', async () => {
    const { set, fixed, enhanced, settle } = make(23);
    const all = [1, 2, 3].map((handle) =>
      set.indicate(handle, Uint8Array.of(handle), { what: 'indicating' }),
    );
    await settle();
    expect([fixed.takeSent(), enhanced[0]?.takeSent()]).toEqual([['1d010001'], ['1d020002']]);
    enhanced[0]?.deliver([0x1e]);
    expect(enhanced[0]?.takeSent()).toEqual(['1d030003']);
    enhanced[0]?.deliver([0x1e]);
    fixed.deliver([0x1e]);
    await Promise.all(all);
  });
});

describe('commands and notifications', () => {
  test('keep to one bearer, and so their order', async () => {
    const { set, fixed, enhanced } = make(23, 23);
    await Promise.all([1, 2, 3].map((octet) => set.notify(1, Uint8Array.of(octet))));
    await set.writeCommand(2, Uint8Array.of(4));
    expect(fixed.takeSent()).toEqual(['1b010001', '1b010002', '1b010003', '52020004']);
    expect(enhanced.map((channel) => channel.takeSent())).toEqual([[], []]);
  });
});

describe('ATT_MTU', () => {
  test('is the largest, and bearers of less are not used', async () => {
    const { set, fixed, enhanced, settle } = make(64, 100, 100);
    expect([set.mtu, set.maxValueLength]).toEqual([100, 97]);
    const all = [1, 2, 3].map((handle) => read(set, handle));
    await set.notify(9, new Uint8Array(97));
    await settle();
    expect(fixed.takeSent()).toEqual([]);
    expect(enhanced.map((channel) => channel.takeSent().map((pdu) => pdu.slice(0, 6)))).toEqual([
      [],
      [request(1), '1b0900'],
      [request(2)],
    ]);
    enhanced[2]?.deliver([0x0b]);
    enhanced[1]?.deliver([0x0b]);
    enhanced[2]?.deliver([0x0b]);
    await Promise.all(all);
  });

  test('grows by the exchange on the bearer that has one, and by a channel that is reconfigured', async () => {
    const { set, fixed, enhanced, settle } = make(64);
    const exchanged = set.exchangeMtu();
    await settle();
    expect(fixed.takeSent()).toEqual(['020502']);
    fixed.deliver([0x03, 0xc8, 0x00]);
    expect(await exchanged).toBe(200);
    expect(set.mtu).toBe(200);
    expect(set.single()).toBeInstanceOf(AttBearer);
    await set.notify(1, new Uint8Array(197));
    expect(fixed.takeSent()).toHaveLength(1);
    const [channel] = enhanced;
    if (channel !== undefined) channel.mtu = 300;
    expect(set.mtu).toBe(300);
  });

  test('falls for good with the bearer that had the largest', async () => {
    const { set, fixed, enhanced } = make(100);
    enhanced[0]?.disconnect();
    expect(set.mtu).toBe(23);
    const second = add(set, fixed, 200);
    expect(set.mtu).toBe(23);
    // Both may be used, at the smaller one.
    const all = [1, 2].map((handle) => read(set, handle));
    await Promise.resolve();
    expect([fixed.takeSent(), second.takeSent()]).toEqual([[request(1)], [request(2)]]);
    fixed.deliver([0x0b]);
    second.deliver([0x0b]);
    await Promise.all(all);
  });

  test('stays what it was when the link has ended', () => {
    const { set, fixed } = make(64, 100);
    expect(set.mtu).toBe(100);
    fixed.disconnect();
    expect(set.mtu).toBe(100);
  });

  test('bounds each request where it is sent', async () => {
    const { set } = make();
    const tooLong = set.indicate(1, new Uint8Array(21), { what: 'indicating' });
    expect(await outcome(tooLong)).toBeInstanceOf(InvalidArgumentError);
  });
});

describe('a transaction that is never completed', () => {
  test('closes its channel, and the link stays', async () => {
    const { set, fixed, enhanced, clock, poisonings, settle } = make(100, 100);
    const first = outcome(read(set, 1, { timeoutMs: 60_000 }));
    const second = read(set, 2, { timeoutMs: 60_000 });
    const third = read(set, 3, { timeoutMs: 60_000 });
    await settle();
    await clock.advance(20_000);
    enhanced[1]?.deliver([0x0b, 2]);
    await second;
    await clock.advance(10_000);
    expect(await first).toBeInstanceOf(TimeoutError);
    expect(enhanced.map(({ isClosedHere }) => isClosedHere)).toEqual([true, false]);
    expect([set.size, poisonings, set.scope.error, set.counters.transactionTimeouts]).toEqual([
      2,
      [],
      undefined,
      1,
    ]);
    enhanced[1]?.deliver([0x0b, 3]);
    expect(await third).toEqual(Uint8Array.of(3));
    expect(fixed.takeSent()).toEqual([]);
  });

  test('on the unenhanced bearer leaves the others', async () => {
    const { set, fixed, enhanced, clock, poisonings, settle } = make(23);
    const first = outcome(read(set, 1, { timeoutMs: 60_000 }));
    await settle();
    await clock.advance(30_000);
    expect(await first).toBeInstanceOf(TimeoutError);
    expect([set.size, poisonings]).toEqual([1, []]);
    const next = read(set, 2);
    await settle();
    expect(enhanced[0]?.takeSent()).toEqual([request(2)]);
    enhanced[0]?.deliver([0x0b, 2]);
    expect(await next).toEqual(Uint8Array.of(2));
    // With the last of them nothing can be sent any more.
    enhanced[0]?.disconnect();
    expect(poisonings).toHaveLength(1);
    expect(set.scope.error).toBeInstanceOf(DisconnectedError);
    expect(await outcome(read(set, 3))).toBeInstanceOf(DisconnectedError);
    fixed.disconnect();
  });

  test('on the only bearer ends all', async () => {
    const { set, clock, poisonings, settle } = make();
    const all = [1, 2].map((handle) => outcome(read(set, handle, { timeoutMs: 60_000 })));
    await settle();
    await clock.advance(30_000);
    expect(await all[0]).toBeInstanceOf(TimeoutError);
    expect(await all[1]).toBe(await all[0]);
    expect(poisonings).toEqual([await all[0]]);
  });
});

test('every bearer has a server of its own and the receiver of all', async () => {
  const { set, fixed, enhanced } = make(64);
  const servers: AttServer[] = [];
  const values: number[] = [];
  set.serve(() => {
    const own = servers.length;
    const server: AttServer = {
      handleRequest: () => valueResponse(ReadResponse, Uint8Array.of(own), 23),
      handleCommand: () => undefined,
    };
    servers.push(server);
    return server;
  });
  set.valueReceiver = (handle) => values.push(handle);
  const late = add(set, fixed, 64);
  for (const channel of [fixed, ...enhanced, late]) {
    channel.deliver([0x0a, 1, 0]);
    channel.deliver([0x1b, servers.length, 0]);
  }
  expect([fixed, ...enhanced, late].map((channel) => channel.takeSent())).toEqual([
    ['0b00'],
    ['0b01'],
    ['0b02'],
  ]);
  expect(values).toEqual([3, 3, 3]);
});

test('counters are those of all bearers, also of those that are no more', () => {
  const { set, fixed, enhanced } = make(64);
  for (const channel of [fixed, ...enhanced]) channel.deliver([0x0b]);
  enhanced[0]?.disconnect();
  expect(set.counters.unexpectedResponses).toBe(2);
});

test('the end of the link ends everything with its error', async () => {
  const { set, fixed, enhanced, poisonings, settle } = make(23);
  const all = [1, 2, 3].map((handle) => outcome(read(set, handle)));
  await settle();
  fixed.disconnect(0x08);
  for (const wait of all) expect(await wait).toBe(fixed.scope.error);
  expect(set.scope.error).toBe(fixed.scope.error);
  expect([poisonings, enhanced[0]?.isClosedHere]).toEqual([[], false]);
});

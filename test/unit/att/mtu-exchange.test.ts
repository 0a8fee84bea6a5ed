import { describe, expect, test } from 'vitest';
import { AttBearer } from '../../../src/att/att-bearer.ts';
import { Read } from '../../../src/att/codec/exchanges.ts';
import { AttError, InvalidArgumentError, MalformedPduError, TimeoutError } from '../../../src/core/errors.ts';
import { Log } from '../../../src/core/log.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { channelPair, FakeChannel } from '../../support/fake-att-channel.ts';
import { fromHex } from '../../support/hex.ts';
import { makeRig, outcome, PEER } from './rig.ts';

describe('as client (Vol 3, Part F, 3.4.2)', () => {
  test('takes the smaller of the two', async () => {
    const { bearer, channel } = makeRig();
    expect(bearer.mtu).toBe(23);
    const exchange = bearer.exchangeMtu();
    expect(channel.takeSent()).toEqual(['020502']);
    channel.deliver(fromHex('03 b900'));
    expect(await exchange).toBe(185);
    expect(bearer.mtu).toBe(185);
    expect(bearer.maxValueLength).toBe(182);
  });

  test.each([
    ['03 0000', 23],
    ['03 1600', 23],
    ['03 1700', 23],
    ['03 0402', 516],
    ['03 ffff', 517],
  ])('clamps %s to %i', async (hex, mtu) => {
    const { bearer, channel } = makeRig();
    const exchange = bearer.exchangeMtu();
    channel.deliver(fromHex(hex));
    expect(await exchange).toBe(mtu);
  });

  test('offers what it was given', async () => {
    const { bearer, channel } = makeRig({ rxMtu: 100 });
    const exchange = bearer.exchangeMtu();
    expect(channel.takeSent()).toEqual(['026400']);
    channel.deliver(fromHex('03 0502'));
    expect(await exchange).toBe(100);
  });

  test.each([22, 518, 64.5, Number.NaN])('refuses to offer %d', (rxMtu) => {
    expect(
      () =>
        new AttBearer({
          channel: new FakeChannel(4),
          clock: new ManualClock(),
          log: new Log(),
          peer: PEER,
          rxMtu,
        }),
    ).toThrow(InvalidArgumentError);
  });

  test('asks once, whoever else wants to know', async () => {
    const { bearer, channel } = makeRig();
    const both = Promise.all([bearer.exchangeMtu(), bearer.exchangeMtu()]);
    channel.deliver(fromHex('03 6400'));
    expect(await both).toEqual([100, 100]);
    expect(await bearer.exchangeMtu()).toBe(100);
    expect(channel.takeSent()).toEqual(['020502']);
  });

  test('does not ask where the peer has asked: one direction is enough (rule 2)', async () => {
    const { bearer, channel } = makeRig();
    channel.deliver(fromHex('02 6400'));
    expect(channel.takeSent()).toEqual(['030502']);
    expect(await bearer.exchangeMtu()).toBe(100);
    expect(channel.takeSent()).toEqual([]);
  });

  test('a peer that does not support it has the default', async () => {
    const { bearer, channel } = makeRig();
    const exchange = bearer.exchangeMtu();
    channel.deliver(fromHex('01 02 0000 06'));
    expect(await exchange).toBe(23);
    expect(await bearer.exchangeMtu()).toBe(23);
  });

  test('any other refusal rejects, and the default stays', async () => {
    const { bearer, channel } = makeRig();
    const exchange = outcome(bearer.exchangeMtu());
    channel.deliver(fromHex('01 02 0000 11'));
    expect(await exchange).toBeInstanceOf(AttError);
    expect(bearer.mtu).toBe(23);
    channel.takeSent();
    expect(await bearer.exchangeMtu()).toBe(23);
    expect(channel.takeSent()).toEqual([]);
  });

  test('a malformed answer rejects, and the default stays', async () => {
    const { bearer, channel } = makeRig();
    const exchange = outcome(bearer.exchangeMtu());
    channel.deliver(fromHex('03 64'));
    expect(await exchange).toBeInstanceOf(MalformedPduError);
    expect(bearer.mtu).toBe(23);
  });

  test('an answer that comes after the deadline still counts', async () => {
    const { bearer, channel, clock } = makeRig();
    const exchange = outcome(bearer.exchangeMtu());
    await clock.advance(1_000);
    expect(await exchange).toBeInstanceOf(TimeoutError);
    const again = bearer.exchangeMtu();
    channel.deliver(fromHex('03 6400'));
    expect(await again).toBe(100);
    expect(bearer.mtu).toBe(100);
    expect(channel.takeSent()).toEqual(['020502']);
  });

  test('requests behind it are held against the new MTU', async () => {
    const { bearer, channel, settle } = makeRig();
    const exchange = bearer.exchangeMtu();
    const value = bearer.request(Read, { attributeHandle: 1 }, { what: 'reading' });
    channel.deliver(fromHex('03 6400'));
    await exchange;
    channel.deliver(new Uint8Array(100).fill(0x0b));
    expect((await value).length).toBe(99);
    await settle();
  });
});

describe('while the request is on the air no notification or indication is sent (rule 5)', () => {
  test('they leave behind the answer, in order, under the new MTU', async () => {
    const { bearer, channel } = makeRig();
    const exchange = bearer.exchangeMtu();
    channel.takeSent();
    const value = new Uint8Array(50).fill(1);
    const first = bearer.notify(3, value);
    value.fill(9);
    const second = bearer.notify(3, fromHex('02'));
    const indication = bearer.indicate(3, fromHex('03'), { what: 'indicating' });
    await bearer.writeCommand(3, fromHex('04'));
    expect(channel.takeSent()).toEqual(['52030004']);
    channel.deliver(fromHex('03 6400'));
    const third = bearer.notify(3, fromHex('05'));
    await Promise.all([exchange, first, second, third]);
    expect(channel.takeSent()).toEqual(['1d030003', `1b0300${'01'.repeat(50)}`, '1b030002', '1b030005']);
    channel.deliver(fromHex('1e'));
    await indication;
  });

  test('a deadline meanwhile takes the notification back', async () => {
    const { bearer, channel, clock } = makeRig();
    const exchange = outcome(bearer.exchangeMtu());
    const notification = outcome(bearer.notify(3, fromHex('01'), { timeoutMs: 500 }));
    const indication = outcome(bearer.indicate(3, fromHex('01'), { what: 'indicating', timeoutMs: 500 }));
    await clock.advance(500);
    expect(((await notification) as Error).message).toContain('held by exchanging the MTU');
    expect(((await indication) as Error).message).toContain('the MTU exchange has not been answered yet');
    channel.takeSent();
    channel.deliver(fromHex('03 6400'));
    expect(await exchange).toBe(100);
    expect(channel.takeSent()).toEqual([]);
  });

  test('they are bounded', async () => {
    const { bearer, channel } = makeRig();
    const exchange = outcome(bearer.exchangeMtu());
    const all = Array.from({ length: 300 }, () => outcome(bearer.notify(3, fromHex('01'))));
    channel.deliver(fromHex('03 6400'));
    await exchange;
    const errors = (await Promise.all(all)).filter((result) => result instanceof Error);
    expect(errors).toHaveLength(300 - 256);
    expect(bearer.counters.callersTurnedAway).toBe(300 - 256);
  });

  test('a value too long for the MTU that comes of it is refused', async () => {
    const { bearer, channel } = makeRig();
    const exchange = bearer.exchangeMtu();
    const notification = outcome(bearer.notify(3, new Uint8Array(30)));
    channel.deliver(fromHex('03 1700'));
    await exchange;
    expect(await notification).toBeInstanceOf(InvalidArgumentError);
  });

  test('a lost link rejects them', async () => {
    const { bearer, channel } = makeRig();
    const exchange = outcome(bearer.exchangeMtu());
    const notification = outcome(bearer.notify(3, fromHex('01')));
    channel.disconnect();
    expect(await exchange).toBe(channel.scope.error);
    expect(await notification).toBe(channel.scope.error);
  });
});

describe('as server', () => {
  test('answers with what it receives, and applies the smaller one at once', async () => {
    const { bearer, channel } = makeRig();
    channel.stall();
    channel.deliver(fromHex('02 6400'));
    expect(bearer.mtu).toBe(100);
    const notification = bearer.notify(3, new Uint8Array(97));
    channel.resume();
    await notification;
    expect(channel.sent.map(({ length }) => length)).toEqual([3, 100]);
    expect(channel.takeSent()[0]).toBe('030502');
  });

  test('a repeated request is answered and changes nothing', () => {
    const { bearer, channel } = makeRig();
    channel.deliver(fromHex('02 6400'));
    channel.deliver(fromHex('02 c800'));
    expect(channel.takeSent()).toEqual(['030502', '030502']);
    expect(bearer.mtu).toBe(100);
    expect(bearer.counters.repeatedMtuExchanges).toBe(1);
  });

  test.each(['02', '02 64', '02 6400 00'])('%s gets Invalid PDU', (hex) => {
    const { bearer, channel } = makeRig();
    channel.deliver(fromHex(hex));
    expect(channel.takeSent()).toEqual(['0102000004']);
    expect(bearer.mtu).toBe(23);
  });

  test('a number below the default leaves the default', () => {
    const { bearer, channel } = makeRig();
    channel.deliver(fromHex('02 0000'));
    expect(channel.takeSent()).toEqual(['030502']);
    expect(bearer.mtu).toBe(23);
  });
});

test('an Enhanced bearer has the MTU of its channel and exchanges none (GATT/SR/GAC/BI-01-C)', async () => {
  const { bearer, channel } = makeRig({ channelMtu: () => 64 });
  expect(bearer.mtu).toBe(64);
  expect(await bearer.exchangeMtu()).toBe(64);
  channel.deliver(fromHex('02 6400'));
  expect(channel.takeSent()).toEqual(['0102000006']);
});

test('both sides at once agree, also with themselves', async () => {
  const [left, right] = channelPair();
  const clock = new ManualClock();
  const make = (channel: FakeChannel, rxMtu: number): AttBearer =>
    new AttBearer({ channel, clock, log: new Log(), peer: PEER, rxMtu });
  const a = make(left, 150);
  const b = make(right, 100);
  expect(await Promise.all([a.exchangeMtu(), b.exchangeMtu()])).toEqual([100, 100]);
  expect([a.mtu, b.mtu]).toEqual([100, 100]);
  left.disconnect();
  right.disconnect();
});

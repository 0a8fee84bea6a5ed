import { describe, expect, test } from 'vitest';
import { Read } from '../../../src/att/codec/exchanges.ts';
import { encodePacket, ReadResponse } from '../../../src/att/codec/responses.ts';
import { DisconnectedError } from '../../../src/core/errors.ts';
import { fromHex } from '../../support/hex.ts';
import { makeRig, outcome } from './rig.ts';

const answer = encodePacket(ReadResponse, { attributeValue: Uint8Array.of(1) });

describe('the link may end inside any callback', () => {
  test('of a value', () => {
    const { bearer, channel, clock } = makeRig();
    bearer.valueReceiver = () => channel.disconnect();
    channel.deliver(fromHex('1d 0300 01'));
    channel.deliver(fromHex('1b 0300 01'));
    expect(channel.takeSent()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('of an answer, with a call waiting behind it', async () => {
    const { bearer, channel, clock } = makeRig();
    const exchange = outcome(bearer.exchangeMtu());
    const held = outcome(bearer.notify(3, Uint8Array.of(1)));
    const waiting = outcome(bearer.request(Read, { attributeHandle: 3 }, { what: 'reading' }));
    channel.takeSent();
    // The controller is lost when the notification that was held back is written to it.
    channel.send = () => {
      channel.disconnect();
      return Promise.reject(new DisconnectedError('the link was lost', 0x08));
    };
    channel.deliver(fromHex('03 0002'));
    for (const promise of [exchange, held, waiting]) expect(await promise).toBeInstanceOf(DisconnectedError);
    expect(clock.pending).toBe(0);
  });

  test('of a request', async () => {
    const { bearer, channel, clock } = makeRig();
    bearer.server = {
      handleRequest: () => {
        channel.disconnect();
        return answer;
      },
      handleCommand: () => undefined,
    };
    channel.deliver(fromHex('0a 0300'));
    await clock.advance(0);
    expect(channel.takeSent()).toEqual([]);
  });

  test('of a request that is answered later', async () => {
    const { bearer, channel, clock } = makeRig();
    bearer.server = {
      handleRequest: async () => {
        channel.disconnect();
        return answer;
      },
      handleCommand: () => undefined,
    };
    channel.deliver(fromHex('0a 0300'));
    await clock.advance(60_000);
    expect(channel.takeSent()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('of a command', () => {
    const { bearer, channel } = makeRig();
    bearer.server = {
      handleRequest: () => expect.unreachable(),
      handleCommand: () => channel.disconnect(),
    };
    channel.deliver(fromHex('52 0300 01'));
    expect(bearer.counters.handlerErrors).toBe(0);
  });

  test('of a poisoned bearer', async () => {
    const rig = makeRig({ onPoisoned: () => rig.channel.disconnect() });
    const { bearer, clock } = rig;
    const reading = outcome(
      bearer.request(Read, { attributeHandle: 1 }, { what: 'reading', timeoutMs: 60_000 }),
    );
    const waiting = outcome(
      bearer.request(Read, { attributeHandle: 2 }, { what: 'reading', timeoutMs: 60_000 }),
    );
    await clock.advance(30_000);
    expect(await reading).toBe(await waiting);
    expect(clock.pending).toBe(0);
  });
});

test('a request from inside the answer to another is the next one', async () => {
  const { bearer, channel } = makeRig();
  const order: string[] = [];
  const read = (handle: number): Promise<unknown> =>
    bearer
      .request(Read, { attributeHandle: handle }, { what: 'reading' })
      .then(() => order.push(`${handle} answered`));
  const first = read(1).then(() => read(3));
  const second = read(2);
  channel.deliver(fromHex('0b'));
  await Promise.resolve();
  channel.deliver(fromHex('0b'));
  await second;
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  channel.deliver(fromHex('0b'));
  await first;
  expect(order).toEqual(['1 answered', '2 answered', '3 answered']);
  expect(channel.takeSent()).toEqual(['0a0100', '0a0200', '0a0300']);
});

test('a request that the peer sends from inside our answer is not out of turn', () => {
  const { bearer, channel } = makeRig();
  bearer.server = { handleRequest: () => answer, handleCommand: () => undefined };
  const send = channel.send.bind(channel);
  let asked = 0;
  channel.send = (packet, options) => {
    const sent = send(packet, options);
    if (asked++ < 3) channel.deliver(fromHex('0a 0300'));
    return sent;
  };
  channel.deliver(fromHex('0a 0300'));
  expect(channel.takeSent()).toEqual(['0b01', '0b01', '0b01', '0b01']);
  expect(bearer.counters.requestsOutOfTurn).toBe(0);
});

test('an exchange of the MTU that was turned away may be tried again', async () => {
  const { bearer, channel } = makeRig();
  const reads = Array.from({ length: 257 }, () =>
    outcome(bearer.request(Read, { attributeHandle: 1 }, { what: 'reading' })),
  );
  expect(await outcome(bearer.exchangeMtu())).toBeInstanceOf(Error);
  for (const read of reads) {
    channel.deliver(fromHex('0b'));
    await read;
  }
  channel.takeSent();
  const exchange = bearer.exchangeMtu();
  expect(channel.takeSent()).toEqual(['020502']);
  channel.deliver(fromHex('03 6400'));
  expect(await exchange).toBe(100);
});

test('an exchange of the MTU that cannot leave frees what it held up', async () => {
  const { bearer, channel, settle } = makeRig();
  const send = channel.send.bind(channel);
  channel.send = () => Promise.reject(new DisconnectedError('not yet', 0x3e));
  const exchange = outcome(bearer.exchangeMtu());
  const notification = bearer.notify(3, fromHex('01'));
  channel.send = send;
  await settle();
  expect(await exchange).toBeInstanceOf(DisconnectedError);
  await notification;
  expect(channel.takeSent()).toEqual(['1b030001']);
});

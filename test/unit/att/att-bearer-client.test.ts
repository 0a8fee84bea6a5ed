import { describe, expect, test } from 'vitest';
import { AttBearer } from '../../../src/att/att-bearer.ts';
import { Read, ReadByType, Write } from '../../../src/att/codec/exchanges.ts';
import {
  AttError,
  DisconnectedError,
  InvalidArgumentError,
  InvalidStateError,
  MalformedPduError,
  TimeoutError,
} from '../../../src/core/errors.ts';
import { Log } from '../../../src/core/log.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { parseUuid } from '../../../src/core/uuid.ts';
import { FakeChannel } from '../../support/fake-att-channel.ts';
import { fromHex } from '../../support/hex.ts';
import { makeRig, outcome, PEER } from './rig.ts';

const read = (bearer: AttBearer, handle: number, wait: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  bearer.request(Read, { attributeHandle: handle }, { what: `reading handle ${handle}`, ...wait });

describe('a request', () => {
  test('is sent and answered', async () => {
    const { bearer, channel, clock } = makeRig();
    const value = read(bearer, 3);
    expect(channel.takeSent()).toEqual(['0a0300']);
    channel.deliver(fromHex('0b aabb'));
    expect(await value).toEqual(fromHex('aabb'));
    expect(clock.pending).toBe(0);
  });

  test('gives a list that outlives the PDU', async () => {
    const { bearer, channel } = makeRig();
    const list = bearer.request(
      ReadByType,
      { startingHandle: 1, endingHandle: 0xffff, attributeType: parseUuid(0x2803) },
      { what: 'discovering' },
    );
    channel.deliver(fromHex('09 04 0200 aabb'));
    expect([...(await list)]).toEqual([{ handle: 2, value: fromHex('aabb') }]);
  });

  test('waits for its turn', async () => {
    const { bearer, channel } = makeRig();
    const first = read(bearer, 1);
    const second = read(bearer, 2);
    const third = read(bearer, 3);
    expect(channel.takeSent()).toEqual(['0a0100']);
    channel.deliver(fromHex('0b 01'));
    expect(await first).toEqual(fromHex('01'));
    expect(channel.takeSent()).toEqual(['0a0200']);
    channel.deliver(fromHex('01 0a 0200 0a'));
    expect(await outcome(second)).toBeInstanceOf(AttError);
    expect(channel.takeSent()).toEqual(['0a0300']);
    channel.deliver(fromHex('0b 03'));
    expect(await third).toEqual(fromHex('03'));
  });

  test('rejects with the error of the peer, by name and with advice', async () => {
    const { bearer, channel } = makeRig();
    const value = read(bearer, 0x12);
    channel.deliver(fromHex('01 0a 1200 05'));
    const error = await outcome(value);
    expect(error).toBeInstanceOf(AttError);
    expect(error).toMatchObject({ status: 0x05, handle: 0x12, code: 'BLE_ATT' });
    expect((error as Error).message).toBe(
      `${PEER} refused ATT_READ_REQ while reading handle 18: Insufficient Authentication (0x05) at handle 0x0012; pair with the peer first`,
    );
  });

  test('keeps an error code that it does not know', async () => {
    const { bearer, channel } = makeRig();
    const value = read(bearer, 1);
    channel.deliver(fromHex('01 0a 0000 85'));
    expect(await outcome(value)).toMatchObject({
      status: 0x85,
      message: `${PEER} refused ATT_READ_REQ while reading handle 1: Application Error (0x85)`,
    });
  });

  test('ends with a protocol error where the answer cannot be read, and the next one goes on', async () => {
    const { bearer, channel } = makeRig();
    const write = bearer.request(
      Write,
      { attributeHandle: 3, attributeValue: fromHex('01') },
      { what: 'writing' },
    );
    const next = read(bearer, 1);
    channel.deliver(fromHex('13 00'));
    const error = await outcome(write);
    expect(error).toBeInstanceOf(MalformedPduError);
    expect((error as Error).message).toContain(`${PEER} answered with a malformed PDU while writing`);
    channel.deliver(fromHex('0b'));
    expect(await next).toEqual(fromHex(''));
    expect(bearer.counters.malformedPdus).toBe(1);
  });

  test('ends with a protocol error where the error response is malformed', async () => {
    const { bearer, channel } = makeRig();
    const value = read(bearer, 1);
    channel.deliver(fromHex('01'));
    channel.deliver(fromHex('01 12'));
    channel.deliver(fromHex('01 0a 0000'));
    expect(await outcome(value)).toBeInstanceOf(MalformedPduError);
    expect(bearer.counters).toMatchObject({ malformedPdus: 3, unexpectedResponses: 1 });
  });

  test('refuses an answer longer than the MTU', async () => {
    const { bearer, channel } = makeRig();
    const value = read(bearer, 1);
    channel.deliver(new Uint8Array(24).fill(0x0b));
    expect(await outcome(value)).toBeInstanceOf(MalformedPduError);
  });

  test('that does not fit the MTU is refused without being sent', async () => {
    const { bearer, channel } = makeRig();
    const params = { attributeHandle: 3, attributeValue: new Uint8Array(21) };
    const error = await outcome(bearer.request(Write, params, { what: 'writing 0x2A00' }));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect((error as Error).message).toContain('ATT_MTU of 23');
    expect(channel.takeSent()).toEqual([]);
    const next = read(bearer, 1);
    channel.deliver(fromHex('0b'));
    expect(await next).toEqual(fromHex(''));
  });

  test('is not disturbed by answers to others', async () => {
    const { bearer, channel } = makeRig();
    const value = read(bearer, 1);
    channel.deliver(fromHex('13'));
    channel.deliver(fromHex('01 12 0100 03'));
    channel.deliver(fromHex('1e'));
    channel.deliver(fromHex('0b aa'));
    expect(await value).toEqual(fromHex('aa'));
    channel.deliver(fromHex('0b bb'));
    expect(bearer.counters).toMatchObject({ unexpectedResponses: 3, unexpectedConfirmations: 1 });
  });

  test('is turned away where too many wait', async () => {
    const { bearer, channel } = makeRig();
    const waiting = Array.from({ length: 257 }, (_, i) => outcome(read(bearer, i, { timeoutMs: 60_000 })));
    expect(await outcome(read(bearer, 0xffff))).toBeInstanceOf(InvalidStateError);
    expect(bearer.counters.callersTurnedAway).toBe(1);
    channel.disconnect();
    for (const error of await Promise.all(waiting)) expect(error).toBeInstanceOf(DisconnectedError);
  });
});

describe('giving up', () => {
  test('leaves the bearer taken until the answer, which then answers nobody', async () => {
    const { bearer, channel, clock } = makeRig();
    const first = outcome(read(bearer, 1));
    await clock.advance(1_000);
    const error = await first;
    expect(error).toBeInstanceOf(TimeoutError);
    expect((error as Error).message).toBe(
      `timed out after 1000 ms while reading handle 1: ATT_READ_REQ was sent 1000 ms ago and ${PEER} has not answered; ` +
        'the bearer stays taken until it does or 30 s are over',
    );
    const second = read(bearer, 2);
    expect(channel.takeSent()).toEqual(['0a0100']);
    channel.deliver(fromHex('0b 01'));
    expect(channel.takeSent()).toEqual(['0a0200']);
    channel.deliver(fromHex('0b 02'));
    expect(await second).toEqual(fromHex('02'));
  });

  test('waiting for the turn counts, and the error names what holds the bearer', async () => {
    const { bearer, channel, clock } = makeRig();
    const first = outcome(read(bearer, 1));
    await clock.advance(600);
    const second = outcome(read(bearer, 2));
    const third = outcome(read(bearer, 3, { timeoutMs: 500 }));
    await clock.advance(1_000);
    await first;
    expect(((await third) as Error).message).toContain('and 1 more stood before');
    expect(((await second) as Error).message).toBe(
      'timed out after 1000 ms while reading handle 2: it never had its turn: the bearer is held by reading handle 1, whose caller has given up ' +
        `(ATT_READ_REQ was sent 1600 ms ago and ${PEER} has not answered); the bearer stays taken until it does or 30 s are over`,
    );
    channel.deliver(fromHex('0b'));
    expect(channel.takeSent()).toEqual(['0a0100']);
    expect(clock.pending).toBe(0);
  });

  test('an abort rejects with its reason, untouched', async () => {
    const { bearer, channel } = makeRig();
    const controller = new AbortController();
    const value = read(bearer, 1, { signal: controller.signal });
    controller.abort('enough');
    await expect(value).rejects.toBe('enough');
    channel.deliver(fromHex('0b 01'));
    const next = read(bearer, 2);
    channel.deliver(fromHex('0b 02'));
    expect(await next).toEqual(fromHex('02'));
  });

  test('a bad deadline is refused and nothing is sent', async () => {
    const { bearer, channel } = makeRig();
    expect(await outcome(read(bearer, 1, { timeoutMs: 0 }))).toBeInstanceOf(InvalidArgumentError);
    expect(channel.takeSent()).toEqual([]);
  });
});

describe('30 s (Vol 3, Part F, 3.3.3)', () => {
  test('without an answer end the bearer for whoever waits and whoever comes', async () => {
    const { bearer, channel, clock, poisonings } = makeRig();
    const first = outcome(read(bearer, 1, { timeoutMs: Number.POSITIVE_INFINITY }));
    const second = outcome(read(bearer, 2, { timeoutMs: Number.POSITIVE_INFINITY }));
    await clock.advance(29_999);
    expect(bearer.scope.error).toBeUndefined();
    await clock.advance(1);
    const error = await first;
    expect(error).toBeInstanceOf(TimeoutError);
    expect((error as Error).message).toContain('ATT_READ_REQ within 30000 ms while reading handle 1');
    expect(await second).toBe(error);
    expect(poisonings).toEqual([error]);
    expect(bearer.scope.error).toBe(error);
    channel.takeSent();
    expect(await outcome(read(bearer, 3))).toBe(error);
    expect(await outcome(bearer.writeCommand(3, fromHex('01')))).toBe(error);
    expect(await outcome(bearer.notify(3, fromHex('01')))).toBe(error);
    expect(await outcome(bearer.indicate(3, fromHex('01'), { what: 'indicating' }))).toBe(error);
    expect(channel.takeSent()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('count from when the request was sent, though its caller has gone', async () => {
    const { bearer, clock, poisonings } = makeRig();
    await clock.advance(5_000);
    const first = outcome(read(bearer, 1));
    await clock.advance(29_999);
    expect(await first).toBeInstanceOf(TimeoutError);
    expect(poisonings).toEqual([]);
    await clock.advance(1);
    expect(poisonings).toHaveLength(1);
    expect(bearer.counters.transactionTimeouts).toBe(1);
  });

  test('begin anew with every transaction', async () => {
    const { bearer, channel, clock, poisonings } = makeRig();
    for (let i = 0; i < 3; i++) {
      const value = read(bearer, 1, { timeoutMs: 60_000 });
      await clock.advance(20_000);
      channel.deliver(fromHex('0b'));
      await value;
    }
    expect(poisonings).toEqual([]);
  });

  test('a late answer matches nothing, and requests of the peer are still answered', async () => {
    const { bearer, channel, clock } = makeRig();
    const value = outcome(read(bearer, 1));
    await clock.advance(30_000);
    await value;
    channel.takeSent();
    channel.deliver(fromHex('0b aa'));
    expect(bearer.counters.unexpectedResponses).toBe(1);
    channel.deliver(fromHex('0a 0300'));
    expect(channel.takeSent()).toEqual(['010a000006']);
  });
});

describe('the end of the link', () => {
  test('rejects all that wait with the one error', async () => {
    const { bearer, channel, clock } = makeRig();
    const waits = [
      read(bearer, 1),
      read(bearer, 2),
      bearer.indicate(3, fromHex('01'), { what: 'indicating' }),
    ].map((wait) => outcome<unknown>(wait));
    channel.disconnect(0x13);
    const errors = await Promise.all(waits);
    for (const error of errors) expect(error).toBe(channel.scope.error);
    expect(bearer.scope.error).toBe(channel.scope.error);
    expect(await outcome(read(bearer, 4))).toBe(channel.scope.error);
    expect(clock.pending).toBe(0);
  });

  test('before the bearer is made ends it at once', async () => {
    const channel = new FakeChannel(4);
    channel.disconnect();
    const bearer = new AttBearer({ channel, clock: new ManualClock(), log: new Log(), peer: PEER });
    expect(await outcome(read(bearer, 1))).toBeInstanceOf(DisconnectedError);
  });

  test('while the controller has no room rejects too', async () => {
    const { bearer, channel } = makeRig();
    channel.stall();
    const value = outcome(read(bearer, 1));
    const command = outcome(bearer.writeCommand(3, fromHex('01')));
    channel.disconnect();
    expect(await value).toBe(channel.scope.error);
    expect(await command).toBe(channel.scope.error);
  });
});

describe('commands', () => {
  test('are sent at once, also during a transaction', async () => {
    const { bearer, channel } = makeRig();
    const value = read(bearer, 1);
    await bearer.writeCommand(0x1234, fromHex('010203'));
    expect(channel.takeSent()).toEqual(['0a0100', '523412010203']);
    channel.deliver(fromHex('0b'));
    await value;
  });

  test('wait for room', async () => {
    const { bearer, channel, settle } = makeRig();
    channel.stall();
    let left = false;
    const command = bearer.writeCommand(3, fromHex('01')).then(() => {
      left = true;
    });
    await settle();
    expect(left).toBe(false);
    channel.resume();
    await command;
    expect(channel.takeSent()).toEqual(['52030001']);
  });

  test('too long for the MTU are refused', async () => {
    const { bearer, channel } = makeRig();
    await bearer.writeCommand(3, new Uint8Array(20));
    const error = await outcome(bearer.writeCommand(3, new Uint8Array(21)));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect((error as Error).message).toContain('21 octets of value do not fit, 20 do at an ATT_MTU of 23');
    expect(channel.takeSent()).toHaveLength(1);
  });
});

describe('values of the server', () => {
  test('reach the receiver; an indication is confirmed after it', () => {
    const { bearer, channel } = makeRig();
    const seen: unknown[] = [];
    bearer.valueReceiver = (handle, value, kind) => {
      seen.push([handle, [...value], kind, channel.sent.length]);
    };
    channel.deliver(fromHex('1b 0300 aabb'));
    channel.deliver(fromHex('1d 0500'));
    channel.deliver(fromHex('23 0300 0100 aa 0500 0100 bb'));
    expect(seen).toEqual([
      [3, [0xaa, 0xbb], 'notification', 0],
      [5, [], 'indication', 0],
      [3, [0xaa], 'notification', 1],
      [5, [0xbb], 'notification', 1],
    ]);
    expect(channel.takeSent()).toEqual(['1e']);
  });

  test('an indication is confirmed though nobody listens', () => {
    const { bearer, channel } = makeRig();
    channel.deliver(fromHex('1d 0500 01'));
    expect(channel.takeSent()).toEqual(['1e']);
    expect(bearer.counters.valuesUnheard).toBe(1);
  });

  test('an indication is confirmed though the receiver throws', () => {
    const { bearer, channel, records } = makeRig();
    bearer.valueReceiver = () => {
      throw new Error('mine');
    };
    channel.deliver(fromHex('1d 0500 01'));
    channel.deliver(fromHex('1b 0500 01'));
    expect(channel.takeSent()).toEqual(['1e']);
    expect(bearer.counters.handlerErrors).toBe(2);
    expect(records.map(({ message }) => message).join()).toContain('mine');
  });

  test.each(['1d', '1d 05', '1d 0000 01', `1d 0500 ${'00'.repeat(21)}`])(
    'an indication that makes no sense is confirmed and discarded: %s',
    (hex) => {
      const { bearer, channel } = makeRig();
      bearer.valueReceiver = () => expect.unreachable();
      channel.deliver(fromHex(hex));
      expect(channel.takeSent()).toEqual(['1e']);
      expect(bearer.counters.malformedPdus).toBe(1);
    },
  );

  test.each(['1b', '1b 05', '1b 0000 01', `1b 0500 ${'00'.repeat(21)}`, '23', '23 0500 0900 01', ''])(
    'a notification that makes no sense is discarded: %s',
    (hex) => {
      const { bearer, channel } = makeRig();
      bearer.valueReceiver = () => expect.unreachable();
      channel.deliver(fromHex(hex));
      expect(channel.takeSent()).toEqual([]);
      expect(bearer.counters.malformedPdus).toBe(1);
    },
  );

  test('confirmations that wait for room are bounded', () => {
    const { bearer, channel } = makeRig();
    channel.stall();
    for (let i = 0; i < 100; i++) channel.deliver(fromHex('1d 0500 01'));
    expect(channel.waiting).toBe(8);
    expect(bearer.counters.answersDropped).toBe(92);
    channel.resume();
  });
});

describe('on a slow link', () => {
  const paceMs = (): number => 4_000;

  test.each([
    ['a request', (bearer: AttBearer): Promise<unknown> => read(bearer, 1)],
    [
      'an indication',
      (bearer: AttBearer): Promise<unknown> => bearer.indicate(1, fromHex('00'), { what: 'indicating' }),
    ],
    ['the MTU exchange', (bearer: AttBearer): Promise<unknown> => bearer.exchangeMtu()],
    [
      'a notification behind the MTU exchange',
      (bearer: AttBearer): Promise<unknown> => {
        bearer.exchangeMtu({ timeoutMs: Number.POSITIVE_INFINITY }).catch(() => undefined);
        return bearer.notify(1, fromHex('00'));
      },
    ],
  ])('%s is given the time that the peer needs to be heard', async (_name, start) => {
    const { bearer, clock } = makeRig({ paceMs });
    let given: unknown;
    start(bearer).catch((error: unknown) => {
      given = error;
    });
    await clock.advance(16_999);
    expect(given).toBeUndefined();
    await clock.advance(1);
    expect(given).toMatchObject({ code: 'BLE_TIMEOUT', timeoutMs: 17_000 });
  });

  test('a deadline that was given is taken as it is', async () => {
    const { bearer, clock } = makeRig({ paceMs });
    const value = outcome(read(bearer, 1, { timeoutMs: 500 }));
    await clock.advance(500);
    expect(await value).toMatchObject({ timeoutMs: 500 });
  });
});

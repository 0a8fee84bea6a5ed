import { describe, expect, test } from 'vitest';
import type { AttServer } from '../../../src/att/att-server.ts';
import type { AttCommand, AttServerRequest } from '../../../src/att/codec/requests.ts';
import { encodePacket, ReadResponse, valueResponse } from '../../../src/att/codec/responses.ts';
import { AttError, DisconnectedError, InvalidArgumentError, TimeoutError } from '../../../src/core/errors.ts';
import { allocatePacket } from '../../../src/core/packet.ts';
import { fromHex } from '../../support/hex.ts';
import { makeRig, outcome, PEER } from './rig.ts';

type Answer = ReturnType<AttServer['handleRequest']>;

const serverOf = (
  handleRequest: (request: AttServerRequest, mtu: number) => Answer,
  handleCommand: (command: AttCommand) => void = () => expect.unreachable(),
): AttServer => ({ handleRequest, handleCommand });

const readResponse = (hex: string): Uint8Array =>
  encodePacket(ReadResponse, { attributeValue: fromHex(hex) });

describe('a request', () => {
  test('is answered at once where the handler answers at once', () => {
    const { bearer, channel } = makeRig();
    bearer.server = serverOf((request, mtu) => {
      expect(request).toEqual({ opcode: 0x0a, attributeHandle: 3 });
      expect(mtu).toBe(23);
      return readResponse('aabb');
    });
    channel.deliver(fromHex('0a 0300'));
    expect(channel.takeSent()).toEqual(['0baabb']);
  });

  test('is answered later where the handler takes its time', async () => {
    const { bearer, channel, clock, settle } = makeRig();
    let answer: (packet: Uint8Array) => void = () => expect.unreachable();
    bearer.server = serverOf(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    channel.deliver(fromHex('0a 0300'));
    await settle();
    expect(channel.takeSent()).toEqual([]);
    answer(readResponse('01'));
    await settle();
    expect(channel.takeSent()).toEqual(['0b01']);
    expect(clock.pending).toBe(0);
  });

  test('gets the error that the handler throws or rejects with', async () => {
    const { bearer, channel, settle } = makeRig();
    const refusal = new AttError('no', 0x02, 0x0003);
    bearer.server = serverOf((request) => {
      if (request.opcode === 0x0a) throw refusal;
      return Promise.reject(refusal);
    });
    channel.deliver(fromHex('0a 0300'));
    channel.deliver(fromHex('0c 0300 0000'));
    await settle();
    expect(channel.takeSent()).toEqual(['010a030002', '010c030002']);
    expect(bearer.counters.handlerErrors).toBe(0);
  });

  test('gets Unlikely Error where the handler fails', async () => {
    const { bearer, channel, records, settle } = makeRig();
    bearer.server = serverOf((request) => {
      if (request.opcode === 0x0a) throw new TypeError('bug');
      return Promise.reject(new TypeError('later bug'));
    });
    channel.deliver(fromHex('0a 0300'));
    channel.deliver(fromHex('12 0300 01'));
    await settle();
    expect(channel.takeSent()).toEqual(['010a00000e', '011200000e']);
    expect(bearer.counters.handlerErrors).toBe(2);
    expect(records.map(({ message }) => message)).toEqual([
      `the handler of ATT_READ_REQ from ${PEER} failed: TypeError: bug`,
      `the handler of ATT_WRITE_REQ from ${PEER} failed: TypeError: later bug`,
    ]);
  });

  test.each([
    ['longer than the MTU', allocatePacket(24)],
    ['empty', allocatePacket(0)],
    ['no packet', undefined as unknown as Uint8Array],
  ])('gets Unlikely Error where the answer is %s', async (_, packet) => {
    const { bearer, channel, settle } = makeRig();
    bearer.server = serverOf(() => packet);
    channel.deliver(fromHex('0a 0300'));
    await settle();
    bearer.server = serverOf(() => Promise.resolve(packet));
    channel.deliver(fromHex('0a 0300'));
    await settle();
    expect(channel.takeSent()).toEqual(['010a00000e', '010a00000e']);
  });

  test('gets Unlikely Error after 20 s, and the answer that comes later is dropped', async () => {
    const { bearer, channel, clock } = makeRig();
    const answers: ((packet: Uint8Array) => void)[] = [];
    bearer.server = serverOf(() => new Promise((resolve) => answers.push(resolve)));
    channel.deliver(fromHex('0a 0300'));
    await clock.advance(19_999);
    expect(channel.takeSent()).toEqual([]);
    await clock.advance(1);
    expect(channel.takeSent()).toEqual(['010a00000e']);
    channel.deliver(fromHex('0a 0400'));
    answers[0]?.(readResponse('01'));
    await clock.advance(0);
    expect(channel.takeSent()).toEqual([]);
    expect(bearer.counters).toMatchObject({ handlerTimeouts: 1, lateHandlerAnswers: 1 });
    answers[1]?.(readResponse('02'));
    await clock.advance(0);
    expect(channel.takeSent()).toEqual(['0b02']);
  });

  test('sent before the answer to the last is dropped (GATT/SR/GAR/BI-45-C, first alternative)', async () => {
    const { bearer, channel, settle } = makeRig();
    let answer: (packet: Uint8Array) => void = () => expect.unreachable();
    let asked = 0;
    bearer.server = serverOf(() => {
      asked++;
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    channel.deliver(fromHex('0a 0300'));
    for (let i = 0; i < 1_000; i++) channel.deliver(fromHex('0a 0400'));
    channel.deliver(fromHex('1f'));
    channel.deliver(fromHex('02 1700'));
    expect(asked).toBe(1);
    answer(readResponse('01'));
    await settle();
    expect(channel.takeSent()).toEqual(['0b01']);
    expect(bearer.counters.requestsOutOfTurn).toBe(1_002);
    channel.deliver(fromHex('0a 0400'));
    expect(asked).toBe(2);
    answer(readResponse('02'));
    await settle();
    expect(channel.takeSent()).toEqual(['0b02']);
  });

  test('may follow the answer while that still waits for the controller, up to a limit', () => {
    const { bearer, channel } = makeRig();
    bearer.server = serverOf(() => readResponse('01'));
    channel.stall();
    for (let i = 0; i < 100; i++) channel.deliver(fromHex('0a 0300'));
    expect(channel.waiting).toBe(8);
    expect(bearer.counters.answersDropped).toBe(92);
    channel.resume();
  });

  test('in work when the link ends leaves nothing behind', async () => {
    const { bearer, channel, clock } = makeRig();
    let answer: (packet: Uint8Array) => void = () => expect.unreachable();
    bearer.server = serverOf(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    channel.deliver(fromHex('0a 0300'));
    channel.disconnect();
    expect(clock.pending).toBe(0);
    answer(readResponse('01'));
    await clock.advance(0);
    expect(channel.takeSent()).toEqual([]);
  });
});

describe('always answered', () => {
  test('without a server every request gets Request Not Supported', () => {
    const { channel } = makeRig();
    for (const hex of ['0a 0300', '04 0100 ffff', '12 0300 01', '18 00']) channel.deliver(fromHex(hex));
    expect(channel.takeSent()).toEqual(['010a000006', '0104000006', '0112000006', '0118000006']);
  });

  test('an opcode that nobody knows gets Request Not Supported (GATT/SR/UNS/BI-01-C)', async () => {
    const { bearer, channel, settle } = makeRig();
    bearer.server = serverOf(() => expect.unreachable());
    for (const opcode of [0x00, 0x14, 0x1a, 0x1f, 0x22, 0x25, 0x3f, 0x80, 0xbf]) {
      channel.deliver([opcode]);
      await settle();
    }
    expect(channel.takeSent()).toEqual(
      ['00', '14', '1a', '1f', '22', '25', '3f', '80', 'bf'].map((opcode) => `01${opcode}000006`),
    );
    expect(bearer.counters.unsupportedRequests).toBe(9);
  });

  test('a command that nobody knows is ignored (GATT/SR/UNS/BI-02-C)', () => {
    const { bearer, channel } = makeRig();
    bearer.server = serverOf(() => expect.unreachable());
    for (const opcode of [0x40, 0x53, 0x7f, 0xc0, 0xff]) channel.deliver([opcode, 1, 2, 3]);
    expect(channel.takeSent()).toEqual([]);
    expect(bearer.counters.unknownCommands).toBe(5);
  });

  test('a malformed request gets Invalid PDU and handle 0', () => {
    const { bearer, channel } = makeRig();
    bearer.server = serverOf(() => expect.unreachable());
    channel.deliver(fromHex('0a 03'));
    channel.deliver(fromHex('10 0100 ffff 000000'));
    channel.deliver(new Uint8Array(24).fill(0x12));
    expect(channel.takeSent()).toEqual(['010a000004', '0110000004', '0112000004']);
    expect(bearer.counters.malformedPdus).toBe(3);
  });
});

describe('commands', () => {
  test('reach the server and are never answered', () => {
    const { bearer, channel } = makeRig();
    const seen: unknown[] = [];
    bearer.server = serverOf(
      () => expect.unreachable(),
      (command) => seen.push([command.opcode, command.attributeHandle, [...command.attributeValue]]),
    );
    channel.deliver(fromHex('52 0300 0102'));
    channel.deliver(fromHex('d2 0300 01 000102030405060708090a0b'));
    expect(seen).toEqual([
      [0x52, 3, [1, 2]],
      [0xd2, 3, [1]],
    ]);
    expect(channel.takeSent()).toEqual([]);
  });

  test('reach it also while a request is in work', async () => {
    const { bearer, channel, settle } = makeRig();
    let commands = 0;
    bearer.server = serverOf(
      () => Promise.resolve(readResponse('01')),
      () => commands++,
    );
    channel.deliver(fromHex('0a 0300'));
    channel.deliver(fromHex('52 0300 01'));
    expect(commands).toBe(1);
    await settle();
    expect(channel.takeSent()).toEqual(['0b01']);
  });

  test('malformed, too long, unheard or badly handled are counted and no more', () => {
    const { bearer, channel } = makeRig();
    channel.deliver(fromHex('52 0300 01'));
    bearer.server = serverOf(
      () => expect.unreachable(),
      () => {
        throw new Error('mine');
      },
    );
    channel.deliver(fromHex('52 03'));
    channel.deliver(fromHex('d2 0300 01'));
    channel.deliver(fromHex(`52 0300 ${'00'.repeat(21)}`));
    channel.deliver(fromHex('52 0300 01'));
    expect(channel.takeSent()).toEqual([]);
    expect(bearer.counters).toMatchObject({ commandsUnheard: 1, malformedPdus: 3, handlerErrors: 1 });
  });
});

describe('notifications and indications', () => {
  test('a notification is sent at once', async () => {
    const { bearer, channel } = makeRig();
    await bearer.notify(0x1234, fromHex('0102'));
    expect(channel.takeSent()).toEqual(['1b34120102']);
    expect(await outcome(bearer.notify(3, new Uint8Array(21)))).toBeInstanceOf(InvalidArgumentError);
  });

  test('an indication resolves when it is confirmed', async () => {
    const { bearer, channel, clock } = makeRig();
    const indication = bearer.indicate(3, fromHex('01'), { what: 'indicating 0x2A05' });
    expect(channel.takeSent()).toEqual(['1d030001']);
    channel.deliver(fromHex('1e'));
    await indication;
    expect(clock.pending).toBe(0);
  });

  test('one indication at a time, whatever becomes of its caller', async () => {
    const { bearer, channel, clock } = makeRig();
    const first = outcome(bearer.indicate(3, fromHex('01'), { what: 'indicating 0x2A05' }));
    const value = fromHex('02');
    const second = bearer.indicate(3, value, { what: 'indicating 0x2A06', timeoutMs: 5_000 });
    value[0] = 0xff;
    await clock.advance(1_000);
    expect(await first).toBeInstanceOf(TimeoutError);
    expect(channel.takeSent()).toEqual(['1d030001']);
    const third = outcome(bearer.indicate(3, fromHex('03'), { what: 'indicating 0x2A07' }));
    await clock.advance(1_000);
    expect(((await third) as Error).message).toContain(
      'the bearer is held by indicating 0x2A05, whose caller has given up',
    );
    channel.deliver(fromHex('1e'));
    expect(channel.takeSent()).toEqual(['1d030002']);
    channel.deliver(fromHex('1e'));
    await second;
    channel.deliver(fromHex('1e'));
    expect(bearer.counters.unexpectedConfirmations).toBe(1);
  });

  test('an indication does not hold up requests, nor a request indications', async () => {
    const { bearer, channel } = makeRig();
    const indication = bearer.indicate(3, fromHex('01'), { what: 'indicating' });
    const mtu = bearer.exchangeMtu();
    expect(channel.takeSent()).toEqual(['1d030001', '020502']);
    channel.deliver(fromHex('03 1700'));
    channel.deliver(fromHex('1e'));
    await Promise.all([indication, mtu]);
  });

  test('an indication not confirmed within 30 s ends the bearer (GATT/SR/GAT/BV-01-C)', async () => {
    const { bearer, channel, clock, poisonings } = makeRig();
    const indication = outcome(
      bearer.indicate(3, fromHex('01'), { what: 'indicating', timeoutMs: Number.POSITIVE_INFINITY }),
    );
    await clock.advance(30_000);
    expect(((await indication) as Error).message).toContain('ATT_HANDLE_VALUE_IND within 30000 ms');
    expect(poisonings).toHaveLength(1);
    channel.takeSent();
    expect(await outcome(bearer.indicate(3, fromHex('01'), { what: 'indicating' }))).toBe(poisonings[0]);
    expect(channel.takeSent()).toEqual([]);
  });

  test('a lost link rejects an indication', async () => {
    const { bearer, channel } = makeRig();
    const indication = outcome(bearer.indicate(3, fromHex('01'), { what: 'indicating' }));
    channel.disconnect();
    expect(await indication).toBeInstanceOf(DisconnectedError);
  });

  test('a response keeps to the MTU of the moment its request came', async () => {
    const { bearer, channel, settle } = makeRig();
    const value = new Uint8Array(100);
    let answer: () => void = () => expect.unreachable();
    bearer.server = serverOf(
      (_, mtu) =>
        new Promise((resolve) => {
          answer = () => resolve(valueResponse(ReadResponse, value, mtu));
        }),
    );
    const exchange = bearer.exchangeMtu();
    channel.deliver(fromHex('0a 0300'));
    channel.deliver(fromHex('03 6400'));
    expect(await exchange).toBe(100);
    channel.takeSent();
    answer();
    await settle();
    expect(channel.sent.map(({ length }) => length)).toEqual([23]);
  });
});

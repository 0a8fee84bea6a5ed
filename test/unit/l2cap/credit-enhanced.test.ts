import { afterEach, describe, expect, test } from 'vitest';
import {
  InvalidArgumentError,
  InvalidStateError,
  L2capError,
  MalformedPduError,
  TimeoutError,
} from '../../../src/core/errors.ts';
import type { CreditListener } from '../../../src/l2cap/credit-terms.ts';
import { connected, endLinks, failure, le16, make } from './credit-side.ts';

afterEach(endLinks);

/** Two channels that this side opened: 0x0040 and 0x0041 here, 0x0050 and 0x0051 there. The peer takes SDUs of 70 octets in frames of 70. */
const pair = async () => {
  const side = make();
  const connecting = side.link.credit.enhanced.connect(0x80, 100, 2, {});
  await side.settle();
  side.sent();
  side.receive('18 01 0c00 4600 4600 0a00 0000 5000 5100');
  return { ...side, channels: await connecting };
};

describe('opening channels of the enhanced mode', () => {
  test('L2CAP/ECFC/BV-02-C: asks for several, and has them with a success', async () => {
    const { link, receive, sent, settle, clock } = make();
    const connecting = link.credit.enhanced.connect(0x80, 100, 2, {});
    await settle();
    expect(sent()).toEqual(['050017010c00800064006600200040004100']);
    receive('18 01 0c00 4600 4600 0a00 0000 5000 5100');
    const channels = await connecting;
    expect(channels.map(({ localCid, remoteCid }) => [localCid, remoteCid])).toEqual([
      [0x40, 0x50],
      [0x41, 0x51],
    ]);
    expect(clock.pending).toBe(0);
  });

  test('L2CAP/ECFC/BV-01-C: a peer that knows no such channels', async () => {
    const { link, receive, settle } = make();
    const connecting = failure(link.credit.enhanced.connect(0x80, 100, 1, {}));
    await settle();
    receive('01 01 0200 0000');
    expect(await connecting).toBeInstanceOf(L2capError);
  });

  for (const [title, result] of [
    ['L2CAP/ECFC/BV-04-C', 0x02],
    ['L2CAP/ECFC/BV-10-C', 0x05],
    ['L2CAP/ECFC/BV-12-C', 0x06],
    ['L2CAP/ECFC/BV-14-C', 0x07],
    ['L2CAP/ECFC/BV-31-C', 0x08],
    ['L2CAP/ECFC/BV-18-C', 0x09],
    ['L2CAP/ECFC/BV-19-C', 0x0a],
    ['L2CAP/ECFC/BV-21-C', 0x0b],
  ] as const) {
    test(`${title}: a refusal of all with 0x${result.toString(16)}`, async () => {
      const { link, receive, settle } = make();
      const connecting = failure(link.credit.enhanced.connect(0x80, 100, 2, {}));
      await settle();
      receive(`18 01 0c00 0000 0000 0000 ${le16(result)} 0000 0000`);
      expect(await connecting).toMatchObject({ name: 'L2capError', result });
    });
  }

  test('a refusal of all without identifiers, which mean nothing then', async () => {
    const { link, receive, settle } = make();
    const connecting = failure(link.credit.enhanced.connect(0x80, 100, 2, {}));
    await settle();
    receive('18 01 0800 0000 0000 0000 0200');
    expect(await connecting).toMatchObject({ name: 'L2capError', result: 2 });
  });

  test('L2CAP/ECFC/BV-16-C: some are granted, and no others are used', async () => {
    const { link, receive, settle, sent, pdu } = make();
    const connecting = link.credit.enhanced.connect(0x80, 100, 3, {});
    await settle();
    sent();
    receive('18 01 0e00 4600 4600 0a00 0400 0000 5100 0000');
    const [channel, ...others] = await connecting;
    expect(others).toEqual([]);
    await channel?.send(Uint8Array.of(7));
    expect(sent()).toEqual(['5100010007']);
    pdu(0x40, '0100 aa');
    expect(link.counters.unknownCids).toBe(1);
  });

  test('L2CAP/ECFC/BV-29-C: a Destination CID that is in use ends both channels (L5)', async () => {
    const { link, receive, settle, sent, channels } = await pair();
    const connecting = link.credit.enhanced.connect(0x80, 100, 2, {});
    await settle();
    sent();
    receive('18 02 0c00 4600 4600 0a00 0000 5000 5200');
    const open = await connecting;
    expect(open.map(({ remoteCid }) => remoteCid)).toEqual([0x52]);
    expect(channels.map(({ state }) => state.phase)).toEqual(['closing', 'open']);
    expect(sent()).toEqual(['05000603040050004000', '05000604040050004200']);
  });

  test('the same Destination CID twice in one response ends both (L5)', async () => {
    const { link, receive, settle } = make();
    const connecting = failure(link.credit.enhanced.connect(0x80, 100, 2, {}));
    await settle();
    receive('18 01 0c00 4600 4600 0a00 0000 5000 5000');
    expect(await connecting).toBeInstanceOf(MalformedPduError);
  });

  test('a response with sizes or credits that no channel has, or for another number of channels', async () => {
    for (const response of [
      '0c00 3f00 4600 0a00 0000 5000 5100',
      '0c00 4600 3f00 0a00 0000 5000 5100',
      '0c00 4600 4600 0000 0000 5000 5100',
      '0a00 4600 4600 0a00 0000 5000',
      '0800 4600 4600 0a00 0000',
      '0800 0000 0000 0000 0400',
      '0c00 4600 4600 0a00 0000 0000 3f00',
    ]) {
      const { link, receive, settle } = make();
      const connecting = failure(link.credit.enhanced.connect(0x80, 100, 2, {}));
      await settle();
      receive(`18 01 ${response}`);
      expect(await connecting).toBeInstanceOf(MalformedPduError);
    }
  });

  test('a peer that lets wait is waited for, for ERTX at the longest', async () => {
    const { link, clock, receive } = make();
    const patiently = { timeoutMs: Number.POSITIVE_INFINITY };
    const first = link.credit.enhanced.connect(0x80, 100, 1, patiently);
    const second = failure(link.credit.enhanced.connect(0x80, 100, 1, patiently));
    await clock.advance(29_000);
    receive('18 01 0a00 0000 0000 0000 0d00 0000');
    receive('18 02 0800 0000 0000 0000 0d00');
    await clock.advance(59_000);
    receive('18 01 0a00 4600 4600 0a00 0000 5000');
    expect(await first).toHaveLength(1);
    receive('18 02 0a00 0000 0000 0000 0f00 0000');
    await clock.advance(1_000);
    expect(await second).toMatchObject({ name: 'TimeoutError', timeoutMs: 60_000 });
    expect(clock.pending).toBe(0);
  });

  test('a pending response that breaks its format rejects', async () => {
    const { link, receive, settle } = make();
    const connecting = failure(link.credit.enhanced.connect(0x80, 100, 1, {}));
    await settle();
    receive('18 01 0900 0000 0000 0000 0d00 00');
    expect(await connecting).toBeInstanceOf(MalformedPduError);
  });

  test('is given up, and channels that come too late are closed', async () => {
    const { link, clock, receive, sent } = make();
    const connecting = failure(link.credit.enhanced.connect(0x80, 100, 2, {}));
    await clock.advance(1_000);
    expect(await connecting).toBeInstanceOf(TimeoutError);
    sent();
    receive('18 01 0c00 4600 4600 0a00 0000 5000 5100');
    await clock.advance(0);
    expect(sent()).toEqual(['05000602040050004000', '05000603040051004100']);
  });

  test('with arguments that make no sense, or without room, sends nothing', async () => {
    const { link, sent } = make();
    for (const [mtu, count] of [
      [63, 1],
      [100, 0],
      [100, 6],
      [100, 1.5],
    ] as const) {
      const error = await failure(link.credit.enhanced.connect(0x80, mtu, count, {}));
      expect(error).toBeInstanceOf(InvalidArgumentError);
    }
    expect(sent()).toEqual([]);
    const waiting = Array.from({ length: 6 }, () => failure(link.credit.enhanced.connect(0x80, 100, 5, {})));
    const last = await failure(link.credit.enhanced.connect(0x80, 100, 5, {}));
    expect(last).toBeInstanceOf(InvalidStateError);
    endLinks();
    await Promise.all(waiting);
  });
});

describe('being asked for channels of the enhanced mode', () => {
  test('L2CAP/ECFC/BV-03-C: opens them', async () => {
    const { receive, sent, opened } = make();
    receive('17 07 0c00 8000 4600 4600 0100 5000 5100');
    expect(sent()).toEqual(['050018070c00640066002000000040004100']);
    await opened[1]?.send(Uint8Array.of(7));
    expect(sent()).toEqual(['5100010007']);
  });

  for (const [title, changes, request, answer] of [
    ['L2CAP/ECFC/BV-28-C', {}, '8100 4600 4600 0100 5000 5100', '000000000000 0200 0000 0000'],
    [
      'L2CAP/ECFC/BV-11-C',
      { admit: () => 5 },
      '8000 4600 4600 0100 5000 5100',
      '000000000000 0500 0000 0000',
    ],
    [
      'L2CAP/ECFC/BV-13-C',
      { admit: () => 6 },
      '8000 4600 4600 0100 5000 5100',
      '000000000000 0600 0000 0000',
    ],
    [
      'L2CAP/ECFC/BV-15-C',
      { admit: () => 7 },
      '8000 4600 4600 0100 5000 5100',
      '000000000000 0700 0000 0000',
    ],
    [
      'L2CAP/ECFC/BV-32-C',
      { admit: () => 8 },
      '8000 4600 4600 0100 5000 5100',
      '000000000000 0800 0000 0000',
    ],
    ['L2CAP/ECFC/BV-27-C', { mtu: 63 }, '8000 4600 4600 0100 5000 5100', '000000000000 0b00 0000 0000'],
    ['L2CAP/ECFC/BV-26-C: MTU', {}, '8000 3f00 4600 0100 5000 5100', '000000000000 0c00 0000 0000'],
    ['L2CAP/ECFC/BV-26-C: MPS', {}, '8000 4600 3f00 0100 5000 5100', '000000000000 0c00 0000 0000'],
    ['L2CAP/ECFC/BV-26-C: no credits', {}, '8000 4600 4600 0000 5000 5100', '000000000000 0c00 0000 0000'],
    ['L2CAP/ECFC/BV-17-C', { room: 1 }, '8000 4600 4600 0100 5000 5100', '640066002000 0400 4000 0000'],
    ['a Source CID out of range (L5)', {}, '8000 4600 4600 0100 3f00 5100', '640066002000 0900 0000 4000'],
    ['the same Source CID twice (L5)', {}, '8000 4600 4600 0100 5000 5000', '640066002000 0a00 4000 0000'],
    [
      'the first reason of several',
      {},
      '8000 4600 4600 0100 5000 5000 3f00',
      '640066002000 0900 4000 0000 0000',
    ],
  ] as const satisfies readonly (readonly [string, Partial<CreditListener>, string, string])[]) {
    test(`${title}: refuses`, () => {
      const { receive, sent, opened } = make(changes);
      const count = (request.split(' ').length - 4) * 2 + 8;
      receive(`17 07 ${le16(count)} ${request}`);
      expect(sent()).toEqual([`05001807${le16(count)}${answer.replaceAll(' ', '')}`]);
      expect(opened.length).toBe(answer.includes('4000') ? 1 : 0);
    });
  }

  test('L2CAP/ECFC/BV-20-C: refuses a Source CID that is in use', () => {
    const { receive, sent } = make();
    receive('17 07 0a00 8000 4600 4600 0100 5000');
    sent();
    receive('17 08 0c00 8000 4600 4600 0100 5000 5100');
    expect(sent()).toEqual(['050018080c006400660020000a0000004100']);
  });

  test('more than five, or half of one, is no command (L6)', () => {
    const { receive, sent } = make();
    receive('17 07 1400 8000 4600 4600 0100 5000 5100 5200 5300 5400 5500');
    receive('17 08 0900 8000 4600 4600 0100 50');
    receive('19 09 1000 6400 6400 5000 5100 5200 5300 5400 5500');
    expect(sent().map((hex) => hex.slice(4, 8))).toEqual(['0107', '0108', '0109']);
  });
});

describe('reconfiguring', () => {
  test('L2CAP/ECFC/BV-22-C: takes longer SDUs when the peer has agreed', async () => {
    const { channels, receive, sent, pdu, settle, clock } = await pair();
    const [channel] = channels;
    if (channel === undefined) throw new Error('no channel');
    const sdus: number[] = [];
    channel.receiver = ({ length }, frames) => {
      sdus.push(length);
      channel.read(frames);
    };
    const changing = channel.reconfigure({ mtu: 5_000 });
    await settle();
    expect(sent()).toEqual(['0500190206008813f7004000']);
    receive('1a 02 0200 0000');
    await changing;
    expect([channel.mtu, channel.mps]).toEqual([5_000, 247]);
    pdu(0x40, `8813${'ab'.repeat(245)}`);
    for (let left = 5_000 - 245; left > 0; left -= 247) pdu(0x40, 'ab'.repeat(Math.min(left, 247)));
    expect(sdus).toEqual([5_000]);
    expect(clock.pending).toBe(0);
  });

  test('is refused, and nothing changes', async () => {
    const { channels, receive, settle } = await pair();
    const changing = failure(channels[0]?.reconfigure({ mtu: 5_000 }) ?? Promise.resolve());
    await settle();
    receive('1a 02 0200 0400');
    expect(await changing).toMatchObject({ name: 'L2capError', result: 4 });
    expect(channels[0]?.mtu).toBe(100);
  });

  test('takes longer and shorter frames when the peer has agreed, and no shorter ones of its own accord', async () => {
    const { channels, receive, sent, settle } = await pair();
    const [channel] = channels;
    if (channel === undefined) throw new Error('no channel');
    for (const [i, [sizes, mtu, mps]] of (
      [
        [{ mps: 120 }, 100, 120],
        [{ mps: 64 }, 100, 64],
        [{ mps: 200 }, 100, 200],
        [{ mtu: 101 }, 101, 200],
      ] as const
    ).entries()) {
      const changing = channel.reconfigure(sizes);
      await settle();
      expect(sent()).toEqual([`0500190${2 + i}0600${le16(mtu)}${le16(mps)}4000`]);
      receive(`1a 0${2 + i} 0200 0000`);
      await changing;
      expect([channel.mtu, channel.mps]).toEqual([mtu, mps]);
    }
    for (const mps of [63, 65_534, 1.5]) {
      expect(await failure(channel.reconfigure({ mps }))).toBeInstanceOf(InvalidArgumentError);
    }
  });

  test('to less, or of a channel of the other mode, is a mistake', async () => {
    const { channels } = await pair();
    expect(await failure(channels[0]?.reconfigure({ mtu: 99 }) ?? Promise.resolve())).toBeInstanceOf(
      InvalidArgumentError,
    );
    const { channel } = await connected();
    expect(await failure(channel.reconfigure({ mtu: 500 }))).toBeInstanceOf(InvalidStateError);
  });

  test('L2CAP/ECFC/BV-23-C, BV-25-C: sends what the peer takes from now on', async () => {
    const { channels, receive, sent, acl, settle } = await pair();
    receive('19 09 0600 c800 5000 5000');
    expect(sent()).toEqual(['05001a0902000000']);
    void channels[0]?.send(new Uint8Array(200));
    await settle();
    expect(acl.sent.flat().map(({ length }) => length - 4)).toEqual([80, 80, 42]);
    expect(channels[1]?.peerMtu).toBe(70);
    sent();
    // A smaller MPS, of one channel.
    receive('19 0a 0600 c800 4000 5000');
    expect(sent()).toEqual(['05001a0a02000000']);
  });

  for (const [title, request, result] of [
    ['L2CAP/ECFC/BI-03-C: a smaller MTU', '4500 4600 5000', '0100'],
    ['L2CAP/ECFC/BI-04-C, BI-07-C: a smaller MPS of several', '4600 4500 5000 5100', '0200'],
    ['L2CAP/ECFC/BI-05-C: a channel that is not there', '4600 4600 5000 5200', '0300'],
    ['L2CAP/ECFC/BI-06-C: an MPS that no channel has', '4600 3f00 5000', '0400'],
  ] as const) {
    test(`${title}: refuses`, async () => {
      const { channels, receive, sent } = await pair();
      receive(`19 09 ${le16(request.replaceAll(' ', '').length / 2)} ${request}`);
      expect(sent()).toEqual([`05001a090200${result}`]);
      expect(channels.map(({ peerMtu, peerMps, state }) => [peerMtu, peerMps, state.phase])).toEqual([
        [70, 70, 'open'],
        [70, 70, 'open'],
      ]);
    });
  }

  test('a channel of the other mode is none that could be (L5)', async () => {
    const { receive, sent } = await connected();
    receive('19 09 0600 6400 6400 4100');
    expect(sent()).toEqual(['05001a0902000300']);
  });
});

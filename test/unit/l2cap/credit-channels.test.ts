import { afterEach, describe, expect, test } from 'vitest';
import { DisconnectedError, InvalidStateError, TimeoutError } from '../../../src/core/errors.ts';
import { fromHex } from '../../support/hex.ts';
import { connected, disconnectionRequest, endLinks, failure, le16, make } from './credit-side.ts';

afterEach(endLinks);

describe('sending', () => {
  test('L2CAP/COS/CFC/BV-02-C: an SDU in one frame', async () => {
    const { channel, sent } = await connected();
    await channel.send(fromHex('aabbcc'));
    expect(sent()).toEqual(['41000300aabbcc']);
  });

  test('L2CAP/COS/CFC/BV-01-C: an SDU in several frames, none of them longer than the MPS', async () => {
    const { channel, sent, acl } = await connected();
    await channel.send(new Uint8Array(50).fill(0xab));
    expect(acl.sent.flat().map(({ length }) => length - 4)).toEqual([30, 22]);
    expect(sent()).toEqual([`41003200${'ab'.repeat(28)}`, `4100${'ab'.repeat(22)}`]);
    expect(channel.sent).toEqual({ octets: 50, sdus: 1 });
  });

  test('L2CAP/LE/CFC/BV-06-C: as many frames as credits', async () => {
    const { channel, sent, settle, receive } = await connected(0);
    const sending = channel.send(new Uint8Array(50));
    const another = channel.send(new Uint8Array(40));
    await settle();
    expect(sent()).toEqual([]);
    for (const credits of [1, 1, 2]) {
      receive(`16 09 0400 4100 ${le16(credits)}`);
      await settle();
      expect(sent()).toHaveLength(credits);
    }
    await Promise.all([sending, another]);
  });

  test('credits for a channel that is not there', async () => {
    const { receive, sent } = await connected();
    receive('16 09 0400 4200 0100');
    expect(sent()).toEqual(['050001090600020000004200']);
  });

  test('an SDU that is given up goes on from a copy; one that has not begun does not leave', async () => {
    const { channel, sent, clock, settle, receive } = await connected(1);
    const data = new Uint8Array(50).fill(0xab);
    const first = failure(channel.send(data, { timeoutMs: 100 }));
    const second = failure(channel.send(Uint8Array.of(7), { timeoutMs: 100 }));
    const third = channel.send(Uint8Array.of(8));
    await clock.advance(100);
    expect(await first).toMatchObject({ message: expect.stringContaining('28 of 50 octets have left') });
    expect(await second).toBeInstanceOf(TimeoutError);
    data.fill(0);
    sent();
    receive('16 09 0400 4100 0500');
    await settle();
    await third;
    expect(sent()).toEqual([`4100${'ab'.repeat(22)}`, '4100010008']);
  });

  test('nothing sends nothing', async () => {
    const { channel, sent } = await connected();
    await channel.send(new Uint8Array(0));
    expect(sent()).toEqual([]);
  });

  test('is bounded', async () => {
    const { channel } = await connected(0);
    const all = Array.from({ length: 65 }, () => failure(channel.send(Uint8Array.of(1))));
    expect(await all[64]).toBeInstanceOf(InvalidStateError);
    channel.close('closedHere');
    expect(await all[0]).toMatchObject({ message: expect.stringContaining('0 of 1 octets have left') });
  });

  test('waits by default for what is before it, too', async () => {
    const { channel, clock } = await connected(0);
    const first = failure(channel.send(new Uint8Array(300), { timeoutMs: Number.POSITIVE_INFINITY }));
    const second = failure(channel.send(new Uint8Array(28)));
    const flushed = failure(channel.flush());
    // 328 octets behind the length of an SDU are 11 frames of 30.
    await clock.advance(2_099);
    expect(clock.pending).toBe(2);
    await clock.advance(1);
    expect(await second).toMatchObject({ timeoutMs: 2_100 });
    expect(await flushed).toMatchObject({ timeoutMs: 2_100 });
    channel.close('closedHere');
    await first;
  });

  test('flush waits for all of it', async () => {
    const { channel, settle, receive } = await connected(0);
    await channel.flush();
    const events: string[] = [];
    void channel.send(new Uint8Array(20)).then(() => events.push('sent'));
    void channel.flush().then(() => events.push('flushed'));
    await settle();
    expect(events).toEqual([]);
    receive('16 09 0400 4100 0100');
    await settle();
    expect(events).toEqual(['sent', 'flushed']);
  });
});

describe('receiving', () => {
  test('L2CAP/COS/CFC/BV-04-C: an SDU in one frame', async () => {
    const { pdu, sdus } = await connected();
    pdu(0x40, '0300 aabbcc');
    expect(sdus).toEqual(['aabbcc']);
  });

  test('L2CAP/COS/CFC/BV-03-C: an SDU in several', async () => {
    const { pdu, sdus } = await connected();
    pdu(0x40, '0500 aabb');
    pdu(0x40, 'cc');
    expect(sdus).toEqual([]);
    pdu(0x40, 'ddee');
    expect(sdus).toEqual(['aabbccddee']);
  });

  test('L2CAP/COS/CFC/BV-05-C: channels do not mix', () => {
    const { receive, pdu, opened } = make();
    receive('14 07 0a00 8000 4500 3200 1e00 0500');
    receive('14 08 0a00 8000 4600 3200 1e00 0500');
    const sdus: string[] = [];
    for (const channel of opened) {
      channel.receiver = (sdu) => sdus.push(`${channel.localCid} ${Buffer.from(sdu).toString('hex')}`);
    }
    pdu(0x40, '0300 aa');
    pdu(0x41, '0200 11');
    pdu(0x40, 'bbcc');
    pdu(0x41, '22');
    expect(sdus).toEqual(['64 aabbcc', '65 1122']);
  });

  test('L2CAP/LE/CFC/BV-31-C: a frame in several fragments', async () => {
    const { acl, sdus } = await connected();
    acl.deliver(fromHex('0500 4000 03'), fromHex('00 aa'), fromHex('bbcc'));
    expect(sdus).toEqual(['aabbcc']);
  });

  test('L2CAP/LE/CFC/BV-30-C: a request in several fragments', () => {
    const { acl, opened } = make();
    acl.deliver(fromHex('0e00 0500 1407 0a00'), fromHex('8000 4500 3200'), fromHex('1e00 0500'));
    expect(opened).toHaveLength(1);
  });

  test('L2CAP/LE/CFC/BV-32-C: SDUs about as long as the MPS', async () => {
    const { pdu, sdus, channel } = await connected(10, 600);
    const { mps, mtu } = channel;
    const lengths = [mps, mps - 1, mps + 1, 2 * mps, 2 * mps + 1, mtu];
    for (const length of lengths) {
      // The SDU length does not count: the first frame carries as much as the MPS.
      let left = length;
      for (let head = le16(length); left > 0; head = '') {
        const part = Math.min(left, mps);
        pdu(0x40, head + 'ab'.repeat(part));
        left -= part;
      }
    }
    expect(sdus.map((sdu) => sdu.length / 2)).toEqual(lengths);
    expect(channel.state.phase).toBe('open');
  });

  test('L2CAP/LE/CFC/BV-07-C: credits go back as the reader reads', async () => {
    const { pdu, sent, settle } = await connected();
    for (let i = 0; i < 15; i++) pdu(0x40, '0100 aa');
    expect(sent()).toEqual([]);
    pdu(0x40, '0100 aa');
    expect(sent()).toEqual(['05001602040040001000']);
    for (let i = 0; i < 40; i++) {
      pdu(0x40, '0100 aa');
      await settle();
    }
    expect(sent()).toEqual(['05001603040040001000', '05001604040040001000']);
  });

  test('one indication at a time waits for room, and what is granted meanwhile goes with the next', async () => {
    const { pdu, sent, settle } = await connected();
    for (let i = 0; i < 32; i++) pdu(0x40, '0100 aa');
    expect(sent()).toEqual(['05001602040040001000']);
    await settle();
    expect(sent()).toEqual(['05001603040040001000']);
  });
});

describe('a peer that breaks a rule', () => {
  for (const [title, attack] of [
    ['L2CAP/LE/CFC/BV-26-C', (side: ReturnType<typeof make>) => side.pdu(0x40, '6500 aa')],
    ['L2CAP/LE/CFC/BV-27-C', (side: ReturnType<typeof make>) => side.pdu(0x40, 'aa'.repeat(120))],
    [
      'L2CAP/LE/CFC/BV-28-C',
      (side: ReturnType<typeof make>) => {
        side.pdu(0x40, '0300 aabb');
        side.pdu(0x40, 'ccdd');
      },
    ],
    [
      'L2CAP/LE/CFC/BI-01-C',
      (side: ReturnType<typeof make>) => {
        for (const credits of ['ffff', 'ffff']) side.receive(`16 09 0400 4100 ${credits}`);
      },
    ],
    [
      'a window of frames without an octet (L3)',
      (side: ReturnType<typeof make>) => {
        for (let i = 0; i < 32; i++) side.pdu(0x40, i === 0 ? '0100' : '');
      },
    ],
    ['a frame of no octets (L1)', (side: ReturnType<typeof make>) => side.pdu(0x40, '')],
  ] as const) {
    test(`${title}: has its channel closed`, async () => {
      const side = await connected();
      const { channel, sent, receive, settle, link, pdu, sdus } = side;
      const sending = failure(channel.send(new Uint8Array(5_000)));
      const gone = sdus.length;
      await settle();
      sent();
      attack(side);
      expect(sent().filter((hex) => hex.startsWith('0500'))).toEqual([disconnectionRequest]);
      expect(await sending).toBeInstanceOf(DisconnectedError);
      // Its identifier stays taken until the peer has agreed; what comes meanwhile is nobody's.
      pdu(0x40, '0100 aa');
      receive('16 0a 0400 4100 0000');
      receive('07 02 0400 4100 4000');
      await settle();
      expect(channel.state.phase).toBe('closed');
      expect(sdus.length).toBe(gone);
      expect(sent()).toEqual([]);
      expect(link.counters).toMatchObject({ brokenChannels: 1, receiverErrors: 0 });
      expect(await failure(channel.send(Uint8Array.of(1)))).toBeInstanceOf(DisconnectedError);
    });
  }

  test('no credits are no credits (L4)', async () => {
    const { channel, receive, sent } = await connected(1);
    receive('16 09 0400 4100 0000');
    await channel.send(Uint8Array.of(1));
    const waiting = failure(channel.send(Uint8Array.of(2), { timeoutMs: Number.POSITIVE_INFINITY }));
    receive('16 0a 0400 4100 0000');
    expect(sent()).toEqual(['4100010001']);
    receive('16 0b 0400 4100 0100');
    expect(await waiting).toBeUndefined();
  });

  test('sending without a credit (L4)', () => {
    const { receive, pdu, opened, sent } = make();
    receive('14 07 0a00 8000 4500 3200 1e00 0500');
    sent();
    for (let i = 0; i < 32; i++) pdu(0x40, '0100 aa');
    expect(opened[0]?.state.phase).toBe('open');
    pdu(0x40, '0100 aa');
    expect(opened[0]?.state).toEqual({ phase: 'closing', end: 'frameWithoutCredit' });
    expect(sent()).toEqual(['05000601040045004000']);
  });
});

describe('closing', () => {
  test('L2CAP/LE/CFC/BV-08-C: asks, and waits for the answer', async () => {
    const { channel, sent, receive, clock } = await connected();
    const closing = channel.disconnect();
    expect(sent()).toEqual([disconnectionRequest]);
    receive('07 02 0400 4100 4000');
    await closing;
    await channel.disconnect();
    expect(sent()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('the peer may use its identifier again in the command behind its answer', async () => {
    const { channel, sent, receive, opened } = await connected();
    const closing = channel.disconnect();
    sent();
    receive('07 02 0400 4100 4000');
    receive('14 07 0a00 8000 4100 3200 1e00 0500');
    expect(opened.map(({ remoteCid }) => remoteCid)).toEqual([0x41]);
    await closing;
  });

  test('L2CAP/LE/CFC/BV-09-C: agrees', async () => {
    const { channel, sent, receive } = await connected();
    receive('06 09 0400 4000 4100');
    expect(sent()).toEqual(['05000709040040004100']);
    expect(channel.scope.error).toMatchObject({ reason: 0x13 });
    receive('06 0a 0400 4000 4100');
    expect(sent()).toEqual(['0500010a0600020040004100']);
  });

  test('L2CAP/LE/CFC/BV-23-C: a channel that is not there', async () => {
    const { sent, receive } = await connected();
    receive('06 09 0400 4200 4100');
    expect(sent()).toEqual(['050001090600020042004100']);
  });

  test('half a match is discarded', async () => {
    const { channel, sent, receive, link } = await connected();
    receive('06 09 0400 4000 4200');
    expect(sent()).toEqual([]);
    expect(channel.state.phase).toBe('open');
    expect(link.counters.strayDisconnections).toBe(1);
  });

  test('both at once', async () => {
    const { channel, sent, receive } = await connected();
    const closing = channel.disconnect();
    sent();
    receive('06 09 0400 4000 4100');
    await closing;
    expect(sent()).toEqual(['05000709040040004100']);
    receive('01 02 0600 0200 4100 4000');
  });

  test('without an answer rejects, and is over after RTX', async () => {
    const { channel, clock } = await connected();
    const closing = failure(channel.disconnect());
    await clock.advance(2_000);
    expect(await closing).toBeInstanceOf(TimeoutError);
    expect(channel.state.phase).toBe('closing');
    await clock.advance(28_000);
    expect(channel.state.phase).toBe('closed');
    expect(clock.pending).toBe(0);
  });

  test('with the link ends every wait', async () => {
    const { channel, acl, link, clock, receive } = await connected(0);
    const waits = [
      failure(channel.send(Uint8Array.of(1))),
      failure(channel.flush()),
      failure(link.credit.connect(0x80, 100, {})),
    ];
    await clock.advance(0);
    const closing = (await connected()).channel;
    acl.disconnect();
    for (const wait of waits) expect(await wait).toBeInstanceOf(DisconnectedError);
    await channel.disconnect();
    expect(channel.scope.error).toBe(acl.scope.error);
    expect(clock.pending).toBe(0);
    receive('16 09 0400 4100 0100');
    expect(closing.state.phase).toBe('open');
  });
});

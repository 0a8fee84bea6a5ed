import { afterEach, describe, expect, test } from 'vitest';
import {
  DisconnectedError,
  InvalidArgumentError,
  InvalidStateError,
  L2capError,
  MalformedPduError,
  TimeoutError,
} from '../../../src/core/errors.ts';
import { Log } from '../../../src/core/log.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import type { CreditChannel } from '../../../src/l2cap/credit-channel.ts';
import type { CreditListener } from '../../../src/l2cap/credit-channels.ts';
import { L2capLink } from '../../../src/l2cap/l2cap-link.ts';
import { FakeAclLink } from '../../support/fake-acl-link.ts';
import { fromHex } from '../../support/hex.ts';

const links: FakeAclLink[] = [];
afterEach(() => {
  for (const link of links.splice(0)) link.disconnect();
});

const le16 = (value: number): string =>
  [value & 0xff, value >> 8].map((octet) => octet.toString(16).padStart(2, '0')).join('');

/** One side of a link; the test plays the other. SPSM 0x80 is listened to with an MTU of 100. */
const make = (changes: Partial<CreditListener> = {}) => {
  const acl = new FakeAclLink(251);
  links.push(acl);
  const clock = new ManualClock();
  const opened: CreditChannel[] = [];
  const listener: CreditListener = {
    mtu: 100,
    hasRoom: true,
    admit: () => 0,
    opened: (channel) => opened.push(channel),
    ...changes,
  };
  const link = new L2capLink({
    acl,
    role: 'central',
    clock,
    log: new Log(),
    peer: 'the peer',
    listenerOf: (spsm) => (spsm === 0x80 ? listener : undefined),
  });
  link.start();
  const pdu = (cid: number, hex: string): void => {
    const payload = fromHex(hex);
    acl.deliver(Uint8Array.of(payload.length & 0xff, payload.length >> 8, cid & 0xff, cid >> 8, ...payload));
  };
  return {
    acl,
    clock,
    link,
    opened,
    pdu,
    /** A signalling command from the peer. */
    receive: (hex: string): void => pdu(5, hex),
    /** What was sent, without the PDU length: CID and payload. */
    sent: (): string[] => acl.takeSent().map((hex) => hex.slice(4)),
    settle: (): Promise<void> => clock.advance(0),
  };
};

/** A channel that this side opened: 0x0040 here, 0x0041 there. The peer takes SDUs of 50 octets in frames of 30, with so many credits. */
const connected = async (credits = 10, mtu = 100) => {
  const side = make();
  const connecting = side.link.credit.connect(0x80, mtu, {});
  await side.settle();
  side.sent();
  side.receive(`15 01 0a00 4100 3200 1e00 ${le16(credits)} 0000`);
  const channel = await connecting;
  const sdus: string[] = [];
  channel.receiver = (sdu, frames) => {
    sdus.push(Buffer.from(sdu).toString('hex'));
    channel.read(frames);
  };
  return { ...side, channel, sdus };
};

const disconnectionRequest = '0500 06 02 0400 4100 4000';
const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe('opening a channel', () => {
  test('L2CAP/LE/CFC/BV-02-C: asks, and has it with a success', async () => {
    const { link, receive, sent, settle, clock, pdu } = make();
    const connecting = link.credit.connect(0x80, 100, {});
    await settle();
    // SPSM 0x0080, SCID 0x0040, MTU 100, MPS 102, 32 credits.
    expect(sent()).toEqual(['050014010a0080004000640066002000']);
    receive('15 01 0a00 4100 3200 1e00 0500 0000');
    // Data in the same turn are not lost.
    pdu(0x40, '0200 aabb');
    const channel = await connecting;
    const sdus: Uint8Array[] = [];
    channel.receiver = (sdu) => sdus.push(sdu);
    expect(sdus).toEqual([Uint8Array.of(0xaa, 0xbb)]);
    expect([channel.localCid, channel.remoteCid, channel.peerMtu]).toEqual([0x40, 0x41, 50]);
    expect(clock.pending).toBe(0);
  });

  test('L2CAP/LE/CFC/BV-01-C: a peer that knows no such channels', async () => {
    const { link, receive, settle } = make();
    const connecting = failure(link.credit.connect(0x80, 100, {}));
    await settle();
    receive('01 01 0200 0000');
    const error = await connecting;
    expect(error).toBeInstanceOf(L2capError);
    expect(error).toMatchObject({
      message:
        'opening an L2CAP channel to SPSM 0x0080 of the peer: the peer does not understand the command (Command Reject, reason 0x0000)',
    });
  });

  for (const [title, result, text] of [
    ['L2CAP/LE/CFC/BV-04-C', 0x02, 'SPSM not supported'],
    ['L2CAP/LE/CFC/BV-16-C', 0x04, 'no resources'],
    ['L2CAP/LE/CFC/BV-10-C', 0x05, 'insufficient authentication'],
    ['L2CAP/LE/CFC/BV-12-C', 0x06, 'insufficient authorization'],
    ['L2CAP/LE/CFC/BV-14-C', 0x07, 'key size too short'],
    ['L2CAP/LE/CFC/BV-24-C', 0x08, 'insufficient encryption'],
    ['L2CAP/LE/CFC/BV-18-C', 0x09, 'invalid Source CID'],
    ['L2CAP/LE/CFC/BV-19-C', 0x0a, 'Source CID already allocated'],
    ['L2CAP/LE/CFC/BV-21-C', 0x0b, 'unacceptable parameters'],
    ['a result of tomorrow', 0x4711, 'does not name'],
  ] as const) {
    test(`${title}: a refusal with 0x${result.toString(16)}`, async () => {
      const { link, receive, settle, sent, pdu } = make();
      const connecting = failure(link.credit.connect(0x80, 100, {}));
      await settle();
      sent();
      receive(`15 01 0a00 0000 0000 0000 0000 ${le16(result)}`);
      const error = await connecting;
      expect(error).toBeInstanceOf(L2capError);
      expect(error).toMatchObject({ result, message: expect.stringContaining(text) });
      pdu(0x40, '0200 aabb');
      expect(sent()).toEqual([]);
      expect(link.counters.unknownCids).toBe(1);
    });
  }

  test('L2CAP/LE/CFC/BV-29-C: Source CIDs are dynamic and unique, up to the limit (L5, L9)', async () => {
    const { link, receive, sent, settle } = make();
    const seen = new Set<number>();
    for (let i = 0; i < 32; i++) {
      const connecting = link.credit.connect(0x80, 100, {});
      await settle();
      const [request = ''] = sent();
      const cid = Number.parseInt(request.slice(16, 18), 16);
      expect(cid).toBeGreaterThanOrEqual(0x40);
      expect(cid).toBeLessThanOrEqual(0x7f);
      seen.add(cid);
      receive(`15 ${request.slice(6, 8)} 0a00 ${le16(0x40 + i)} 3200 1e00 0500 0000`);
      await connecting;
    }
    expect(seen.size).toBe(32);
    expect(await failure(link.credit.connect(0x80, 100, {}))).toBeInstanceOf(InvalidStateError);
    receive('14 77 0a00 8000 7f00 3200 1e00 0500');
    expect(sent()).toEqual(['050015770a0000000000000000000400']);
  });

  test('a Destination CID out of range, and parameters that no channel has', async () => {
    for (const [response, isClosed] of [
      ['3f00 3200 1e00 0500 0000', false],
      ['8000 3200 1e00 0500 0000', false],
      ['4100 1600 1e00 0500 0000', true],
      ['4100 3200 1600 0500 0000', true],
      ['4100 3200 feff 0500 0000', true],
    ] as const) {
      const { link, receive, sent, settle } = make();
      const connecting = failure(link.credit.connect(0x80, 100, {}));
      await settle();
      sent();
      receive(`15 01 0a00 ${response}`);
      expect(await connecting).toBeInstanceOf(MalformedPduError);
      expect(sent()).toEqual(isClosed ? [disconnectionRequest.replaceAll(' ', '')] : []);
    }
  });

  test('a Destination CID that is in use ends both channels (L5)', async () => {
    const { link, receive, sent, settle, channel } = await connected();
    const connecting = failure(link.credit.connect(0x80, 100, {}));
    await settle();
    sent();
    receive('15 02 0a00 4100 3200 1e00 0500 0000');
    expect(await connecting).toBeInstanceOf(MalformedPduError);
    expect(sent()).toEqual(['05000603040041004000', '05000604040041004100']);
    expect(channel.scope.error).toBeInstanceOf(DisconnectedError);
  });

  test('is given up, and a channel that comes too late is closed', async () => {
    const { link, clock, receive, sent } = make();
    const connecting = failure(link.credit.connect(0x80, 100, {}));
    await clock.advance(1_000);
    expect(await connecting).toMatchObject({
      message: expect.stringContaining(
        'timed out after 1000 ms while opening an L2CAP channel to SPSM 0x0080',
      ),
    });
    sent();
    receive('15 01 0a00 4100 3200 1e00 0500 0000');
    await clock.advance(0);
    expect(sent()).toEqual([disconnectionRequest.replaceAll(' ', '')]);
  });

  test('the wait for a response is RTX at the longest, and its CID is free then', async () => {
    const { link, clock } = make();
    const connecting = failure(link.credit.connect(0x80, 100, { timeoutMs: Number.POSITIVE_INFINITY }));
    await clock.advance(30_000);
    expect(await connecting).toBeInstanceOf(TimeoutError);
    expect(clock.pending).toBe(0);
  });

  test('with arguments that make no sense sends nothing', async () => {
    const { link, sent } = make();
    for (const [spsm, mtu] of [
      [0, 100],
      [0x100, 100],
      [1.5, 100],
      [0x80, 22],
      [0x80, 65_536],
    ] as const) {
      expect(await failure(link.credit.connect(spsm, mtu, {}))).toBeInstanceOf(InvalidArgumentError);
    }
    expect(sent()).toEqual([]);
  });
});

describe('being asked for a channel', () => {
  test('L2CAP/LE/CFC/BV-03-C: opens it', async () => {
    const { receive, sent, opened, settle } = make();
    receive('14 07 0a00 8000 4500 3200 1e00 0500');
    expect(sent()).toEqual(['050015070a0040006400660020000000']);
    await opened[0]?.send(Uint8Array.of(1, 2, 3));
    await settle();
    expect(sent()).toEqual(['45000300010203']);
  });

  for (const [title, changes, request, result] of [
    ['L2CAP/LE/CFC/BV-05-C, BV-22-C: not listened to', {}, '8100 4500 3200 1e00 0500', 0x02],
    ['SPSM 0 (L7)', {}, '0000 4500 3200 1e00 0500', 0x02],
    ['L2CAP/LE/CFC/BV-17-C: no room', { hasRoom: false }, '8000 4500 3200 1e00 0500', 0x04],
    ['L2CAP/LE/CFC/BV-11-C', { admit: () => 5 }, '8000 4500 3200 1e00 0500', 0x05],
    ['L2CAP/LE/CFC/BV-13-C', { admit: () => 6 }, '8000 4500 3200 1e00 0500', 0x06],
    ['L2CAP/LE/CFC/BV-15-C', { admit: () => 7 }, '8000 4500 3200 1e00 0500', 0x07],
    ['L2CAP/LE/CFC/BV-25-C', { admit: () => 8 }, '8000 4500 3200 1e00 0500', 0x08],
    ['a Source CID below the range (L5)', {}, '8000 3f00 3200 1e00 0500', 0x09],
    ['a Source CID above the range (L5)', {}, '8000 8000 3200 1e00 0500', 0x09],
    ['an MTU of 22', {}, '8000 4500 1600 1e00 0500', 0x0b],
    ['an MPS of 22', {}, '8000 4500 3200 1600 0500', 0x0b],
    ['an MPS of 65534', {}, '8000 4500 3200 feff 0500', 0x0b],
    ['first what comes first: SPSM', { hasRoom: false }, '8100 3f00 1600 1600 0000', 0x02],
    [
      'first what comes first: resources',
      { hasRoom: false, admit: () => 5 },
      '8000 3f00 1600 1e00 0500',
      0x04,
    ],
    ['first what comes first: security', { admit: () => 5 }, '8000 3f00 1600 1e00 0500', 0x05],
    ['first what comes first: Source CID', {}, '8000 3f00 1600 1e00 0500', 0x09],
  ] as const satisfies readonly (readonly [string, Partial<CreditListener>, string, number])[]) {
    test(`${title}: refuses with 0x${result.toString(16)}`, () => {
      const { receive, sent, opened, link } = make(changes);
      receive(`14 07 0a00 ${request}`);
      expect(sent()).toEqual([`050015070a000000000000000000${le16(result)}`]);
      expect(opened).toEqual([]);
      expect(link.counters.refusedChannels).toBe(1);
    });
  }

  test('L2CAP/LE/CFC/BV-20-C: refuses a Source CID that is in use', () => {
    const { receive, sent, opened } = make();
    receive('14 07 0a00 8000 4500 3200 1e00 0500');
    sent();
    receive('14 08 0a00 8000 4500 3200 1e00 0500');
    expect(sent()).toEqual(['050015080a0000000000000000000a00']);
    expect(opened).toHaveLength(1);
  });

  test('the enhanced mode is refused', () => {
    const { receive, sent } = make();
    receive('17 07 0c00 8000 4000 4000 0100 4500 4600');
    expect(sent()).toEqual(['050018070c00000000000000020000000000']);
  });
});

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
    ['0 credits (L4)', (side: ReturnType<typeof make>) => side.receive('16 09 0400 4100 0000')],
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
      expect(sent().filter((hex) => hex.startsWith('0500'))).toEqual([
        disconnectionRequest.replaceAll(' ', ''),
      ]);
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
    expect(sent()).toEqual([disconnectionRequest.replaceAll(' ', '')]);
    receive('07 02 0400 4100 4000');
    await closing;
    await channel.disconnect();
    expect(sent()).toEqual([]);
    expect(clock.pending).toBe(0);
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

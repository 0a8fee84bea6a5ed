import { afterEach, describe, expect, test } from 'vitest';
import {
  DisconnectedError,
  InvalidArgumentError,
  InvalidStateError,
  L2capError,
  MalformedPduError,
  TimeoutError,
} from '../../../src/core/errors.ts';
import type { CreditListener } from '../../../src/l2cap/credit-terms.ts';
import { connected, disconnectionRequest, endLinks, failure, le16, make } from './credit-side.ts';

afterEach(endLinks);

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
      expect(sent()).toEqual(isClosed ? [disconnectionRequest] : []);
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
    expect(sent()).toEqual([disconnectionRequest]);
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
    ['L2CAP/LE/CFC/BV-17-C: no room', { room: 0 }, '8000 4500 3200 1e00 0500', 0x04],
    ['L2CAP/LE/CFC/BV-11-C', { admit: () => 5 }, '8000 4500 3200 1e00 0500', 0x05],
    ['L2CAP/LE/CFC/BV-13-C', { admit: () => 6 }, '8000 4500 3200 1e00 0500', 0x06],
    ['L2CAP/LE/CFC/BV-15-C', { admit: () => 7 }, '8000 4500 3200 1e00 0500', 0x07],
    ['L2CAP/LE/CFC/BV-25-C', { admit: () => 8 }, '8000 4500 3200 1e00 0500', 0x08],
    ['a Source CID below the range (L5)', {}, '8000 3f00 3200 1e00 0500', 0x09],
    ['a Source CID above the range (L5)', {}, '8000 8000 3200 1e00 0500', 0x09],
    ['an MTU of 22', {}, '8000 4500 1600 1e00 0500', 0x0b],
    ['an MPS of 22', {}, '8000 4500 3200 1600 0500', 0x0b],
    ['an MPS of 65534', {}, '8000 4500 3200 feff 0500', 0x0b],
    ['first what comes first: SPSM', { room: 0 }, '8100 3f00 1600 1600 0000', 0x02],
    ['first what comes first: resources', { room: 0, admit: () => 5 }, '8000 3f00 1600 1e00 0500', 0x04],
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
});

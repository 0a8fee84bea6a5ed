import { afterEach, describe, expect, test } from 'vitest';
import { DisconnectedError } from '../../../src/core/errors.ts';
import { Log, type LogRecord } from '../../../src/core/log.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { allocatePacket, PacketOffset } from '../../../src/core/packet.ts';
import { L2capLink } from '../../../src/l2cap/l2cap-link.ts';
import { FakeAclLink, linkPair } from '../../support/fake-acl-link.ts';
import { fromHex } from '../../support/hex.ts';

const links: FakeAclLink[] = [];
afterEach(() => {
  for (const link of links.splice(0)) link.disconnect();
});

const linkOver = (acl: FakeAclLink, records: LogRecord[] = []): L2capLink => {
  links.push(acl);
  const log = new Log((record) => records.push(record));
  return new L2capLink({ acl, role: 'central', clock: new ManualClock(), log, peer: 'the peer' });
};

const packetOf = (payload: Uint8Array): Uint8Array => {
  const packet = allocatePacket(payload.length);
  packet.set(payload, PacketOffset.payload);
  return packet;
};

describe('sending', () => {
  test('writes the basic header in place', async () => {
    const acl = new FakeAclLink(27);
    const link = linkOver(acl);
    await link.att.send(packetOf(fromHex('0a0300')));
    await link.smp.send(packetOf(fromHex('0505')));
    expect(acl.takeSent()).toEqual(['030004000a0300', '020006000505']);
  });

  test('cuts what is longer than a fragment', async () => {
    const acl = new FakeAclLink(27);
    const link = linkOver(acl);
    await link.att.send(packetOf(new Uint8Array(23).fill(1)));
    await link.att.send(packetOf(new Uint8Array(24).fill(2)));
    await link.att.send(packetOf(new Uint8Array(300).fill(3)));
    expect(acl.sent.map((fragments) => fragments.map(({ length }) => length))).toEqual([
      [27],
      [27, 1],
      [27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 7],
    ]);
    expect(acl.takeSent()[2]).toBe(`2c010400${'03'.repeat(300)}`);
  });

  test('over one link and into the other nothing is lost', async () => {
    const [left, right] = linkPair(27);
    const a = linkOver(left);
    const b = linkOver(right);
    const received: number[][] = [];
    b.att.receiver = (payload) => received.push([...payload]);
    b.start();
    const sent = [0, 1, 23, 24, 100, 517].map((length) => Uint8Array.from({ length }, (_, i) => i));
    for (const payload of sent) await a.att.send(packetOf(payload));
    await new ManualClock().advance(0);
    expect(received).toEqual(sent.map((payload) => [...payload]));
    expect(Object.values(b.counters).every((count) => count === 0)).toBe(true);
  });

  test('on a dead link rejects', async () => {
    const acl = new FakeAclLink();
    const link = linkOver(acl);
    acl.disconnect();
    await expect(link.att.send(packetOf(fromHex('0a0300')))).rejects.toBeInstanceOf(DisconnectedError);
    expect(link.scope.error).toBeInstanceOf(DisconnectedError);
  });
});

describe('receiving', () => {
  test('begins with start(), so that no receiver comes too late', () => {
    const acl = new FakeAclLink();
    const link = linkOver(acl);
    expect(acl.receiver).toBeUndefined();
    link.start();
    expect(acl.receiver).toBeDefined();
    acl.disconnect();
    expect(acl.receiver).toBeUndefined();
  });

  test('goes to the channel that the header names', () => {
    const acl = new FakeAclLink();
    const link = linkOver(acl);
    const seen: string[] = [];
    link.att.receiver = (payload) => seen.push(`att ${payload.length}`);
    link.smp.receiver = (payload) => seen.push(`smp ${payload.length}`);
    link.start();
    acl.deliver(fromHex('0300 0400 0a0300'));
    acl.deliver(fromHex('0200 0600 0505'));
    acl.deliver(fromHex('0300 0400 0a'), fromHex('0300'));
    expect(seen).toEqual(['att 3', 'smp 2', 'att 3']);
  });

  test('a channel that nobody listens on is counted, and so are those that are not there', () => {
    const acl = new FakeAclLink();
    const link = linkOver(acl);
    link.start();
    acl.deliver(fromHex('0300 0400 0a0300'));
    for (const cid of ['0000', '0100', '0200', '0300', '0700', '3a00', '4000', 'ffff']) {
      acl.deliver(fromHex(`0100 ${cid} aa`));
    }
    expect(link.counters).toMatchObject({ unheardPdus: 1, unknownCids: 8 });
    expect(acl.takeSent()).toEqual([]);
  });

  test('longer than the channel takes is counted: 65 octets for SMP, what was said for ATT', () => {
    const acl = new FakeAclLink();
    const link = linkOver(acl);
    const seen: number[] = [];
    link.att.receiver = link.smp.receiver = (payload) => seen.push(payload.length);
    link.start();
    const pdu = (cid: number, length: number): Uint8Array =>
      Uint8Array.of(length & 0xff, length >> 8, cid, 0, ...new Uint8Array(length));
    for (const length of [65, 66]) acl.deliver(pdu(6, length));
    for (const length of [517, 518]) acl.deliver(pdu(4, length));
    expect(seen).toEqual([65, 517]);
    expect(link.counters.oversizedPdus).toBe(2);
  });

  test('a receiver that throws harms nobody', () => {
    const acl = new FakeAclLink();
    const records: LogRecord[] = [];
    const link = linkOver(acl, records);
    let received = 0;
    link.att.receiver = () => {
      received++;
      throw new Error('mine');
    };
    link.start();
    acl.deliver(fromHex('0300 0400 0a0300'));
    acl.deliver(fromHex('0300 0400 0a0300'));
    expect(received).toBe(2);
    expect(link.counters.receiverErrors).toBe(2);
    expect(records[0]).toMatchObject({
      level: 'error',
      layer: 'l2cap',
      message: 'the receiver of channel 0x0004 of the link to the peer failed: Error: mine',
    });
  });
});

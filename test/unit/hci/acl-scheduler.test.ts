import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DisconnectedError, InvalidStateError, TimeoutError } from '../../../src/core/errors.ts';
import { Log } from '../../../src/core/log.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { allocatePacket, PacketOffset } from '../../../src/core/packet.ts';
import {
  type AclConnection,
  MAX_QUEUED_PDUS,
  MAX_UNREAD_FRAGMENTS,
} from '../../../src/hci/acl-connection.ts';
import { AclScheduler } from '../../../src/hci/acl-scheduler.ts';
import { aclBoundaryFlag, aclHandle } from '../../../src/hci/codec/acl.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import {
  EARLY_WINDOW_MS,
  LATE_CONTROLLER_MS,
  MAX_EARLY_BYTES,
  MAX_EARLY_PACKETS,
} from '../../../src/hci/early-acl.ts';
import { fromHex } from '../../support/hex.ts';

const BUFFERS = 4;
let clock: ManualClock;
let written: Uint8Array[];
let messages: string[];
let acl: AclScheduler;

beforeEach(() => {
  clock = new ManualClock();
  written = [];
  messages = [];
  acl = schedulerOf(undefined);
});
afterEach(() => acl.stop(gone));

const schedulerOf = (eventLagMs: number | undefined): AclScheduler => {
  const made = new AclScheduler({
    clock,
    log: new Log(({ message }) => messages.push(message)),
    eventLagMs,
    write: (packet) => written.push(packet),
  });
  made.setBuffers({ maxFragmentLength: 27, count: BUFFERS });
  return made;
};

const open = (handle: number): AclConnection => acl.open(handle, `peer ${handle}`);
const packet = (tag: number): Uint8Array => {
  const made = allocatePacket(1);
  made[PacketOffset.payload] = tag;
  return made;
};
const completed = (...pairs: readonly (readonly [handle: number, count: number])[]): void =>
  acl.completed(
    HciEvent.numberOfCompletedPackets.encode({
      completed: pairs.map(([connectionHandle, numCompletedPackets]) => ({
        connectionHandle,
        numCompletedPackets,
      })),
    }),
  );
const inbound = (handle: number, data: string, first = true): void => {
  const octets = fromHex(data);
  const flag = first ? 0x20 : 0x10;
  acl.receive(Uint8Array.of(2, handle & 0xff, (handle >> 8) | flag, octets.length, 0, ...octets));
};
const gone = new DisconnectedError('gone', 0x08);
/** Handle, boundary flag and tag of everything written since the last look. */
const seen = (): string[] =>
  written.splice(0).map((p) => `${aclHandle(p)}:${aclBoundaryFlag(p)}:${p[PacketOffset.payload]}`);
const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'sent',
    (error: unknown) => error,
  );

describe('sending', () => {
  test('while there is room a packet leaves at once, with its header in place, and the promise is always the same', async () => {
    const link = open(0x40);
    const first = packet(7);
    const one = link.send(first);
    const two = link.send(packet(8));
    expect(one).toBe(two);
    expect(written[0]).toBe(first);
    expect(Array.from(first.subarray(0, 5))).toEqual([2, 0x40, 0x00, 5, 0]);
    expect(acl.available).toBe(BUFFERS - 2);
    await one;
  });

  test('without room it waits, in order, and resolves when its last fragment is with the controller', async () => {
    const link = open(1);
    for (let tag = 0; tag < BUFFERS; tag++) void link.send(packet(tag));
    seen();
    const order: string[] = [];
    const long = link.send(packet(10), [packet(11), packet(12)]).then(() => order.push('long'));
    const short = link.send(packet(13)).then(() => order.push('short'));
    completed([1, 2]);
    await Promise.resolve();
    expect(seen()).toEqual(['1:0:10', '1:1:11']);
    expect(order).toEqual([]);
    completed([1, 2]);
    await long;
    await short;
    expect(order).toEqual(['long', 'short']);
    expect(seen()).toEqual(['1:1:12', '1:0:13']);
    expect(clock.pending).toBe(0);
  });

  test('a PDU of several fragments leaves at once where they all have room', () => {
    const link = open(1);
    void link.send(packet(1), [packet(2), packet(3)]);
    expect(seen()).toEqual(['1:0:1', '1:1:2', '1:1:3']);
  });

  test('one longer than all buffers leaves as they come free', async () => {
    const link = open(1);
    const promise = link.send(
      packet(0),
      Array.from({ length: 9 }, (_, i) => packet(i + 1)),
    );
    for (let i = 0; i < 3; i++) completed([1, BUFFERS]);
    await promise;
    expect(seen()).toEqual(Array.from({ length: 10 }, (_, i) => `1:${i === 0 ? 0 : 1}:${i}`));
  });

  test('links take turns, fragment by fragment, and PDUs of one link never mix', async () => {
    const [a, b] = [open(1), open(2)];
    const fill = [...Array(3)].map(() => a.send(packet(0)));
    const fillB = b.send(packet(0));
    const more = [
      a.send(packet(1), [packet(2)]),
      a.send(packet(3)),
      b.send(packet(4), [packet(5)]),
      b.send(packet(6)),
    ];
    seen();
    for (let i = 0; i < 6; i++) completed([1, 1], [2, 1]);
    expect(seen()).toEqual(['1:0:1', '2:0:4', '1:1:2', '2:1:5', '1:0:3', '2:0:6']);
    await Promise.all([...fill, fillB, ...more]);
  });

  test('a link whose peer is silent leaves a buffer to each other link', async () => {
    const silent = open(1);
    const lively = open(2);
    const stuck = Array.from({ length: 6 }, () => outcome(silent.send(packet(1))));
    expect(seen().length).toBe(BUFFERS - 1);
    for (let round = 0; round < 20; round++) {
      await lively.send(packet(2));
      completed([2, 1]);
    }
    expect(seen().every((text) => text.startsWith('2:'))).toBe(true);
    acl.close(silent, gone);
    expect((await Promise.all(stuck)).slice(BUFFERS - 1)).toEqual([gone, gone, gone]);
  });

  test('with more links than buffers each still gets its turn', async () => {
    const links = Array.from({ length: 9 }, (_, i) => open(i));
    const sends = links.map((link) => link.send(packet(1)));
    for (let round = 0; round < 9; round++)
      completed(...links.map((link): [number, number] => [link.handle, link.outstanding]));
    await Promise.all(sends);
    expect(seen().length).toBe(9);
    expect(acl.available).toBe(BUFFERS);
  });

  test('the queue of a link has an end', async () => {
    const link = open(1);
    const waiting = Array.from({ length: BUFFERS + MAX_QUEUED_PDUS }, () => outcome(link.send(packet(1))));
    expect(await outcome(link.send(packet(2)))).toBeInstanceOf(InvalidStateError);
    expect(acl.counters.get('aclQueueFull')).toBe(1);
    acl.close(link, gone);
    expect((await Promise.all(waiting)).filter((result) => result === gone).length).toBe(MAX_QUEUED_PDUS);
  });
});

describe('giving up', () => {
  test('a PDU of which nothing has left is taken back', async () => {
    const link = open(1);
    for (let tag = 0; tag < BUFFERS; tag++) void link.send(packet(tag));
    seen();
    const late = outcome(link.send(packet(9)));
    await clock.advance(1_000);
    const error = await late;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(String(error)).toContain('sending to peer 1');
    completed([1, 4]);
    expect(seen()).toEqual([]);
    // The link is as good as before.
    await link.send(packet(10));
    expect(seen()).toEqual(['1:0:10']);
  });

  test('one that has begun goes on to its end', async () => {
    const link = open(1);
    for (let tag = 0; tag < BUFFERS - 1; tag++) void link.send(packet(tag));
    seen();
    const abort = new AbortController();
    const begun = outcome(link.send(packet(10), [packet(11)], { signal: abort.signal }));
    expect(seen()).toEqual(['1:0:10']);
    abort.abort(new Error('enough'));
    expect(await begun).toMatchObject({ message: 'enough' });
    const next = link.send(packet(12));
    completed([1, 2]);
    await next;
    expect(seen()).toEqual(['1:1:11', '1:0:12']);
  });

  test('a deadline that is none is refused, and an aborted signal too, also when there is room', async () => {
    const link = open(1);
    expect(await outcome(link.send(packet(1), [], { timeoutMs: 0 }))).toMatchObject({
      code: 'BLE_INVALID_ARGUMENT',
    });
    const reason = new Error('before');
    expect(await outcome(link.send(packet(1), [], { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(seen()).toEqual([]);
  });

  test('the default deadline follows the pace of the link', async () => {
    const link = open(1);
    link.paceMs = 4_000;
    for (let tag = 0; tag < BUFFERS; tag++) void link.send(packet(tag));
    const late = outcome(link.send(packet(9)));
    await clock.advance(8_999);
    completed([1, 1]);
    expect(await late).toBe('sent');
  });
});

describe('completed packets that lie', () => {
  test('more than was sent is not believed', () => {
    const link = open(1);
    void link.send(packet(1));
    completed([1, 500]);
    expect(acl.available).toBe(BUFFERS);
    completed([1, 1]);
    expect(acl.available).toBe(BUFFERS);
    expect(acl.counters.get('completedTooMany')).toBe(2);
  });

  test('unknown handles are counted', () => {
    completed([0x0eff, 1], [3, 2]);
    expect(acl.available).toBe(BUFFERS);
    expect(acl.counters.get('completedUnknownHandle')).toBe(2);
  });

  test('one that is cut changes nothing', () => {
    const link = open(1);
    void link.send(packet(1));
    acl.completed(fromHex('041305 02 0100 0100'));
    expect(acl.available).toBe(BUFFERS - 1);
    expect(acl.counters.get('completedMalformed')).toBe(1);
  });
});

describe('the end of a link', () => {
  test('100 links cut in mid-burst give every buffer back, and a handle used again is a new link', async () => {
    const outcomes: Promise<unknown>[] = [];
    for (let round = 0; round < 100; round++) {
      const handle = round % 3;
      const link = open(handle);
      const steady = open(0x80);
      const received: string[] = [];
      link.receiver = (fragment) => received.push(String(fragment[0]));
      for (let i = 0; i < 10; i++) outcomes.push(outcome(link.send(packet(i), [packet(i), packet(i)])));
      for (let i = 0; i < 3; i++) outcomes.push(outcome(steady.send(packet(i))));
      if (round % 2 === 0) completed([handle, 1]);
      acl.close(link, gone);
      acl.close(link, gone);
      // What the old link left behind: data and credits for a handle that is no more.
      inbound(handle, 'ff', true);
      inbound(handle, 'fe', false);
      completed([handle, 5]);
      const next = open(handle);
      next.receiver = (fragment) => received.push(`next ${fragment[0]}`);
      inbound(handle, '05');
      expect(received).toEqual(['next 5']);
      expect(link.outstanding).toBe(0);
      expect(await outcome(link.send(packet(1)))).toBe(gone);
      acl.close(next, gone);
      acl.close(steady, gone);
      expect(acl.available).toBe(BUFFERS);
    }
    const settled = await Promise.all(outcomes);
    expect(settled.length).toBe(1_300);
    expect(settled.every((result) => result === 'sent' || result === gone)).toBe(true);
    expect(acl.links.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('the buffers it held go to who waits', async () => {
    const [a, b] = [open(1), open(2)];
    for (let i = 0; i < 3; i++) void a.send(packet(1));
    const waiting = [b.send(packet(2)), b.send(packet(3)), b.send(packet(4))];
    seen();
    acl.close(a, gone);
    await Promise.all(waiting);
    expect(seen()).toEqual(['2:0:3', '2:0:4']);
  });

  test('the end of the controller sends nothing more', async () => {
    const [a, b] = [open(1), open(2)];
    for (let i = 0; i < 3; i++) void a.send(packet(1));
    const waiting = [b.send(packet(2)), outcome(b.send(packet(3)))];
    seen();
    acl.stop(gone);
    expect(await waiting[1]).toBe(gone);
    expect(seen()).toEqual([]);
    expect(await outcome(b.send(packet(3)))).toBe(gone);
  });
});

describe('receiving', () => {
  test('fragments reach their link in order', () => {
    const link = open(0x40);
    const received: [string, boolean][] = [];
    link.receiver = (fragment, first) => received.push([String(fragment), first]);
    inbound(0x40, '0102');
    inbound(0x40, '03', false);
    inbound(0x40, '');
    expect(received).toEqual([
      ['1,2', true],
      ['3', false],
      ['', true],
    ]);
  });

  test('what comes before there is a receiver is kept, so much', () => {
    const link = open(1);
    for (let i = 0; i < MAX_UNREAD_FRAGMENTS + 2; i++) inbound(1, `0${i % 10}`);
    const received: number[] = [];
    link.receiver = (fragment) => received.push(fragment[0] ?? -1);
    expect(received.length).toBe(MAX_UNREAD_FRAGMENTS);
    expect(received.slice(0, 3)).toEqual([0, 1, 2]);
    expect(acl.counters.get('aclUnreadDropped')).toBe(2);
  });

  test('a receiver that throws is logged, counted and asked again', () => {
    const link = open(1);
    let calls = 0;
    link.receiver = () => {
      calls++;
      throw new Error('bug');
    };
    inbound(1, '01');
    inbound(1, '02');
    expect(calls).toBe(2);
    expect(acl.counters.get('aclReceiverErrors')).toBe(2);
    expect(messages[0]).toContain('bug');
  });

  test('packets whose length lies are dropped', () => {
    open(1);
    acl.receive(fromHex('02 0120 0500 01'));
    acl.receive(fromHex('02 01'));
    expect(acl.counters.get('aclMalformed')).toBe(2);
  });
});

describe('data that comes before its connection', () => {
  test('is handed over when the link is told of', async () => {
    inbound(5, '01');
    inbound(5, '02', false);
    inbound(6, '03');
    await clock.advance(EARLY_WINDOW_MS - 1);
    const received: number[] = [];
    open(5).receiver = (fragment) => received.push(fragment[0] ?? -1);
    expect(received).toEqual([1, 2]);
    expect(acl.counters.get('aclEarlyKept')).toBe(3);
  });

  test('is let go when no link comes in time', async () => {
    inbound(5, '01');
    await clock.advance(EARLY_WINDOW_MS);
    expect(clock.pending).toBe(0);
    const received: number[] = [];
    open(5).receiver = (fragment) => received.push(fragment[0] ?? -1);
    expect(received).toEqual([]);
  });

  test('is bounded, and a rest without a beginning is dropped', () => {
    inbound(5, '02', false);
    expect(acl.counters.get('aclUnknownHandleDropped')).toBe(1);
    for (let i = 0; i < MAX_EARLY_PACKETS + 5; i++) inbound(5, '01');
    expect(acl.counters.get('aclEarlyKept')).toBe(MAX_EARLY_PACKETS);
    expect(acl.counters.get('aclUnknownHandleDropped')).toBe(6);
  });

  test('is bounded by its octets too', () => {
    const long = new Uint8Array(5 + 1000);
    long.set([2, 5, 0x20, 1000 & 0xff, 1000 >> 8]);
    const fits = Math.floor(MAX_EARLY_BYTES / 1000);
    expect(fits).toBeLessThan(MAX_EARLY_PACKETS);
    for (let i = 0; i < fits + 1; i++) acl.receive(long);
    expect(acl.counters.get('aclEarlyKept')).toBe(fits);
    expect(acl.counters.get('aclUnknownHandleDropped')).toBe(1);
  });

  test('of a link that has just ended never reaches the next one; later data is data again', async () => {
    acl.close(open(5), gone);
    inbound(5, '01');
    expect(acl.counters.get('aclUnknownHandleDropped')).toBe(1);
    await clock.advance(EARLY_WINDOW_MS);
    inbound(5, '02');
    const received: number[] = [];
    open(5).receiver = (fragment) => received.push(fragment[0] ?? -1);
    expect(received).toEqual([2]);
  });
});

describe('data on a way of its own, as on USB', () => {
  const LAG_MS = 4;
  const seenOn = (handle: number): number[] => {
    const received: number[] = [];
    open(handle).receiver = (fragment) => received.push(fragment[0] ?? -1);
    return received;
  };
  beforeEach(() => {
    acl = schedulerOf(LAG_MS);
  });

  test('waits for its connection no longer than that may be late', async () => {
    inbound(5, '01');
    await clock.advance(LAG_MS + LATE_CONTROLLER_MS - 1);
    inbound(6, '02');
    expect(seenOn(5)).toEqual([1]);
    await clock.advance(1);
    expect(seenOn(6)).toEqual([2]);
    inbound(7, '03');
    await clock.advance(10);
    inbound(7, '04');
    await clock.advance(LAG_MS + LATE_CONTROLLER_MS - 10);
    expect(seenOn(7)).toEqual([4]);
  });

  test('is not late when the host is: what lies there is read before it is let go', async () => {
    inbound(5, '01');
    let received: number[] | undefined;
    clock.after(LAG_MS + LATE_CONTROLLER_MS, () => {
      received = seenOn(5);
    });
    await clock.advance(LAG_MS + LATE_CONTROLLER_MS);
    expect(received).toEqual([1]);
  });

  test('that is behind the end of its link does not reach the next one with the same handle', async () => {
    acl.close(open(5), gone);
    const received = seenOn(5);
    inbound(5, '01');
    await clock.advance(LAG_MS - 1);
    inbound(5, '02', false);
    expect(acl.counters.get('aclOfOldLinkDropped')).toBe(2);
    await clock.advance(1);
    inbound(5, '03');
    inbound(6, '04');
    expect(received).toEqual([3]);
    expect(seenOn(6)).toEqual([4]);
  });

  test('that is read before the end of its link is of that link, and ends with it', () => {
    const link = open(5);
    inbound(5, '01');
    acl.close(link, gone);
    expect(seenOn(5)).toEqual([]);
  });
});

test('where everything comes in order, data of an unknown link is of none', () => {
  acl = schedulerOf(0);
  acl.close(open(5), gone);
  const received: number[] = [];
  open(5).receiver = (fragment) => received.push(fragment[0] ?? -1);
  inbound(5, '01');
  inbound(6, '02');
  expect(received).toEqual([1]);
  expect(acl.counters.get('aclUnknownHandleDropped')).toBe(1);
  expect(clock.pending).toBe(0);
});

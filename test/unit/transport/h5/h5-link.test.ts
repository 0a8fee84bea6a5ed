import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { encodeH5, type H5Packet } from '../../../../src/transport/h5/h5-packet.ts';
import { resendAfterMs, SILENCE_LIMIT_MS } from '../../../../src/transport/h5/h5-timing.ts';
import { encodeSlip } from '../../../../src/transport/h5/slip.ts';
import { fromHex } from '../../../support/hex.ts';
import { BAUD_RATE, H5End, listenTo, pairOfEnds } from './h5-ends.ts';

let clock: ManualClock;
const ends: { stop(): void }[] = [];

beforeEach(() => {
  clock = new ManualClock();
});

afterEach(async () => {
  for (const each of ends.splice(0)) each.stop();
  expect(clock.pending).toBe(0);
});

const pair = (
  ...[faults, offers]: Parameters<typeof pairOfEnds> extends [unknown, ...infer R] ? R : never
) => {
  const made = pairOfEnds(clock, faults, offers);
  ends.push(made);
  return made;
};

const established = async (...args: Parameters<typeof pair>) => {
  const made = pair(...args);
  made.controller.link.start();
  made.host.link.start();
  await clock.advance(600);
  expect([made.host.link.phase, made.controller.link.phase]).toEqual(['active', 'active']);
  return made;
};

/** An end whose other end is the test. */
const alone = async (side: 'host' | 'controller') => {
  const end = new H5End(side, clock);
  ends.push({ stop: () => end.link.stop() });
  const heard = listenTo(end);
  const say = async (packet: Partial<H5Packet>) => {
    const whole = {
      reliable: false,
      sequence: 0,
      acknowledge: 0,
      type: 15,
      checked: false,
      payload: fromHex(''),
    };
    end.link.push(encodeSlip(encodeH5({ ...whole, ...packet })));
    await clock.advance(0);
  };
  const message = (hex: string) => say({ payload: fromHex(hex) });
  const take = (): string[] => heard.splice(0).map(({ type, payload }) => `${type}:${toHex(payload)}`);
  end.link.start();
  await clock.advance(0);
  return { end, heard, say, message, take };
};

/** A host that has established its link with the test. */
const activeHost = async (configuration = '17') => {
  const made = await alone('host');
  await made.message('027d');
  await made.message(`047b${configuration}`);
  expect(made.end.link.phase).toBe('active');
  made.heard.length = 0;
  return made;
};

const event = (n: number): Uint8Array => Uint8Array.of(4, 0x3e, 2, n & 0xff, n >> 8);
const acl = (n: number): Uint8Array => Uint8Array.of(2, 1, 0, 2, 0, n & 0xff, n >> 8);

describe('establishing', () => {
  it('takes the smaller window, and checks where both do', async () => {
    const { host, controller } = await established(undefined, {
      host: { windowSize: 5, dataIntegrityCheck: true },
      controller: { windowSize: 3, dataIntegrityCheck: true },
    });
    expect(host.link.configuration).toEqual({ windowSize: 3, dataIntegrityCheck: true });
    expect(controller.link.configuration).toEqual(host.link.configuration);
  });

  it('calls four times a second until it is answered, and not at all once it is', async () => {
    const { take, message } = await alone('host');
    await clock.advance(1000);
    expect(take()).toEqual(Array(5).fill('15:017e'));
    await message('027d');
    await clock.advance(500);
    expect(take()).toEqual(Array(3).fill('15:03fc17'));
    await message('047b17');
    expect(clock.pending).toBe(0);
  });

  it('keeps what is sent before the link is there, and sends it then', async () => {
    const { host, controller } = pair();
    host.link.send(acl(1));
    expect(host.link.pendingBytes).toBe(7);
    controller.link.start();
    host.link.start();
    await clock.advance(600);
    expect(controller.packets).toEqual([toHex(acl(1))]);
    expect(host.link.pendingBytes).toBe(0);
  });

  it('acknowledges nothing before there is somebody to deliver to', async () => {
    const { host, controller } = pair();
    controller.link.start();
    host.link.call();
    await clock.advance(600);
    controller.link.send(event(1));
    await clock.advance(300);
    expect(controller.link.pendingBytes).toBe(5);
    host.link.start();
    await clock.advance(300);
    expect(host.packets).toEqual([toHex(event(1))]);
    expect(controller.link.pendingBytes).toBe(0);
  });
});

describe('packets', () => {
  it('go both ways in order, acknowledged by each other', async () => {
    const { host, controller } = await established();
    const heard = listenTo(host);
    for (let n = 0; n < 100; n++) {
      host.link.send(acl(n));
      controller.link.send(event(n));
    }
    await clock.advance(20);
    expect(controller.packets).toEqual(Array.from({ length: 100 }, (_, n) => toHex(acl(n))));
    expect(host.packets).toEqual(Array.from({ length: 100 }, (_, n) => toHex(event(n))));
    expect(host.link.counters['h5PacketsResent']).toBe(0);
    // Where data goes back anyway, it is the acknowledgment.
    expect(heard.filter(({ type }) => type === 0).length).toBeLessThan(5);
    expect(heard.every(({ checked }) => checked)).toBe(true);
    // What nobody waits for any more is not timed anew.
    await clock.advance(resendAfterMs(BAUD_RATE, 0));
    expect(clock.pending).toBe(0);
    expect(heard.length).toBeLessThan(105);
  });

  it('wait when as many are under way as the window holds', async () => {
    const { end, heard, say } = await activeHost('13');
    for (let n = 0; n < 8; n++) end.link.send(acl(n));
    await clock.advance(0);
    expect(heard.map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
    await say({ type: 0, acknowledge: 2, checked: false });
    expect(heard.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4]);
    expect(end.link.pendingBytes).toBe(6 * 7);
  });

  it('are sent again with their numbers and the latest acknowledgment, as late as the baud rate says', async () => {
    const { end, heard, say } = await activeHost();
    end.link.send(acl(1));
    end.link.send(acl(2));
    await say({ reliable: true, sequence: 0, type: 4, payload: fromHex('3e00') });
    expect(end.packets).toEqual(['043e00']);
    const due = resendAfterMs(BAUD_RATE, heard.length * 15);
    await clock.advance(due - 2);
    expect(heard.filter(({ reliable }) => reliable)).toHaveLength(2);
    await clock.advance(4);
    expect(heard.filter(({ reliable }) => reliable).map((p) => [p.sequence, p.acknowledge])).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    expect(end.link.counters['h5PacketsResent']).toBe(2);
  });

  it('are waited for anew with each that leaves and each acknowledgment', async () => {
    const { end, heard, say } = await activeHost();
    const first = resendAfterMs(BAUD_RATE, 0);
    end.link.send(acl(1));
    await clock.advance(first - 10);
    end.link.send(acl(2));
    await clock.advance(first - 10);
    await say({ type: 0, acknowledge: 1 });
    await clock.advance(first - 10);
    expect(heard.map(({ sequence }) => sequence)).toEqual([0, 1]);
    await clock.advance(20);
    expect(heard.map(({ sequence }) => sequence)).toEqual([0, 1, 1]);
  });

  it('are sent again sooner when the long ones among them have arrived', async () => {
    const { end, heard, say } = await activeHost();
    end.link.send(Uint8Array.from({ length: 4000 }, (_, n) => (n === 0 ? 2 : 0)));
    end.link.send(acl(1));
    expect(resendAfterMs(BAUD_RATE, 4000)).toBeGreaterThan(resendAfterMs(BAUD_RATE, 0) + 10);
    await say({ type: 0, acknowledge: 1 });
    await clock.advance(resendAfterMs(BAUD_RATE, 20));
    expect(heard.map(({ sequence }) => sequence)).toEqual([0, 1, 1]);
  });

  it('that come twice are delivered once, and acknowledged twice', async () => {
    const { end, heard, say } = await activeHost();
    const packet = { reliable: true, sequence: 0, type: 4, payload: fromHex('3e00') };
    await say(packet);
    await say(packet);
    expect(end.packets).toEqual(['043e00']);
    expect(heard.map(({ type, acknowledge }) => [type, acknowledge])).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(end.link.counters['h5OutOfSequence']).toBe(1);
  });

  it('with an error are asked for again at once', async () => {
    const { end, heard } = await activeHost();
    const frame = encodeSlip(
      encodeH5({
        reliable: true,
        sequence: 0,
        acknowledge: 0,
        type: 4,
        checked: true,
        payload: fromHex('3e00'),
      }),
    );
    frame[6] = (frame[6] ?? 0) ^ 1;
    end.link.push(frame);
    await clock.advance(0);
    expect(end.packets).toEqual([]);
    expect(heard.map(({ type, acknowledge }) => [type, acknowledge])).toEqual([[0, 0]]);
    expect(end.link.counters['h5IntegrityErrors']).toBe(1);
  });

  it('with a check that was not agreed on are errors', async () => {
    const { end, say } = await activeHost('07');
    await say({ reliable: true, type: 4, checked: true, payload: fromHex('3e00') });
    expect(end.packets).toEqual([]);
    expect(end.link.counters['h5IntegrityErrors']).toBe(1);
  });

  it('of a kind that does not come this way are acknowledged and dropped', async () => {
    const { end, say } = await activeHost();
    await say({ reliable: true, type: 1, payload: fromHex('030c00') });
    await say({ reliable: true, sequence: 1, type: 14, payload: fromHex('030c00') });
    await say({ reliable: true, sequence: 2, type: 4, payload: fromHex('3e00') });
    expect(end.packets).toEqual(['043e00']);
    expect(end.link.counters['h5PacketsUnexpected']).toBe(2);
  });

  it('with synchronous data are not repeated', async () => {
    const { end, heard, say } = await activeHost();
    end.link.send(fromHex('03010001aa'));
    await clock.advance(1000);
    expect(heard).toMatchObject([{ reliable: false, sequence: 0, type: 3 }]);
    await say({ type: 3, payload: fromHex('010001bb') });
    expect(end.packets).toEqual(['03010001bb']);
  });

  it('longer than a packet can be never leave', async () => {
    const { end } = await activeHost();
    end.link.send(new Uint8Array(4097).fill(2));
    expect(end.link.pendingBytes).toBe(0);
    expect(end.link.counters['h5PacketsUnsendable']).toBe(1);
  });
});

describe('the other end', () => {
  it('that acknowledges nothing for 5 s is gone', async () => {
    const { end } = await activeHost();
    end.link.send(acl(1));
    await clock.advance(SILENCE_LIMIT_MS - 1);
    expect(end.losses).toEqual([]);
    await clock.advance(200);
    expect(end.losses).toEqual(['the other end has acknowledged nothing for 5 s']);
    expect(clock.pending).toBe(0);
  });

  test.each(['host', 'controller'] as const)('that resets by itself is found out by the %s', async (side) => {
    const { end, message } = await alone(side);
    if (side === 'controller') await message('017e');
    for (const hex of ['027d', '03fc17', '047b17']) await message(hex);
    expect(end.link.phase).toBe('active');
    await message('017e');
    expect(end.resets).toBe(1);
  });

  it('that was reset and waits to be called calls at the first packet', async () => {
    const { host, controller, down } = await established();
    const fresh = new H5End('controller', clock);
    ends.push({ stop: () => fresh.link.stop() });
    fresh.out = controller.out;
    host.out = (chunk) => fresh.link.push(chunk);
    controller.link.stop();
    down.cut();
    fresh.link.start();
    host.link.send(acl(1));
    await clock.advance(1);
    expect(host.resets).toBe(1);
    expect(fresh.packets).toEqual([]);
  });

  it('that sleeps is woken before anything is sent', async () => {
    const { end, message, take } = await activeHost();
    await message('0778');
    end.link.send(acl(1));
    await clock.advance(300);
    expect(take()).toEqual(['15:05fa', '15:05fa']);
    await message('06f9');
    expect(take()).toEqual(['2:0100020001 00'.replace(' ', '')]);
    await message('0778');
    await clock.advance(200);
    expect(take()).toEqual(['15:05fa']);
    await message('05fa');
    expect(take()).toEqual(['15:06f9']);
    await clock.advance(300);
    expect(take()).toContain('2:010002000100');
  });

  it('that sleeps with everything acknowledged is let sleep', async () => {
    const { end, say, message, take } = await activeHost();
    end.link.send(acl(1));
    await say({ type: 0, acknowledge: 1 });
    await message('0778');
    take();
    await clock.advance(1_000);
    expect(take()).toEqual([]);
  });

  it('that is not woken for 5 s is gone', async () => {
    const { end, message } = await activeHost();
    await message('0778');
    end.link.send(acl(1));
    await clock.advance(SILENCE_LIMIT_MS + 250);
    expect(end.losses).toEqual(['the other end has slept for 5 s although it was called']);
    expect(clock.pending).toBe(0);
  });

  it('that understands nothing is not talked to without end', async () => {
    const { end, heard } = await activeHost();
    for (let i = 0; i < 100; i++) end.link.push(fromHex('c000112233c0'));
    await clock.advance(0);
    expect(heard).toEqual([]);
  });
});

describe('closing', () => {
  it('waits for the last acknowledgment, so long', async () => {
    const { host } = await established();
    host.link.send(acl(1));
    await clock.run(host.link.settled());
    expect(host.link.pendingBytes).toBe(0);
    await host.link.settled();
  });

  it('does not wait for an end that says nothing', async () => {
    const { end } = await activeHost();
    end.link.send(acl(1));
    const before = clock.now();
    await clock.run(end.link.settled());
    expect(clock.now() - before).toBe(250);
    end.link.send(acl(2));
    const settled = end.link.settled();
    end.link.stop();
    await settled;
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import { backOffMs, MAX_OPENING_ATTEMPTS } from '../../../src/att/bearer-collision.ts';
import { BearerSet } from '../../../src/att/bearer-set.ts';
import { Read } from '../../../src/att/codec/exchanges.ts';
import {
  EATT_SPSM,
  EnhancedBearers,
  type EnhancedBearersOptions,
} from '../../../src/att/enhanced-bearers.ts';
import {
  DisconnectedError,
  InvalidArgumentError,
  InvalidStateError,
  L2capError,
  TimeoutError,
} from '../../../src/core/errors.ts';
import { Log } from '../../../src/core/log.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { L2capLink } from '../../../src/l2cap/l2cap-link.ts';
import { FakeAclLink, linkPair } from '../../support/fake-acl-link.ts';
import { fromHex } from '../../support/hex.ts';
import { outcome } from './rig.ts';

const links: FakeAclLink[] = [];
afterEach(() => {
  for (const link of links.splice(0)) link.disconnect();
});

/** One side of a link that is encrypted, unless said otherwise. */
const sideOf = (acl: FakeAclLink, clock: ManualClock, options: Partial<EnhancedBearersOptions> = {}) => {
  links.push(acl);
  const base = { clock, log: new Log(), peer: 'the peer', role: options.role ?? 'central' };
  const link: L2capLink = new L2capLink({
    ...base,
    acl,
    listenerOf: (spsm) => (spsm === EATT_SPSM ? enhanced.listener() : undefined),
  });
  const bearers = new BearerSet({ ...base, channel: link.att });
  const enhanced = new EnhancedBearers({
    ...base,
    bearers,
    channels: link.credit.enhanced,
    paceMs: () => 0,
    admit: () => 0,
    ...options,
  });
  link.start();
  return { acl, bearers, enhanced, link };
};

/** A side whose peer is the test. */
const make = (options: Partial<EnhancedBearersOptions> = {}) => {
  const clock = new ManualClock();
  const acl = new FakeAclLink(251);
  const side = sideOf(acl, clock, options);
  const pdu = (cid: number, hex: string): void => {
    const payload = fromHex(hex);
    acl.deliver(Uint8Array.of(payload.length, 0, cid & 0xff, cid >> 8, ...payload));
  };
  return {
    ...side,
    clock,
    pdu,
    receive: (hex: string): void => pdu(5, hex),
    /** What was sent, without the PDU length: CID and payload. */
    sent: (): string[] => acl.takeSent().map((hex) => hex.slice(4)),
    settle: (): Promise<void> => clock.advance(0),
  };
};

/** Both sides of a link. */
const pair = () => {
  const clock = new ManualClock();
  const [a, b] = linkPair(251);
  const central = sideOf(a, clock, { role: 'central' });
  const peripheral = sideOf(b, clock, { role: 'peripheral' });
  return { clock, central, peripheral };
};

const request = (identifier: number, cids: string): string =>
  `0500 17${identifier.toString(16).padStart(2, '0')} ${(8 + cids.replaceAll(' ', '').length / 2).toString(16).padStart(2, '0')}00 2700 0502 f700 2000 ${cids}`.replaceAll(
    ' ',
    '',
  );

describe('opening', () => {
  test('asks for enhanced channels to SPSM 0x0027, and sends by them', async () => {
    const { enhanced, bearers, receive, pdu, sent, settle } = make();
    const opening = enhanced.open(2);
    await settle();
    expect(sent()).toEqual([request(1, '4000 4100')]);
    receive('18 01 0c00 6400 4000 0500 0000 5000 5100');
    expect(await opening).toBe(2);
    expect([bearers.size, bearers.mtu]).toEqual([3, 100]);
    const values = [1, 2].map((handle) =>
      bearers.request(Read, { attributeHandle: handle }, { what: 'reading' }),
    );
    expect(sent()).toEqual(['500003000a0100', '510003000a0200']);
    pdu(0x41, '0200 0b22');
    pdu(0x40, '0200 0b11');
    expect((await Promise.all(values)).map(([octet]) => octet)).toEqual([0x11, 0x22]);
  });

  test('takes what the peer grants', async () => {
    const { enhanced, bearers, receive, settle } = make();
    const opening = enhanced.open(3);
    await settle();
    receive('18 01 0e00 6400 4000 0500 0400 0000 5100 0000');
    expect(await opening).toBe(1);
    expect(bearers.size).toBe(2);
  });

  test('is refused, or not known', async () => {
    const { enhanced, bearers, receive, settle } = make();
    const refused = outcome(enhanced.open(1));
    await settle();
    receive('18 01 0a00 0000 0000 0000 0200 0000');
    expect(await refused).toMatchObject({ name: 'L2capError', result: 2 });
    const unknown = outcome(enhanced.open(1));
    await settle();
    receive('01 02 0200 0000');
    expect(await unknown).toBeInstanceOf(L2capError);
    expect(bearers.size).toBe(1);
  });

  test('is bounded, and needs a link that is encrypted', async () => {
    const { enhanced, sent, receive, settle } = make();
    for (const count of [0, 6, 1.5]) {
      expect(await outcome(enhanced.open(count))).toBeInstanceOf(InvalidArgumentError);
    }
    const opening = enhanced.open(3);
    expect(await outcome(enhanced.open(3))).toBeInstanceOf(InvalidStateError);
    await settle();
    receive('18 01 0e00 6400 4000 0500 0000 5000 5100 5200');
    await opening;
    expect(await outcome(enhanced.open(3))).toBeInstanceOf(InvalidStateError);
    sent();
    const plain = make({ admit: () => 5 });
    expect(await outcome(plain.enhanced.open(1))).toMatchObject({
      message: expect.stringContaining('the link is not encrypted; pair first'),
    });
    expect(plain.sent()).toEqual([]);
  });

  test('is given up, and channels that come too late are closed', async () => {
    const { enhanced, bearers, receive, sent, clock, settle } = make();
    const opening = outcome(enhanced.open(1));
    await clock.advance(1_000);
    expect(await opening).toBeInstanceOf(TimeoutError);
    sent();
    receive('18 01 0a00 6400 4000 0500 0000 5000');
    await settle();
    expect(sent()).toEqual(['05000602040050004000']);
    expect(bearers.size).toBe(1);
    receive('07 02 0400 5000 4000');
    // There is room for all of them again.
    void outcome(enhanced.open(5));
    await settle();
    expect(sent()).toHaveLength(1);
  });

  test('gives either bearers or the abort, whichever comes first, and nothing of both', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const { enhanced, bearers, receive, settle } = make();
      const stop = new AbortController();
      const opening = enhanced.open(1, { signal: stop.signal }).catch((error: unknown) => error);
      await settle();
      receive('18 01 0a00 6400 4000 0500 0000 5000');
      for (let i = 0; i < turns; i++) await Promise.resolve();
      stop.abort('enough');
      const given = await opening;
      await settle();
      expect([given, bearers.size]).toEqual(given === 1 ? [1, 2] : ['enough', 1]);
    }
  });

  test('ends with the link', async () => {
    const { enhanced, acl, settle } = make();
    const opening = outcome(enhanced.open(1));
    await settle();
    acl.disconnect();
    expect(await opening).toBeInstanceOf(DisconnectedError);
  });

  test('makes room again when a bearer ends', async () => {
    const { enhanced, bearers, receive, settle } = make();
    const opening = enhanced.open(5);
    await settle();
    receive('18 01 1200 6400 4000 0500 0000 5000 5100 5200 5300 5400');
    await opening;
    receive('06 09 0400 4000 5000');
    expect(bearers.size).toBe(5);
    const again = enhanced.open(1);
    await settle();
    receive('18 02 0a00 6400 4000 0500 0000 5500');
    expect(await again).toBe(1);
  });
});

describe('a peer that opens them', () => {
  test('has them, up to the limit, and its requests are answered on each', async () => {
    const { bearers, receive, sent, pdu, settle } = make();
    receive('17 09 0e00 2700 6400 4000 0500 5000 5100 5200');
    expect(sent()).toEqual(['050018090e000502f70020000000400041004200']);
    receive('17 0a 0e00 2700 6400 4000 0500 5300 5400 5500');
    expect(sent()).toEqual(['0500180a0e000502f70020000400430044000000']);
    expect(bearers.size).toBe(6);
    pdu(0x42, '0300 0a0100');
    expect(sent()).toEqual(['52000500010a000006']);
    await settle();
    // The MTU is that of the channel and is not exchanged (GATT/SR/GAC/BI-01-C).
    pdu(0x42, '0300 021700');
    expect(sent()).toEqual(['520005000102000006']);
  });

  for (const result of [5, 8]) {
    test(`on a link that is not encrypted is refused with 0x000${result}`, () => {
      const { bearers, receive, sent } = make({ admit: () => result });
      receive('17 09 0a00 2700 6400 4000 0500 5000');
      expect(sent()).toEqual([`050018090a000000000000000${result}000000`]);
      expect(bearers.size).toBe(1);
    });
  }

  test('is refused an MTU below 64', () => {
    const { receive, sent } = make();
    receive('17 09 0a00 2700 3f00 4000 0500 5000');
    expect(sent()).toEqual(['050018090a000000000000000c000000']);
  });

  test('cannot do so in the mode that opens one channel at a time', () => {
    const { receive, sent } = make();
    receive('14 09 0a00 2700 5000 6400 4000 0500');
    expect(sent()).toEqual(['050015090a0000000000000000000200']);
  });

  test('gets its credits back as it uses them', () => {
    const { receive, sent, pdu } = make();
    receive('17 09 0a00 2700 6400 4000 0500 5000');
    sent();
    for (let i = 0; i < 16; i++) pdu(0x40, '0400 1b010000');
    expect(sent()).toEqual(['05001601040040001000']);
  });
});

describe('both sides at once', () => {
  /** This side asks for all there is, refuses the peer, and is refused. */
  const collide = async (side: ReturnType<typeof make>, identifier: number): Promise<void> => {
    side.receive(`17 0${identifier + 8} 0a00 2700 6400 4000 0500 5000`);
    side.receive(`18 0${identifier} 1200 0000 0000 0000 0400 0000 0000 0000 0000 0000`);
    await side.settle();
  };

  test('a central asks again at once', async () => {
    const side = make({ role: 'central' });
    const opening = side.enhanced.open(5);
    await side.settle();
    await collide(side, 1);
    const [first, refusal, second] = side.sent();
    expect([first, second]).toEqual([
      request(1, '4000 4100 4200 4300 4400'),
      request(2, '4500 4600 4700 4800 4900'),
    ]);
    expect(refusal?.slice(0, 8)).toBe('05001809');
    side.receive('18 02 1200 6400 4000 0500 0000 5000 5100 5200 5300 5400');
    expect(await opening).toBe(5);
  });

  for (const [paceMs, backOff] of [
    [20, 100],
    [80, 160],
  ] as const) {
    test(`a peripheral waits ${backOff} ms at a pace of ${paceMs} ms (L2CAP/TIM/BV-03-C)`, async () => {
      const side = make({ role: 'peripheral', paceMs: () => paceMs });
      const opening = side.enhanced.open(5);
      await side.settle();
      await collide(side, 1);
      side.sent();
      await side.clock.advance(backOff - 1);
      expect(side.sent()).toEqual([]);
      // While it waits the peer may have them.
      side.receive('17 0a 0a00 2700 6400 4000 0500 5000');
      expect(side.sent()[0]?.slice(0, 8)).toBe('0500180a');
      await side.clock.advance(1);
      expect(side.sent()).toEqual([request(2, '4600 4700 4800 4900')]);
      side.receive('18 02 1000 6400 4000 0500 0000 5100 5200 5300 5400');
      expect(await opening).toBe(4);
    });
  }

  test('a peer that takes all of them meanwhile leaves none to ask for', async () => {
    const side = make({ role: 'peripheral' });
    const opening = side.enhanced.open(5);
    await side.settle();
    await collide(side, 1);
    side.receive('17 0a 1200 2700 6400 4000 0500 5000 5100 5200 5300 5400');
    await side.clock.advance(100);
    expect(await opening).toBe(0);
    expect(side.bearers.size).toBe(6);
  });

  test('again and again is given up', async () => {
    const side = make({ role: 'central' });
    const opening = outcome(side.enhanced.open(5));
    for (let i = 1; i <= 3; i++) {
      await side.settle();
      await collide(side, i);
    }
    expect(await opening).toMatchObject({ result: 4 });
  });

  test('is forgotten with the next attempt', async () => {
    const side = make({ role: 'central' });
    const opening = outcome(side.enhanced.open(5));
    await side.settle();
    await collide(side, 1);
    side.receive('18 02 1200 0000 0000 0000 0400 0000 0000 0000 0000 0000');
    expect(await opening).toMatchObject({ result: 4 });
  });

  test('a peer that has no room and has asked for nothing is not asked again', async () => {
    const side = make({ role: 'peripheral' });
    const opening = outcome(side.enhanced.open(1));
    await side.settle();
    side.receive('18 01 0a00 0000 0000 0000 0400 0000');
    expect(await opening).toMatchObject({ result: 4 });
  });

  test('two hosts share what there is', async () => {
    const { clock, central, peripheral } = pair();
    const both = Promise.all([central.enhanced.open(4), peripheral.enhanced.open(4)]);
    const [here, there] = await clock.run(both);
    expect(here + there).toBe(central.bearers.size - 1);
    expect(central.bearers.size).toBe(peripheral.bearers.size);
    expect(central.bearers.size).toBeGreaterThan(1);
    expect(central.bearers.size).toBeLessThanOrEqual(6);
  });
});

describe('unasked', () => {
  test('a central opens two when the link becomes encrypted, once', async () => {
    const { clock, central, peripheral } = pair();
    peripheral.enhanced.linkEncrypted();
    central.enhanced.linkEncrypted();
    central.enhanced.linkEncrypted();
    await clock.advance(0);
    expect([central.bearers.size, peripheral.bearers.size]).toEqual([3, 3]);
  });

  test('nothing comes of a peer that knows none', async () => {
    const { enhanced, bearers, receive, sent, settle } = make();
    enhanced.linkEncrypted();
    await settle();
    expect(sent()).toEqual([request(1, '4000 4100')]);
    receive('01 01 0200 0000');
    await settle();
    expect(bearers.size).toBe(1);
  });
});

test('back-off is for collisions alone, and ends', () => {
  const refused = { role: 'peripheral', isCollision: true, attempts: 1, paceMs: 0 } as const;
  expect(backOffMs(refused)).toBe(100);
  expect(backOffMs({ ...refused, isCollision: false })).toBeUndefined();
  expect(backOffMs({ ...refused, attempts: MAX_OPENING_ATTEMPTS })).toBeUndefined();
});

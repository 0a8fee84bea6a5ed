import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HciEventType } from '../../../src/hci/codec/event.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { arbitraryOfShape } from '../../support/arbitrary.ts';
import { fromHex } from '../../support/hex.ts';
import { UnderTest } from './under-test.ts';

/** Ends the controller by rule, however it comes: it has a test of its own. */
const events = Object.values<HciEventType>(HciEvent).filter((type) => type !== HciEvent.hardwareError);
const named = events.map((type) => [type.name, type] as const);

/** Some packets of a kind, the same each time. */
const samplesOf = (type: HciEventType): Uint8Array[] =>
  fc
    .sample(arbitraryOfShape(type.parameters.shape), { seed: 11, numRuns: 6 })
    .map((parameters) => type.encode(parameters));

/** An intact event behind all the broken ones is heard. */
const expectHeard = (under: UnderTest): void => {
  let heard = 0;
  const off = under.controller.on(HciEvent.dataBufferOverflow, () => heard++);
  under.script.event(HciEvent.dataBufferOverflow, { linkType: 1 });
  off();
  expect(heard).toBe(1);
};

describe('H1 events that are shorter than they have to be', () => {
  test.each(named)('H1 %s, cut at every place, is dropped and counted', async (_name, type) => {
    await using under = await UnderTest.start();
    under.listenToAll();
    let heard = 0;
    const off = under.controller.on(type, () => heard++);
    for (const whole of samplesOf(type)) {
      for (let length = 0; length < whole.length; length++) {
        const cut = whole.slice(0, length);
        const before = under.counted('eventMalformed');
        heard = 0;
        // Its own length octet claims more than is there.
        under.script.deliver(cut);
        if (length > 0) expect([heard, under.counted('eventMalformed')]).toEqual([0, before + 1]);
        if (length < 3) continue;
        // Its length octet is true, and its parameters are too short.
        cut[2] = length - 3;
        under.script.deliver(cut);
      }
      under.expectSound();
    }
    off();
    expectHeard(under);
  });

  test('H1 a length octet that says less than is there is a lie too', async () => {
    await using under = await UnderTest.start();
    under.script.deliver(fromHex('04 05 05 00 4000 13 ff'.replaceAll(' ', '')));
    under.script.deliver(fromHex('04 05 03 00 4000 13 ff'.replaceAll(' ', '')));
    expect(under.counted('eventMalformed')).toBe(1);
  });

  test('H1 a hardware error without its code is dropped, and ends nothing', async () => {
    await using under = await UnderTest.start();
    under.script.deliver(fromHex('041000'));
    expect(under.counted('eventMalformed')).toBe(1);
    under.expectSound();
  });
});

describe('H1 counts and lengths that lie', () => {
  test.each(named)('H1 %s, each octet of it in turn 0, 255, one more and one less', async (_name, type) => {
    await using under = await UnderTest.start();
    under.listenToAll();
    for (const whole of samplesOf(type)) {
      for (let at = 3; at < whole.length; at++) {
        const octet = whole[at] ?? 0;
        for (const lie of [0, 0xff, (octet + 1) & 0xff, (octet - 1) & 0xff]) {
          const packet = whole.slice();
          packet[at] = lie;
          if (packet[1] !== HciEvent.hardwareError.code) under.script.deliver(packet);
        }
      }
      under.expectSound();
    }
    expectHeard(under);
  });

  test('H1 completed packets: what stands there is believed, the rest is counted', async () => {
    await using under = await UnderTest.start();
    for (const hex of ['041301ff', '041305ff40000100', '0413050240000100', '041300']) {
      under.script.deliver(fromHex(hex));
      under.expectSound();
    }
    expect(under.counted('completedMalformed')).toBe(4);
  });

  test.each([
    ['more reports than there are', '043e0c02ff 0001f5f4f3f2f1f000c8'],
    ['data past the end', '043e0c0201 0001f5f4f3f2f1f01fc8'],
    ['no report at all', '043e0102'],
    ['extended: data past the end', '043e1a0d01 1300 01f5f4f3f2f1f0 0100ff7fc8 0000 00 000000000000 e5'],
    [
      'extended: more reports than there are',
      '043e1a0dff 1300 01f5f4f3f2f1f0 0100ff7fc8 0000 00 000000000000 00',
    ],
    ['directed: more reports than there are', '043e120bff 0101f5f4f3f2f1f0 01f5f4f3f2f1f0 c8'],
  ])('H1 advertising reports that promise %s', async (_name, hex) => {
    await using under = await UnderTest.start();
    under.listenToAll();
    const packet = fromHex(hex);
    packet[2] = packet.length - 3;
    under.script.deliver(packet);
    expect(under.counted('reportMalformed') + under.counted('eventMalformed')).toBeGreaterThan(0);
    under.expectSound();
  });

  test('H1 data whose length is not what it says is dropped', async () => {
    await using under = await UnderTest.start();
    under.script.connect(0x40);
    const received: number[] = [];
    const link = under.controller.links.get(0x40);
    if (link === undefined) throw new Error('no link');
    link.receiver = (data) => received.push(data.length);
    for (const hex of ['02', '0240200100', '0240200200aa', '0240200000aa', '024020ffffaabb']) {
      under.script.deliver(fromHex(hex));
    }
    expect(received).toEqual([]);
    expect(under.counted('aclMalformed')).toBe(5);
    under.script.deliver(fromHex('0240200200aabb'));
    expect(received).toEqual([2]);
  });
});

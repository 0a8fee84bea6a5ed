import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/bytes.ts';
import { HciPacketType } from '../../src/core/transport.ts';
import { USB_READ_HEADROOM, UsbFramer } from '../../src/transport/usb/usb-framer.ts';

const SEED = 20_061_017;
const RUNS = 1500;
const MAX_ACL = 1000;

const body = fc.uint8Array({ maxLength: 255 });
const kinds = {
  event: {
    type: HciPacketType.event,
    maxLength: 255,
    packet: fc.tuple(fc.nat(255), body).map(([code, bytes]) => [code, bytes.length, ...bytes]),
  },
  acl: {
    type: HciPacketType.acl,
    maxLength: MAX_ACL,
    packet: fc
      .tuple(fc.nat(255), fc.nat(255), fc.uint8Array({ maxLength: MAX_ACL }))
      .map(([low, high, bytes]) => [low, high, bytes.length & 0xff, bytes.length >> 8, ...bytes]),
  },
} as const;

const cut = (stream: number[], cuts: number[]): number[][] => {
  const places = [...new Set(cuts.map((place) => place % (stream.length + 1)))].sort((a, b) => a - b);
  return [...places, stream.length].map((place, i) => stream.slice(places[i - 1] ?? 0, place));
};
const cuts = fc.array(fc.nat(10_000), { maxLength: 40 });

const run = (kind: keyof typeof kinds, transfers: number[][]) => {
  const packets: string[] = [];
  const overlong: number[] = [];
  const { type, maxLength } = kinds[kind];
  const framer = new UsbFramer({
    type,
    maxLength,
    packet: (packet) => packets.push(toHex(packet)),
    overlong: (length) => overlong.push(length),
  });
  for (const transfer of transfers) {
    // What an earlier read left behind must not matter.
    const buffer = new Uint8Array(USB_READ_HEADROOM + transfer.length + 8).fill(0xee);
    buffer.set(transfer, USB_READ_HEADROOM);
    framer.push(buffer, transfer.length);
  }
  return { packets, overlong };
};

describe.each(['event', 'acl'] as const)('UsbFramer for %s', (kind) => {
  it('gives back exactly the packets that were put in, wherever transfers end', () => {
    fc.assert(
      fc.property(fc.array(kinds[kind].packet, { maxLength: 10 }), cuts, (packets, places) => {
        const { packets: got, overlong } = run(kind, cut(packets.flat(), places));
        const indicator = kinds[kind].type;
        expect(got).toEqual(packets.map((packet) => toHex(Uint8Array.of(indicator, ...packet))));
        expect(overlong).toEqual([]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it('takes any octets, and hands on nothing beyond its limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), cuts, (stream, places) => {
        const { packets, overlong } = run(kind, cut([...stream], places));
        const headers = kind === 'event' ? 3 : 5;
        for (const packet of packets)
          expect(packet.length / 2).toBeLessThanOrEqual(headers + kinds[kind].maxLength);
        for (const length of overlong) expect(length).toBeGreaterThan(kinds[kind].maxLength);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

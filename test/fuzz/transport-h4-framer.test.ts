import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/bytes.ts';
import { H4Framer } from '../../src/transport/h4-framer.ts';
import type { LineSide } from '../../src/transport/line-protocol.ts';

const SEED = 20_061_015;
const RUNS = 1500;

const reset = [0x01, 0x03, 0x0c, 0x00];
const resetComplete = [0x04, 0x0e, 0x04, 0x01, 0x03, 0x0c, 0x00];

const octets = (maxLength: number) => fc.array(fc.integer({ min: 0, max: 255 }), { maxLength });
const two = (value: number): number[] => [value & 0xff, value >> 8];

const command = fc
  .tuple(fc.nat(0xffff), octets(255))
  .map(([op, body]) => [1, ...two(op), body.length, ...body]);
const acl = fc
  .tuple(fc.nat(0xffff), octets(300))
  .map(([h, body]) => [2, ...two(h), ...two(body.length), ...body]);
const sco = fc.tuple(fc.nat(0xffff), octets(255)).map(([h, body]) => [3, ...two(h), body.length, ...body]);
const event = fc.tuple(fc.nat(0xff), octets(255)).map(([code, body]) => [4, code, body.length, ...body]);
const iso = fc
  .tuple(fc.nat(0xffff), fc.nat(3), octets(300))
  .map(([h, rfu, body]) => [5, ...two(h), ...two(body.length | (rfu << 14)), ...body]);

const packetsFor: Record<LineSide, fc.Arbitrary<number[][]>> = {
  host: fc.array(fc.oneof(acl, sco, event, iso), { maxLength: 12 }),
  controller: fc.array(fc.oneof(command, acl, sco, iso), { maxLength: 12 }),
};

/** Cuts `stream` at the places that `cuts` choose. */
const cut = (stream: number[], cuts: number[]): Uint8Array[] => {
  const places = [...new Set(cuts.map((place) => place % (stream.length + 1)))].sort((a, b) => a - b);
  return [...places, stream.length].map((place, i) =>
    Uint8Array.from(stream.slice(places[i - 1] ?? 0, place)),
  );
};
const cuts = fc.array(fc.nat(5000), { maxLength: 40 });

const run = (side: LineSide, chunks: Uint8Array[]) => {
  const packets: string[] = [];
  const losses: string[] = [];
  const framer = new H4Framer(
    { side },
    { packet: (packet) => packets.push(toHex(packet)), lostSync: (what) => losses.push(what) },
  );
  for (const chunk of chunks) framer.push(chunk);
  return { packets, losses, framer };
};

describe.each(['host', 'controller'] as const)('H4Framer on the %s side', (side) => {
  const recovery = side === 'host' ? resetComplete : reset;

  it('gives back exactly the packets that were put in, whatever the chunks', () => {
    fc.assert(
      fc.property(packetsFor[side], cuts, (packets, places) => {
        const { packets: got, losses } = run(side, cut(packets.flat(), places));
        expect(got).toEqual(packets.map((packet) => toHex(Uint8Array.from(packet))));
        expect(losses).toEqual([]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it('says the same of any octets whatever the chunks, and never throws', () => {
    fc.assert(
      fc.property(octets(600), cuts, (stream, places) => {
        const whole = run(side, [Uint8Array.from(stream)]);
        const parts = run(side, cut(stream, places));
        expect(parts.packets).toEqual(whole.packets);
        expect(parts.losses.length).toBe(whole.losses.length);
        expect(parts.framer.counters).toEqual(whole.framer.counters);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it('finds its way back from any noise that begins with an illegal indicator', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 6, 0x7f, 0xff),
        octets(400),
        packetsFor[side],
        cuts,
        (bad, noise, after, places) => {
          const stream = [bad, ...noise, ...recovery, ...after.flat()];
          const { packets, losses } = run(side, cut(stream, places));
          expect(losses.length).toBeGreaterThan(0);
          if (losses.length > 1) return; // The noise held a Reset of its own.
          const expected = [recovery, ...after].map((packet) => toHex(Uint8Array.from(packet)));
          expect(packets.slice(-expected.length)).toEqual(expected);
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

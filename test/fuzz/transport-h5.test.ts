import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { toHex } from '../../src/core/bytes.ts';
import { ManualClock } from '../../src/core/manual-clock.ts';
import { encodeH5 } from '../../src/transport/h5/h5-packet.ts';
import { encodeSlip, SlipFramer } from '../../src/transport/h5/slip.ts';
import { BadLine, type LineFaults } from '../support/bad-line.ts';
import { H5End, pairOfEnds } from '../unit/transport/h5/h5-ends.ts';

const SEED = 20_061_016;

const packetsOf = (indicator: number, count: number, seed: number): Uint8Array[] =>
  Array.from({ length: count }, (_, n) => {
    const length = (n * 37 + seed) % 60;
    // Octets that need escapes among them.
    return Uint8Array.from([indicator, n & 0xff, n >> 8, ...Array(length).fill(0xc0 + ((n + seed) % 30))]);
  });
const hexOf = (packets: readonly Uint8Array[]): string[] => packets.map((packet) => toHex(packet));

describe('a bad line', () => {
  const kinds: readonly [string, Omit<LineFaults, 'seed'>][] = [
    ['that loses octets', { drop: 0.005 }],
    ['that flips bits', { flip: 0.005 }],
    ['that adds octets', { add: 0.005 }],
    ['that is late', { delayMs: 40 }],
    ['that does all of it', { drop: 0.002, flip: 0.002, add: 0.002, delayMs: 20 }],
  ];
  test.each(kinds)('%s delivers everything, once and in order, both ways', async (_name, faults) => {
    for (let seed = 1; seed <= 12; seed++) {
      const clock = new ManualClock();
      const { host, controller, down, up, stop } = pairOfEnds(clock, { seed: seed * 1000, ...faults });
      const commands = packetsOf(2, 60, seed);
      const events = packetsOf(4, 60, seed + 7);
      for (const packet of commands) host.link.send(packet);
      for (const packet of events) controller.link.send(packet);
      controller.link.start();
      host.link.start();
      for (
        let rounds = 0;
        rounds < 600 && host.link.pendingBytes + controller.link.pendingBytes > 0;
        rounds++
      )
        await clock.advance(100);
      expect(controller.packets).toEqual(hexOf(commands));
      expect(host.packets).toEqual(hexOf(events));
      expect([...host.losses, ...controller.losses, host.resets, controller.resets]).toEqual([0, 0]);
      if (faults.delayMs === undefined) {
        expect(down.count + up.count).toBeGreaterThan(5);
        expect(
          (host.link.counters['h5PacketsResent'] ?? 0) + (controller.link.counters['h5PacketsResent'] ?? 0),
        ).toBeGreaterThan(0);
      }
      stop();
    }
  });

  it('that is cut is told of, and nothing hangs', async () => {
    const clock = new ManualClock();
    const { host, controller, down, stop } = pairOfEnds(clock);
    controller.link.start();
    host.link.start();
    await clock.advance(600);
    down.cut();
    host.link.send(Uint8Array.of(1, 3, 0x0c, 0));
    await clock.advance(6_000);
    expect(host.losses).toHaveLength(1);
    stop();
    expect(clock.pending).toBe(0);
  });

  it('is bad in the same way whatever the chunks, for one seed', () => {
    const octets = Uint8Array.from({ length: 2000 }, (_, i) => i & 0xff);
    const carried = (size: number): string => {
      let all = '';
      const line = new BadLine({ seed: 5, drop: 0.05, flip: 0.05, add: 0.05 }, new ManualClock(), (chunk) => {
        all += toHex(chunk);
      });
      for (let at = 0; at < octets.length; at += size) line.carry(octets.subarray(at, at + size));
      return all;
    };
    expect(carried(1)).toBe(carried(2000));
    expect(carried(7)).not.toBe(toHex(octets));
  });
});

const payload = fc.uint8Array({ maxLength: 40 });

describe('a stream of octets', () => {
  it('gives the same packets wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 6 }), fc.uint8Array({ maxLength: 8 }), (payloads, noise) => {
        const frames = payloads.map((each) =>
          encodeSlip(
            encodeH5({
              reliable: true,
              sequence: 0,
              acknowledge: 0,
              type: 4,
              checked: true,
              payload: each,
            }),
          ),
        );
        const stream = Uint8Array.from([...noise, ...frames.flatMap((frame) => [...frame])]);
        const read = (cut: number) => {
          const said: string[] = [];
          const framer = new SlipFramer(30, {
            packet: (packet) => said.push(toHex(packet)),
            faulty: (length) => said.push(`faulty ${length}`),
          });
          framer.push(stream.slice(0, cut));
          framer.push(stream.slice(cut));
          return { said, counters: framer.counters };
        };
        const whole = read(0);
        for (let cut = 1; cut < stream.length; cut++) expect(read(cut)).toEqual(whole);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('of any kind, in any state: nothing is thrown, and what is said back is bounded', async () => {
    const frame = fc
      .record({
        reliable: fc.boolean(),
        sequence: fc.nat(7),
        acknowledge: fc.nat(7),
        type: fc.oneof(fc.constant(15), fc.nat(15)),
        checked: fc.boolean(),
        payload: fc.oneof(
          payload,
          fc.constantFrom(
            ...['017e', '027d', '03fc17', '03fc', '047b17', '047b', '05fa', '06f9', '0778'].map((hex) =>
              Uint8Array.from(Buffer.from(hex, 'hex')),
            ),
          ),
        ),
      })
      .map((packet) => encodeSlip(encodeH5(packet)));
    const chunk = fc.oneof({ weight: 3, arbitrary: frame }, fc.uint8Array({ maxLength: 60 }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('host' as const, 'controller' as const),
        fc.array(chunk, { maxLength: 40 }),
        async (side, chunks) => {
          const clock = new ManualClock();
          const end = new H5End(side, clock);
          let said = 0;
          end.out = () => {
            said++;
          };
          end.link.start();
          let heard = 0;
          for (const each of chunks) {
            end.link.push(each);
            heard += each.length;
          }
          await Promise.resolve();
          // No more than one reply to what is the shortest frame that has one, and what the states repeat.
          expect(said).toBeLessThanOrEqual(heard / 2 + 10);
          end.link.stop();
          expect(clock.pending).toBe(0);
        },
      ),
      { seed: SEED, numRuns: 800 },
    );
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/core/manual-clock.ts';
import { SmpLink, turn } from '../support/smp-link.ts';

const SEED = 0x53;

/** Octets of the commands 0x01 to 0x0E (Vol 3, Part H, 3.5 and 3.6). */
const lengths = [0, 7, 7, 17, 17, 2, 17, 11, 17, 8, 17, 2, 65, 17, 2];

/** All that mean something, those beside them, and what has an extreme bit. */
const codes = [...Array.from({ length: 0x14 }, (_, code) => code), 0x7f, 0x80, 0xff];

test('every code at every length, with nobody who may pair: nothing thrown, and what must be answered is', () => {
  for (const role of ['central', 'peripheral'] as const) {
    for (const code of codes) {
      for (let length = 0; length <= 67; length++) {
        const { channel } = new SmpLink({ role });
        const command = new Uint8Array(length).fill(code);
        channel.deliver(command);
        const known = length > 0 && code !== 0x05 && lengths[code] !== undefined && code !== 0;
        const asking = code === (role === 'central' ? 0x0b : 0x01);
        const reason = lengths[code] === length ? (asking ? '05' : '07') : '0a';
        expect([role, code, length, ...channel.takeSent()]).toEqual([
          role,
          code,
          length,
          ...(known ? [`05${reason}`] : []),
        ]);
        channel.disconnect();
      }
    }
  }
});

const command = fc.tuple(
  fc.integer({ min: 0, max: 0x10 }),
  fc.oneof(fc.constantFrom(1, 6, 7, 10, 16, 64), fc.nat(66)),
  fc.integer({ min: 0, max: 0xff }),
);

test('two hosts, with anything said between: they never talk without end, and what is begun ends', async () => {
  const policies = fc.constantFrom(
    undefined,
    {},
    { secureConnections: false },
    { secureConnections: true },
    { bond: false },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { maxLength: 20 }),
      policies,
      policies,
      fc.boolean(),
      async (commands, a, b, pairs) => {
        const clock = new ManualClock();
        const left = new SmpLink({ role: 'central', policy: a, clock });
        const right = new SmpLink({ role: 'peripheral', policy: b, clock });
        left.channel.peer = right.channel;
        right.channel.peer = left.channel;
        const calls = pairs ? [left.manager.pair({}, {}), right.manager.pair({}, {})] : [];
        const settled = Promise.allSettled(calls);
        for (const [code, length, fill] of commands) {
          const tail = new Array<number>(length).fill(fill);
          left.channel.deliver([code, ...tail]);
          right.channel.deliver([code, ...tail]);
          await turn();
        }
        expect(left.channel.sent.length + right.channel.sent.length).toBeLessThan(12 * (commands.length + 2));
        await clock.advance(60_000);
        await settled;
        const before = left.channel.sent.length + right.channel.sent.length;
        await clock.advance(600_000);
        expect(left.channel.sent.length + right.channel.sent.length).toBe(before);
        expect(clock.pending).toBe(0);
        left.end();
        right.end();
      },
    ),
    { seed: SEED, numRuns: 150 },
  );
}, 60_000);

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Log } from '../../src/core/log.ts';
import { ManualClock } from '../../src/core/manual-clock.ts';
import { L2capLink } from '../../src/l2cap/l2cap-link.ts';
import { FakeAclLink } from '../support/fake-acl-link.ts';

const SEED = 0x12ca;
const responses = new Set([0x01, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x0f, 0x11, 0x13, 0x15, 0x18, 0x1a]);
/** Commands with an answer of their own, by role: the code of the answer and the data lengths that are well formed. */
const answered = {
  central: { 18: 0x13, 20: 0x15, 23: 0x18, 25: 0x1a },
  peripheral: { 20: 0x15, 23: 0x18, 25: 0x1a },
} as const;
const lengthsOf: Readonly<Record<number, readonly number[]>> = {
  18: [8],
  20: [10],
  23: [10, 12, 14, 16, 18],
  25: [6, 8, 10, 12, 14],
};

/** Code of the one answer, or undefined for none. */
const expectedAnswer = (role: 'central' | 'peripheral', frame: Uint8Array): number | undefined => {
  const [code, identifier, low = 0, high = 0] = frame;
  if (code === undefined || identifier === undefined || identifier === 0 || responses.has(code))
    return undefined;
  const whole = frame.length >= 4 && frame.length <= 23 && low + 256 * high === frame.length - 4;
  const table: Readonly<Record<number, number>> = answered[role];
  return whole && lengthsOf[code]?.includes(frame.length - 4) ? (table[code] ?? 0x01) : 0x01;
};

test('any frame on the signalling channel: at most one answer, of the right code and identifier', async () => {
  const frames = fc
    .tuple(
      fc.integer({ min: 0, max: 0x20 }),
      fc.nat({ max: 3 }),
      fc.uint8Array({ maxLength: 22 }),
      fc.integer({ min: -1, max: 4 }),
    )
    .map(([code, identifier, data, lie]) =>
      Uint8Array.of(code, identifier, Math.max(0, data.length + Math.min(lie, 0)), 0, ...data),
    );
  const run = fc.array(fc.oneof(frames, fc.uint8Array({ maxLength: 30 })), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('central' as const, 'peripheral' as const), run, async (role, all) => {
      const acl = new FakeAclLink(251);
      const clock = new ManualClock();
      const link = new L2capLink({ acl, role, clock, log: new Log(), peer: 'the peer' });
      link.start();
      for (const frame of all) {
        acl.deliver(Uint8Array.of(frame.length, 0, 5, 0, ...frame));
        const sent = acl.takeSent();
        const answer = expectedAnswer(role, frame);
        expect(sent).toHaveLength(answer === undefined ? 0 : 1);
        if (answer !== undefined) {
          const [text = ''] = sent;
          expect(Number.parseInt(text.slice(8, 10), 16)).toBe(answer);
          expect(Number.parseInt(text.slice(10, 12), 16)).toBe(frame[1]);
        }
        await Promise.resolve();
      }
      expect(link.counters.receiverErrors).toBe(0);
      expect(clock.pending).toBe(0);
      acl.disconnect();
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});

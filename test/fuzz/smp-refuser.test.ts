import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Log } from '../../src/core/log.ts';
import { PairingRefuser } from '../../src/smp/pairing-refuser.ts';
import { FakeChannel } from '../support/fake-att-channel.ts';

const SEED = 0x53;

/** Octets of the commands 0x01 to 0x0E (Vol 3, Part H, 3.5 and 3.6). */
const lengths = [0, 7, 7, 17, 17, 2, 17, 11, 17, 8, 17, 2, 65, 17, 2];

test('every code at every length: nothing thrown, and what must be answered is', () => {
  for (const role of ['central', 'peripheral'] as const) {
    for (let code = 0; code <= 0xff; code++) {
      for (let length = 0; length <= 67; length++) {
        const channel = new FakeChannel<6>(6);
        new PairingRefuser({ channel, role, log: new Log(), peer: 'the peer' });
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

test('two hosts that refuse never talk without end', async () => {
  const command = fc.tuple(fc.integer({ min: 0, max: 0x10 }), fc.uint8Array({ maxLength: 66 }));
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 20 }), async (commands) => {
      const left = new FakeChannel<6>(6);
      const right = new FakeChannel<6>(6);
      left.peer = right;
      right.peer = left;
      new PairingRefuser({ channel: left, role: 'central', log: new Log(), peer: 'right' });
      new PairingRefuser({ channel: right, role: 'peripheral', log: new Log(), peer: 'left' });
      for (const [code, tail] of commands) {
        left.deliver([code, ...tail]);
        right.deliver([code, ...tail]);
        for (let i = 0; i < 10; i++) await Promise.resolve();
      }
      expect(left.sent.length).toBeLessThanOrEqual(commands.length);
      expect(right.sent.length).toBeLessThanOrEqual(commands.length);
      left.disconnect();
      right.disconnect();
    }),
    { seed: SEED, numRuns: 200 },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { hex, ramp } from '../../conformance/harness/pdu.ts';
import { counted, expectAlive } from './alive.ts';

/** No channel, L2CAP signalling, connectionless and security of BR/EDR, what LE reserves, and dynamic ones that nobody has opened. */
const others = [
  0x0000, 0x0001, 0x0002, 0x0003, 0x0007, 0x0020, 0x003e, 0x003f, 0x0040, 0x007f, 0x0080, 0xffff,
];

test.each(others)('L11: what comes for channel %s is ignored and counted', async (cid) => {
  for (const role of ['peripheral', 'central'] as const) {
    await using bench = await Bench[role]();
    const payloads = ['', '0a0100', '01010000', '0b010000', ramp(23), ramp(200), ramp(1_000)];
    for (const payload of payloads) bench.tester.sendFrame(cid, payload);
    await bench.clock.advance(1_000);
    expect(counted(bench, 'unknownCids')).toBe(payloads.length);
    await bench.tester.quiet();
    await expectAlive(bench);
  }
});

test('L11: frames for any channel that is not there leave the host alive', async () => {
  const frame = fc.tuple(
    fc.oneof(fc.nat({ max: 0xffff }), fc.constantFrom(...others)).filter((cid) => cid < 4 || cid > 6),
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 1, max: 251 }),
  );
  await using bench = await Bench.peripheral();
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(frame, async ([cid, payload, pieceLength]) => {
      bench.tester.sendFrame(cid, hex(payload), pieceLength);
      sent++;
      await bench.clock.advance(0);
      await bench.tester.quiet();
    }),
    { seed: 0x1b, numRuns: 300 },
  );
  expect(counted(bench, 'unknownCids')).toBe(sent);
  await expectAlive(bench);
});

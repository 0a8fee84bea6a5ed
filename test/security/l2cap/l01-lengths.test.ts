import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { type Hex, hex, u16 } from '../../conformance/harness/pdu.ts';
import { counted, expectAlive } from './alive.ts';

const READ = `${u16(3)}${u16(4)}0a0100`;

test('L1: a PDU shorter than its header says is dropped when the next begins, however long that takes', async () => {
  await using bench = await Bench.peripheral();
  bench.tester.sendPiece(READ.slice(0, 10), true);
  await bench.clock.advance(120_000);
  await bench.att.silent();
  await expectAlive(bench);
  expect(counted(bench, 'truncatedPdus')).toBe(1);
});

test('L1: a PDU longer than its header says is dropped, whole or in pieces', async () => {
  await using bench = await Bench.peripheral();
  bench.tester.sendPiece(`${READ}00`, true);
  bench.tester.sendPiece(READ.slice(0, 12), true);
  bench.tester.sendPiece('0000', false);
  await bench.att.silent();
  expect(counted(bench, 'overlongPdus')).toBe(2);
  await expectAlive(bench);
});

test('L1: a continuation of nothing, and pieces without an octet, are dropped', async () => {
  await using bench = await Bench.peripheral();
  bench.tester.sendPiece(READ, false);
  for (let i = 0; i < 100; i++) bench.tester.sendPiece('', i % 2 === 0);
  await bench.att.silent();
  expect(counted(bench, 'strayContinuations')).toBeGreaterThan(0);
  await expectAlive(bench);
});

test('L1: a PDU of 65535 octets for ATT is skipped without being kept', async () => {
  await using bench = await Bench.peripheral();
  bench.tester.sendPiece(`ffff${u16(4)}${'0a'.repeat(200)}`, true);
  for (let i = 0; i < 50; i++) bench.tester.sendPiece('0a'.repeat(200), false);
  await bench.att.silent();
  expect(counted(bench, 'oversizedPdus')).toBe(1);
  await expectAlive(bench);
});

test('L1: any pieces at all leave the host alive', async () => {
  const piece = fc.record({
    begins: fc.boolean(),
    octets: fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      // Headers that lie, of channels that are there.
      fc
        .tuple(fc.nat({ max: 40 }), fc.constantFrom(4, 5, 6, 0x40), fc.uint8Array({ maxLength: 30 }))
        .map(([length, cid, payload]) => Uint8Array.of(length, 0, cid, 0, ...payload)),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 5, maxLength: 40 }), async (pieces) => {
      await using bench = await Bench.peripheral();
      const heard: Hex[] = [];
      bench.att.responder = (pdu) => {
        heard.push(pdu);
        return undefined;
      };
      for (const { begins, octets } of pieces) bench.tester.sendPiece(hex(octets), begins);
      await bench.clock.advance(1_000);
      bench.tester.sendRaw(READ);
      await bench.clock.advance(10);
      expect(heard.at(-1)).toBe('0b0018');
      expect(bench.tester.isConnected).toBe(true);
      expect(counted(bench, 'receiverErrors')).toBe(0);
    }),
    { seed: 0x11, numRuns: 30 },
  );
});

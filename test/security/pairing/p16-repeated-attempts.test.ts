import { expect, test } from 'vitest';
import type { Bench } from '../../conformance/harness/bench.ts';
import { pairingFailed } from '../../conformance/harness/smp.ts';
import { beginSecure, benchOf, later } from './bench.ts';

/** One pairing in which the tester guesses wrong. */
const guess = async (bench: Bench): Promise<void> => {
  const { tester } = await beginSecure(bench);
  await tester.publicKeys();
  await tester.comparison();
  tester.smp.send(`0d${'5a'.repeat(16)}`);
  expect(await tester.smp.next()).toBe(pairingFailed(0x0b));
};

test('P16: each failure makes a peer wait twice as long, and a success makes it forgotten', async () => {
  await using bench = await benchOf('peripheral');
  const request = '01030009100000';
  for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000]) {
    await guess(bench);
    await bench.clock.advance(waitMs - 1);
    bench.tester.smp.send(request);
    expect(await bench.tester.smp.next()).toBe(pairingFailed(0x09));
    await bench.clock.advance(1);
  }
  const { tester } = await beginSecure(bench);
  await tester.publicKeys();
  await tester.encrypt(await tester.checks(await tester.comparison()));
  await tester.distribute(true);
  await bench.clock.advance(0);
  await guess(bench);
  await bench.clock.advance(1_000);
  bench.tester.smp.send('01030009100000');
  expect(await bench.tester.smp.next()).toMatch(/^02/);
});

test('P16: a new link is no new peer', async () => {
  await using bench = await benchOf('peripheral');
  await guess(bench);
  bench.tester.disconnect();
  await bench.run(bench.connection.disconnected());
  await bench.clock.advance(0);
  await bench.connectFromTester();
  bench.tester.smp.send('01030009100000');
  expect(await bench.tester.smp.next()).toBe(pairingFailed(0x09));
});

test('P16: a link that is cut in the middle of a guess counts', async () => {
  await using bench = await benchOf('peripheral');
  const { tester } = await beginSecure(bench);
  await tester.publicKeys();
  await tester.smp.expect(`03 ${'..'.repeat(16)}`);
  bench.tester.disconnect();
  await bench.run(bench.connection.disconnected());
  await bench.clock.advance(0);
  await bench.connectFromTester();
  bench.tester.smp.send('01030009100000');
  expect(await bench.tester.smp.next()).toBe(pairingFailed(0x09));
});

test('P16: a central waits before it pairs again', async () => {
  await using bench = await benchOf('central');
  const first = await beginSecure(bench);
  await first.tester.publicKeys();
  first.tester.smp.send(`03${'5a'.repeat(16)}`);
  await first.tester.smp.expect(`04 ${'..'.repeat(16)}`);
  first.tester.smp.send(`04${'5a'.repeat(16)}`);
  expect(await first.tester.smp.next()).toBe(pairingFailed(0x04));
  await bench.failure(first.paired ?? Promise.resolve());
  const again = later(bench.connection.pair());
  await bench.tester.smp.silent(900);
  await bench.clock.advance(100);
  expect(await bench.tester.smp.next()).toMatch(/^01/);
  bench.tester.disconnect();
  await bench.failure(again);
});

import { TimeoutError } from 'jelling';
import { expect, test } from 'vitest';
import { beginSecure, benchOf, later } from './bench.ts';

test('P17: after 30 s of silence a peripheral says nothing more on that link, and pairs on the next', async () => {
  await using bench = await benchOf('peripheral');
  const { tester } = await beginSecure(bench);
  await tester.publicKeys();
  await tester.smp.expect(`03 ${'..'.repeat(16)}`);
  await bench.clock.advance(30_000);
  for (const command of [`04${'5a'.repeat(16)}`, '01030009100000', '0508', '0bff', '03'])
    tester.smp.send(command);
  await tester.smp.silent(1_000);
  expect(bench.connection.counters['smpCommandsAfterTimeout']).toBe(5);
  expect(await bench.failure(later(bench.connection.pair()))).toMatchObject({ code: 'BLE_INVALID_STATE' });
  bench.tester.disconnect();
  await bench.run(bench.connection.disconnected());
  await bench.clock.advance(60_000);
  await bench.connectFromTester();
  await beginSecure(bench);
});

test('P17: the same of a central, whose user is told', async () => {
  await using bench = await benchOf('central');
  const paired = later(bench.connection.pair({ timeoutMs: Number.POSITIVE_INFINITY }));
  expect(await bench.tester.smp.next()).toMatch(/^01/);
  expect(await bench.failure(paired)).toBeInstanceOf(TimeoutError);
  bench.tester.smp.send('02030000100000');
  await bench.tester.smp.silent(1_000);
});

test('P17: each command begins the 30 s anew', async () => {
  await using bench = await benchOf('peripheral');
  const { tester } = await beginSecure(bench);
  await bench.clock.advance(29_000);
  await tester.publicKeys();
  await bench.clock.advance(29_000);
  const nonces = await tester.comparison();
  await bench.clock.advance(29_000);
  await tester.encrypt(await tester.checks(nonces));
});

test('P17: a user who gives up tells the peer, and may pair again', async () => {
  await using bench = await benchOf('central');
  const giveUp = new AbortController();
  const paired = later(bench.connection.pair({ signal: giveUp.signal }));
  expect(await bench.tester.smp.next()).toMatch(/^01/);
  giveUp.abort(new Error('enough'));
  await expect(bench.run(paired)).rejects.toThrow('enough');
  expect(await bench.tester.smp.next()).toBe('0508');
  const again = later(bench.connection.pair());
  expect(await bench.tester.smp.next()).toMatch(/^01/);
  bench.tester.disconnect();
  await bench.failure(again);
});

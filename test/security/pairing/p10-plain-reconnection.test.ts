import { HciError } from 'jelling';
import { expect, test } from 'vitest';
import { mtuRequest, mtuResponse, notification, read } from '../../conformance/harness/att.ts';
import { benchOf, bondSecurely, later, reconnect } from './bench.ts';

test('P10: a central asks a bonded peer for nothing, and believes it nothing, before the link is encrypted', async () => {
  await using bench = await benchOf('central');
  await bondSecurely(bench);
  bench.tester.longTermKey = undefined;
  await reconnect(bench);
  const reading = later(bench.connection.readByUuid(0x2a00));
  expect(await bench.failure(reading)).toBeInstanceOf(HciError);
  bench.att.send(notification(3, 'aa'));
  await bench.att.silent(1_000);
  expect(bench.connection.counters['attValuesDistrusted']).toBe(1);
});

test('P10: it encrypts by itself, and then asks', async () => {
  await using bench = await benchOf('central');
  const ltk = await bondSecurely(bench);
  bench.tester.longTermKey = ltk;
  await reconnect(bench);
  expect(bench.connection.security).toMatchObject({ encrypted: true, bonded: true });
  const reading = bench.connection.readByUuid(0x2a00);
  await bench.att.expect('08 0100 ffff 002a');
  bench.att.send('01 08 0100 0a');
  expect(await bench.run(reading)).toEqual([]);
});

test('P10: where the user wants a link that is not encrypted the peer is asked, and what it sends unasked is still not believed', async () => {
  await using bench = await benchOf('central');
  const ltk = await bondSecurely(bench);
  bench.tester.longTermKey = ltk;
  await bench.part();
  await bench.connectToTester(undefined, { encrypt: false });
  const reading = bench.connection.readByUuid(0x2a00);
  await bench.att.expect('08 0100 ffff 002a');
  bench.att.send('01 08 0100 0a');
  expect(await bench.run(reading)).toEqual([]);
  bench.att.send(notification(3, 'aa'));
  await bench.att.silent();
  expect(bench.connection.counters['attValuesDistrusted']).toBe(1);
  expect(bench.connection.security).toMatchObject({ encrypted: false, bonded: true });
});

test('P10: a peripheral asks its bonded central to encrypt before it asks it for anything, and goes on answering', async () => {
  await using bench = await benchOf('peripheral');
  const ltk = await bondSecurely(bench);
  // The tester hides, so that it is asked once whether it recognises itself (Vol 3, Part C, 12.4).
  await bench.att.expect('08 0100 ffff a62a');
  bench.att.send('01 08 0100 0a');
  await reconnect(bench);
  const reading = later(bench.connection.readByUuid(0x2a00));
  expect(await bench.tester.smp.next()).toMatch(/^0b/);
  bench.att.send(notification(3, 'aa'));
  await bench.att.exchange(mtuRequest(23), '03 ....');
  await bench.att.exchange(read(0x0003), '0b *');
  expect(bench.connection.counters['attValuesDistrusted']).toBe(1);
  expect(await bench.tester.encrypt(ltk)).toBe(0);
  await bench.att.expect('08 0100 ffff 002a');
  bench.att.send('01 08 0100 0a');
  expect(await bench.run(reading)).toEqual([]);
  expect(mtuResponse(23)).toMatch(/^03/);
});

test('P10: no channel is opened to a bonded peer before the link is encrypted, in either role', async () => {
  await using central = await benchOf('central');
  await bondSecurely(central);
  central.tester.longTermKey = undefined;
  await reconnect(central);
  const one = later(central.connection.l2capConnect({ psm: 0x80 }));
  const many = later(central.connection.l2capConnectEnhanced({ psm: 0x80 }));
  for (const opening of [one, many]) expect(await central.failure(opening)).toBeInstanceOf(HciError);
  await central.signalling.silent();

  await using peripheral = await benchOf('peripheral');
  const ltk = await bondSecurely(peripheral);
  await peripheral.att.expect('08 0100 ffff a62a');
  peripheral.att.send('01 08 0100 0a');
  await reconnect(peripheral);
  const opening = later(peripheral.connection.l2capConnect({ psm: 0x80 }));
  await peripheral.tester.smp.expect('0b ..');
  await peripheral.signalling.silent(0);
  expect(await peripheral.tester.encrypt(ltk)).toBe(0);
  await peripheral.signalling.expect('14 .. 0a00 8000 *');
  await peripheral.failure(opening);
});

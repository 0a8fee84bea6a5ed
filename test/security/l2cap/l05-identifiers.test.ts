import { describe, expect, test } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { enhancedRequest, enhancedResponse } from '../../conformance/harness/enhanced.ts';
import { octetAt, ramp, slice, u16, u16At } from '../../conformance/harness/pdu.ts';
import { creditResponse, Result, Signal, SPSM, signal } from '../../conformance/harness/signalling.ts';
import { expectAlive, failureOf } from './alive.ts';
import { modes, openIn } from './modes.ts';

const notDynamic = [0x0000, 0x0001, 0x0004, 0x0005, 0x003f, 0x0080, 0xffff];

describe.each(modes)('L5: $name', (mode) => {
  test('L5: a Source CID that is none, or in use, opens nothing', async () => {
    await using bench = await Bench.peripheral();
    const { iut, iutCid, ownCid } = await openIn(mode, bench, 1);
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    let identifier = 1;
    const ask = async (cid: number): Promise<number> => {
      identifier++;
      const answer = await bench.signalling.exchange(mode.request(identifier, { cid }), '*');
      return mode.read(answer).result;
    };
    for (const cid of notDynamic) expect(await ask(cid)).toBe(Result.invalidSourceCid);
    expect(await ask(ownCid)).toBe(Result.sourceCidAllocated);
    // The host's own identifiers are no business of the peer's.
    expect(await ask(iutCid)).toBe(Result.success);
    expect(iut.isOpen).toBe(true);
    await bench.run(listener.accept());
    await expectAlive(bench);
  });

  test('L5: the host gives identifiers of its own from 0x0040 to 0x007f, each to one channel', async () => {
    await using bench = await Bench.peripheral();
    const given = new Set<number>();
    for (let i = 0; i < 32; i++) given.add((await openIn(mode, bench, 1 + i, { cid: 0x0040 + i })).iutCid);
    expect(given.size).toBe(32);
    for (const cid of given) expect(cid >= 0x0040 && cid <= 0x007f).toBe(true);
  });
});

test('L5: an identifier that comes twice in one request opens one channel', async () => {
  await using bench = await Bench.peripheral();
  await using listener = bench.connection.l2capListen({ psm: SPSM });
  const request = enhancedRequest(1, { cids: [0x0041, 0x0041, 0x0042] });
  const answer = await bench.signalling.exchange(request, '1801 *');
  expect(u16At(answer, 10)).toBe(Result.sourceCidAllocated);
  expect([12, 14, 16].map((at) => u16At(answer, at) !== 0)).toEqual([true, false, true]);
  await bench.run(listener.accept());
  await bench.run(listener.accept());
});

test.each(notDynamic)('L5: a peer that grants channel %s has granted none', async (cid) => {
  await using bench = await Bench.central();
  const connecting = failureOf(bench.connection.l2capConnect({ psm: SPSM }));
  const request = await bench.signalling.expect(`14.. 0a00 ${u16(SPSM)} *`);
  bench.signalling.send(creditResponse(octetAt(request, 1), Result.success, { cid }));
  expect(await connecting).toMatchObject({ name: 'MalformedPduError' });
  await expectAlive(bench);
});

test('L5: a Destination CID that is in use ends both channels', async () => {
  await using bench = await Bench.central();
  const { connection, signalling } = bench;
  const first = connection.l2capConnectEnhanced({ psm: SPSM, count: 1 });
  const one = await signalling.expect('17.. *');
  signalling.send(enhancedResponse(octetAt(one, 1), Result.success, { cids: [0x0041] }));
  const [channel] = await bench.run(first);
  const second = failureOf(connection.l2capConnect({ psm: SPSM }));
  const two = await signalling.expect('14.. *');
  signalling.send(creditResponse(octetAt(two, 1), Result.success, { cid: 0x0041 }));
  expect(await second).toMatchObject({ name: 'MalformedPduError' });
  expect(channel?.isOpen).toBe(false);
  for (const own of [slice(one, 12), slice(two, 6, 8)]) await signalling.expect(`06.. 0400 4100 ${own}`);
});

test('L5: data for one kind of channel on another is that kind of data, and no other', async () => {
  await using bench = await Bench.peripheral();
  const [basic] = modes;
  if (basic === undefined) throw new Error('no mode');
  const { iut, iutCid } = await openIn(basic, bench, 1);
  // An ATT request on the channel, a K-frame on the fixed channels.
  bench.tester.sendFrame(iutCid, '0a0100');
  bench.att.send('020000ff');
  await bench.att.expect('01 02 0000 04');
  bench.signalling.send(`0200${ramp(2)}`);
  await bench.signalling.optional('01 *');
  await bench.signalling.optional('06 *');
  expect(iut.available).toBe(0);
  await expectAlive(bench);
});

test('L5: a disconnection that names the ends of two channels ends neither', async () => {
  await using bench = await Bench.peripheral();
  const [basic] = modes;
  if (basic === undefined) throw new Error('no mode');
  const one = await openIn(basic, bench, 1);
  const two = await openIn(basic, bench, 2, { cid: 0x0042 });
  bench.signalling.send(signal(Signal.disconnectionRequest, 3, one.iutCid, two.ownCid));
  await bench.signalling.silent();
  expect([one.iut.isOpen, two.iut.isOpen]).toEqual([true, true]);
});

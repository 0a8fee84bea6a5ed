import { describe, expect, test } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { octet } from '../../conformance/harness/pdu.ts';
import { closeFromTester, creditRequest, Result, SPSM } from '../../conformance/harness/signalling.ts';
import { counted, expectAlive, failureOf } from './alive.ts';
import { modes, openIn } from './modes.ts';

describe.each(modes)('L9: $name', (mode) => {
  test.each([
    ['that nobody takes', 8, false],
    ['of one link', 32, true],
  ])('L9: channels %s are at most %i', async (_, limit, areTaken) => {
    await using bench = await Bench.peripheral();
    await using listener = bench.connection.l2capListen({ psm: SPSM });
    let opened = 0;
    for (let i = 0; i < 60; i++) {
      const request = mode.request(1 + i, { cid: 0x0040 + i });
      const { result } = mode.read(await bench.signalling.exchange(request, '*'));
      if (result !== Result.success) expect(result).toBe(Result.noResources);
      else if (areTaken) await bench.run(listener.accept());
      if (result === Result.success) opened++;
    }
    expect(opened).toBe(limit);
    expect(counted(bench, 'refusedChannels')).toBe(60 - opened);
    const closing = listener.close();
    bench.tester.disconnect();
    await bench.run(closing);
  });

  test('L9: a channel that is closed makes room for another', async () => {
    await using bench = await Bench.peripheral();
    for (let i = 0; i < 200; i++) {
      const channel = await openIn(mode, bench, 1 + (i % 100), { cid: 0x0040 + (i % 64) });
      await closeFromTester(bench, channel);
    }
    await expectAlive(bench);
  });
});

test('L9: requests of the host that are never answered are bounded, end by themselves, and end with the link', async () => {
  await using bench = await Bench.central();
  const connect = (timeoutMs: number): Promise<unknown> =>
    failureOf(bench.connection.l2capConnect({ psm: SPSM, timeoutMs }));
  const first = Array.from({ length: 20 }, () => connect(300_000));
  await bench.clock.advance(0);
  for (let i = 0; i < 16; i++) await bench.signalling.expect('14 *');
  await bench.signalling.silent(0);
  // RTX is over for those that left; the others never did.
  await bench.clock.advance(30_000);
  const outcomes = (await Promise.all(first)).map((error) => (error as Error).name);
  expect(outcomes.filter((name) => name === 'TimeoutError')).toHaveLength(16);
  expect(outcomes.filter((name) => name === 'InvalidStateError')).toHaveLength(4);
  const last = connect(300_000);
  await bench.signalling.expect('14 *');
  bench.linkMayEnd = true;
  bench.tester.disconnect();
  expect(await last).toMatchObject({ name: 'DisconnectedError' });
});

test('L9: a flood of requests that are refused grows nothing', async () => {
  await using bench = await Bench.peripheral();
  for (let i = 0; i < 1_000; i++) {
    const identifier = 1 + (i % 255);
    await bench.signalling.exchange(creditRequest(identifier), `15${octet(identifier)} *`);
  }
  expect(counted(bench, 'refusedChannels')).toBe(1_000);
  await expectAlive(bench);
});

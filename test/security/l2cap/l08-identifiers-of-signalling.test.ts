import { expect, test } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { enhancedResponse, reconfigured } from '../../conformance/harness/enhanced.ts';
import { octetAt, u16 } from '../../conformance/harness/pdu.ts';
import { creditResponse, Result, Signal, SPSM, signal } from '../../conformance/harness/signalling.ts';
import { counted, expectAlive, failureOf } from './alive.ts';

test('L8: responses that answer nothing do nothing', async () => {
  await using bench = await Bench.central();
  for (let identifier = 0; identifier <= 0xff; identifier++) {
    bench.signalling.send(creditResponse(identifier, Result.success));
    bench.signalling.send(enhancedResponse(identifier, Result.success));
    bench.signalling.send(reconfigured(identifier, 0));
    bench.signalling.send(signal(Signal.disconnectionResponse, identifier, 0x0040, 0x0041));
    bench.signalling.send(signal(Signal.parameterUpdateResponse, identifier, 0));
    bench.signalling.send(signal(Signal.reject, identifier, 0));
    await bench.clock.advance(0);
  }
  await bench.signalling.silent();
  expect(counted(bench, 'unexpectedResponses')).toBe(255 * 6);
  expect(counted(bench, 'malformedCommands')).toBe(6);
  await expectAlive(bench);
});

test('L8: a request is answered by its identifier and its kind alone, once', async () => {
  await using bench = await Bench.central();
  const connecting = bench.connection.l2capConnect({ psm: SPSM });
  const request = await bench.signalling.expect(`14.. 0a00 ${u16(SPSM)} *`);
  const identifier = octetAt(request, 1);
  bench.signalling.send(creditResponse(identifier + 1, Result.success));
  bench.signalling.send(creditResponse(0, Result.success));
  bench.signalling.send(enhancedResponse(identifier, Result.success));
  bench.signalling.send(creditResponse(identifier, Result.success));
  const channel = await bench.run(connecting);
  bench.signalling.send(creditResponse(identifier, Result.success, { cid: 0x0055 }));
  bench.signalling.send(creditResponse(identifier, Result.noResources));
  await bench.signalling.silent();
  expect(channel.isOpen).toBe(true);
  expect(counted(bench, 'unexpectedResponses')).toBe(4);
});

test('L8: identifiers are 1 to 255, and none comes again while its request is open', async () => {
  await using bench = await Bench.central();
  const open = new Set<number>();
  const failures: Promise<unknown>[] = [];
  for (let i = 0; i < 300; i++) {
    const wait = { psm: SPSM, timeoutMs: 60_000 };
    failures.push(failureOf(bench.connection.l2capConnect(wait)));
    const identifier = octetAt(await bench.signalling.expect('14.. *'), 1);
    expect(identifier).toBeGreaterThan(0);
    expect(open.has(identifier)).toBe(false);
    open.add(identifier);
    if (open.size < 10) continue;
    // Five of them stay open, and the others make way.
    for (const answered of [...open].slice(5)) {
      bench.signalling.send(creditResponse(answered, Result.noResources));
      open.delete(answered);
    }
    await bench.clock.advance(0);
  }
  for (const identifier of open) bench.signalling.send(creditResponse(identifier, Result.noResources));
  for (const failure of failures) expect(await failure).toMatchObject({ result: Result.noResources });
});

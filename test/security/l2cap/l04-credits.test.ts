import { describe, expect, test } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { ramp, u16 } from '../../conformance/harness/pdu.ts';
import { expectClosed, Signal, signal } from '../../conformance/harness/signalling.ts';
import { expectAlive } from './alive.ts';
import { modes, openIn } from './modes.ts';

describe.each(modes)('L4: $name', (mode) => {
  test.each([
    ['at once', [0xffff]],
    ['little by little', [0x8000, 0x7fff]],
  ])('L4: credits above 65535, given %s, close the channel', async (_, credits) => {
    await using bench = await Bench.peripheral();
    const channel = await openIn(mode, bench, 1, { credits: 1 });
    for (const [i, more] of credits.entries()) {
      bench.signalling.send(signal(Signal.creditIndication, 2 + i, channel.ownCid, more));
    }
    await expectClosed(bench, channel);
    await expectAlive(bench);
  });

  test('L4: no credits are no credits, however often they are given', async () => {
    await using bench = await Bench.peripheral();
    const { iut, incoming, ownCid } = await openIn(mode, bench, 1, { credits: 1 });
    const sending = iut.send(Uint8Array.from({ length: 200 }), { timeoutMs: 10_000 });
    await incoming.next();
    for (let i = 0; i < 100; i++) bench.signalling.send(signal(Signal.creditIndication, 2 + i, ownCid, 0));
    await incoming.silent();
    bench.signalling.send(signal(Signal.creditIndication, 0xf0, ownCid, 10));
    await bench.run(sending);
    expect(iut.isOpen).toBe(true);
  });

  test('L4: a frame without a credit closes the channel', async () => {
    await using bench = await Bench.peripheral();
    const channel = await openIn(mode, bench, 1);
    for (let i = 0; i <= channel.iutCredits; i++) channel.send('010000');
    await expectClosed(bench, channel);
    await expectAlive(bench);
  });

  test('L4: no more frames leave than the peer has given credits for', async () => {
    await using bench = await Bench.peripheral();
    const { iut, incoming, ownCid } = await openIn(mode, bench, 1, { credits: 3 });
    const stop = new AbortController();
    const sending = iut.send(new Uint8Array(2_000), { timeoutMs: 60_000, signal: stop.signal });
    const count = async (): Promise<number> => {
      let frames = 0;
      incoming.responder = () => {
        frames++;
        return undefined;
      };
      await bench.clock.advance(100);
      return frames;
    };
    expect(await count()).toBe(3);
    for (const more of [1, 7, 2]) {
      bench.signalling.send(signal(Signal.creditIndication, 0x20 + more, ownCid, more));
      expect(await count()).toBe(more);
    }
    stop.abort('enough');
    await bench.failure(sending);
  });

  test('L4: credits for a channel that is not there are rejected, and those of another are not touched', async () => {
    await using bench = await Bench.peripheral();
    const { iut, incoming } = await openIn(mode, bench, 1, { credits: 0x0001 });
    await bench.signalling.exchange(
      signal(Signal.creditIndication, 9, 0x0055, 5),
      signal(Signal.reject, 9, 0x0002, 0x0000, 0x0055),
    );
    await bench.run(iut.send(new Uint8Array(10)));
    expect(await incoming.next()).toBe(u16(10) + ramp(10).replaceAll(/../g, '00'));
    await bench.failure(iut.send(new Uint8Array(10), { timeoutMs: 50 }));
    await incoming.silent();
  });
});

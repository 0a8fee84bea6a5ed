import fc from 'fast-check';
import { DisconnectedError } from 'jelling';
import { expect, test } from 'vitest';
import { DEFAULT_DEPTH } from '../../../src/gatt/client/value-feed.ts';
import { confirmation, indication, notification, writeResponse } from '../../conformance/harness/att.ts';
import { Bench } from '../../conformance/harness/bench.ts';
import { type Hex, hex, u16 } from '../../conformance/harness/pdu.ts';
import { PeerDatabase } from '../../conformance/harness/peer-database.ts';

/** More than fits between two looks at the clock would overrun the tester's own controller. */
const BATCH = 200;

/** A client that has found a characteristic which notifies and indicates, of a peer whose confirmations are counted. */
const scene = async () => {
  const bench = await Bench.central();
  const database = new PeerDatabase([
    { uuid: 0xffb0, characteristics: [{ uuid: 0xb001, properties: 0x32, descriptors: [0x2902] }] },
  ]);
  let confirmations = 0;
  bench.att.responder = (pdu) => {
    if (pdu === confirmation) confirmations++;
    return pdu.startsWith('12') ? writeResponse : database.answer(pdu);
  };
  const service = await bench.run(bench.connection.service(0xffb0));
  const remote = await bench.run(service.characteristic(0xb001));
  const flood = async (count: number, pduOf: (i: number) => Hex): Promise<void> => {
    for (let i = 0; i < count; i++) {
      bench.att.send(pduOf(i));
      if (i % BATCH === BATCH - 1) await bench.clock.advance(0);
    }
    await bench.clock.advance(0);
  };
  return { bench, remote, flood, confirmed: () => confirmations };
};

test('A10: a flood of values is kept up to the depth, the newest, and the rest is counted', async () => {
  const { bench, remote, flood } = await scene();
  await using _ = bench;
  await bench.run(remote.subscribe({ notify: true, depth: 16 }));
  await flood(20_000, (i) => notification(remote.handle, u16(i)));
  expect(remote.dropped).toBe(20_000 - 16);
  expect(bench.connection.counters['gattValuesDropped']).toBe(20_000 - 16);
  const first = await remote.notified();
  expect(first[0] ?? 0).toBe((20_000 - 16) & 0xff);
  expect(bench.tester.isConnected).toBe(true);
}, 30_000);

test('A10: the depth has a bound also where none was asked for', async () => {
  const { bench, remote, flood } = await scene();
  await using _ = bench;
  await bench.run(remote.subscribe());
  await flood(DEFAULT_DEPTH + 100, (i) => notification(remote.handle, u16(i)));
  expect(remote.dropped).toBe(100);
});

test('A10: a flood under handles that nobody knows is counted and keeps nothing, and every indication is confirmed', async () => {
  const { bench, remote, flood, confirmed } = await scene();
  await using _ = bench;
  await flood(5_000, (i) => notification(1 + ((remote.handle + i) % 0xfff0), '00'.repeat(20)));
  for (let i = 0; i < 500; i++) await flood(1, () => indication(0x1000 + i, '00'));
  expect(confirmed()).toBe(500);
  expect(bench.connection.counters['gattUnknownHandles']).toBe(5_500);
  // A peer that does not wait for confirmations gets those for which there is room.
  await flood(BATCH, (i) => indication(0x1000 + i, '00'));
  expect(confirmed() - 500 + (bench.connection.counters['attAnswersDropped'] ?? 0)).toBe(BATCH);
  // Whoever reads is given none of it.
  const waiting = remote.notified({ timeoutMs: 100 });
  expect(await bench.failure(waiting)).toMatchObject({ code: 'BLE_TIMEOUT' });
}, 30_000);

test("A10: values that come while a reader waits go to it, one each, and the link's end ends the wait", async () => {
  const { bench, remote, flood } = await scene();
  await using _ = bench;
  bench.linkMayEnd = true;
  await bench.run(remote.subscribe({ notify: true, indicate: true }));
  const reads = [remote.notified(), remote.notified(), remote.indicated()];
  await flood(2, (i) => notification(remote.handle, `0${i}`));
  await flood(1, () => indication(remote.handle, '02'));
  expect((await bench.run(Promise.all(reads))).map(hex)).toEqual(['00', '01', '02']);
  const last = bench.failure(remote.notified());
  bench.tester.disconnect();
  expect(await last).toBeInstanceOf(DisconnectedError);
});

test('A10: any mixture of values, whole and broken: what is whole and wanted arrives in order, every indication is confirmed', async () => {
  const value = fc.record({
    kind: fc.constantFrom('1b', '1d', '23'),
    known: fc.boolean(),
    octets: fc.uint8Array({ maxLength: 18 }),
    cut: fc.nat(24),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 40 }), async (values) => {
      const { bench, remote, confirmed } = await scene();
      await using _ = bench;
      await bench.run(remote.subscribe({ notify: true, indicate: true }));
      const expected: Record<string, Hex[]> = { '1b': [], '1d': [] };
      let indications = 0;
      for (const { kind, known, octets, cut } of values) {
        const handle = known ? remote.handle : 0x0666;
        const pdu = `${kind}${u16(handle)}${hex(octets)}`.slice(0, 2 + 2 * cut);
        if (kind === '1d') indications++;
        if (kind !== '23' && known && pdu.length >= 6) expected[kind]?.push(pdu.slice(6));
        bench.att.send(pdu);
        await bench.clock.advance(0);
      }
      const read = async (next: (options: { timeoutMs: number }) => Promise<Uint8Array>): Promise<Hex[]> => {
        const got: Hex[] = [];
        for (;;) {
          const outcome = await bench.run(next({ timeoutMs: 1 }).then(hex, () => undefined));
          if (outcome === undefined) return got;
          got.push(outcome);
        }
      };
      // Some of several values in one PDU may have been whole too.
      const multiples = values.some(({ kind, known }) => kind === '23' && known);
      const notified = await read((options) => remote.notified(options));
      if (!multiples) expect(notified).toEqual(expected['1b']);
      expect(await read((options) => remote.indicated(options))).toEqual(expected['1d']);
      expect(confirmed()).toBe(indications);
      expect(bench.connection.counters['attHandlerErrors']).toBe(0);
    }),
    { seed: 0xa10, numRuns: 60 },
  );
}, 60_000);

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { type Hex, hex, octet, size, u16 } from '../../conformance/harness/pdu.ts';
import { creditRequest, rejectNotUnderstood, Signal } from '../../conformance/harness/signalling.ts';
import { counted, expectAlive } from './alive.ts';

/** Commands of the peer that have an answer, with data as long as it should be. */
const requests: readonly (readonly [number, number])[] = [
  [Signal.disconnectionRequest, 4],
  [Signal.creditRequest, 10],
  [Signal.creditIndication, 4],
  [Signal.enhancedRequest, 10],
  [Signal.reconfigureRequest, 6],
];

const command = (code: number, identifier: number, said: number, held: number): Hex =>
  `${octet(code)}${octet(identifier)}${u16(said)}${'00'.repeat(held)}`;

test.each(requests)(
  'L2: command 0x%s with a length that is not that of its data is rejected',
  async (code, length) => {
    await using bench = await Bench.peripheral();
    let identifier = 0;
    const expectRejected = async (said: number, held: number): Promise<void> => {
      identifier++;
      await bench.signalling.exchange(command(code, identifier, said, held), rejectNotUnderstood(identifier));
    };
    for (let held = 0; held <= 19; held++) if (held !== length) await expectRejected(length, held);
    for (const said of [0, length - 1, length + 1, 0xff, 0xffff]) await expectRejected(said, length);
    await expectAlive(bench);
  },
);

test('L2: several commands in one PDU are not obeyed', async () => {
  await using bench = await Bench.peripheral();
  await using listener = bench.connection.l2capListen({ psm: 0x80 });
  // Longer than MTUsig: the answer says how long that is. Shorter: the length is wrong.
  await bench.signalling.exchange(creditRequest(1) + creditRequest(2), '0101 0400 0100 1700');
  await bench.signalling.exchange(
    `${command(Signal.disconnectionRequest, 3, 4, 4)}06040000`,
    rejectNotUnderstood(3),
  );
  await bench.signalling.silent();
  await listener.close();
  await expectAlive(bench);
});

test('L2: a header that is cut off is answered only where there is an identifier to name', async () => {
  await using bench = await Bench.peripheral();
  for (const pdu of ['', '14', '1400', '140000', '14000000']) {
    bench.signalling.send(pdu);
    await bench.signalling.silent(10);
  }
  await bench.signalling.exchange('1401', rejectNotUnderstood(1));
  await bench.signalling.exchange('140200', rejectNotUnderstood(2));
  await expectAlive(bench);
});

test('L2: any signalling PDU leaves the host alive, and at most one answer comes of it', async () => {
  const codes = [0x01, 0x06, 0x07, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x0a, 0x02];
  const pdu = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc
      .tuple(fc.constantFrom(...codes), fc.nat({ max: 255 }), fc.uint8Array({ maxLength: 20 }))
      .map(([code, identifier, data]) => Uint8Array.of(code, identifier, data.length, 0, ...data)),
  );
  for (const role of ['peripheral', 'central'] as const) {
    await using bench = await Bench[role]();
    await using listener = bench.connection.l2capListen({ psm: 0x80 });
    let answers: Hex[] = [];
    bench.signalling.responder = (answer) => {
      answers.push(answer);
      return undefined;
    };
    await fc.assert(
      fc.asyncProperty(pdu, async (octets) => {
        answers = [];
        bench.signalling.send(hex(octets));
        await bench.clock.advance(0);
        expect(answers.length).toBeLessThanOrEqual(1);
        for (const answer of answers) expect(size(answer)).toBeLessThanOrEqual(23);
      }),
      { seed: 0x12, numRuns: 500 },
    );
    expect(counted(bench, 'malformedCommands')).toBeGreaterThan(0);
    await expectAlive(bench);
    const closing = listener.close();
    bench.tester.disconnect();
    await bench.run(closing);
  }
});

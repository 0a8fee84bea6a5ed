import fc from 'fast-check';
import { MalformedPduError } from 'jelling';
import { expect, test } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { type Hex, hex, octet } from '../../conformance/harness/pdu.ts';
import { PeerDatabase } from '../../conformance/harness/peer-database.ts';

const SEED = 0xa2;

const database = () =>
  new PeerDatabase([
    {
      uuid: 0x180f,
      includes: [1],
      characteristics: [{ uuid: 0x2a19, properties: 0x12, descriptors: [0x2902] }],
    },
    { uuid: 0x180a },
  ]);

/** Discovers all there is, by each sub-procedure once. */
const discover = async ({ connection }: Bench): Promise<void> => {
  await connection.service(0x180f);
  for (const service of await connection.services()) {
    await service.includedServices();
    for (const characteristic of await service.characteristics()) await characteristic.descriptors();
  }
};

/** What each list answer says of its items, and what it may say. */
const lists: readonly { readonly name: string; readonly request: Hex; readonly heads: readonly Hex[] }[] = [
  {
    name: 'Find Information: format',
    request: '04',
    heads: [0, 3, 4, 18, 255].map((format) => `05${octet(format)}`),
  },
  { name: 'Find By Type Value: items', request: '06', heads: ['07', '07ff'] },
  {
    name: 'Read By Type: length',
    request: '08',
    heads: [0, 1, 2, 3, 4, 5, 7, 9, 22, 255].map((length) => `09${octet(length)}`),
  },
  {
    name: 'Read By Group Type: length',
    request: '10',
    heads: [0, 1, 3, 4, 5, 7, 19, 21, 255].map((length) => `11${octet(length)}`),
  },
];

/** Octets behind the head that no right length divides. */
const tails = [0, 1, 2, 3, 13, 17];

test.each(lists)(
  'A2: lengths that are none, too small, too large or do not divide end a discovery at once ($name)',
  async ({ request, heads }) => {
    for (const head of heads) {
      for (const tail of tails) {
        await using bench = await Bench.central();
        const { answer } = database();
        let lies = 0;
        bench.att.responder = (pdu) => {
          if (!pdu.startsWith(request)) return answer(pdu);
          lies++;
          return `${head}${'2a'.repeat(tail)}`;
        };
        const failure = await bench.failure(discover(bench));
        expect([head, tail, failure]).toEqual([head, tail, expect.any(MalformedPduError)]);
        // No second question to who lies about the first one.
        expect(lies).toBe(1);
        await bench.verdict();
      }
    }
  },
  60_000,
);

test('A2: any head and any tail of a list: the work is bounded, and what is not whole is malformed', async () => {
  const list = fc.record({
    at: fc.nat(12),
    opcode: fc.constantFrom(0x05, 0x07, 0x09, 0x11),
    length: fc.nat(255),
    tail: fc.uint8Array({ maxLength: 21 }),
  });
  await fc.assert(
    fc.asyncProperty(list, async ({ at, opcode, length, tail }) => {
      await using bench = await Bench.central();
      const { answer } = database();
      let asked = 0;
      bench.att.responder = (pdu) => {
        const honest = answer(pdu);
        const lie = `${octet(opcode)}${octet(length)}${hex(tail)}`;
        // A lie in place of the answer that has this opcode.
        return asked++ === at && honest?.startsWith(octet(opcode)) === true ? lie : honest;
      };
      await bench.run(
        discover(bench).catch((error: unknown) => expect(error).toBeInstanceOf(MalformedPduError)),
      );
      expect(asked).toBeLessThan(100);
      await bench.verdict();
    }),
    { seed: SEED, numRuns: 150 },
  );
}, 60_000);

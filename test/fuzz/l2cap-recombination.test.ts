import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../../src/core/bytes.ts';
import { Recombination, type RecombinationFault } from '../../src/l2cap/recombination.ts';

const SEED = 0x12ca;
const MTU = 40;

const make = () => {
  const pdus: string[] = [];
  const faults: RecombinationFault[] = [];
  const recombination = new Recombination({
    mtuOf: (cid) => (cid === 4 || cid === 6 ? MTU : undefined),
    pdu: (cid, payload) => pdus.push(`${cid}:${toHex(payload)}`),
    oversized: () => undefined,
    fault: (fault) => faults.push(fault),
  });
  return { recombination, pdus, faults };
};

/** A PDU and the places at which it is cut. */
const cutPdu = fc.record({
  cid: fc.constantFrom(4, 6),
  payload: fc.uint8Array({ maxLength: MTU }),
  cuts: fc.array(fc.nat({ max: MTU + 4 }), { maxLength: 6 }),
});

const fragmentsOf = ({
  cid,
  payload,
  cuts,
}: {
  cid: number;
  payload: Uint8Array;
  cuts: number[];
}): Uint8Array[] => {
  const pdu = Uint8Array.of(payload.length & 0xff, payload.length >> 8, cid, 0, ...payload);
  const inside = cuts.filter((cut) => cut > 0 && cut < pdu.length);
  const places = [...new Set([0, ...inside, pdu.length])].sort((a, b) => a - b);
  return places.slice(0, -1).map((from, index) => pdu.slice(from, places[index + 1]));
};

test('however PDUs are cut, they come out as they went in', () => {
  fc.assert(
    fc.property(fc.array(cutPdu, { maxLength: 10 }), (all) => {
      const { recombination, pdus, faults } = make();
      for (const one of all) {
        for (const [index, fragment] of fragmentsOf(one).entries()) {
          recombination.push(fragment, index === 0);
          fragment.fill(0xee);
        }
      }
      expect(pdus).toEqual(all.map(({ cid, payload }) => `${cid}:${toHex(payload)}`));
      expect(faults).toEqual([]);
    }),
    { seed: SEED, numRuns: 1_000 },
  );
});

test('any fragments: nothing thrown, and a whole PDU afterwards always comes through', () => {
  const fragment = fc.tuple(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .tuple(fc.nat({ max: 80 }), fc.constantFrom(4, 5, 6), fc.uint8Array({ maxLength: 60 }))
        .map(([length, cid, tail]) => Uint8Array.of(length, 0, cid, 0, ...tail)),
    ),
    fc.boolean(),
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 30 }), (fragments) => {
      const { recombination, pdus } = make();
      for (const [bytes, first] of fragments) recombination.push(bytes, first);
      for (const pdu of pdus) expect(pdu.length).toBeLessThanOrEqual('4:'.length + 2 * MTU);
      recombination.push(Uint8Array.of(2, 0, 4, 0, 0xaa, 0xbb), true);
      expect(pdus.at(-1)).toBe('4:aabb');
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});

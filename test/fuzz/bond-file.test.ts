import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/core/address.ts';
import { toHex } from '../../src/core/bytes.ts';
import { InvalidArgumentError } from '../../src/core/errors.ts';
import type { Bond, IdentityAddress, LongTermKey, SigningKey } from '../../src/smp/bond.ts';
import { checkedBond } from '../../src/smp/bond-check.ts';
import { parseBonds, printBonds } from '../../src/smp/codec/bond-document.ts';

const seeded = { seed: 7, numRuns: 300 };

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const key = octets(16).filter((value) => value.some((octet) => octet !== 0));

const identity: fc.Arbitrary<IdentityAddress> = octets(6).chain((bytes) =>
  fc.constantFrom('public' as const, 'random' as const).map((type) => {
    const [top = 0, ...rest] = bytes;
    const first = type === 'random' ? top | 0xc0 : top;
    return { address: parseAddress(toHex(Uint8Array.of(first, ...rest))), type };
  }),
);

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const longTermKey = (secureConnections: boolean): fc.Arbitrary<LongTermKey> =>
  secureConnections
    ? key.map((value) => ({ value: new Uint8Array(value), ediv: 0, rand: new Uint8Array(8) }))
    : fc.record({
        value: key.map((value) => new Uint8Array(value)),
        ediv: fc.integer({ min: 0, max: 0xffff }),
        rand: octets(8).map((rand) => new Uint8Array(rand)),
      });

const signingKey: fc.Arbitrary<SigningKey> = fc.record({
  value: key.map((value) => new Uint8Array(value)),
  counter: fc.integer({ min: 0, max: 0xffff_ffff }),
});

const bond: fc.Arbitrary<Bond> = fc.boolean().chain((secureConnections) =>
  fc
    .record({
      peer: identity,
      authenticated: fc.boolean(),
      keySize: fc.constant(16),
      peerKey: optional(longTermKey(secureConnections)),
      localKey: optional(longTermKey(secureConnections)),
      peerIrk: optional(key.map((value) => new Uint8Array(value))),
      peerSigningKey: optional(signingKey),
      localSigningKey: optional(signingKey),
      centralAddressResolution: optional(fc.boolean()),
      client: optional(fc.dictionary(fc.string(), fc.integer(), { maxKeys: 4 })),
    })
    .map((one) => {
      const { peerKey, localKey } = one;
      const both = secureConnections && peerKey !== undefined && localKey !== undefined;
      return { ...one, secureConnections, localKey: both ? peerKey : localKey };
    }),
);

const document = fc
  .uniqueArray(
    fc.record({
      local: identity,
      bonds: fc.uniqueArray(bond, { maxLength: 3, selector: ({ peer }) => `${peer.address}${peer.type}` }),
    }),
    { maxLength: 3, selector: ({ local }) => `${local.address}${local.type}` },
  )
  .map((all) => all.map((one) => ({ ...one, bonds: one.bonds.map((each) => checkedBond(each)) })));

/** Reads, and shows that a refusal is one that names a place and quotes none of the keys. */
const read = (text: string): ReturnType<typeof parseBonds> | undefined => {
  try {
    return parseBonds(text);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidArgumentError);
    for (const [digits] of text.matchAll(/[0-9a-f]{16,}/g))
      expect((error as Error).message).not.toContain(digits);
    return undefined;
  }
};

describe('the file of bonds', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(document, (all) => {
        expect(parseBonds(printBonds(all))).toEqual(all);
      }),
      seeded,
    );
  });

  test('any text is read or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (text) => void read(text)),
      seeded,
    );
  });

  test('one with something cut out, put in or replaced is read or refused, and what is read can be written', () => {
    fc.assert(
      fc.property(
        document,
        fc.nat(),
        fc.nat(40),
        fc.string({ maxLength: 8 }),
        (all, at, length, inserted) => {
          const text = printBonds(all);
          const from = at % (text.length + 1);
          const spoilt = read(text.slice(0, from) + inserted + text.slice(from + length));
          if (spoilt !== undefined) expect(parseBonds(printBonds(spoilt))).toEqual(spoilt);
        },
      ),
      seeded,
    );
  });

  test('one with a value of another kind somewhere is read or refused', () => {
    fc.assert(
      fc.property(document, fc.nat(), fc.jsonValue(), (all, at, value) => {
        let left = at % 40;
        const spoil = (node: unknown): unknown => {
          if (left-- === 0) return value;
          if (Array.isArray(node)) return node.map(spoil);
          if (typeof node !== 'object' || node === null) return node;
          return Object.fromEntries(Object.entries(node).map(([name, inside]) => [name, spoil(inside)]));
        };
        read(JSON.stringify(spoil(JSON.parse(printBonds(all)))));
      }),
      seeded,
    );
  });

  test.each([
    ['nested without end', `{"version":1,"identities":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
    [
      'a client nested without end',
      printBonds([])
        .replace(
          '[]',
          '[{"address":"00:00:00:00:00:01","type":"public","bonds":[{"address":"00:00:00:00:00:02","type":"public","authenticated":true,"secureConnections":true,"keySize":16,"client":{"a":DEEP}}]}]',
        )
        .replace('DEEP', '['.repeat(100_000) + ']'.repeat(100_000)),
    ],
  ])('%s is refused', (_name, text) => {
    expect(() => parseBonds(text)).toThrow(InvalidArgumentError);
  });
});

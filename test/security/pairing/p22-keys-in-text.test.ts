import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { secretCopy } from '../../../src/core/secret-bytes.ts';
import { FileBondStore } from '../../../src/gap/bonds/bond-file.ts';
import { Bonds } from '../../../src/gap/bonds/bonds.ts';
import type { Bond } from '../../../src/smp/bond.ts';
import { checkedBond } from '../../../src/smp/bond-check.ts';
import { MemoryBondStore } from '../../../src/smp/bond-store.ts';
import { parseBonds, printBonds } from '../../../src/smp/codec/bond-document.ts';
import { identity, identityOf, keyOf, legacyBond, localIdentity, secureBond } from '../../support/bonds.ts';

const peer = identityOf('00:00:5E:00:53:0A');

/** Every way in which a program makes text of a value without asking for its octets. */
const textsOf = (value: unknown): readonly string[] => [
  inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
  format('%s %o %O %j', value, value, value, value),
  JSON.stringify(value) ?? '',
  String(value),
  `${value}`,
];

const keysIn = (bond: Bond): readonly Uint8Array[] =>
  [
    bond.peerKey?.value,
    bond.localKey?.value,
    bond.peerIrk,
    bond.peerSigningKey?.value,
    bond.localSigningKey?.value,
  ].filter((key) => key !== undefined);

/** Any four octets of a key in a row, in the forms that octets are written in. */
const expectNone = (texts: readonly string[], keys: readonly Uint8Array[]): void => {
  for (const text of texts) {
    for (const key of keys) {
      for (let at = 0; at + 4 <= key.length; at++) {
        const part = key.subarray(at, at + 4);
        if (part.every((octet) => octet === 0)) continue;
        for (const written of [toHex(part), toHex(part, ' '), part.join(','), part.join(', ')]) {
          expect(text.toLowerCase()).not.toContain(written);
        }
      }
    }
  }
};

test('P22 the octets of a key compute as any others, and no text shows them', () => {
  const key = secretCopy(keyOf(7));
  expect([...key]).toEqual([...keyOf(7)]);
  expect(toHex(key)).toBe(toHex(keyOf(7)));
  for (const value of [key, key.subarray(2), key.slice(), { key }, [key], new Map([[1, key]])]) {
    expectNone(textsOf(value), [keyOf(7)]);
  }
  expect(`${key}`).toBe('[16 secret octets]');
});

test('P22 nor a bond, from wherever it comes', async () => {
  const store = new MemoryBondStore();
  const mine = [legacyBond(peer), secureBond(identityOf('00:00:5E:00:53:0B'), 5)];
  for (const bond of mine) await store.save(localIdentity, bond);
  const bonds = await Bonds.open(identity, store);
  const keys = mine.flatMap(keysIn);
  expect(keys).toHaveLength(8);
  const holders = [
    mine.map((bond) => checkedBond(bond)),
    parseBonds(printBonds([{ local: localIdentity, bonds: mine }])),
    await store.load(localIdentity),
    bonds.all,
    { ...bonds.find(peer) },
    store,
    bonds,
  ];
  for (const holder of holders) expectNone(textsOf(holder), keys);
});

test('P22 nor an error about a file that holds them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jelling-p22-'));
  try {
    const path = join(folder, 'bonds.json');
    const mine = secureBond(peer, 5);
    const whole = printBonds([{ local: localIdentity, bonds: [mine] }]);
    const digits = toHex(keyOf(5));
    const texts = [
      whole.slice(0, whole.indexOf(digits) + 20),
      whole.replace(digits, `${digits}00`),
      whole.replaceAll('"', "'"),
      whole.replace('"public"', digits),
    ];
    for (const text of texts) {
      await writeFile(path, text);
      const error = await new FileBondStore(path).load(localIdentity).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expectNone(textsOf(error), keysIn(mine));
    }
    expect(await readdir(folder)).toHaveLength(texts.length);
  } finally {
    await rm(folder, { recursive: true });
  }
});

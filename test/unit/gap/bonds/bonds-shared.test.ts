import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { FileBondStore } from '../../../../src/gap/bonds/bond-file.ts';
import { Bonds } from '../../../../src/gap/bonds/bonds.ts';
import { LinkSigning } from '../../../../src/gap/link/link-signing.ts';
import type { Bond } from '../../../../src/smp/bond.ts';
import { type BondStore, MemoryBondStore } from '../../../../src/smp/bond-store.ts';
import { sign } from '../../../../src/smp/data-signing.ts';
import { identity, identityOf, keyOf, localIdentity, secureBond } from '../../../support/bonds.ts';

const peer = identityOf('00:00:5E:00:53:0A');
const message = Uint8Array.of(0xd2, 3, 0, 1);
const theirs = { value: keyOf(2), counter: 5 };
const ours = { value: keyOf(3), counter: 9 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jelling-bonds-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const signingWith = (bonds: Bonds): LinkSigning =>
  new LinkSigning({
    clock: new ManualClock(),
    bonds,
    bond: () => bonds.find(peer),
    isEncrypted: () => false,
    peer: 'the peer',
  });

/** The octets of SignCounter. */
const counterOf = (signature: Uint8Array): number => signature[0] ?? -1;

const withoutUpdate = (store: BondStore): BondStore => ({
  load: (...asked) => store.load(...asked),
  find: (...asked) => store.find(...asked),
  save: (...asked) => store.save(...asked),
  remove: (...asked) => store.remove(...asked),
});

describe.each<[string, () => () => BondStore]>([
  ['one file, each by a store of its own', () => () => new FileBondStore(join(folder, 'bonds.json'))],
  [
    'one store in memory',
    () => {
      const store = new MemoryBondStore();
      return () => store;
    },
  ],
])('two programs of one identity, with %s', (_name, make) => {
  /** Two that have read the same bond, and what the store has now. */
  const pair = async () => {
    const storeOf = make();
    await storeOf().save(
      localIdentity,
      secureBond(peer, 1, { peerSigningKey: theirs, localSigningKey: ours }),
    );
    const [a, b] = [await Bonds.open(identity, storeOf()), await Bonds.open(identity, storeOf())];
    const stored = async (): Promise<Bond | undefined> => storeOf().find(localIdentity, peer);
    return { a, b, stored };
  };

  test('never sign twice with one counter', async () => {
    const { a, b, stored } = await pair();
    const signatures = await Promise.all(
      [a, b, b, a, a, b].map((bonds) => signingWith(bonds).sign(message, {})),
    );
    expect(signatures.map(counterOf).toSorted((x, y) => x - y)).toEqual([9, 10, 11, 12, 13, 14]);
    expect((await stored())?.localSigningKey?.counter).toBe(15);
  });

  test('take no signature of the peer that the other has taken', async () => {
    const { a, b, stored } = await pair();
    const command = sign({ ...theirs, counter: 7 }, message) ?? new Uint8Array(0);
    const [atA, atB] = [a, b].map((bonds) => signingWith(bonds).verify(message, command));
    expect(await Promise.all([atA?.redeem(), atB?.redeem()])).toEqual([true, false]);
    expect((await stored())?.peerSigningKey?.counter).toBe(8);
  });

  test('keep what the other has changed beside the keys', async () => {
    const { a, b, stored } = await pair();
    await signingWith(a).sign(message, {});
    await b.update(peer, (bond) => ({ ...bond, client: { features: 1 } }));
    expect(await stored()).toMatchObject({ localSigningKey: { counter: 10 }, client: { features: 1 } });
    expect(b.find(peer)?.localSigningKey?.counter).toBe(10);
  });

  test('take over the bond of a pairing that the other has made, and leave it as it is', async () => {
    const { a, b, stored } = await pair();
    await a.save(secureBond(peer, 2, { localSigningKey: { value: keyOf(9), counter: 0 } }));
    const told: string[] = [];
    b.onChange(() => told.push('changed'));
    b.onEnd(({ address }) => told.push(address));
    await b.update(peer, (bond) => ({ ...bond, client: { features: 1 } }));
    expect(told).toEqual(['changed', peer.address]);
    expect(b.find(peer)).toEqual(a.find(peer));
    expect((await stored())?.client).toBeUndefined();
  });
});

test('a counter that is lower in the store than here was put back by somebody: the higher one counts', async () => {
  const store = new MemoryBondStore();
  const bond = secureBond(peer, 1, { peerSigningKey: theirs, localSigningKey: ours });
  await store.save(localIdentity, bond);
  const bonds = await Bonds.open(identity, store);
  const signing = signingWith(bonds);
  expect(counterOf(await signing.sign(message, {}))).toBe(9);
  await store.save(localIdentity, bond);
  expect(counterOf(await signing.sign(message, {}))).toBe(10);
  expect((await store.find(localIdentity, peer))?.localSigningKey?.counter).toBe(11);
});

test('a store that cannot change a bond in one step is read before it is written', async () => {
  const memory = new MemoryBondStore();
  const store = withoutUpdate(memory);
  await store.save(localIdentity, secureBond(peer, 1, { localSigningKey: ours }));
  const [a, b] = [await Bonds.open(identity, store), await Bonds.open(identity, store)];
  expect(counterOf(await signingWith(a).sign(message, {}))).toBe(9);
  expect(counterOf(await signingWith(b).sign(message, {}))).toBe(10);
  await store.remove(localIdentity, peer);
  await expect(signingWith(b).sign(message, {})).rejects.toThrow('has no key to check signatures');
  expect(b.find(peer)).toBeUndefined();
});

import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InvalidArgumentError, InvalidStateError } from '../../../../src/core/errors.ts';
import { FileBondStore } from '../../../../src/gap/bonds/bond-file.ts';
import { checkedBond } from '../../../../src/smp/bond-check.ts';
import { type BondStore, MemoryBondStore } from '../../../../src/smp/bond-store.ts';
import { identityOf, legacyBond, localIdentity, otherLocal, secureBond } from '../../../support/bonds.ts';

const a = identityOf('00:00:5E:00:53:0A');
const b = identityOf('F0:00:5E:00:53:0B', 'random');
/** The address of `a`, of the other type. */
const notA = identityOf('F0:00:5E:00:53:0B', 'public');

let folder = '';
const path = () => join(folder, 'deep', 'bonds.json');
const text = () => readFile(path(), 'utf8');
const files = async () => (await readdir(join(folder, 'deep'))).sort();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jelling-bonds-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe.each<[string, () => BondStore]>([
  ['in memory', () => new MemoryBondStore()],
  ['in a file', () => new FileBondStore(path())],
])('a store %s', (_name, open) => {
  test('keeps bonds by both identities', async () => {
    const store = open();
    expect(await store.load(localIdentity)).toEqual([]);
    await store.save(localIdentity, legacyBond(a));
    await store.save(localIdentity, secureBond(b, 2));
    await store.save(otherLocal, secureBond(a, 3));
    expect(await store.load(localIdentity)).toEqual([
      checkedBond(legacyBond(a)),
      checkedBond(secureBond(b, 2)),
    ]);
    expect(await store.find(otherLocal, a)).toEqual(checkedBond(secureBond(a, 3)));
    expect(await store.find(otherLocal, b)).toBeUndefined();
    expect(await store.find(localIdentity, notA)).toBeUndefined();
  });

  test('replaces the bond with a peer, and removes it', async () => {
    const store = open();
    await store.save(localIdentity, legacyBond(a));
    await store.save(localIdentity, secureBond(a, 4));
    expect(await store.load(localIdentity)).toEqual([checkedBond(secureBond(a, 4))]);
    expect(await store.remove(localIdentity, b)).toBe(false);
    expect(await store.remove(otherLocal, a)).toBe(false);
    expect(await store.remove(localIdentity, a)).toBe(true);
    expect(await store.remove(localIdentity, a)).toBe(false);
    expect(await store.load(localIdentity)).toEqual([]);
  });
});

describe('the file', () => {
  test('and its folder are for their owner alone, and nothing else is left behind', async () => {
    await new FileBondStore(path()).save(localIdentity, secureBond(a, 1));
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'deep'))).mode & 0o777).toBe(0o700);
    expect(await files()).toEqual(['bonds.json']);
  });

  test('loses none of the bonds that are saved at the same time, by one store or several', async () => {
    const peers = Array.from({ length: 8 }, (_, i) => identityOf(`00:00:5E:00:53:0${i}`));
    await Promise.all(
      peers.map((peer) => new FileBondStore(path()).save(localIdentity, secureBond(peer, 1))),
    );
    expect((await new FileBondStore(path()).load(localIdentity)).map(({ peer }) => peer)).toEqual(peers);
    expect(await files()).toEqual(['bonds.json']);
  });

  test('is read anew by each call, so that what another process did is seen and kept', async () => {
    const store = new FileBondStore(path());
    await store.save(localIdentity, secureBond(a, 1));
    const before = await text();
    await store.save(localIdentity, secureBond(b, 2));
    const after = await text();
    // The other process has removed b.
    await writeFile(path(), before);
    expect(await store.find(localIdentity, b)).toBeUndefined();
    // And added it again.
    await writeFile(path(), after);
    await store.save(otherLocal, secureBond(a, 3));
    expect(await store.find(localIdentity, b)).toBeDefined();
  });

  test('a bond that is no bond is refused, and the file stays as it is', async () => {
    const store = new FileBondStore(path());
    await store.save(localIdentity, secureBond(a, 1));
    const before = await text();
    await expect(store.save(localIdentity, secureBond(b, 1, { keySize: 3 }))).rejects.toThrow(
      InvalidArgumentError,
    );
    expect(await text()).toBe(before);
  });

  test('a folder that cannot be written is an error that says what to do', async () => {
    await writeFile(join(folder, 'deep'), 'no folder');
    const store = new FileBondStore(path());
    await expect(store.save(localIdentity, secureBond(a, 1))).rejects.toThrow(
      /cannot (keep|read) the bonds .* give open\(\) another bond store/,
    );
  });
});

describe('a damaged file', () => {
  const damaged = '{"version":1,"identities":[{"address":"00:00:5E:00:53:01","type":"public","bonds":[{}]}]}';

  test.each([
    ['load', (store: BondStore) => store.load(localIdentity)],
    ['save', (store: BondStore) => store.save(localIdentity, secureBond(a, 1))],
    ['remove', (store: BondStore) => store.remove(localIdentity, a)],
  ])('is kept under another name, which %s says, and a fresh one begun', async (_name, act) => {
    const store = new FileBondStore(path());
    await store.save(localIdentity, secureBond(b, 2));
    await writeFile(path(), damaged);
    const error = await act(store).then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error?.message).toContain('identities[0].bonds[0].address: a string expected');
    const [aside = ''] = await files();
    expect(aside).toMatch(/^bonds\.json\.damaged-[0-9a-f]{8}$/);
    expect(error?.message).toContain(join(folder, 'deep', aside));
    expect(await readFile(join(folder, 'deep', aside), 'utf8')).toBe(damaged);
    await store.save(localIdentity, secureBond(a, 1));
    expect(await store.load(localIdentity)).toHaveLength(1);
    expect(await files()).toEqual(['bonds.json', aside]);
  });

  test('is set aside once when several find it at once', async () => {
    const store = new FileBondStore(path());
    await store.save(localIdentity, secureBond(b, 2));
    await writeFile(path(), 'nonsense');
    const found = await Promise.allSettled([store.load(localIdentity), store.load(localIdentity)]);
    expect(found.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  test('of a later version is no damage: it stays where it is', async () => {
    const store = new FileBondStore(path());
    await store.save(localIdentity, secureBond(b, 2));
    await writeFile(path(), '{"version":7}');
    await expect(store.load(localIdentity)).rejects.toThrow('version 7 is known to a later Jelling only');
    await expect(store.save(localIdentity, secureBond(a, 2))).rejects.toThrow(InvalidStateError);
    expect(await text()).toBe('{"version":7}');
    expect(await files()).toEqual(['bonds.json']);
  });
});

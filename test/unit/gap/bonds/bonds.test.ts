import { describe, expect, test } from 'vitest';
import { InvalidArgumentError, InvalidStateError } from '../../../../src/core/errors.ts';
import { Bonds } from '../../../../src/gap/bonds/bonds.ts';
import type { Bond } from '../../../../src/smp/bond.ts';
import { checkedBond } from '../../../../src/smp/bond-check.ts';
import { MemoryBondStore } from '../../../../src/smp/bond-store.ts';
import {
  identity,
  identityOf,
  legacyBond,
  localIdentity,
  otherLocal,
  secureBond,
} from '../../../support/bonds.ts';

const a = identityOf('00:00:5E:00:53:0A');
const b = identityOf('F0:00:5E:00:53:0B', 'random');

const opened = async () => {
  const store = new MemoryBondStore();
  await store.save(localIdentity, legacyBond(a));
  await store.save(otherLocal, secureBond(b, 1));
  const bonds = await Bonds.open(identity, store);
  const changes: number[] = [];
  bonds.onChange(() => changes.push(bonds.all.length));
  const ended: string[] = [];
  bonds.onEnd(({ address }) => ended.push(address));
  return { store, bonds, changes, ended };
};

describe('bonds of an adapter', () => {
  test('are those of its identity', async () => {
    const { bonds } = await opened();
    expect(bonds.all.map(({ peer }) => peer)).toEqual([a]);
    expect(bonds.find(a)).toEqual(checkedBond(legacyBond(a)));
    expect(bonds.find(b)).toBeUndefined();
  });

  test('end when this side goes by another identity, whose own take their place', async () => {
    const { store, bonds, ended, changes } = await opened();
    const loaded: string[] = [];
    bonds.onLoad(() => loaded.push(...bonds.all.map(({ peer }) => peer.address)));
    await bonds.goBy({ address: otherLocal, keep: () => Promise.resolve() });
    expect([ended, loaded, changes]).toEqual([[a.address], [b.address], [1]]);
    expect(bonds.local).toEqual(otherLocal);
    // They are kept as they were.
    expect(await store.find(localIdentity, a)).toBeDefined();
    await bonds.remove(b);
    expect(await store.load(otherLocal)).toEqual([]);
  });

  test('are in the store before anybody hears of them', async () => {
    const { store, bonds, changes } = await opened();
    const saved = bonds.save(secureBond(b, 2));
    expect(bonds.find(b)).toBeUndefined();
    await saved;
    expect(bonds.find(b)).toEqual(await store.find(localIdentity, b));
    expect(changes).toEqual([2]);
    expect(await bonds.remove(b)).toBe(true);
    expect(await store.find(localIdentity, b)).toBeUndefined();
    expect(await bonds.remove(b)).toBe(false);
    expect(changes).toEqual([2, 1]);
  });

  test('have ended when they are removed, by whomever, or replaced', async () => {
    const { store, bonds, ended } = await opened();
    await bonds.save(secureBond(b, 2));
    expect(ended).toEqual([]);
    await bonds.save(secureBond(b, 3));
    await bonds.update(b, (bond) => ({ ...bond, client: {} }));
    expect(ended.splice(0)).toEqual([b.address]);
    await bonds.remove(b);
    await bonds.remove(b);
    expect(ended.splice(0)).toEqual([b.address]);
    await store.remove(localIdentity, a);
    await bonds.update(a, (bond) => bond);
    expect(ended).toEqual([a.address]);
  });

  test('one is saved when the identity that it belongs to is kept, and not before', async () => {
    const store = new MemoryBondStore();
    const kept: string[] = [];
    const keep = async (): Promise<void> => {
      kept.push('identity');
      if (kept.length === 1) throw new Error('read-only');
    };
    const bonds = await Bonds.open({ address: localIdentity, keep }, store);
    expect(kept).toEqual([]);
    await expect(bonds.save(secureBond(a, 1))).rejects.toThrow('read-only');
    expect(await store.load(localIdentity)).toEqual([]);
    await bonds.save(secureBond(a, 1));
    expect(await store.load(localIdentity)).toHaveLength(1);
  });

  test('what is no bond is refused before anything is done', async () => {
    const { bonds } = await opened();
    expect(() => bonds.save(secureBond(b, 2, { keySize: 0 }))).toThrow(InvalidArgumentError);
    expect(bonds.all).toHaveLength(1);
  });

  test('a store that fails leaves the bond out, and the next change goes on', async () => {
    const { store, bonds, changes } = await opened();
    const { save } = store;
    store.save = () => Promise.reject(new Error('full'));
    await expect(bonds.save(secureBond(b, 2))).rejects.toThrow('full');
    expect(bonds.find(b)).toBeUndefined();
    expect(changes).toEqual([]);
    store.save = save;
    await bonds.save(secureBond(b, 2));
    expect(bonds.find(b)).toBeDefined();
  });

  test('changes beside the keys follow one another and tell nobody', async () => {
    const { store, bonds, changes } = await opened();
    const count = (bond: Bond): Bond => ({
      ...bond,
      client: { times: Number(bond.client?.['times'] ?? 0) + 1 },
    });
    await Promise.all([bonds.update(a, count), bonds.update(a, count), bonds.update(b, count)]);
    expect((await store.find(localIdentity, a))?.client).toEqual({ times: 2 });
    expect(changes).toEqual([]);
  });

  test('an update does not bring a new bond back to the old keys', async () => {
    const { store, bonds } = await opened();
    const saved = bonds.save(secureBond(a, 5));
    await bonds.update(a, (bond) => ({ ...bond, client: { late: true } }));
    await saved;
    expect(await store.find(localIdentity, a)).toEqual(
      checkedBond(secureBond(a, 5, { client: { late: true } })),
    );
  });

  test('a bond that somebody else has removed from the store does not come back', async () => {
    const { store, bonds, changes } = await opened();
    await store.remove(localIdentity, a);
    await bonds.update(a, (bond) => ({ ...bond, client: { late: true } }));
    expect(bonds.find(a)).toBeUndefined();
    expect(await store.load(localIdentity)).toEqual([]);
    expect(changes).toEqual([0]);
  });

  test('are bounded, and a known peer may bond again all the same', async () => {
    const bonds = await Bonds.open(identity, new MemoryBondStore());
    for (let i = 0; i < 256; i++) {
      const octet = i.toString(16).padStart(2, '0');
      await bonds.save(secureBond(identityOf(`00:00:5E:00:54:${octet}`), 1));
    }
    await expect(bonds.save(secureBond(a, 1))).rejects.toThrow(
      /no room for a bond with 00:00:5E:00:53:0A: 256/,
    );
    expect(bonds.counters.get('bondsRefused')).toBe(1);
    await bonds.save(secureBond(identityOf('00:00:5E:00:54:00'), 2));
    expect(bonds.all).toHaveLength(256);
  });

  test('without a store there are none', async () => {
    const bonds = await Bonds.open(identity, undefined);
    expect(bonds.kept).toBe(false);
    await expect(bonds.save(secureBond(a, 1))).rejects.toThrow(InvalidStateError);
    expect(bonds.all).toEqual([]);
  });
});

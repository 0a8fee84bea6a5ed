import { type Bond, type IdentityAddress, sameIdentity } from './bond.ts';
import { checkedBond } from './bond-check.ts';

export type BondChange = (stored: Bond) => Bond;

/**
 * Where bonds are kept between runs, by the identity of this side and that of the peer. Its promises settle when the change is as lasting as it will ever be;
 * what they reject with reaches whoever was pairing.
 */
export interface BondStore {
  /** All bonds of an identity of this side. */
  load(local: IdentityAddress): Promise<readonly Bond[]>;
  find(local: IdentityAddress, peer: IdentityAddress): Promise<Bond | undefined>;
  /** Keeps a bond, in the place of an earlier one with the same peer. */
  save(local: IdentityAddress, bond: Bond): Promise<void>;
  /**
   * Changes a bond in one step, so that nobody else who uses the store comes between the reading and the writing: counters of signatures may not be used twice. `change` is called once, and what it
   * gives is kept and given back; undefined where there is no such bond. A store that one process alone uses may leave it out: then the bond is found and saved.
   */
  update?(local: IdentityAddress, peer: IdentityAddress, change: BondChange): Promise<Bond | undefined>;
  /** Whether there was one. */
  remove(local: IdentityAddress, peer: IdentityAddress): Promise<boolean>;
}

/** The bonds of one identity of this side. */
export interface BondsOfIdentity {
  readonly local: IdentityAddress;
  readonly bonds: readonly Bond[];
}

/** The bonds with this one in the place of an earlier one with the same peer, or at the end. */
export const withBond = (bonds: readonly Bond[], bond: Bond): readonly Bond[] => {
  const at = bonds.findIndex(({ peer }) => sameIdentity(peer, bond.peer));
  return at < 0 ? [...bonds, bond] : bonds.with(at, bond);
};

export const withoutBond = (bonds: readonly Bond[], gone: IdentityAddress): readonly Bond[] =>
  bonds.filter(({ peer }) => !sameIdentity(peer, gone));

export const bondWith = (bonds: readonly Bond[], wanted: IdentityAddress): Bond | undefined =>
  bonds.find(({ peer }) => sameIdentity(peer, wanted));

/** All identities with the bonds of one of them changed; an identity without bonds is left out. */
export const withBondsOf = (
  all: readonly BondsOfIdentity[],
  local: IdentityAddress,
  change: (bonds: readonly Bond[]) => readonly Bond[],
): readonly BondsOfIdentity[] => {
  const at = all.findIndex((one) => sameIdentity(one.local, local));
  const changed = { local, bonds: change(all[at]?.bonds ?? []) };
  return (at < 0 ? [...all, changed] : all.with(at, changed)).filter(({ bonds }) => bonds.length > 0);
};

export const bondsOf = (all: readonly BondsOfIdentity[], local: IdentityAddress): readonly Bond[] =>
  all.find((one) => sameIdentity(one.local, local))?.bonds ?? [];

/** See `BondStore.update`, also for a store that has none. */
export const updateBond = async (
  store: BondStore,
  local: IdentityAddress,
  peer: IdentityAddress,
  change: BondChange,
): Promise<Bond | undefined> => {
  if (store.update !== undefined) return store.update(local, peer, change);
  const stored = await store.find(local, peer);
  if (stored === undefined) return undefined;
  const changed = change(stored);
  await store.save(local, changed);
  return changed;
};

/** Keeps bonds as long as the process runs. */
export class MemoryBondStore implements BondStore {
  #all: readonly BondsOfIdentity[] = [];

  load(local: IdentityAddress): Promise<readonly Bond[]> {
    return Promise.resolve(bondsOf(this.#all, local));
  }

  find(local: IdentityAddress, peer: IdentityAddress): Promise<Bond | undefined> {
    return Promise.resolve(bondWith(bondsOf(this.#all, local), peer));
  }

  async save(local: IdentityAddress, bond: Bond): Promise<void> {
    const checked = checkedBond(bond);
    this.#all = withBondsOf(this.#all, local, (bonds) => withBond(bonds, checked));
  }

  async update(local: IdentityAddress, peer: IdentityAddress, change: BondChange): Promise<Bond | undefined> {
    const stored = bondWith(bondsOf(this.#all, local), peer);
    if (stored === undefined) return undefined;
    const changed = change(stored);
    await this.save(local, changed);
    return changed;
  }

  remove(local: IdentityAddress, peer: IdentityAddress): Promise<boolean> {
    const there = bondWith(bondsOf(this.#all, local), peer) !== undefined;
    this.#all = withBondsOf(this.#all, local, (bonds) => withoutBond(bonds, peer));
    return Promise.resolve(there);
  }
}

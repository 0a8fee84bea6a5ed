import { Counters } from '../../core/counters.ts';
import { InvalidStateError } from '../../core/errors.ts';
import {
  type Bond,
  type IdentityAddress,
  isOfSamePairing,
  sameIdentity,
  withHigherCounters,
} from '../../smp/bond.ts';
import { checkedBond } from '../../smp/bond-check.ts';
import { type BondStore, bondWith, updateBond, withBond, withoutBond } from '../../smp/bond-store.ts';
import { MAX_BONDS } from '../../smp/codec/bond-document.ts';
import type { LocalIdentity } from '../privacy/local-identity.ts';

const load = async (
  identity: Pick<LocalIdentity, 'address'>,
  store: BondStore | undefined,
): Promise<readonly Bond[]> =>
  ((await store?.load(identity.address)) ?? []).map((bond, at) => checkedBond(bond, `bonds[${at}]`));

/**
 * The bonds of the identity that an adapter goes by: read when it is opened, answered from memory, and written through to the store. Changes are made one after the
 * other, and one is there when the store has it.
 */
export class Bonds {
  readonly counters = new Counters(['bondsRefused']);
  #identity: Pick<LocalIdentity, 'address' | 'keep'>;
  readonly #store: BondStore | undefined;
  #bonds: readonly Bond[] = [];
  #changing: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<() => void>();
  readonly #loadListeners = new Set<() => void>();
  readonly #endListeners = new Set<(peer: IdentityAddress) => void>();

  private constructor(identity: Pick<LocalIdentity, 'address' | 'keep'>, store: BondStore | undefined) {
    this.#identity = identity;
    this.#store = store;
  }

  /** Reads what the store has. Without a store there are no bonds, and none can be made. */
  static async open(
    identity: Pick<LocalIdentity, 'address' | 'keep'>,
    store: BondStore | undefined,
  ): Promise<Bonds> {
    const bonds = new Bonds(identity, store);
    bonds.#bonds = await load(identity, store);
    return bonds;
  }

  /** Goes by another identity of this side from now on, with the bonds of that. Where it rejects all is as it was. */
  goBy(identity: Pick<LocalIdentity, 'address' | 'keep'>): Promise<void> {
    return this.#inTurn(async () => {
      const bonds = await load(identity, this.#store);
      for (const { peer } of this.#bonds) this.#ended(peer);
      this.#identity = identity;
      this.#set(bonds);
      for (const listener of this.#loadListeners) listener();
    });
  }

  get local(): IdentityAddress {
    return this.#identity.address;
  }

  /** Whether bonds are kept. Where not, pairing offers none. */
  get kept(): boolean {
    return this.#store !== undefined;
  }

  get all(): readonly Bond[] {
    return this.#bonds;
  }

  find(peer: IdentityAddress): Bond | undefined {
    return bondWith(this.#bonds, peer);
  }

  /** Resolves when the store has answered to all changes that have been made. */
  async settled(): Promise<void> {
    await this.#changing;
  }

  /** Calls back when a bond has been made, replaced or removed. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Calls back when the bonds of another identity of this side are there, in the place of those of the last one. */
  onLoad(listener: () => void): void {
    this.#loadListeners.add(listener);
  }

  /** Calls back when a bond has ended, with whom it was: it has been removed, another with the same peer has taken its place, or this side goes by another identity. */
  onEnd(listener: (peer: IdentityAddress) => void): void {
    this.#endListeners.add(listener);
  }

  /**
   * Keeps a bond, in the place of an earlier one with the same peer: whether it may replace that one is for pairing to judge.
   *
   * @throws InvalidStateError where bonds are not kept, or as many as there may be; what the store rejects with.
   */
  save(bond: Bond): Promise<void> {
    const checked = checkedBond(bond);
    return this.#change(async (store) => {
      const others = this.#bonds.filter(({ peer }) => !sameIdentity(peer, checked.peer));
      if (others.length >= MAX_BONDS) {
        this.counters.add('bondsRefused');
        throw new InvalidStateError(
          `no room for a bond with ${checked.peer.address}: ${MAX_BONDS} are kept already, remove one`,
        );
      }
      // A bond is worth as much as the identity that the peer knows this side by.
      await this.#identity.keep();
      await store.save(this.local, checked);
      const replaced = this.find(checked.peer);
      this.#set(withBond(this.#bonds, checked));
      if (replaced !== undefined) this.#ended(replaced.peer);
    });
  }

  /**
   * Changes what is kept beside the keys: counters, what the peer has configured. It is a change of what the store has, where another process may have changed the bond meanwhile. Does nothing where
   * there is no bond with that peer any more; one that somebody else has taken out of the store is forgotten here too, and one that somebody else has put in its place is taken over as it is.
   */
  update(peer: IdentityAddress, change: (bond: Bond) => Bond): Promise<void> {
    return this.#change(async (store) => {
      const known = this.find(peer);
      if (known === undefined) return;
      let isKnown = true;
      const kept = await updateBond(store, this.local, peer, (given) => {
        const stored = checkedBond(given);
        isKnown = isOfSamePairing(stored, known);
        return isKnown ? checkedBond(change(withHigherCounters(stored, known))) : stored;
      });
      if (kept === undefined) this.#forget(peer);
      else if (isKnown) this.#bonds = withBond(this.#bonds, kept);
      else {
        this.#set(withBond(this.#bonds, kept));
        this.#ended(peer);
      }
    });
  }

  /** Whether there was one. The link, if there is one, goes on as it is; the next one needs pairing. */
  remove(peer: IdentityAddress): Promise<boolean> {
    return this.#change(async (store) => {
      const there = await store.remove(this.local, peer);
      const known = this.find(peer) !== undefined;
      if (known) this.#forget(peer);
      return there || known;
    });
  }

  #forget(peer: IdentityAddress): void {
    this.#set(withoutBond(this.#bonds, peer));
    this.#ended(peer);
  }

  #ended(peer: IdentityAddress): void {
    for (const listener of this.#endListeners) listener(peer);
  }

  #set(bonds: readonly Bond[]): void {
    this.#bonds = bonds;
    for (const listener of this.#listeners) listener();
  }

  #change<T>(work: (store: BondStore) => Promise<T>): Promise<T> {
    const store = this.#store;
    if (store === undefined) {
      return Promise.reject(
        new InvalidStateError('bonds are not kept: open() was called with `bonds: false`'),
      );
    }
    return this.#inTurn(() => work(store));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(work);
    this.#changing = done.catch(() => undefined);
    return done;
  }
}

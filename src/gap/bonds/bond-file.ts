import { InvalidStateError } from '../../core/errors.ts';
import type { Bond, IdentityAddress } from '../../smp/bond.ts';
import { checkedBond } from '../../smp/bond-check.ts';
import {
  type BondChange,
  type BondStore,
  type BondsOfIdentity,
  bondsOf,
  bondWith,
  withBond,
  withBondsOf,
  withoutBond,
} from '../../smp/bond-store.ts';
import { parseBonds, printBonds, UnknownVersionError } from '../../smp/codec/bond-document.ts';
import { PrivateFile } from './private-file.ts';

/**
 * Bonds in a JSON file that its owner alone can read. Nothing is remembered between calls: a bond that another process has added or removed is found or gone with the
 * next call.
 *
 * What cannot be read as bonds is kept under another name, which the error says, and the next call begins a fresh file: peers that were bonded have to pair again.
 */
export class FileBondStore implements BondStore {
  readonly #file: PrivateFile;

  constructor(path: string) {
    this.#file = new PrivateFile(path, { what: 'the bonds', instead: 'another bond store' });
  }

  /** Every identity of this side that has bonds, and those. */
  all(): Promise<readonly BondsOfIdentity[]> {
    return this.#file.read((text) => this.#parsed(text));
  }

  async load(local: IdentityAddress): Promise<readonly Bond[]> {
    return bondsOf(await this.all(), local);
  }

  async find(local: IdentityAddress, peer: IdentityAddress): Promise<Bond | undefined> {
    return bondWith(await this.load(local), peer);
  }

  async save(local: IdentityAddress, bond: Bond): Promise<void> {
    const checked = checkedBond(bond);
    await this.#change((all) => withBondsOf(all, local, (bonds) => withBond(bonds, checked)));
  }

  async update(local: IdentityAddress, peer: IdentityAddress, change: BondChange): Promise<Bond | undefined> {
    let changed: Bond | undefined;
    await this.#change((all) => {
      const stored = bondWith(bondsOf(all, local), peer);
      if (stored === undefined) return undefined;
      const bond = checkedBond(change(stored));
      changed = bond;
      return withBondsOf(all, local, (bonds) => withBond(bonds, bond));
    });
    return changed;
  }

  async remove(local: IdentityAddress, peer: IdentityAddress): Promise<boolean> {
    let there = false;
    await this.#change((all) => {
      there = bondWith(bondsOf(all, local), peer) !== undefined;
      return there ? withBondsOf(all, local, (bonds) => withoutBond(bonds, peer)) : undefined;
    });
    return there;
  }

  #change(
    change: (all: readonly BondsOfIdentity[]) => readonly BondsOfIdentity[] | undefined,
  ): Promise<void> {
    return this.#file.change(async (text) => {
      const changed = change(await this.#parsed(text));
      return changed && printBonds(changed);
    });
  }

  async #parsed(text: string | undefined): Promise<readonly BondsOfIdentity[]> {
    if (text === undefined) return [];
    try {
      return parseBonds(text);
    } catch (cause) {
      throw await this.#damaged(cause as Error);
    }
  }

  async #damaged(cause: Error): Promise<InvalidStateError> {
    const { path } = this.#file;
    if (cause instanceof UnknownVersionError) {
      return new InvalidStateError(`cannot use ${path}: ${cause.message}`, { cause });
    }
    const aside = await this.#file.setAside();
    return new InvalidStateError(
      `${path} is damaged (${cause.message}): it is kept as ${aside}, and the next attempt begins a fresh one; mend it and put it back, or pair again`,
      { cause },
    );
  }
}

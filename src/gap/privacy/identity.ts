import type { Address } from '../../core/address.ts';
import type { Bytes } from '../../core/bytes.ts';
import { secretCopy } from '../../core/secret-bytes.ts';
import { randomBytes } from '../../crypto/random.ts';
import { staticAddressFrom } from './random-address.ts';

/**
 * Who an adapter is to its peers. An identity is made once, by chance, and kept: peers, and the bonds that they keep, know the adapter by it. No two installations
 * have the same.
 */
export interface Identity {
  /** A static random address, where the controller has no public one (Vol 6, Part B, 1.3.2.1). */
  readonly staticAddress: Address;
  /** The Identity Resolving Key, 16 octets, the most significant first: bonded peers know the adapter's private addresses by it (Vol 3, Part H, 2.4.2.1). */
  readonly irk?: Bytes | undefined;
}

/** Where identities are kept between runs. */
export interface IdentityStore {
  /** The identity kept under this name, or undefined if there is none. `name` tells apart the adapters of one machine. */
  load(name: string): Promise<Identity | undefined>;
  save(name: string, identity: Identity): Promise<void>;
}

/** An identity nobody has ever had; what is given stays as it is. */
export const newIdentity = (given?: Identity): Identity & { readonly irk: Bytes } => ({
  staticAddress: given?.staticAddress ?? staticAddressFrom(randomBytes(6)),
  irk: secretCopy(given?.irk ?? randomBytes(16)),
});

/** Keeps identities as long as the process runs. */
export class MemoryIdentityStore implements IdentityStore {
  readonly #identities = new Map<string, Identity>();

  load(name: string): Promise<Identity | undefined> {
    return Promise.resolve(this.#identities.get(name));
  }

  save(name: string, identity: Identity): Promise<void> {
    this.#identities.set(name, identity);
    return Promise.resolve();
  }
}

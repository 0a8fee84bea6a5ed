import type { Clock } from '../../core/clock.ts';
import { InvalidStateError } from '../../core/errors.ts';
import { procedure, type WaitOptions } from '../../core/procedure.ts';
import { equalSecrets } from '../../crypto/equal-secrets.ts';
import type { DataSigning, Signature } from '../../gatt/data-signing.ts';
import type { Bond, IdentityAddress, SigningKey } from '../../smp/bond.ts';
import { afterCounter, sign, verifiedCounter } from '../../smp/data-signing.ts';
import type { Bonds } from '../bonds/bonds.ts';

export interface LinkSigningOptions {
  readonly clock: Clock;
  readonly bonds: Pick<Bonds, 'update'>;
  /** The bond with the peer of the link, as it is now. */
  readonly bond: () => Bond | undefined;
  readonly isEncrypted: () => boolean;
  /** The peer, for messages. */
  readonly peer: string;
}

/** A store that has not kept a counter by then has not kept it: nothing is signed with it, and nothing taken. */
const KEEP_TIMEOUT_MS = 5_000;

/**
 * Signs and checks data on one link with the keys of the bond with its peer (Vol 3, Part C, 10.4). Every counter is in the store before it is used: whatever happens then, none is used twice by
 * this side, nor taken twice from the peer.
 */
export class LinkSigning implements DataSigning {
  readonly #options: LinkSigningOptions;

  constructor(options: LinkSigningOptions) {
    this.#options = options;
  }

  get applies(): boolean {
    return !this.#options.isEncrypted();
  }

  verify(message: Uint8Array, signature: Uint8Array): Signature | undefined {
    const bond = this.#options.bond();
    const key = bond?.peerSigningKey;
    if (bond === undefined || key === undefined) return undefined;
    const counter = verifiedCounter(key, message, signature);
    if (counter === undefined) return undefined;
    const { authenticated, secureConnections, keySize } = bond;
    return {
      security: () => ({ encrypted: true, authenticated, secureConnections, keySize, hasKey: true }),
      redeem: () => this.#redeem(bond.peer, key, counter),
    };
  }

  async sign(message: Uint8Array, wait: WaitOptions): Promise<Uint8Array> {
    const { bond, peer } = this.#options;
    const bonded = bond();
    let signature: Uint8Array | undefined;
    if (bonded?.localSigningKey !== undefined) {
      await this.#update(bonded.peer, wait, (now) => {
        const key = now.localSigningKey;
        signature = key && sign(key, message);
        if (key === undefined || signature === undefined) return now;
        return { ...now, localSigningKey: afterCounter(key, key.counter) };
      });
    }
    if (signature !== undefined) return signature;
    throw new InvalidStateError(
      `${peer} has no key to check signatures of this side, or all of its signatures are used up: pair with { giveKeys: ['encryption', 'identity', 'signing'] }`,
    );
  }

  /** Another command with the same counter may have come before this one's turn, and there may be a new bond, with another key. */
  async #redeem(peer: IdentityAddress, { value }: SigningKey, counter: number): Promise<boolean> {
    let isNew = false;
    await this.#update(peer, {}, (now) => {
      const key = now.peerSigningKey;
      isNew = key !== undefined && equalSecrets(key.value, value) && counter >= key.counter;
      return key !== undefined && isNew ? { ...now, peerSigningKey: afterCounter(key, counter) } : now;
    });
    return isNew;
  }

  #update(peer: IdentityAddress, wait: WaitOptions, change: (bond: Bond) => Bond): Promise<void> {
    const { bonds, clock } = this.#options;
    const what = `keeping a counter of signatures with the bond with ${peer.address}`;
    const { timeoutMs, signal } = wait;
    return procedure<void>(
      { what, clock, defaultTimeoutMs: KEEP_TIMEOUT_MS, timeoutMs, signal },
      (settle) => {
        bonds.update(peer, change).then(settle.resolve, settle.reject);
        return undefined;
      },
    );
  }
}

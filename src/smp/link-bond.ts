import { kindOfAddress } from '../core/address.ts';
import type { Bond, IdentityAddress } from './bond.ts';
import { bondOf } from './bond-making.ts';
import type { PairingOutcome } from './pairing/pairing-states.ts';
import type { SecurityManagerOptions } from './security-context.ts';

const isLasting = ({ address, type }: IdentityAddress): boolean =>
  ['public', 'static'].includes(kindOfAddress(address, type));

/** Who the peer of a link is, and the bond with it. */
export class LinkBond {
  readonly #options: Pick<SecurityManagerOptions, 'bonds' | 'log' | 'onBonded'>;
  #peer: IdentityAddress;
  /** A bond that was made on this link, until the keeper has it. */
  #made: Bond | undefined;

  constructor(options: Pick<SecurityManagerOptions, 'bonds' | 'log' | 'onBonded' | 'peer'>) {
    this.#options = options;
    this.#peer = options.peer;
  }

  /** Under its identity from the moment on that this is known. */
  get peer(): IdentityAddress {
    return this.#peer;
  }

  get bond(): Bond | undefined {
    return this.#made ?? this.#options.bonds.find(this.#peer);
  }

  /** Keeps what a pairing has brought, if it is to be kept. Resolves when it is; rejects with what the keeper rejects with. */
  async keep(outcome: PairingOutcome): Promise<void> {
    const { bonds, log, onBonded } = this.#options;
    this.#peer = outcome.peer.identity ?? this.#peer;
    const { address } = this.#peer;
    const bond = bondOf(outcome, this.#peer);
    if (bond === undefined) return;
    if (!isLasting(this.#peer)) {
      log.write(
        'warn',
        'smp',
        () => `no bond with ${address}: it has a private address and gave no identity`,
      );
      return;
    }
    this.#made = bond;
    try {
      await bonds.save(bond);
    } catch (error) {
      log.write('error', 'smp', () => `the bond with ${address} was not kept: ${String(error)}`);
      throw error;
    } finally {
      if (this.#made === bond) this.#made = undefined;
    }
    onBonded(bond);
  }
}

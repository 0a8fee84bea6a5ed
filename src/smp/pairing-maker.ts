import { addressOctets } from '../core/address.ts';
import { InvalidStateError } from '../core/errors.ts';
import { type Bond, type IdentityAddress, sameIdentity } from './bond.ts';
import { isAsStrong, strengthened, strengthOf } from './bond-making.ts';
import { claimOob } from './oob-data.ts';
import type { PairingChoices } from './pairing/pairing-choices.ts';
import type { PairingOutcome } from './pairing/pairing-states.ts';
import { drawMaterial } from './pairing-material.ts';
import { choicesOf, type PairingOptions, type SecurityPolicy } from './pairing-options.ts';
import { PairingRun, type PairingRunOptions } from './pairing-run.ts';
import type { SecurityManagerOptions } from './security-context.ts';
import { PairingFailedReason } from './smp-codes.ts';

/** A pairing that may begin: what its user wants, and what that comes to with this peer. */
export interface PlannedPairing {
  readonly options: PairingOptions;
  readonly choices: PairingChoices;
}

export type Permission =
  | { readonly kind: 'allowed'; readonly plan: PlannedPairing }
  | { readonly kind: 'refused'; readonly reason: PairingFailedReason };

/** Whom a pairing is with. */
export interface PairingPeer {
  readonly peer: IdentityAddress;
  readonly bond: Bond | undefined;
}

const octetsOf = ({ address, type }: IdentityAddress): Uint8Array =>
  Uint8Array.of(type === 'public' ? 0 : 1, ...addressOctets(address));

/** Decides which pairings may begin on a link and which keys may be taken, and sets them up. */
export class PairingMaker {
  readonly #options: SecurityManagerOptions;

  constructor(options: SecurityManagerOptions) {
    this.#options = options;
  }

  /** Milliseconds until a pairing with the peer may begin. */
  waitMs({ peer }: PairingPeer): number {
    return this.#options.attempts.waitMs(peer.address);
  }

  /**
   * A pairing that this side wants.
   *
   * @throws InvalidArgumentError for options that do not fit together; InvalidStateError for out-of-band data that has been used.
   */
  plan(options: PairingOptions, { bond }: PairingPeer): PlannedPairing {
    const choices = this.#choices(options, bond);
    if (options.oob?.own?.[claimOob]() === false)
      throw new InvalidStateError('the out-of-band data of this side has served a pairing: make new data');
    return { options, choices };
  }

  /** A pairing that the peer wants, by the policy of the adapter. One that has lost its bond gets no other before somebody has said who it is (Vol 3, Part C, 10.3.2). */
  permit(peer: PairingPeer, hasLostBond: boolean): Permission {
    const refused = (reason: PairingFailedReason): Permission => ({ kind: 'refused', reason });
    if (this.waitMs(peer) > 0) return refused(PairingFailedReason.repeatedAttempts);
    const policy = this.#options.policy();
    if (policy === undefined || policy.pairable === false)
      return refused(PairingFailedReason.pairingNotSupported);
    try {
      if (policy.accept?.({ ...peer.peer }) === false)
        return refused(PairingFailedReason.pairingNotSupported);
      if (hasLostBond && !this.#asksSomebody(policy, peer))
        return refused(PairingFailedReason.pairingNotSupported);
      return { kind: 'allowed', plan: this.plan(policy, peer) };
    } catch (error) {
      const { log } = this.#options;
      log.write('error', 'smp', () => `the policy of adapter.security failed: ${String(error)}`);
      return refused(PairingFailedReason.pairingNotSupported);
    }
  }

  /** A pairing of its own keys, nonces and passkey. */
  make(
    { options, choices }: PlannedPairing,
    { peer, bond }: PairingPeer,
    incoming: boolean,
    handlers: Pick<PairingRunOptions, 'send' | 'encrypt' | 'ended'>,
  ): PairingRun {
    const { role, clock, log, ownAddress, peerAddress, local } = this.#options;
    const { ui = {} } = options;
    const isCentral = role === 'central';
    return new PairingRun({
      clock,
      log,
      ui,
      peer,
      incoming,
      replacesBond: bond !== undefined,
      setup: {
        role: isCentral ? 'initiator' : 'responder',
        choices,
        material: drawMaterial(choices),
        initiator: octetsOf(isCentral ? ownAddress : peerAddress),
        responder: octetsOf(isCentral ? peerAddress : ownAddress),
        local,
        consent: incoming && ui.confirm !== undefined,
      },
      weigh: (outcome) => this.#weigh(outcome, peer),
      ...handlers,
    });
  }

  /**
   * An identity is what the peer says of itself. It may be another's that is bonded already: then the key must be as good as that one's, or whoever says so would take its
   * place. Nobody is who we are.
   */
  #weigh({ terms, peer: keys }: PairingOutcome, known: IdentityAddress): PairingFailedReason | undefined {
    const { bonds, local } = this.#options;
    const identity = keys.identity ?? known;
    const older = bonds.find(identity);
    const isWeaker = terms.bonding && older !== undefined && !isAsStrong(strengthOf(terms), older);
    return isWeaker || sameIdentity(identity, local) ? PairingFailedReason.keyRejected : undefined;
  }

  #choices(options: PairingOptions, bond: Bond | undefined): PairingChoices {
    const { bonds, local } = this.#options;
    return strengthened(choicesOf(options, { bonds: bonds.kept, identity: local.irk !== undefined }), bond);
  }

  /** The program, or a person: to confirm the peer, or with what pairing itself needs them for. */
  #asksSomebody(policy: SecurityPolicy, { bond }: PairingPeer): boolean {
    const isAsked = policy.accept !== undefined || policy.ui?.confirm !== undefined;
    return isAsked || this.#choices(policy, bond).mitm === 'required';
  }
}

import type { Bytes } from '../../core/bytes.ts';
import type { PublicKey } from '../../crypto/p256.ts';
import type { SmpCommand, SmpCommandKind } from '../codec/smp-commands.ts';
import { PairingFailedReason } from '../smp-codes.ts';
import type { PairingChoices, PairingMaterial } from './pairing-choices.ts';
import type { PairingTerms } from './pairing-terms.ts';

/** What does not change while a pairing authenticates. */
export interface AuthenticationContext {
  readonly terms: PairingTerms;
  readonly choices: PairingChoices;
  readonly material: PairingMaterial;
  /** The addresses of the link: the type and six octets. */
  readonly initiator: Uint8Array;
  readonly responder: Uint8Array;
}

/** Both public keys have passed, and the peer's is a point of the curve. */
export interface SecureKeys {
  readonly peerKey: PublicKey;
  readonly dhKey: Bytes;
}

/** The first stage of Secure Connections is over: what the second proves knowledge of (Vol 3, Part H, 2.3.5.6.5). */
export interface Evidence {
  readonly initiatorNonce: Uint8Array;
  readonly responderNonce: Uint8Array;
  readonly initiatorR: Uint8Array;
  readonly responderR: Uint8Array;
}

/** `entry`: the passkey is not known yet. `round` counts the bits of the passkey from 0. */
export type AuthenticationState =
  | { readonly machine: 'legacyInitiator'; readonly phase: 'entry' }
  | {
      readonly machine: 'legacyInitiator';
      readonly phase: 'confirm';
      readonly tk: Uint8Array;
      readonly ownConfirm: Uint8Array;
    }
  | {
      readonly machine: 'legacyInitiator';
      readonly phase: 'random';
      readonly tk: Uint8Array;
      readonly peerConfirm: Uint8Array;
    }
  | { readonly machine: 'legacyResponder'; readonly phase: 'entry' }
  /** The initiator has shown its confirm value, and waits for ours. */
  | { readonly machine: 'legacyResponder'; readonly phase: 'lateEntry'; readonly peerConfirm: Uint8Array }
  | { readonly machine: 'legacyResponder'; readonly phase: 'confirm'; readonly tk: Uint8Array }
  | {
      readonly machine: 'legacyResponder';
      readonly phase: 'random';
      readonly tk: Uint8Array;
      readonly peerConfirm: Uint8Array;
    }
  | { readonly machine: 'secureInitiator'; readonly phase: 'publicKey' }
  | {
      readonly machine: 'secureInitiator';
      readonly phase: 'check';
      readonly expected: Uint8Array;
      readonly ltk: Bytes;
    }
  | { readonly machine: 'secureResponder'; readonly phase: 'publicKey' }
  | {
      readonly machine: 'secureResponder';
      readonly phase: 'check';
      readonly expected: Uint8Array;
      readonly answer: Uint8Array;
      readonly ltk: Bytes;
    }
  | { readonly machine: 'comparisonInitiator'; readonly phase: 'confirm'; readonly keys: SecureKeys }
  | {
      readonly machine: 'comparisonInitiator';
      readonly phase: 'random';
      readonly keys: SecureKeys;
      readonly peerConfirm: Uint8Array;
    }
  | {
      readonly machine: 'comparisonInitiator';
      readonly phase: 'comparison';
      readonly keys: SecureKeys;
      readonly evidence: Evidence;
    }
  | { readonly machine: 'comparisonResponder'; readonly phase: 'random'; readonly keys: SecureKeys }
  | {
      readonly machine: 'comparisonResponder';
      readonly phase: 'comparison';
      readonly keys: SecureKeys;
      readonly evidence: Evidence;
    }
  /** The initiator's user was faster: its check is there, and ours still compares. */
  | {
      readonly machine: 'comparisonResponder';
      readonly phase: 'lateComparison';
      readonly keys: SecureKeys;
      readonly evidence: Evidence;
      readonly check: Uint8Array;
    }
  | { readonly machine: 'passkeyInitiator'; readonly phase: 'entry'; readonly keys: SecureKeys }
  | {
      readonly machine: 'passkeyInitiator';
      readonly phase: 'confirm';
      readonly keys: SecureKeys;
      readonly passkey: number;
      readonly round: number;
    }
  | {
      readonly machine: 'passkeyInitiator';
      readonly phase: 'random';
      readonly keys: SecureKeys;
      readonly passkey: number;
      readonly round: number;
      readonly peerConfirm: Uint8Array;
    }
  | { readonly machine: 'passkeyResponder'; readonly phase: 'entry'; readonly keys: SecureKeys }
  | {
      readonly machine: 'passkeyResponder';
      readonly phase: 'lateEntry';
      readonly keys: SecureKeys;
      readonly peerConfirm: Uint8Array;
    }
  | {
      readonly machine: 'passkeyResponder';
      readonly phase: 'confirm';
      readonly keys: SecureKeys;
      readonly passkey: number;
      readonly round: number;
    }
  | {
      readonly machine: 'passkeyResponder';
      readonly phase: 'random';
      readonly keys: SecureKeys;
      readonly passkey: number;
      readonly round: number;
      readonly peerConfirm: Uint8Array;
    }
  | { readonly machine: 'oobInitiator'; readonly phase: 'random'; readonly keys: SecureKeys }
  | { readonly machine: 'oobResponder'; readonly phase: 'random'; readonly keys: SecureKeys }
  | { readonly machine: 'over'; readonly phase: 'over' };

type Of<M extends AuthenticationState['machine']> = Extract<AuthenticationState, { readonly machine: M }>;
type AllowedCommands = {
  readonly [M in AuthenticationState['machine']]: {
    readonly [P in Of<M>['phase']]: readonly SmpCommandKind[];
  };
};

/** The commands of the peer that each state takes. Any other ends the pairing. */
const allowedCommands: AllowedCommands = {
  legacyInitiator: {
    entry: ['pairingKeypressNotification'],
    confirm: ['pairingConfirm', 'pairingKeypressNotification'],
    random: ['pairingRandom'],
  },
  legacyResponder: {
    entry: ['pairingConfirm', 'pairingKeypressNotification'],
    lateEntry: [],
    confirm: ['pairingConfirm', 'pairingKeypressNotification'],
    random: ['pairingRandom'],
  },
  secureInitiator: { publicKey: ['pairingPublicKey'], check: ['pairingDhKeyCheck'] },
  secureResponder: { publicKey: ['pairingPublicKey'], check: ['pairingDhKeyCheck'] },
  comparisonInitiator: { confirm: ['pairingConfirm'], random: ['pairingRandom'], comparison: [] },
  comparisonResponder: { random: ['pairingRandom'], comparison: ['pairingDhKeyCheck'], lateComparison: [] },
  passkeyInitiator: {
    entry: ['pairingKeypressNotification'],
    confirm: ['pairingConfirm', 'pairingKeypressNotification'],
    random: ['pairingRandom'],
  },
  passkeyResponder: {
    entry: ['pairingConfirm', 'pairingKeypressNotification'],
    lateEntry: [],
    confirm: ['pairingConfirm', 'pairingKeypressNotification'],
    random: ['pairingRandom'],
  },
  oobInitiator: { random: ['pairingRandom'] },
  oobResponder: { random: ['pairingRandom'] },
  over: { over: [] },
};

export type AuthenticationInput =
  | { readonly kind: 'command'; readonly command: SmpCommand }
  /** The user has entered a passkey, 0 to 999999. */
  | { readonly kind: 'passkey'; readonly passkey: number }
  /** The user has compared the numbers. */
  | { readonly kind: 'comparison'; readonly same: boolean };

export type AuthenticationAction =
  | { readonly kind: 'send'; readonly command: SmpCommand }
  | { readonly kind: 'showPasskey'; readonly passkey: number }
  | { readonly kind: 'askPasskey' }
  | { readonly kind: 'askComparison'; readonly number: number }
  /** It is over, and the peer is to be told. */
  | { readonly kind: 'fail'; readonly reason: PairingFailedReason }
  /** Both sides have the key that the link is to be encrypted with: a short-term key in legacy pairing, else the long-term key. */
  | { readonly kind: 'agree'; readonly key: Bytes };

export interface AuthenticationStep {
  readonly state: AuthenticationState;
  readonly actions: readonly AuthenticationAction[];
}

export const step = (state: AuthenticationState, ...actions: AuthenticationAction[]): AuthenticationStep => ({
  state,
  actions,
});

const over: AuthenticationState = { machine: 'over', phase: 'over' };

export const fail = (reason: PairingFailedReason): AuthenticationStep => step(over, { kind: 'fail', reason });

/** An input that has no place in the state. */
export const misplaced = (): AuthenticationStep => fail(PairingFailedReason.unspecifiedReason);

/** The last step: `actions`, and then the key, of which no more than the agreed size counts (Vol 3, Part H, 2.3.4). */
export const agreeOn = (
  key: Bytes,
  { keySize }: PairingTerms,
  ...actions: AuthenticationAction[]
): AuthenticationStep => step(over, ...actions, { kind: 'agree', key: shortened(key, keySize) });

/** The key with its most significant octets set to zero, so that so many octets matter. */
export const shortened = (key: Uint8Array, keySize: number): Bytes =>
  Uint8Array.from(key, (octet, at) => (at < key.length - keySize ? 0 : octet));

export const send = (command: SmpCommand): AuthenticationAction => ({ kind: 'send', command });

/** The nonce of a round. */
export const nonceOf = ({ material }: AuthenticationContext, round: number): Bytes => {
  const nonce = material.nonces[round];
  if (nonce === undefined) throw new RangeError(`no nonce was drawn for round ${round}`);
  return nonce;
};

/** The commands that a state takes, by the table. */
export const allowedHere = ({ machine, phase }: AuthenticationState): readonly SmpCommandKind[] => {
  // The row of a machine has a field for each of its phases.
  const row: Readonly<Record<string, readonly SmpCommandKind[]>> = allowedCommands[machine];
  return row[phase] ?? [];
};

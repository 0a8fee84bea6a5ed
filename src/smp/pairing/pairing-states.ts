import type { Bytes } from '../../core/bytes.ts';
import type { PairingFeatures, SmpCommand, SmpCommandKind } from '../codec/smp-commands.ts';
import type { KeypressNotification, PairingFailedReason } from '../smp-codes.ts';
import {
  type AuthenticationAction,
  type AuthenticationInput,
  type AuthenticationState,
  allowedHere,
} from './authentication-states.ts';
import type { DistributedKeys, LocalIdentity } from './distribution.ts';
import type { PairingChoices, PairingMaterial } from './pairing-choices.ts';
import type { PairingRole } from './pairing-method.ts';
import type { PairingTerms } from './pairing-terms.ts';

/** What a pairing is begun with. */
export interface PairingSetup {
  readonly role: PairingRole;
  readonly choices: PairingChoices;
  readonly material: PairingMaterial;
  /** The addresses that the link was made with: the type and six octets. */
  readonly initiator: Uint8Array;
  readonly responder: Uint8Array;
  readonly local: LocalIdentity;
  /** Whether the user is asked before a Just Works pairing goes on, which shows him nothing. */
  readonly consent: boolean;
}

/** What a pairing has brought. */
export interface PairingOutcome {
  readonly terms: PairingTerms;
  /** What the link is encrypted with now. */
  readonly key: Bytes;
  readonly own: DistributedKeys;
  readonly peer: DistributedKeys;
}

export type PairingState =
  /** Of the initiator: Pairing Request has been sent. */
  | { readonly phase: 'features'; readonly request: PairingFeatures }
  /** The user is asked; a responder has not sent its Pairing Response. */
  | { readonly phase: 'consent'; readonly terms: PairingTerms }
  | {
      readonly phase: 'authentication';
      readonly terms: PairingTerms;
      readonly authentication: AuthenticationState;
      /** Keypress notifications that the peer has sent. */
      readonly keypresses: number;
    }
  /** Both sides have a key, and the link is not encrypted with it yet. */
  | { readonly phase: 'encryption'; readonly terms: PairingTerms; readonly key: Bytes }
  /** Commands of the peer that carry keys are to come, in this order. */
  | {
      readonly phase: 'keys';
      readonly terms: PairingTerms;
      readonly key: Bytes;
      readonly left: readonly SmpCommandKind[];
      readonly received: DistributedKeys;
    }
  /** All keys of the peer are there, and it is to be said whether they are taken. */
  | { readonly phase: 'weighing'; readonly outcome: PairingOutcome }
  | { readonly phase: 'over' };

/** The commands of the peer that move a pairing on. Any other ends it; Pairing Failed always does. */
export const expectedCommands = (state: PairingState): readonly SmpCommandKind[] => {
  switch (state.phase) {
    case 'features':
      return ['pairingResponse'];
    case 'authentication':
      return allowedHere(state.authentication);
    case 'keys':
      return state.left.slice(0, 1);
    case 'consent':
    case 'encryption':
    case 'weighing':
    case 'over':
      return [];
  }
};

export type PairingInput =
  | AuthenticationInput
  /** The user lets the peer pair. */
  | { readonly kind: 'consent' }
  /** The link is encrypted with the key that was agreed on. */
  | { readonly kind: 'encrypted' }
  /** The peer's keys are taken. */
  | { readonly kind: 'accepted' }
  /** The user has pressed a key. */
  | { readonly kind: 'keypress'; readonly notification: KeypressNotification }
  /** This side gives up. */
  | { readonly kind: 'cancel'; readonly reason: PairingFailedReason };

export type PairingAction =
  | Exclude<AuthenticationAction, { readonly kind: 'fail' | 'agree' }>
  | { readonly kind: 'askConsent' }
  /** The peer tells of the entry of its passkey. */
  | { readonly kind: 'peerKeypress'; readonly notification: number }
  /** The central encrypts the link with this key; the peripheral answers with it when it is asked. EDIV and Rand are zero. */
  | { readonly kind: 'encrypt'; readonly key: Bytes; readonly terms: PairingTerms }
  /** Are the peer's keys to be taken? */
  | { readonly kind: 'weigh'; readonly outcome: PairingOutcome }
  | { readonly kind: 'complete'; readonly outcome: PairingOutcome }
  /** It has failed, by whose verdict and why. Where it is ours the peer has been told. */
  | {
      readonly kind: 'failed';
      readonly reason: number;
      readonly origin: 'local' | 'peer';
    };

export interface PairingStep {
  readonly state: PairingState;
  readonly actions: readonly PairingAction[];
}

export const sendCommand = (command: SmpCommand): PairingAction => ({ kind: 'send', command });

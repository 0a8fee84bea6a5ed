import type { Address, AddressType } from '../core/address.ts';

/** An association model as a user knows it (Vol 3, Part H, 2.3.5.1). */
export type AssociationModel = 'justWorks' | 'numericComparison' | 'passkeyEntry' | 'outOfBand';

/** What is known of a pairing when its user is asked. */
export interface PairingPrompt {
  /** The peer as it is known on this link; its identity where it is bonded. */
  readonly address: Address;
  readonly addressType: AddressType;
  readonly method: AssociationModel;
  /** Whether the peer began. */
  readonly incoming: boolean;
  /** There is a bond with this peer already, which this pairing would replace: it may be somebody else who claims its address. */
  readonly replacesBond: boolean;
  readonly secureConnections: boolean;
  /** Aborts when there is no more need to show anything or to answer: the pairing has gone on, failed, or was given up. */
  readonly signal: AbortSignal;
  /** While a passkey is entered: tells the peer of a key, if both sides have `keypress`. */
  keypress(key: 'digitEntered' | 'digitErased' | 'cleared'): void;
}

/** What is told of the entry of a passkey on the other side. */
export type Keypress = 'entryStarted' | 'digitEntered' | 'digitErased' | 'cleared' | 'entryCompleted';

/**
 * How a person takes part in pairing. What is there decides on the IO capability that the peer is told (Vol 3, Part H, 2.3.2), and a method that lacks its
 * callback is never used. A callback that throws, rejects or answers with nothing refuses.
 */
export interface PairingUi {
  /** Shows six digits that the user enters on the peer. */
  readonly showPasskey?: ((passkey: string, prompt: PairingPrompt) => void | Promise<void>) | undefined;
  /** Asks for the six digits that the peer shows, or that the user chose for both. */
  readonly enterPasskey?:
    | ((prompt: PairingPrompt) => string | number | undefined | Promise<string | number | undefined>)
    | undefined;
  /** Shows six digits and asks whether the peer shows the same. Nothing is entered. */
  readonly compareNumbers?:
    | ((number: string, prompt: PairingPrompt) => boolean | Promise<boolean>)
    | undefined;
  /** Asks whether a peer may pair without anything to show or to enter. Without it such peers may. */
  readonly confirm?: ((prompt: PairingPrompt) => boolean | Promise<boolean>) | undefined;
  /** Hears of each key that the user presses on the peer while a passkey is entered there. With it, keys pressed here are told too. */
  readonly keypress?: ((key: Keypress, prompt: PairingPrompt) => void) | undefined;
}

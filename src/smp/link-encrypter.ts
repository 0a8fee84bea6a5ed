import type { Bytes } from '../core/bytes.ts';
import type { LongTermKey } from './bond.ts';
import type { KeyStrength } from './bond-making.ts';
import type { PairingRun } from './pairing-run.ts';
import type { LinkEncryption } from './security-context.ts';

/** A key that is handed to the controller. */
export interface OfferedKey {
  /** How it was made. */
  readonly strength: KeyStrength;
  /** The pairing that made it; undefined where it is a bond's. */
  readonly run?: PairingRun | undefined;
}

export type EncryptionOutcome =
  /** The link is encrypted. `offered` is undefined where the controller says so and nobody has given it a key: that protects nothing. */
  | { readonly kind: 'on'; readonly offered: OfferedKey | undefined }
  | { readonly kind: 'off'; readonly offered: OfferedKey | undefined; readonly error: Error };

/**
 * The encryption of one link, as the controller tells of it. A link counts as encrypted from the controller's event on, and with the key that the host gave
 * for it: so how the key was made is known of every link that is encrypted.
 */
export class LinkEncrypter {
  readonly #encryption: LinkEncryption;
  readonly #changed: (outcome: EncryptionOutcome) => void;
  readonly #waiting = new Set<(outcome: EncryptionOutcome) => void>();
  #offered: OfferedKey | undefined;
  #inUse: KeyStrength | undefined;

  /** `changed` hears of every change before those that wait for one. */
  constructor(encryption: LinkEncryption, changed: (outcome: EncryptionOutcome) => void) {
    this.#encryption = encryption;
    this.#changed = changed;
  }

  /** How the key in use was made; undefined on a link that is not encrypted. */
  get inUse(): KeyStrength | undefined {
    return this.#inUse;
  }

  /** The controller has a key, and has not told yet what became of it. */
  get isBusy(): boolean {
    return this.#offered !== undefined;
  }

  /** As central: encrypts the link with a key. */
  begin(key: LongTermKey, offered: OfferedKey): void {
    this.#offered = offered;
    this.#encryption.enable(key).catch((error: unknown) => {
      if (this.#offered !== offered) return;
      this.#offered = undefined;
      this.#tell({ kind: 'off', offered, error: error instanceof Error ? error : new Error(String(error)) });
    });
  }

  /** As peripheral: answers the controller. A key of zeros is none: with it the link would be encrypted for everybody. */
  answer(key: Bytes | undefined, offered: OfferedKey | undefined): boolean {
    const isKey = key?.some((octet) => octet !== 0) === true;
    this.#offered = isKey ? offered : undefined;
    this.#encryption.answer(isKey ? key : undefined);
    return isKey;
  }

  /** Of Encryption Change and Encryption Key Refresh Complete: `error` says why the link is not encrypted. */
  changed(error: Error | undefined): void {
    const offered = this.#offered;
    this.#offered = undefined;
    this.#inUse = error === undefined ? offered?.strength : undefined;
    this.#tell(error === undefined ? { kind: 'on', offered } : { kind: 'off', offered, error });
  }

  /** Calls back once, at the next change. The function returned takes it back. */
  onceChanged(callback: (outcome: EncryptionOutcome) => void): () => void {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  }

  /** The link has ended. */
  end(): void {
    this.#waiting.clear();
    this.#offered = undefined;
    this.#inUse = undefined;
  }

  #tell(outcome: EncryptionOutcome): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#changed(outcome);
    for (const callback of waiting) callback(outcome);
  }
}

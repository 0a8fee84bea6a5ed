import { AttErrorCode } from '../../att/att-codes.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { encryptionFailure } from '../../smp/encryption-failure.ts';
import type { PairingOptions, SecurityPolicy } from '../../smp/pairing-options.ts';
import type { SecurityManagerOptions } from '../../smp/security-context.ts';
import { type KeyRequest, SecurityManager } from '../../smp/security-manager.ts';
import { type ConnectionSecurity, type SecurityChange, securityOf } from '../security.ts';

export interface LinkSecurityOptions extends SecurityManagerOptions {
  /** The link is encrypted, for the first time or anew. */
  readonly onEncrypted: () => void;
}

/** The security of one link, as the layers beside the Security Manager see it. */
export class LinkSecurity {
  readonly #manager: SecurityManager;
  readonly #policy: () => SecurityPolicy | undefined;
  readonly #onEncrypted: () => void;
  /** Whether a bonded peer has to show that it has the key before it is asked for anything. */
  provesFirst = true;

  constructor(options: LinkSecurityOptions) {
    this.#manager = new SecurityManager(options);
    this.#onEncrypted = options.onEncrypted;
    this.#policy = options.policy;
  }

  get manager(): SecurityManager {
    return this.#manager;
  }

  /** What protects the link now. */
  get current(): ConnectionSecurity {
    return securityOf(this.#manager.protection);
  }

  /** Whether the link could be encrypted with a bond. */
  get hasKey(): boolean {
    return this.#manager.hasKey;
  }

  /** A bonded peer has not shown yet that it has the key: whoever is there may be another (Vol 3, Part C, 10.3.2). */
  get isUnproven(): boolean {
    const { encrypted, bonded } = this.#manager.protection;
    return bonded && !encrypted;
  }

  /** What has to happen before the peer is asked for anything; undefined where nothing has to. */
  beforeAsking(): Promise<void> | undefined {
    return this.provesFirst && this.isUnproven ? this.#manager.encrypt({}) : undefined;
  }

  pair(options: PairingOptions, wait: WaitOptions): Promise<void> {
    return this.#manager.pair(options, wait);
  }

  encrypt(wait: WaitOptions): Promise<void> {
    return this.#manager.encrypt(wait);
  }

  /** What protects the link after the next pairing, or encryption with a bond; rejects when one fails. */
  async changed(wait: WaitOptions): Promise<SecurityChange> {
    const { by, ...protection } = await this.#manager.changed(wait);
    return { ...securityOf(protection), by };
  }

  /**
   * Does what a refusal of the peer asks for (Vol 3, Part C, 10.3.2): encrypts with a bond that there is; else pairs, if the adapter's policy lets its user be asked.
   * A bonded peer that cannot encrypt is never paired with by itself: that would hand the bond to whoever claims its address. Gives whether it was of use.
   */
  async raise(status: number): Promise<boolean> {
    const { encrypted, authenticated, bonded } = this.#manager.protection;
    if (bonded && !encrypted) {
      await this.#manager.encrypt({});
      return true;
    }
    const policy = this.#policy();
    if (policy === undefined || policy.pairable === false) return false;
    const needsProtection = status === AttErrorCode.insufficientAuthentication && encrypted && !authenticated;
    await this.#manager.pair(needsProtection ? { ...policy, mitm: true } : policy, {});
    return true;
  }

  /** Of LE Long Term Key Request. */
  keyRequested(request: KeyRequest): void {
    this.#manager.keyRequested(request);
  }

  /** Of Encryption Change and Encryption Key Refresh Complete. */
  encryptionChanged(status: number, isOn: boolean): void {
    const isEncrypted = status === HciErrorCode.success && isOn;
    const { peer, bond } = this.#manager;
    this.#manager.encryptionChanged(
      isEncrypted ? undefined : encryptionFailure(peer.address, status, bond !== undefined),
    );
    if (isEncrypted) this.#onEncrypted();
  }
}

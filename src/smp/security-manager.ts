import { Counters } from '../core/counters.ts';
import { HciError, InvalidStateError } from '../core/errors.ts';
import { procedure, type Settle, type WaitOptions } from '../core/procedure.ts';
import { equalSecrets } from '../crypto/equal-secrets.ts';
import { HciCommand } from '../hci/codec/commands.ts';
import { describeStatus, HciErrorCode } from '../hci/codec/error-codes.ts';
import { type Bond, type IdentityAddress, keyFor } from './bond.ts';
import type { KeyStrength } from './bond-making.ts';
import type { PairingFeatures, SmpCommand } from './codec/smp-commands.ts';
import { encryptionFailure } from './encryption-failure.ts';
import { LinkBond } from './link-bond.ts';
import { type EncryptionOutcome, LinkEncrypter } from './link-encrypter.ts';
import { OwnRequest } from './own-request.ts';
import { Pairer } from './pairer.ts';
import type { PairingOptions } from './pairing-options.ts';
import { type SecurityManagerOptions, type SmpCounterName, smpCounterNames } from './security-context.ts';
import { type LinkProtection, type SecurityNews, SecurityWatch } from './security-watch.ts';
import { SmpChannel } from './smp-channel.ts';
import { AuthReq, PairingFailedReason } from './smp-codes.ts';

const ENCRYPT_TIMEOUT_MS = 5_000;
const PACES_OF_AN_ENCRYPTION = 10;

/** What the controller names a key by: both are zero for a short-term key and for Secure Connections (Vol 3, Part H, 2.4.4). */
export interface KeyRequest {
  readonly ediv: number;
  /** 8 octets, the most significant first. */
  readonly rand: Uint8Array;
}

/** AuthReq that asks for a key as good as this (Vol 3, Part H, 3.6.7). */
const authReqFor = ({ authenticated, secureConnections }: KeyStrength): number =>
  AuthReq.bonding | (authenticated ? AuthReq.mitm : 0) | (secureConnections ? AuthReq.secureConnections : 0);

const suffices = (key: KeyStrength, authReq: number): boolean =>
  (key.authenticated || (authReq & AuthReq.mitm) === 0) &&
  (key.secureConnections || (authReq & AuthReq.secureConnections) === 0);

/**
 * The Security Manager of one link (Vol 3, Part H). Pairs when this side or the peer wants to, encrypts with the keys of a bond, answers the controller's requests
 * for keys, and knows what protects the link. Nothing of it outlasts the link but the bond.
 */
export class SecurityManager {
  readonly #options: SecurityManagerOptions;
  readonly #counters = new Counters<SmpCounterName>(smpCounterNames);
  readonly #channel: SmpChannel;
  readonly #encrypter: LinkEncrypter;
  readonly #identity: LinkBond;
  readonly #request: OwnRequest;
  readonly #pairer: Pairer;
  readonly #watch: SecurityWatch;
  /** AuthReq of a Security Request that is being answered by encrypting. */
  #wanted: number | undefined;

  constructor(options: SecurityManagerOptions) {
    this.#options = options;
    const { channel, clock, peer, encryption } = options;
    const counters = this.#counters;
    this.#identity = new LinkBond(options);
    this.#request = new OwnRequest(clock, () => this.#pairer.timedOut());
    this.#encrypter = new LinkEncrypter(encryption, (outcome) => this.#encryptionChanged(outcome));
    this.#watch = new SecurityWatch({ clock, scope: channel.scope, peer: () => this.peer.address });
    this.#channel = new SmpChannel({
      channel,
      log: options.log,
      peer: peer.address,
      counters,
      onCommand: (command) => this.#receive(command),
      onMalformed: () => this.#malformed(),
    });
    this.#pairer = new Pairer(options, {
      channel: this.#channel,
      encrypter: this.#encrypter,
      identity: this.#identity,
      request: this.#request,
      watch: this.#watch,
      counters,
    });
    channel.scope.add(() => {
      this.#request.end();
      this.#pairer.run?.lost();
      this.#encrypter.end();
    });
  }

  /** A snapshot. */
  get counters(): Readonly<Record<SmpCounterName, number>> {
    return this.#counters.all();
  }

  /** The peer: under its identity from the moment on that this is known. */
  get peer(): IdentityAddress {
    return this.#identity.peer;
  }

  /** The bond with the peer, which need not be what encrypts the link. */
  get bond(): Bond | undefined {
    return this.#identity.bond;
  }

  /** Whether there is a key that this link could be encrypted with: a bond of legacy pairing may have one for the other role alone. */
  get hasKey(): boolean {
    return this.bond !== undefined && keyFor(this.bond, this.#options.role) !== undefined;
  }

  get protection(): LinkProtection {
    const key = this.#encrypter.inUse;
    return {
      encrypted: key !== undefined,
      authenticated: key?.authenticated === true,
      secureConnections: key?.secureConnections === true,
      keySize: key?.keySize ?? 0,
      bonded: this.bond !== undefined,
    };
  }

  /**
   * Pairs, as peripheral by asking the central to. Resolves when all keys are there and a bond is kept. Where the peer has begun already its pairing is waited
   * for; as peripheral it resolves at once on a link that is as safe as wanted. Default deadline 20 s. Giving up tells the peer.
   *
   * @throws SmpError with whose verdict it was and why; TimeoutError; InvalidStateError while another call pairs, and on a link where a pairing has timed out;
   *   InvalidArgumentError for options that do not fit together.
   */
  pair(options: PairingOptions, wait: WaitOptions): Promise<void> {
    return this.#pairer.pair(options, wait);
  }

  /**
   * Encrypts the link with the key of the bond, as peripheral by asking the central to; at once where it is encrypted. Default deadline 5 s.
   *
   * @throws InvalidStateError without a bond, and with one that has no key for this role; HciError when the controller cannot, with PIN or Key Missing where the peer has lost the bond, also as a central
   *   that pairs instead; SmpError when the central refuses.
   */
  async encrypt(wait: WaitOptions): Promise<void> {
    const { clock, channel, role, paceMs } = this.#options;
    const what = `encrypting the link to ${this.peer.address}`;
    let leave = (): void => undefined;
    try {
      await procedure<void>(
        {
          what,
          clock,
          scope: channel.scope,
          defaultTimeoutMs: ENCRYPT_TIMEOUT_MS + PACES_OF_AN_ENCRYPTION * paceMs(),
          timeoutMs: wait.timeoutMs,
          signal: wait.signal,
          hint: () => 'the peer has not taken part in it',
        },
        (settle) => {
          if (this.#encrypter.inUse !== undefined) {
            settle.resolve();
            return undefined;
          }
          const { bond } = this;
          if (bond === undefined)
            throw new InvalidStateError(`${what}: there is no bond with it, pair with it first`);
          if (!this.hasKey) {
            throw new InvalidStateError(
              `${what}: the bond with it has a key only for links on which this side is the ${role === 'central' ? 'peripheral' : 'central'}, as legacy pairing may leave it: pair with it on this link, then there are keys for both`,
            );
          }
          if (role === 'peripheral') this.#channel.checkSpeaks(what);
          leave = this.#onceEncrypted(settle);
          if (!this.#encrypter.isBusy && this.#pairer.run === undefined) this.#encryptWith(bond);
          return undefined;
        },
      );
    } finally {
      leave();
    }
  }

  /**
   * Waits for what becomes of this link's security next, whoever wants it: resolves when a pairing is complete or the key of a bond encrypts the link, rejects with
   * SmpError or HciError when either fails or is refused.
   */
  changed(wait: WaitOptions): Promise<SecurityNews> {
    return this.#watch.next(wait);
  }

  /** Of LE Long Term Key Request. Always answered. */
  keyRequested({ ediv, rand }: KeyRequest): void {
    const { run } = this.#pairer;
    const awaited = run?.awaited;
    const { bond } = this;
    const key = bond?.localKey;
    let isAnswered: boolean;
    if (awaited !== undefined && ediv === 0 && rand.every((octet) => octet === 0))
      isAnswered = this.#encrypter.answer(awaited.key, { strength: awaited.strength, run });
    else if (bond !== undefined && key?.ediv === ediv && equalSecrets(key.rand, rand))
      isAnswered = this.#encrypter.answer(key.value, { strength: bond });
    else isAnswered = this.#encrypter.answer(undefined, undefined);
    if (isAnswered) return;
    this.#counters.add('keysMissing');
    const status = HciErrorCode.pinOrKeyMissing;
    const text = `${this.peer.address} wants to encrypt with a key that this side does not have: ${describeStatus(status)}; let it remove its bond, and pair again`;
    this.#watch.failed(new HciError(text, status, HciCommand.leLongTermKeyRequestNegativeReply.opcode));
  }

  /** Of Encryption Change and Encryption Key Refresh Complete; `error` says why the link is not encrypted. */
  encryptionChanged(error: Error | undefined): void {
    this.#encrypter.changed(error);
  }

  #receive(command: SmpCommand): void {
    const { run } = this.#pairer;
    const isCentral = this.#options.role === 'central';
    if (run !== undefined) this.#pairer.receive(run, command);
    else if (command.kind === 'pairingFailed') this.#pairer.refused(command.reason);
    else if (command.kind === 'pairingRequest' && !isCentral) this.#pairingRequested(command);
    else if (command.kind === 'securityRequest' && isCentral) this.#securityRequested(command.authReq);
    else this.#channel.stray(PairingFailedReason.commandNotSupported);
  }

  #malformed(): boolean {
    const { run } = this.#pairer;
    run?.cancel(PairingFailedReason.invalidParameters);
    return run !== undefined;
  }

  /** A central that pairs where it was asked for the key of the bond has lost that, or is somebody else: who waits for the encryption is told so (Vol 3, Part C, 10.3.2). */
  #pairingRequested(request: PairingFeatures): void {
    const hasLostBond = this.#request.testsBond;
    if (hasLostBond)
      this.#request.failed(encryptionFailure(this.peer.address, HciErrorCode.pinOrKeyMissing, true));
    else this.#request.answered();
    this.#pairer.requested(request, hasLostBond);
  }

  /** A bonded peer has to show that it has the key before it may ask for more: everybody can send this (Vol 3, Part H, 2.4.6). */
  #securityRequested(authReq: number): void {
    const { inUse, isBusy } = this.#encrypter;
    if (inUse !== undefined && suffices(inUse, authReq)) return;
    const { bond } = this;
    if (isBusy) this.#wanted = authReq;
    else if (inUse === undefined && bond?.peerKey !== undefined) {
      this.#wanted = authReq;
      this.#encryptWith(bond);
    } else this.#pairer.pairAsAsked();
  }

  #encryptWith(bond: Bond): void {
    if (this.#options.role === 'peripheral') {
      this.#channel.send({ kind: 'securityRequest', authReq: authReqFor(bond) });
      this.#request.sent({ testsBond: true });
    } else if (bond.peerKey !== undefined) this.#encrypter.begin(bond.peerKey, { strength: bond });
  }

  /** Settles with the next change of the encryption, or with the peer's refusal of our request. */
  #onceEncrypted(settle: Settle<void>): () => void {
    const leaveRequest = this.#request.onFailed((error) => settle.reject(error));
    const leave = this.#encrypter.onceChanged((outcome) => {
      if (outcome.kind === 'on') settle.resolve();
      else settle.reject(outcome.error);
    });
    return () => {
      leave();
      leaveRequest();
    };
  }

  #encryptionChanged(outcome: EncryptionOutcome): void {
    this.#request.answered();
    const { run } = this.#pairer;
    const isOfRun = run !== undefined && outcome.offered?.run === run;
    if (outcome.kind === 'off') {
      const { error } = outcome;
      this.#counters.add('encryptionsFailed');
      this.#wanted = undefined;
      this.#options.log.write('warn', 'smp', () => error.message);
      if (isOfRun) run.cancel(PairingFailedReason.unspecifiedReason, error);
      else this.#watch.failed(error);
    } else if (isOfRun) this.#pairer.encrypted(run);
    else if (run === undefined) this.#encryptedByBond();
    // A key of a pairing that was given up meanwhile shows nothing.
    const isOfBond =
      outcome.kind === 'on' && outcome.offered !== undefined && outcome.offered.run === undefined;
    if (!isOfBond || this.bond === undefined) return;
    this.#options.onProven?.(this.bond);
    this.#watch.changed('bond', this.protection);
  }

  #encryptedByBond(): void {
    const { inUse } = this.#encrypter;
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (inUse === undefined) return;
    if (wanted !== undefined && !suffices(inUse, wanted)) this.#pairer.pairAsAsked();
    else if (this.#options.role === 'peripheral') this.#pairer.satisfy(inUse);
  }
}

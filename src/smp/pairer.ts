import { afterReading } from '../core/after-reading.ts';
import { noTimer, type Timer } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import { InvalidStateError, TimeoutError } from '../core/errors.ts';
import { procedure, type Settle, type WaitOptions } from '../core/procedure.ts';
import { type KeyStrength, satisfies, strengthOf } from './bond-making.ts';
import type { PairingFeatures, SmpCommand, SmpCommandKind } from './codec/smp-commands.ts';
import type { LinkBond } from './link-bond.ts';
import type { LinkEncrypter } from './link-encrypter.ts';
import type { OwnRequest } from './own-request.ts';
import type { PairingOutcome } from './pairing/pairing-states.ts';
import { authReqOf } from './pairing/pairing-terms.ts';
import { isGuess, pairingFailure } from './pairing-failure.ts';
import { PairingMaker, type PlannedPairing } from './pairing-maker.ts';
import type { PairingOptions } from './pairing-options.ts';
import { type PairingEnd, type PairingRun, SMP_TIMEOUT_MS } from './pairing-run.ts';
import type { SecurityManagerOptions, SmpCounterName } from './security-context.ts';
import type { SecurityWatch } from './security-watch.ts';
import type { SmpChannel } from './smp-channel.ts';
import { PairingFailedReason } from './smp-codes.ts';

const PAIR_TIMEOUT_MS = 20_000;
/** Commands of the longest pairing, twenty rounds of Passkey Entry: a slow link needs a chance for each. */
const PACES_OF_A_PAIRING = 100;
/** Keys that may come before the event of their encryption: as many commands as carry them. */
const MAX_EARLY_KEYS = 5;

/** What a pairing works with on its link. */
export interface PairerParts {
  readonly channel: SmpChannel;
  readonly encrypter: LinkEncrypter;
  readonly identity: LinkBond;
  readonly request: OwnRequest;
  readonly watch: SecurityWatch;
  readonly counters: Counters<SmpCounterName>;
}

/** Somebody here waits for a pairing. */
interface PairCall {
  readonly plan: PlannedPairing;
  readonly settle: Settle<void>;
}

const carriers: ReadonlySet<SmpCommandKind> = new Set([
  'encryptionInformation',
  'centralIdentification',
  'identityInformation',
  'identityAddressInformation',
  'signingInformation',
]);

/** The pairings of one link, one at a time: begun by whom, with what, and how they end. */
export class Pairer {
  readonly #options: SecurityManagerOptions;
  readonly #parts: PairerParts;
  readonly #maker: PairingMaker;
  #run: PairingRun | undefined;
  #call: PairCall | undefined;
  #earlyKeys: SmpCommand[] = [];
  #earlyKeysEnd: Timer = noTimer;

  constructor(options: SecurityManagerOptions, parts: PairerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#maker = new PairingMaker(options);
  }

  /** The pairing that is under way. */
  get run(): PairingRun | undefined {
    return this.#run;
  }

  /** See `SecurityManager.pair`. */
  async pair(options: PairingOptions, wait: WaitOptions): Promise<void> {
    const { clock, channel, role, paceMs } = this.#options;
    const { identity, encrypter } = this.#parts;
    const what = `pairing with ${identity.peer.address}`;
    this.#parts.channel.checkSpeaks(what);
    if (this.#call !== undefined) throw new InvalidStateError(`already ${what}: await that first`);
    const plan = this.#maker.plan(options, identity);
    let later: Timer = noTimer;
    try {
      await procedure<void>(
        {
          what,
          clock,
          scope: channel.scope,
          defaultTimeoutMs: PAIR_TIMEOUT_MS + PACES_OF_A_PAIRING * paceMs(),
          timeoutMs: wait.timeoutMs,
          signal: wait.signal,
          hint: () => this.#hint(),
        },
        (settle) => {
          this.#call = { plan, settle };
          const { inUse } = encrypter;
          if (role === 'peripheral' && inUse !== undefined && satisfies(inUse, plan.choices))
            settle.resolve();
          else if (this.#run === undefined)
            later = clock.after(this.#maker.waitMs(identity), () => this.#begin(plan));
          return () => this.#run?.cancel(this.#run.reasonToGiveUp);
        },
      );
    } finally {
      later.cancel();
      this.#call = undefined;
    }
  }

  /** As peripheral: the central sends Pairing Request; `hasLostBond` says that it did so where it was asked for the key of a bond. */
  requested(request: PairingFeatures, hasLostBond: boolean): void {
    const plan = this.#planOfPeer(hasLostBond);
    if (plan !== undefined) this.#start(plan).answer(request);
  }

  /** As central: the peripheral has asked for more security than there is. */
  pairAsAsked(): void {
    const plan = this.#planOfPeer();
    if (plan !== undefined) this.#start(plan).begin();
  }

  /**
   * A command, while a pairing is under way. Keys are taken over an encrypted link only (Vol 3, Part H, 3.6.1). One may overtake the event that tells of the
   * encryption: it waits for that, as long as the event may be late, and has come in plain if none follows.
   */
  receive(run: PairingRun, command: SmpCommand): void {
    const { clock, eventLagMs } = this.#options;
    const isEarly =
      eventLagMs > 0 &&
      run.phase === 'encryption' &&
      this.#parts.encrypter.isBusy &&
      carriers.has(command.kind);
    if (!isEarly) run.receive(command);
    else if (this.#earlyKeys.length >= MAX_EARLY_KEYS) this.#parts.counters.add('earlyKeysDropped');
    else if (this.#earlyKeys.push(command) === 1) {
      this.#earlyKeysEnd = afterReading(clock, eventLagMs, () => {
        this.#parts.counters.add('earlyKeysExpired');
        this.#takeEarlyKeys(run);
      });
    }
  }

  /** The link is encrypted with the key that the pairing has made. */
  encrypted(run: PairingRun): void {
    run.encrypted();
    this.#takeEarlyKeys(run);
  }

  /** Somebody who waits for a pairing has got a key, made by whatever way. */
  satisfy(key: KeyStrength): void {
    const call = this.#call;
    if (call === undefined) return;
    if (satisfies(key, call.plan.choices)) call.settle.resolve();
    else call.settle.reject(this.#failure(PairingFailedReason.authenticationRequirements, 'local'));
  }

  /** The peer has refused what this side asked for. */
  refused(reason: number): void {
    this.#failed(this.#failure(reason, 'peer'));
  }

  /** The peer has said nothing for 30 s, and nothing more is said on this link (Vol 3, Part H, 3.4). */
  timedOut(): void {
    const { channel, identity } = this.#parts;
    channel.silence();
    const text = `timed out after ${SMP_TIMEOUT_MS} ms while pairing with ${identity.peer.address}: it has fallen silent, and no pairing is possible before it is connected anew`;
    this.#failed(new TimeoutError(text, SMP_TIMEOUT_MS));
  }

  /** What a peer wants may be like; undefined where it has been refused. */
  #planOfPeer(hasLostBond = false): PlannedPairing | undefined {
    const { identity, channel, watch } = this.#parts;
    if (this.#call !== undefined && this.#maker.waitMs(identity) === 0) return this.#call.plan;
    const permission = this.#maker.permit(identity, hasLostBond);
    if (permission.kind === 'allowed') return permission.plan;
    channel.refuse(permission.reason);
    watch.failed(this.#failure(permission.reason, 'local'));
    return undefined;
  }

  /** A pairing that was asked for here. */
  #begin(plan: PlannedPairing): void {
    const { channel, request } = this.#parts;
    if (this.#run !== undefined) return;
    if (this.#options.role === 'central') {
      this.#start(plan).begin();
      return;
    }
    channel.send({ kind: 'securityRequest', authReq: authReqOf(plan.choices) });
    request.sent({ testsBond: false });
  }

  #start(plan: PlannedPairing): PairingRun {
    const { channel, encrypter, identity } = this.#parts;
    const run = this.#maker.make(plan, identity, this.#call?.plan !== plan, {
      send: (command) => channel.send(command),
      encrypt: (value, strength) => {
        // A peripheral waits to be asked for it.
        if (this.#options.role === 'central')
          encrypter.begin({ value, ediv: 0, rand: new Uint8Array(8) }, { strength, run });
      },
      ended: (end) => this.#ended(run, end),
    });
    this.#run = run;
    return run;
  }

  #takeEarlyKeys(run: PairingRun): void {
    this.#earlyKeysEnd.cancel();
    for (const command of this.#earlyKeys.splice(0)) run.receive(command);
  }

  #ended(run: PairingRun, end: PairingEnd): void {
    const { attempts } = this.#options;
    const { address } = this.#parts.identity.peer;
    this.#run = undefined;
    this.#earlyKeys = [];
    this.#earlyKeysEnd.cancel();
    switch (end.kind) {
      case 'complete':
        attempts.succeeded(address);
        this.#complete(end.outcome);
        break;
      case 'failed':
        if (isGuess(end.reason)) attempts.failed(address);
        this.#failed(this.#failure(end.reason, end.origin, end.cause));
        break;
      case 'timeout':
        attempts.failed(address);
        this.timedOut();
        break;
      case 'linkLost':
        if (run.phase === 'authentication') attempts.failed(address);
        break;
    }
  }

  #complete(outcome: PairingOutcome): void {
    const call = this.#call;
    const { identity, watch } = this.#parts;
    const strength = strengthOf(outcome.terms);
    watch.keeping();
    identity.keep(outcome).then(
      () => {
        if (call === this.#call) this.satisfy(strength);
        watch.changed('pairing', { encrypted: true, ...strength, bonded: identity.bond !== undefined });
      },
      (error: Error) => {
        call?.settle.reject(error);
        watch.failed(error);
      },
    );
  }

  #failed(error: Error): void {
    const { counters, request, watch } = this.#parts;
    counters.add('pairingsFailed');
    this.#options.log.write('info', 'smp', () => error.message);
    watch.failed(error);
    this.#call?.settle.reject(error);
    request.failed(error);
  }

  #failure(reason: number, origin: 'local' | 'peer', cause?: unknown): Error {
    return pairingFailure(this.#parts.identity.peer.address, reason, origin, cause);
  }

  #hint(): string {
    const run = this.#run;
    if (run !== undefined) return run.isWithUser ? 'the user has not answered' : 'the peer has not gone on';
    const waitMs = this.#maker.waitMs(this.#parts.identity);
    return waitMs > 0
      ? `pairings with it have failed, and it may not be tried again for ${waitMs} ms`
      : 'the central has not begun';
  }
}

import { noTimer, type Timer } from '../core/clock.ts';
import { Counters } from '../core/counters.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import type { AdvertisingReportCursor } from '../hci/codec/advertising-report.ts';
import { HciErrorCode } from '../hci/codec/error-codes.ts';
import {
  type ConnectionOutcome,
  isPeerOf,
  type LinkUp,
  type OwnAddresses,
  type Peer,
  type RadioAbilities,
  type RadioController,
  type RadioSink,
  type ResolvingEntry,
  samePeer,
} from './radio-controller.ts';
import { LearnedRules } from './radio-learned.ts';
import { RadioLinks } from './radio-links.ts';
import {
  type InitiatingWant,
  initialRadioState,
  isConnectable,
  nextRadioStep,
  type RadioState,
  type RadioStep,
  type RadioWant,
  type ScanWant,
  type SetWant,
} from './radio-plan.ts';
import { verdictOnRefusal } from './radio-refusal.ts';
import { isResolved, nextResolvingStep } from './radio-resolving.ts';
import { afterRadioStep, afterRefusedStep, isCountedFirst, withSet } from './radio-state.ts';
import type { InitiatingUser, ScanUser, SetUser } from './radio-users.ts';
import { RadioWants } from './radio-wants.ts';

export interface RadioOptions {
  readonly controller: RadioController;
  /** Asked whenever the radio is planned; call `replan()` when they change. */
  readonly own: OwnAddresses;
  /** Who is behind an address. Default: nobody else. */
  readonly identify?: ((peer: Peer) => Peer) | undefined;
}

/** How long a controller may take to complete a cancelled connection attempt. */
const CANCEL_LIMIT_MS = 2_000;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/**
 * The one arbiter of the radio. Scanning, initiating and advertising say what they want; one loop compares that with what is known of the
 * controller and takes one step at a time until both agree.
 */
export class Radio implements RadioSink {
  readonly counters = new Counters([
    'linksUnclaimed',
    'cancelsUnanswered',
    'stepsRefused',
    'scanPausesLearned',
    'advertisingPausesLearned',
    'setsBlocked',
    'resolvingLimited',
  ]);
  readonly controller: RadioController;
  readonly #own: OwnAddresses;
  readonly #identify: (peer: Peer) => Peer;
  readonly #wants: RadioWants;
  #state: RadioState = initialRadioState;
  readonly #rules: LearnedRules;
  readonly #links: RadioLinks;
  #running = false;
  /** Nothing that anybody wants is done any more. */
  #quiet = false;
  #stopped = false;
  #cancelTimer: Timer = noTimer;
  /** A cancelled attempt that the controller never completed may still hold its initiator. */
  #cancelIgnored = false;
  readonly #watches = new Set<() => void>();
  readonly #detach: () => void;

  constructor(options: RadioOptions) {
    this.controller = options.controller;
    this.#own = options.own;
    this.#identify = options.identify ?? ((peer) => peer);
    this.#wants = new RadioWants(options.own);
    this.#rules = new LearnedRules(options.controller.abilities);
    this.#links = new RadioLinks(options.controller, {
      onGone: () => this.#linkGone(),
      onUnclaimed: () => this.counters.add('linksUnclaimed'),
    });
    this.#detach = options.controller.attach(this);
    options.controller.scope.add(() => this.#end());
  }

  get abilities(): RadioAbilities {
    return this.controller.abilities;
  }

  get scope(): WaitScope {
    return this.controller.scope;
  }

  get state(): RadioState {
    return this.#state;
  }

  /** Links that came up here and live. */
  get linkCount(): number {
    return this.#links.count;
  }

  /** Whether the controller refuses this set until a link has ended. */
  isBlocked(handle: number): boolean {
    return this.#rules.now.blockedSets.has(handle);
  }

  wantScan(want: ScanWant | undefined, user: ScanUser): void {
    this.#wants.setScan(want, user);
    this.replan();
  }

  wantInitiating(want: InitiatingWant | undefined, user: InitiatingUser): void {
    this.#wants.setInitiating(want, user);
    this.replan();
  }

  /** Whom the controller is to know behind private addresses, the most wanted first: it may have room for some of them only. */
  wantResolving(entries: readonly ResolvingEntry[]): void {
    this.#wants.resolving = entries;
    this.replan();
  }

  /** Resolves when the controller knows as many of them as it will, or knows none. */
  resolvingSettled(): Promise<void> {
    return this.until((state) => nextResolvingStep(state, this.#want(), this.#rules.now) === undefined);
  }

  /** Whether the controller knows that peer behind its private addresses. */
  resolves(peer: Peer): boolean {
    return isResolved(this.#state, peer);
  }

  wantSet(handle: number, want: SetWant | undefined, user: SetUser): void {
    this.#wants.setSet(handle, want, user);
    this.#rules.unblock(handle);
    this.replan();
  }

  /**
   * Resolves when the state fits, or when the controller is gone. Every step ends within its deadline, so that a state which follows from
   * what is wanted is always reached.
   */
  until(fits: (state: RadioState) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!fits(this.#state) && !this.#stopped) return;
        this.#watches.delete(check);
        resolve();
      };
      this.#watches.add(check);
      check();
    });
  }

  /** Resolves when a set that is no longer wanted is still, and with extended commands gone, so that the next user finds it empty. */
  released(handle: number): Promise<void> {
    const { extended } = this.abilities;
    return this.until(({ sets }) => (extended ? !sets.has(handle) : sets.get(handle)?.enabled !== true));
  }

  /** Stops for good all that the radio does, and resolves when the controller has stopped it. Who waits is told when the controller is closed. */
  quiet(): Promise<void> {
    this.#quiet = true;
    this.replan();
    return this.until(({ initiating }) => !this.#running && initiating === undefined);
  }

  /** Looks again whether the controller does what is wanted. Many calls in one turn make one plan. */
  replan(): void {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    queueMicrotask(() => {
      this.#run().then(
        () => this.#changed(),
        (error: unknown) => {
          this.#wants.fail('all', asError(error));
          this.#changed();
        },
      );
    });
  }

  reports(reports: AdvertisingReportCursor): void {
    this.#wants.scanUser?.reports(reports);
  }

  connection({ status, up: onAir }: ConnectionOutcome): void {
    const up = onAir && this.#identified(onAir);
    if (up === undefined) this.#connectionFailed(status);
    else if (up.role === 'central') this.#centralUp(up);
    else this.#peripheralUp(up);
    this.#changed();
    this.replan();
  }

  /** The link as a controller reports it that knows the peer behind its private address. */
  #identified(up: LinkUp): LinkUp {
    if (up.peerResolvableAddress !== undefined) return up;
    const identity = this.#identify(up.peer);
    return samePeer(identity, up.peer)
      ? up
      : { ...up, peer: identity, peerResolvableAddress: up.peer.address };
  }

  setTerminated(handle: number, connectionHandle: number | undefined): void {
    const up = connectionHandle === undefined ? undefined : this.#links.claim(connectionHandle);
    if (up !== undefined) {
      this.#deliver(handle, up);
    } else if (connectionHandle === undefined) {
      this.#state = withSet(this.#state, handle, { enabled: false });
      this.#wants.setTimedOut(handle);
    } else if (!this.#links.wasAssigned(connectionHandle)) {
      // The link has ended before it was known whose it was: the set has stopped for nothing.
      this.#state = withSet(this.#state, handle, { enabled: false });
    }
    this.#changed();
    this.replan();
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const step = this.#stopped ? undefined : nextRadioStep(this.#state, this.#want(), this.#rules.now);
        if (step === undefined) {
          if (!this.#wants.any) this.#own.rest?.();
          return;
        }
        await this.#take(step);
        this.#changed();
      }
    } finally {
      this.#running = false;
    }
  }

  #want(): RadioWant {
    return this.#wants.now(this.#quiet);
  }

  async #take(step: RadioStep): Promise<void> {
    const { ended } = this.#links;
    const counted = isCountedFirst(step);
    if (counted) this.#state = afterRadioStep(this.#state, step);
    if (step.op === 'cancelInitiating') this.#limitCancel();
    try {
      await this.controller.run(step);
      if (!counted) this.#state = afterRadioStep(this.#state, step);
      if (step.op === 'enableAdvertising') this.#wants.setUser(step.handle)?.started?.();
    } catch (error) {
      // Whoever waits has the scope's error by then.
      if (!this.#stopped) this.#refused(step, asError(error), this.#links.ended > ended);
    }
  }

  #refused(step: RadioStep, error: Error, linkEnded: boolean): void {
    this.counters.add('stepsRefused');
    this.controller.log.write('warn', 'gap', () => `${step.op} refused: ${error.message}`);
    if (step.op === 'cancelInitiating') this.#cancelTimer.cancel();
    const attempt = this.#state.initiating?.want;
    const acceptListHeld = (this.#state.acceptList?.length ?? 1) - 1;
    const resolvingListHeld = this.#state.resolvingList?.length ?? 0;
    this.#state = afterRefusedStep(this.#state, step);
    const verdict = verdictOnRefusal(step, error, {
      state: this.#state,
      rules: this.#rules.now,
      links: this.#links.count,
      linkEnded,
      acceptListHeld,
      resolvingListHeld,
      cancelIgnored: this.#cancelIgnored,
    });
    switch (verdict.kind) {
      case 'forget':
        return;
      case 'pauseScan':
        this.counters.add('scanPausesLearned');
        this.#rules.pauseScan();
        return;
      case 'pauseAdvertising':
        this.counters.add('advertisingPausesLearned');
        this.#rules.pauseAdvertising();
        return;
      case 'block':
        this.counters.add('setsBlocked');
        this.#rules.block(verdict.handle);
        return;
      case 'limitResolving':
        this.counters.add('resolvingLimited');
        this.#rules.limitResolving(verdict.size);
        return;
      case 'acceptListFull':
        this.#rules.limitAcceptList(verdict.size);
        this.#wants.initiatingUser?.acceptListFull(verdict.size);
        return;
      case 'fail':
        if (step.op === 'initiate') this.#rules.unlearnPauses();
        this.#wants.fail(verdict.blamed, verdict.error, attempt);
    }
  }

  #limitCancel(): void {
    this.#cancelTimer = this.controller.clock.after(CANCEL_LIMIT_MS, () => {
      this.counters.add('cancelsUnanswered');
      this.#cancelIgnored = true;
      this.#state = { ...this.#state, initiating: undefined };
      this.#changed();
      this.replan();
    });
  }

  #attemptOver(): RadioState['initiating'] {
    const { initiating } = this.#state;
    this.#cancelTimer.cancel();
    this.#cancelTimer = noTimer;
    this.#cancelIgnored = false;
    this.#state = { ...this.#state, initiating: undefined };
    return initiating;
  }

  #connectionFailed(status: number): void {
    // The end of directed high duty cycle advertising, told by the event of connections (Vol 4, Part E, 7.8.9).
    if (status === HciErrorCode.advertisingTimeout) {
      for (const [handle, set] of this.#state.sets) {
        // With extended commands LE Advertising Set Terminated says it too.
        if (this.abilities.extended || !set.enabled || set.parameters?.kind !== 'directedHighDuty') continue;
        this.#state = withSet(this.#state, handle, { enabled: false });
        this.#wants.setTimedOut(handle);
      }
      return;
    }
    const attempt = this.#attemptOver();
    // After a cancel this is its completion, whatever the status; what is still wanted starts anew.
    if (attempt === undefined || attempt.cancelling) return;
    this.#wants.failInitiating(attempt.want, this.controller.attemptFailed(status, attempt.want.peers));
  }

  #centralUp(up: LinkUp): void {
    const peers = this.#state.initiating?.want.peers ?? [];
    // A late link of an attempt that had been given up says nothing about the one that runs now.
    const attempt = peers.some((peer) => isPeerOf(up, peer)) ? this.#attemptOver() : undefined;
    // Whatever it was that came up, the initiator is free now or has been all along.
    this.#cancelIgnored = false;
    const own = attempt?.own ?? this.#own.initiating;
    this.#links.offer(up, own, (newLink) => this.#wants.initiatingUser?.linkUp(newLink) ?? false);
  }

  #peripheralUp(up: LinkUp): void {
    const candidates = [...this.#state.sets]
      .filter(([, set]) => set.enabled && set.parameters !== undefined && isConnectable(set.parameters.kind))
      .map(([handle]) => handle);
    const [only] = candidates;
    // With one candidate there is no doubt; with several, LE Advertising Set Terminated follows and names the set.
    if (candidates.length > 1) this.#links.hold(up);
    else if (only === undefined) this.#links.offer(up, this.#own.initiating, () => false);
    else {
      if (this.abilities.extended) this.#links.assign(up);
      this.#deliver(only, up);
    }
  }

  #deliver(handle: number, up: LinkUp): void {
    const own = this.#state.sets.get(handle)?.own ?? this.#own.advertising(handle);
    this.#state = withSet(this.#state, handle, { enabled: false });
    this.#links.offer(up, own, (newLink) => this.#wants.setUser(handle)?.linkUp(newLink) ?? false);
  }

  #linkGone(): void {
    this.#rules.unblockAll();
    this.replan();
  }

  #changed(): void {
    for (const check of [...this.#watches]) check();
  }

  #end(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelTimer.cancel();
    this.#detach();
    this.#changed();
  }
}

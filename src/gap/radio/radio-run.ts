import { noTimer, type Timer } from '../../core/clock.ts';
import type { Counters } from '../../core/counters.ts';
import type { AdvertisingReportCursor } from '../../hci/codec/advertising-report.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import {
  type ConnectionOutcome,
  isPeerOf,
  type LinkUp,
  type OwnAddresses,
  type Peer,
  type RadioController,
  type RadioSink,
  samePeer,
} from './radio-controller.ts';
import { LearnedRules } from './radio-learned.ts';
import { RadioLinks } from './radio-links.ts';
import {
  initialRadioState,
  isConnectable,
  nextRadioStep,
  type RadioState,
  type RadioStep,
  type RadioWant,
} from './radio-plan.ts';
import { verdictOnRefusal } from './radio-refusal.ts';
import { nextResolvingStep } from './radio-resolving.ts';
import { afterRadioStep, afterRefusedStep, isCountedFirst, withSet } from './radio-state.ts';
import type { RadioWants } from './radio-wants.ts';

export const radioCounterNames = [
  'linksUnclaimed',
  'cancelsUnanswered',
  'stepsRefused',
  'scanPausesLearned',
  'advertisingPausesLearned',
  'setsBlocked',
  'resolvingLimited',
] as const;

export interface RadioRunOptions {
  readonly controller: RadioController;
  readonly own: OwnAddresses;
  readonly wants: RadioWants;
  readonly counters: Counters<(typeof radioCounterNames)[number]>;
  /** Who is behind an address. */
  readonly identify: (peer: Peer) => Peer;
  /** Called whenever the state may have changed, and once more at the end. */
  readonly onChange: () => void;
}

/** How long a controller may take to complete a cancelled connection attempt. */
const CANCEL_LIMIT_MS = 2_000;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** The radio over one controller, as long as that lasts: what is known of it, and the loop that takes one step at a time until it does what is wanted. */
export class RadioRun implements RadioSink {
  readonly controller: RadioController;
  readonly #own: OwnAddresses;
  readonly #wants: RadioWants;
  readonly #counters: RadioRunOptions['counters'];
  readonly #identify: (peer: Peer) => Peer;
  readonly #onChange: () => void;
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
  readonly #detach: () => void;

  constructor(options: RadioRunOptions) {
    this.controller = options.controller;
    this.#own = options.own;
    this.#wants = options.wants;
    this.#counters = options.counters;
    this.#identify = options.identify;
    this.#onChange = options.onChange;
    this.#rules = new LearnedRules(options.controller.abilities);
    this.#links = new RadioLinks(options.controller, {
      onGone: () => this.#linkGone(),
      onUnclaimed: () => this.#counters.add('linksUnclaimed'),
    });
    this.#detach = options.controller.attach(this);
    options.controller.scope.add(() => this.#end());
  }

  get state(): RadioState {
    return this.#state;
  }

  /** Links that came up here and live. */
  get linkCount(): number {
    return this.#links.count;
  }

  /** Whether the controller is gone: nothing will change any more. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Whether the controller has stopped all, after quiet(). */
  get isQuiet(): boolean {
    return !this.#running && this.#state.initiating === undefined;
  }

  /** Whether the controller knows as many peers behind private addresses as it will. */
  get isResolvingSettled(): boolean {
    return nextResolvingStep(this.#state, this.#want(), this.#rules.now) === undefined;
  }

  isBlocked(handle: number): boolean {
    return this.#rules.now.blockedSets.has(handle);
  }

  unblock(handle: number): void {
    this.#rules.unblock(handle);
  }

  quiet(): void {
    this.#quiet = true;
    this.replan();
  }

  /** Looks again whether the controller does what is wanted. Many calls in one turn make one plan. */
  replan(): void {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    queueMicrotask(() => {
      this.#run().then(
        () => this.#onChange(),
        (error: unknown) => {
          this.#wants.fail('all', asError(error));
          this.#onChange();
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
    this.#onChange();
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
    this.#onChange();
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
        this.#onChange();
      }
    } finally {
      this.#running = false;
    }
  }

  #want(): RadioWant {
    return this.#wants.now(this.#own, this.#quiet);
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
    this.#counters.add('stepsRefused');
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
        this.#counters.add('scanPausesLearned');
        this.#rules.pauseScan();
        return;
      case 'pauseAdvertising':
        this.#counters.add('advertisingPausesLearned');
        this.#rules.pauseAdvertising();
        return;
      case 'block':
        this.#counters.add('setsBlocked');
        this.#rules.block(verdict.handle);
        return;
      case 'limitResolving':
        this.#counters.add('resolvingLimited');
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
      this.#counters.add('cancelsUnanswered');
      this.#cancelIgnored = true;
      this.#state = { ...this.#state, initiating: undefined };
      this.#onChange();
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
        if (this.controller.abilities.extended || !set.enabled || set.parameters?.kind !== 'directedHighDuty')
          continue;
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
      if (this.controller.abilities.extended) this.#links.assign(up);
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

  #end(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelTimer.cancel();
    this.#detach();
    this.#wants.controllerLost();
    this.#onChange();
  }
}

import { Counters } from '../../core/counters.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import type {
  OwnAddresses,
  Peer,
  RadioAbilities,
  RadioController,
  ResolvingEntry,
} from './radio-controller.ts';
import type { InitiatingWant, RadioState, ScanWant, SetWant } from './radio-plan.ts';
import { isResolved } from './radio-resolving.ts';
import { RadioRun, radioCounterNames } from './radio-run.ts';
import type { InitiatingUser, ScanUser, SetUser } from './radio-users.ts';
import { RadioWants } from './radio-wants.ts';

export interface RadioOptions {
  readonly controller: RadioController;
  /** Asked whenever the radio is planned; call `replan()` when they change. */
  readonly own: OwnAddresses;
  /** Who is behind an address. Default: nobody else. */
  readonly identify?: ((peer: Peer) => Peer) | undefined;
  /** How long wishes last: scanners, and those who advertise for one central after the other. Default: as long as the controller. */
  readonly life?: WaitScope | undefined;
}

/**
 * The one arbiter of the radio. Scanning, initiating and advertising say what they want; a run of it compares that with what is known of the
 * controller and takes one step at a time until both agree. What is wanted stays when the controller is lost, and is done by the next one.
 */
export class Radio {
  readonly counters = new Counters(radioCounterNames);
  readonly #identify: (peer: Peer) => Peer;
  readonly #wants = new RadioWants();
  readonly #watches = new Set<() => void>();
  /** Ends with what lasts as long as wishes do. */
  readonly life: WaitScope;
  #run: RadioRun;

  constructor(options: RadioOptions) {
    this.#identify = options.identify ?? ((peer) => peer);
    this.life = options.life ?? options.controller.scope;
    this.#run = this.#begin(options.controller, options.own);
  }

  /** Goes on with another controller, just reset, where the last one is gone. */
  use(controller: RadioController, own: OwnAddresses): void {
    this.#run = this.#begin(controller, own);
    this.#wants.refuseSetsFrom(controller.abilities.advertisingSets);
    this.replan();
  }

  /** The controller that is driven now, or was until it was lost. */
  get controller(): RadioController {
    return this.#run.controller;
  }

  get abilities(): RadioAbilities {
    return this.controller.abilities;
  }

  /** Ends with the controller: a new one has a new scope. */
  get scope(): WaitScope {
    return this.controller.scope;
  }

  get state(): RadioState {
    return this.#run.state;
  }

  /** Links that came up here and live. */
  get linkCount(): number {
    return this.#run.linkCount;
  }

  /** Whether the controller refuses this set until a link has ended. */
  isBlocked(handle: number): boolean {
    return this.#run.isBlocked(handle);
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
    return this.until(() => this.#run.isResolvingSettled);
  }

  /** Whether the controller knows that peer behind its private addresses. */
  resolves(peer: Peer): boolean {
    return isResolved(this.state, peer);
  }

  wantSet(handle: number, want: SetWant | undefined, user: SetUser): void {
    this.#wants.setSet(handle, want, user);
    this.#run.unblock(handle);
    this.replan();
  }

  /**
   * Resolves when the state fits, or when the controller is gone. Every step ends within its deadline, so that a state which follows from
   * what is wanted is always reached.
   */
  until(fits: (state: RadioState) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!fits(this.state) && !this.#run.stopped) return;
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
    this.#run.quiet();
    return this.until(() => this.#run.isQuiet);
  }

  /** Looks again whether the controller does what is wanted. Many calls in one turn make one plan. */
  replan(): void {
    this.#run.replan();
  }

  #begin(controller: RadioController, own: OwnAddresses): RadioRun {
    return new RadioRun({
      controller,
      own,
      wants: this.#wants,
      counters: this.counters,
      identify: this.#identify,
      onChange: () => {
        for (const check of [...this.#watches]) check();
      },
    });
  }
}

import { InvalidStateError } from '../../core/errors.ts';
import type { OwnAddresses, ResolvingEntry } from './radio-controller.ts';
import type { InitiatingWant, RadioWant, ScanWant, SetWant } from './radio-plan.ts';
import type { InitiatingUser, ScanUser, SetUser } from './radio-users.ts';

/** What the users of the radio want, and whom to tell when it cannot be had: then the want is withdrawn. */
export class RadioWants {
  scanUser: ScanUser | undefined;
  initiatingUser: InitiatingUser | undefined;
  resolving: readonly ResolvingEntry[] = [];
  #scan: ScanWant | undefined;
  #initiating: InitiatingWant | undefined;
  readonly #sets = new Map<number, SetWant>();
  readonly #setUsers = new Map<number, SetUser>();

  /** Whether anything is wanted that shows an address. */
  get any(): boolean {
    const advertises = [...this.#sets.values()].some(({ enabled }) => enabled);
    return advertises || this.#scan !== undefined || this.#initiating !== undefined;
  }

  /** `quiet`: nothing of it is to be done any more. */
  now(own: OwnAddresses, quiet: boolean): RadioWant {
    const { resolving } = this;
    return quiet
      ? { own, resolving, scan: undefined, initiating: undefined, sets: new Map() }
      : { own, resolving, scan: this.#scan, initiating: this.#initiating, sets: this.#sets };
  }

  setScan(want: ScanWant | undefined, user: ScanUser): void {
    this.#scan = want;
    this.scanUser = user;
  }

  setInitiating(want: InitiatingWant | undefined, user: InitiatingUser): void {
    this.#initiating = want;
    this.initiatingUser = user;
  }

  setSet(handle: number, want: SetWant | undefined, user: SetUser): void {
    if (want === undefined) {
      this.#withdrawSet(handle);
    } else {
      this.#sets.set(handle, want);
      this.#setUsers.set(handle, user);
    }
  }

  setUser(handle: number): SetUser | undefined {
    return this.#setUsers.get(handle);
  }

  /** Attempts to connect end with the controller; whoever made them is told by its scope. */
  controllerLost(): void {
    this.#initiating = undefined;
    this.scanUser?.interrupted();
    for (const user of [...this.#setUsers.values()]) user.interrupted?.();
  }

  /** The controller has so many advertising sets, and no room for what a former one had. */
  refuseSetsFrom(limit: number): void {
    for (const handle of [...this.#setUsers.keys()]) {
      if (handle < limit) continue;
      const text = `the controller that came back has ${limit} advertising sets, and more are in use: close one, then advertise again`;
      this.fail(handle, new InvalidStateError(text));
    }
  }

  setTimedOut(handle: number): void {
    const user = this.#setUsers.get(handle);
    this.#withdrawSet(handle);
    user?.timedOut();
  }

  /** `attempt` is the connection attempt that was under way. */
  fail(
    blamed: 'scan' | 'initiating' | 'all' | number,
    error: Error,
    attempt?: InitiatingWant | undefined,
  ): void {
    if (blamed === 'scan' || blamed === 'all') {
      this.#scan = undefined;
      this.scanUser?.failed(error);
    }
    if (blamed === 'initiating' || blamed === 'all') this.failInitiating(attempt ?? this.#initiating, error);
    for (const [handle, user] of [...this.#setUsers]) {
      if (blamed !== 'all' && blamed !== handle) continue;
      this.#withdrawSet(handle);
      user.failed(error);
    }
  }

  failInitiating(want: InitiatingWant | undefined, error: Error): void {
    if (want === undefined) return;
    if (this.#initiating === want) this.#initiating = undefined;
    this.initiatingUser?.failed(want, error);
  }

  #withdrawSet(handle: number): void {
    this.#sets.delete(handle);
    this.#setUsers.delete(handle);
  }
}

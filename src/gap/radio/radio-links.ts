import type { Timer } from '../../core/clock.ts';
import type { AclLink } from '../../hci/acl-link.ts';
import type { LinkUp, NewLink, OwnAddress, RadioController } from './radio-controller.ts';

/** How long LE Advertising Set Terminated may take to follow its Connection Complete: they are sent together (Vol 4, Part E, 7.7.65.18). */
const CLAIM_LIMIT_MS = 1_000;

interface Unassigned {
  readonly up: LinkUp;
  readonly limit: Timer;
}

/** Hands new links to whom they belong, closes those that belong to nobody, and counts those that live. */
export class RadioLinks {
  readonly #controller: RadioController;
  readonly #onGone: () => void;
  readonly #onUnclaimed: () => void;
  readonly #live = new Set<AclLink>();
  #ended = 0;
  /** Links of the peripheral role that wait for LE Advertising Set Terminated to say whose they are. */
  readonly #unassigned = new Map<number, Unassigned>();
  /** Connection handles whose set was known without being told. */
  readonly #assigned = new Set<number>();

  constructor(controller: RadioController, events: { onGone(): void; onUnclaimed(): void }) {
    this.#controller = controller;
    this.#onGone = () => events.onGone();
    this.#onUnclaimed = () => events.onUnclaimed();
  }

  get count(): number {
    return this.#live.size;
  }

  /** Links that have ended so far. */
  get ended(): number {
    return this.#ended;
  }

  /** Notes that the set of this link has been dealt with: what LE Advertising Set Terminated will say is no news. */
  assign({ link }: LinkUp): void {
    this.#assigned.add(link.handle);
  }

  wasAssigned(connectionHandle: number): boolean {
    return this.#assigned.delete(connectionHandle);
  }

  /** Keeps a link until claim() asks for its connection handle, or until it ends; one that nobody asks for is closed. */
  hold(up: LinkUp): void {
    const { link } = up;
    const { handle, scope } = link;
    this.#assigned.delete(handle);
    const limit = this.#controller.clock.after(CLAIM_LIMIT_MS, () => {
      this.#unassigned.delete(handle);
      this.#onUnclaimed();
      this.#controller.drop(link);
    });
    this.#unassigned.set(handle, { up, limit });
    scope.add(() => {
      if (this.#unassigned.get(handle)?.up === up) this.claim(handle);
    });
  }

  claim(connectionHandle: number): LinkUp | undefined {
    const found = this.#unassigned.get(connectionHandle);
    found?.limit.cancel();
    this.#unassigned.delete(connectionHandle);
    return found?.up;
  }

  /** Offers a link to `take`, and closes it where that does not want it. */
  offer(up: LinkUp, used: OwnAddress, take: (newLink: NewLink) => boolean): void {
    const { ownResolvableAddress, ...rest } = up;
    const own: OwnAddress =
      ownResolvableAddress === undefined ? used : { type: 'random', address: ownResolvableAddress };
    this.#live.add(up.link);
    up.link.scope.add(() => {
      this.#live.delete(up.link);
      this.#ended++;
      this.#onGone();
    });
    if (take({ ...rest, own })) return;
    this.#onUnclaimed();
    this.#controller.drop(up.link);
  }
}

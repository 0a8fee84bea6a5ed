import type { AclLink } from '../hci/acl-link.ts';
import type { LinkUp, NewLink, OwnAddress, RadioController } from './radio-controller.ts';

/** Hands new links to whom they belong, closes those that belong to nobody, and counts those that live. */
export class RadioLinks {
  readonly #controller: RadioController;
  readonly #onGone: () => void;
  readonly #onUnclaimed: () => void;
  readonly #live = new Set<AclLink>();
  /** Links of the peripheral role that wait for LE Advertising Set Terminated to say whose they are. */
  readonly #unassigned = new Map<number, LinkUp>();
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

  /** Notes that the set of this link has been dealt with: what LE Advertising Set Terminated will say is no news. */
  assign({ link }: LinkUp): void {
    this.#assigned.add(link.handle);
  }

  wasAssigned(connectionHandle: number): boolean {
    return this.#assigned.delete(connectionHandle);
  }

  /** Keeps a link until claim() asks for its connection handle, or until it ends. */
  hold(up: LinkUp): void {
    const { link } = up;
    this.#assigned.delete(link.handle);
    this.#unassigned.set(link.handle, up);
    link.scope.add(() => {
      if (this.#unassigned.get(link.handle) === up) this.#unassigned.delete(link.handle);
    });
  }

  claim(connectionHandle: number): LinkUp | undefined {
    const up = this.#unassigned.get(connectionHandle);
    this.#unassigned.delete(connectionHandle);
    return up;
  }

  /** Offers a link to `take`, and closes it where that does not want it. */
  offer(up: LinkUp, used: OwnAddress, take: (newLink: NewLink) => boolean): void {
    const { ownResolvableAddress, ...rest } = up;
    const own: OwnAddress =
      ownResolvableAddress === undefined ? used : { type: 'random', address: ownResolvableAddress };
    this.#live.add(up.link);
    up.link.scope.add(() => {
      this.#live.delete(up.link);
      this.#onGone();
    });
    if (take({ ...rest, own })) return;
    this.#onUnclaimed();
    this.#controller.drop(up.link);
  }
}

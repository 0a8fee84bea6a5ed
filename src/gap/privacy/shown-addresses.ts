import { type Clock, noTimer, type Timer } from '../../core/clock.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import { randomBytes } from '../../crypto/random.ts';
import type { OwnAddress, OwnAddresses } from '../radio/radio-controller.ts';
import { LONGEST_PRIVATE_MS, type Privacy } from './privacy.ts';
import { nonResolvableAddressFrom, resolvableAddressFrom } from './random-address.ts';

export interface ShownAddressesOptions {
  readonly identity: OwnAddress;
  /** 16 octets, the most significant first. */
  readonly irk: Uint8Array;
  /** Undefined: the identity is shown, but not to be asked for more. */
  readonly privacy: Privacy | undefined;
  /** Whether each advertising set has an address of its own. */
  readonly extended: boolean;
  readonly clock: Clock;
  readonly scope: WaitScope;
  /** Called when other addresses are to be shown from now on. */
  readonly onChange: () => void;
}

/** What shows an address: all that share the random one of the controller, a scanner that asks, or a set. */
type Shower = 'shared' | 'asking' | number;

/**
 * The addresses that this host shows, new after each period. With privacy they are resolvable, each advertising set having one of its own where the controller can do
 * that; without, the identity is shown, except to advertisers that are merely asked for more, who get an address that means nothing (Vol 3, Part C, 10.7).
 */
export class ShownAddresses implements OwnAddresses {
  readonly #options: ShownAddressesOptions;
  readonly #private = new Map<Shower, OwnAddress>();
  #periodBeganMs = 0;
  /** Runs while something is shown. */
  #period: Timer = noTimer;

  constructor(options: ShownAddressesOptions) {
    this.#options = options;
    options.scope.add(() => this.#period.cancel());
  }

  get initiating(): OwnAddress {
    return this.#shown('shared');
  }

  get scanning(): OwnAddress {
    return this.#options.privacy === undefined
      ? this.#kept('asking', () => nonResolvableAddressFrom(randomBytes(6)))
      : this.#shown('shared');
  }

  advertising(handle: number): OwnAddress {
    return this.#shown(this.#options.extended ? handle : 'shared');
  }

  #shown(by: Shower): OwnAddress {
    const { privacy, identity, irk } = this.#options;
    return privacy === undefined
      ? identity
      : this.#kept(by, () => resolvableAddressFrom(irk, randomBytes(3)));
  }

  rest(): void {
    this.#period.cancel();
    this.#period = noTimer;
  }

  #kept(by: Shower, make: () => OwnAddress['address']): OwnAddress {
    this.#wake();
    const known = this.#private.get(by);
    if (known !== undefined) return known;
    const made: OwnAddress = { type: 'random', address: make() };
    this.#private.set(by, made);
    return made;
  }

  /** A period goes on where a rest has interrupted it, unless it has ended meanwhile. */
  #wake(): void {
    const { clock, privacy, scope } = this.#options;
    if (this.#period !== noTimer || scope.error !== undefined) return;
    const rotateMs = privacy?.rotateMs ?? LONGEST_PRIVATE_MS;
    const nowMs = clock.now();
    if (this.#private.size === 0 || nowMs - this.#periodBeganMs >= rotateMs) {
      this.#private.clear();
      this.#periodBeganMs = nowMs;
    }
    const leftMs = this.#periodBeganMs + rotateMs - nowMs;
    this.#period = clock.after(leftMs, () => this.#rotate(), { background: true });
  }

  #rotate(): void {
    this.#period = noTimer;
    this.#private.clear();
    this.#options.onChange();
  }
}

import { type Address, addressAt } from '../core/address.ts';
import type { Clock } from '../core/clock.ts';
import { InvalidArgumentError } from '../core/errors.ts';
import { systemClock } from '../core/system-clock.ts';
import { randomBytes } from '../crypto/random.ts';
import { type Radio, VirtualController } from './controller.ts';
import { ControllerCore } from './controller-core.ts';
import { AirFaults } from './link-layer/air-faults.ts';
import type { AirMonitor } from './link-layer/air-monitor.ts';
import { Medium } from './link-layer/medium.ts';
import { type Profile, type ProfileName, profileOf } from './profile.ts';
import type { Position } from './propagation.ts';
import { SeededRandom } from './random.ts';

export interface AirOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** What everything decided by chance comes from, random numbers for hosts included. Without one, those come from the system. */
  readonly seed?: number | undefined;
  /**
   * `ideal`, the default: what can happen happens at once, and nothing is lost. `timed`: advertising, scan windows, connection events and
   * airtime as they are, RSSI with noise, loss.
   */
  readonly model?: 'ideal' | 'timed' | undefined;
  /** The share of packets lost on a timed air, 0 to 1. Default 0. */
  readonly loss?: number | undefined;
}

export interface ControllerOptions {
  /** For messages and faults; unique on its air. Default: a number. */
  readonly name?: string | undefined;
  /** What it passes for. Default `5.x`. */
  readonly profile?: ProfileName | undefined;
  /** Octets and number of its ACL buffers. Defaults of the profile: 251 and 8. */
  readonly aclLength?: number | undefined;
  readonly aclCount?: number | undefined;
  readonly maxLinks?: number | undefined;
  readonly acceptListSize?: number | undefined;
  /** Whether as central it asks the peripheral, which then may refuse, before it changes connection parameters (Vol 6, Part B, 5.1.7.1). Default: it changes them. */
  readonly asksForParameters?: boolean | undefined;
  /** Its public address; null for a controller without one. Default: one of its own, or as the profile has it. */
  readonly address?: Address | null | undefined;
  readonly position?: Position | undefined;
  readonly txPowerDbm?: number | undefined;
}

const DEFAULT_SEED = 1;

/** A shared medium and the controllers on it. Controllers of two airs never hear each other. */
export class Air {
  /** What goes wrong between radios. */
  readonly faults = new AirFaults();
  readonly #medium: Medium;
  readonly #seed: number;
  readonly #seeded: boolean;
  readonly #controllers = new Map<number, VirtualController>();

  constructor(options: AirOptions = {}) {
    const { loss = 0 } = options;
    if (!(loss >= 0 && loss <= 1))
      throw new InvalidArgumentError(`loss is a share from 0 to 1; it is ${loss}`);
    this.#seed = options.seed ?? DEFAULT_SEED;
    this.#seeded = options.seed !== undefined;
    this.#medium = new Medium({
      clock: options.clock ?? systemClock,
      seed: this.#seed,
      ideal: (options.model ?? 'ideal') === 'ideal',
      loss,
      faults: this.faults,
    });
  }

  get clock(): Clock {
    return this.#medium.clock;
  }

  get controllers(): readonly VirtualController[] {
    return [...this.#controllers.values()];
  }

  /** Hears every packet that says who sends it: advertising, scan requests, connection requests. */
  get monitor(): AirMonitor | undefined {
    return this.#medium.monitor;
  }

  set monitor(monitor: AirMonitor | undefined) {
    this.#medium.monitor = monitor;
  }

  /** The share of packets lost on a timed air. */
  get loss(): number {
    return this.#medium.loss;
  }

  set loss(loss: number) {
    this.#medium.loss = loss;
    this.#medium.reachabilityChanged();
  }

  /** Throws InvalidArgumentError for options that no controller can have. */
  createController(options: ControllerOptions = {}): VirtualController {
    const index = this.#freeIndex();
    const name = options.name ?? String(index + 1);
    if (this.controllers.some((controller) => controller.name === name)) {
      throw new InvalidArgumentError(
        `a controller named '${name}' is on this air already: give another name`,
      );
    }
    const profile = adjusted(profileOf(options.profile ?? '5.x'), options);
    const random = new SeededRandom(this.#seed, index + 1);
    const made = makeAddresses(this.#seed, index);
    const publicAddress = options.address ?? (profile.hasPublicAddress ? made.public : undefined);
    const radio: Radio = {
      name,
      position: options.position ?? { x: 0, y: 0 },
      txPowerDbm: options.txPowerDbm ?? 0,
    };
    const core = new ControllerCore({
      medium: this.#medium,
      station: radio,
      profile,
      publicAddress,
      staticAddress: made.static,
      random,
      randomBytes: this.#seeded ? (length) => random.bytes(length) : randomBytes,
    });
    const controller = new VirtualController({
      core,
      radio,
      medium: this.#medium,
      onRemove: () => this.#controllers.delete(index),
    });
    this.#controllers.set(index, controller);
    return controller;
  }

  /** The lowest that is free, so that a program that opens its adapters again finds the same addresses. */
  #freeIndex(): number {
    let index = 0;
    while (this.#controllers.has(index)) index++;
    return index;
  }
}

const adjusted = (profile: Profile, options: ControllerOptions): Profile => {
  const aclLength = options.aclLength ?? profile.aclLength;
  const aclCount = options.aclCount ?? profile.aclCount;
  // LE buffers hold 27 octets at least (Vol 4, Part E, 7.8.2).
  if (!(aclLength >= 27 && aclLength <= 0xffff)) {
    throw new InvalidArgumentError(`aclLength is from 27 to 65535 octets; it is ${aclLength}`);
  }
  if (!(aclCount >= 1 && aclCount <= 255)) {
    throw new InvalidArgumentError(`aclCount is from 1 to 255; it is ${aclCount}`);
  }
  return {
    ...profile,
    aclLength,
    aclCount,
    maxLinks: options.maxLinks ?? profile.maxLinks,
    acceptListSize: options.acceptListSize ?? profile.acceptListSize,
    asksForParameters: options.asksForParameters ?? profile.asksForParameters,
    hasPublicAddress: options.address === undefined ? profile.hasPublicAddress : options.address !== null,
  };
};

/** Locally administered, so that it is nobody's: 02, the letters J and L, seed and number. */
const makeAddresses = (
  seed: number,
  index: number,
): { readonly public: Address; readonly static: Address } => {
  const octets = Uint8Array.of(index & 0xff, index >>> 8, seed & 0xff, 0x4c, 0x4a, 0x02);
  const own = addressAt(octets, 0);
  octets[5] = 0xc2;
  return { public: own, static: addressAt(octets, 0) };
};

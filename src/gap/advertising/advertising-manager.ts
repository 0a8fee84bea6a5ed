import { InvalidStateError } from '../../core/errors.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import { checkDurationMs } from '../intervals.ts';
import type { Radio } from '../radio/radio.ts';
import { type AcceptLink, Advertising } from './advertising.ts';
import {
  type AdvertiseOptions,
  type AdvertisingOptions,
  type AdvertisingSpec,
  advertisingSpec,
  type BroadcastOptions,
  broadcastSpec,
  describeSet,
  noFreeSet,
  type PeerBook,
} from './advertising-options.ts';
import { broadcast } from './broadcast.ts';

export interface BroadcastCallOptions extends BroadcastOptions, WaitOptions {
  /** How long to broadcast; then the promise resolves. Default: until it is given up. */
  readonly durationMs?: number | undefined;
}

/** The advertising sets of an adapter. With legacy commands the controller has one. */
export class AdvertisingManager<Connection> {
  readonly #radio: Radio;
  readonly #accept: AcceptLink<Connection>;
  readonly #book: PeerBook;
  /** What each set in use does, by its handle. */
  readonly #used = new Map<number, string>();

  /** `book` tells who peers are and how they are called. Default: by the address given. */
  constructor(
    radio: Radio,
    accept: AcceptLink<Connection>,
    book: PeerBook = { identify: (peer) => peer, aim: (peer) => ({ peer, privately: false }) },
  ) {
    this.#radio = radio;
    this.#accept = accept;
    this.#book = book;
  }

  /**
   * Advertises until a central connects, and resolves with that connection. No deadline unless one is given. When it gives up, nothing is
   * advertised any more, and a central that got through is disconnected.
   *
   * @throws InvalidStateError when all advertising sets are in use; InvalidArgumentError for what does not fit; TimeoutError; HciError.
   */
  async advertise(options: AdvertiseOptions = {}): Promise<Connection> {
    const spec = advertisingSpec(options, this.#book);
    const advertising = this.#take(spec, this.#radio.scope, options);
    try {
      const result = await advertising.next();
      // Nobody else can close it.
      if (result.done === true) throw new InvalidStateError('closed while advertising');
      return result.value;
    } finally {
      await advertising.close();
    }
  }

  /**
   * Takes an advertising set, for one connection after the other. It begins to advertise with the first `next()`, and goes on when another controller comes in the place of one
   * that is lost.
   *
   * @throws InvalidStateError when all advertising sets are in use, or for a peer that cannot be called; InvalidArgumentError for what does not fit.
   */
  advertising(options: AdvertisingOptions = {}): Advertising<Connection> {
    return this.#take(advertisingSpec(options, this.#book), this.#radio.life, options);
  }

  /**
   * Sends, and lets nobody connect. Resolves after `durationMs`; without it, sends until its signal aborts or its deadline passes.
   *
   * @throws InvalidStateError when all advertising sets are in use; InvalidArgumentError for what does not fit; HciError.
   */
  async broadcast(options: BroadcastCallOptions = {}): Promise<void> {
    const durationMs = checkDurationMs(options.durationMs);
    const { timeoutMs, signal } = options;
    const spec = broadcastSpec(options);
    const handle = this.#reserve(describeSet(spec.parameters));
    try {
      await broadcast({ radio: this.#radio, handle, spec, durationMs, timeoutMs, signal });
    } finally {
      this.#used.delete(handle);
    }
  }

  #take(spec: AdvertisingSpec, life: WaitScope, { signal, timeoutMs }: WaitOptions): Advertising<Connection> {
    const handle = this.#reserve(describeSet(spec.parameters));
    return new Advertising({
      radio: this.#radio,
      handle,
      spec,
      accept: this.#accept,
      life,
      release: () => this.#used.delete(handle),
      signal,
      timeoutMs,
    });
  }

  #reserve(what: string): number {
    const { advertisingSets } = this.#radio.abilities;
    for (let handle = 0; handle < advertisingSets; handle++) {
      if (this.#used.has(handle)) continue;
      this.#used.set(handle, what);
      return handle;
    }
    throw noFreeSet([...this.#used.values()]);
  }
}

import { InvalidStateError, TimeoutError } from '../../core/errors.ts';
import { procedure, type Settle, type WaitOptions } from '../../core/procedure.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import type { Radio } from '../radio/radio.ts';
import { type NewLink, type Peer, samePeer } from '../radio/radio-controller.ts';
import type { SetUser } from '../radio/radio-users.ts';
import { type AdvertisingSpec, describeSet, LIMITED_TIMEOUT_MS } from './advertising-options.ts';

/** Makes what a user gets of a new link. */
export type AcceptLink<Connection> = (newLink: NewLink) => Connection | Promise<Connection>;

export interface AdvertisingSetOptions<Connection> {
  readonly radio: Radio;
  /** Its number in the controller. */
  readonly handle: number;
  readonly spec: AdvertisingSpec;
  readonly accept: AcceptLink<Connection>;
  /** When it ends, waiting for a connection rejects with its error. */
  readonly life: WaitScope;
  /** Gives the set back; called once. */
  readonly release: () => void;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** How long high duty cycle directed advertising lasts at most (Vol 6, Part B, 4.4.2.4.3). */
const HIGH_DUTY_LIMIT_MS = 1_280;
const DONE = { done: true, value: undefined } as const;

/**
 * An advertising set and the connections that come of it. It advertises while somebody waits in `next()`: a connection ends advertising in the
 * controller, and it goes on when the next one is asked for. It holds its set until it is closed. One reader at a time.
 */
export class Advertising<Connection>
  implements AsyncIterableIterator<Connection, undefined>, AsyncDisposable
{
  readonly #options: AdvertisingSetOptions<Connection>;
  readonly #user: SetUser = {
    started: () => this.#begun(),
    linkUp: (newLink) => this.#linkUp(newLink),
    interrupted: () => {
      this.#advertises = false;
    },
    timedOut: () => this.#timedOut(),
    failed: (error) => this.#failed(error),
  };
  #closed = false;
  /** From the controller's word that it advertises until that is over. */
  #advertises = false;
  /** Who waits in started(). */
  readonly #expectant = new Set<Settle<void>>();
  #waiter: Settle<NewLink | undefined> | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(options: AdvertisingSetOptions<Connection>) {
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * The next connection. Rejects with TimeoutError when none came in time, with HciError when the controller refuses, with TransportError when the adapter is closed or its
   * controller lost for good; that ends the iteration and gives the set back. Where the controller is to be recovered, advertising goes on when it is back.
   */
  async next(): Promise<IteratorResult<Connection, undefined>> {
    if (this.#closed) return DONE;
    if (this.#waiter !== undefined) {
      throw new InvalidStateError('a connection is being waited for already: one reader at a time');
    }
    try {
      const newLink = await this.#wait();
      if (newLink === undefined) return DONE;
      if (!this.#closed) return { done: false, value: await this.#accept(newLink) };
      // Closed in the moment between the link and this: who closed it does not look for a connection any more.
      this.#options.radio.controller.drop(newLink.link);
      return DONE;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * Resolves when the controller has confirmed that it advertises, for a `next()` that waits: from then on centrals can find it. At once if it does so
   * already. No deadline unless one is given, since a controller may have to wait for a link to end before it can advertise.
   *
   * @throws InvalidStateError when it is closed first; HciError when the controller refuses; TransportError when it is lost, also where it is to be recovered.
   */
  started(options: WaitOptions = {}): Promise<void> {
    const { radio } = this.#options;
    return procedure<void>(
      {
        what: `waiting for the controller to begin ${this.#what()}`,
        clock: radio.controller.clock,
        scope: radio.scope,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        hint: () => (this.#waiter === undefined ? 'it begins with next(): call that first' : this.#hint()),
      },
      (settle) => {
        if (this.#closed) throw this.#closedError();
        if (this.#advertises) settle.resolve();
        else this.#expectant.add(settle);
        return () => {
          this.#expectant.delete(settle);
        };
      },
    );
  }

  async #accept(newLink: NewLink): Promise<Connection> {
    const { accept, radio } = this.#options;
    try {
      return await accept(newLink);
    } catch (error) {
      // Nobody will ever hold this link.
      radio.controller.drop(newLink.link);
      throw error;
    }
  }

  /** Called by a loop that is left early. */
  async return(): Promise<IteratorResult<Connection, undefined>> {
    await this.close();
    return DONE;
  }

  /** Stops advertising and gives the set back; who waits in `next()` gets the end. Idempotent; never rejects. */
  close(): Promise<void> {
    if (this.#closed) return this.#closing;
    this.#closed = true;
    this.#ended(this.#closedError());
    const { radio, handle, release } = this.#options;
    radio.wantSet(handle, undefined, this.#user);
    this.#closing = radio.released(handle).then(release);
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.resolve(undefined);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #begun(): void {
    // It may have been given up while the answer was on its way.
    if (this.#waiter === undefined) return;
    this.#advertises = true;
    for (const one of this.#expectant) one.resolve();
    this.#expectant.clear();
  }

  #ended(reason: Error): void {
    this.#advertises = false;
    for (const one of this.#expectant) one.reject(reason);
    this.#expectant.clear();
  }

  #closedError(): InvalidStateError {
    return new InvalidStateError(`${this.#what()} has been closed: call advertising() again`);
  }

  #linkUp(newLink: NewLink): boolean {
    const waiter = this.#waiter;
    // Somebody else who got through all the same, past a controller that could not tell: advertising goes on.
    if (waiter === undefined || !this.#accepts(newLink.peer)) return false;
    // Whom a central has found does advertise, also where the link came before the answer to the command.
    this.#begun();
    this.#waiter = undefined;
    this.#rest();
    waiter.resolve(newLink);
    return true;
  }

  #accepts(peer: Peer): boolean {
    const { acceptOnly } = this.#options.spec.parameters;
    return acceptOnly === undefined || acceptOnly.some((one) => samePeer(one, peer));
  }

  #timedOut(): void {
    const text = `timed out after ${HIGH_DUTY_LIMIT_MS} ms while ${this.#what()}: it did not connect; low duty cycle goes on for longer`;
    this.#failed(new TimeoutError(text, HIGH_DUTY_LIMIT_MS));
  }

  #failed(error: Error): void {
    this.#ended(error);
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.reject(error);
  }

  #what(): string {
    return describeSet(this.#options.spec.parameters);
  }

  #wait(): Promise<NewLink | undefined> {
    const { radio, handle, spec, life, signal, timeoutMs } = this.#options;
    return procedure<NewLink | undefined>(
      {
        what: `${this.#what()} and waiting for a connection`,
        clock: radio.controller.clock,
        scope: life,
        defaultTimeoutMs: spec.limited ? LIMITED_TIMEOUT_MS : Number.POSITIVE_INFINITY,
        timeoutMs: spec.limited ? Math.min(timeoutMs ?? LIMITED_TIMEOUT_MS, LIMITED_TIMEOUT_MS) : timeoutMs,
        signal,
        hint: () => this.#hint(),
      },
      (settle) => {
        this.#waiter = settle;
        this.#set(true);
        return () => {
          this.#waiter = undefined;
          this.#rest();
          return radio.until(({ sets }) => sets.get(handle)?.enabled !== true);
        };
      },
    );
  }

  #hint(): string {
    const { radio, handle } = this.#options;
    if (!radio.isBlocked(handle)) return 'nobody has connected';
    const links = radio.linkCount === 1 ? '1 link is' : `${radio.linkCount} links are`;
    return `the controller does not advertise so while ${links} up: disconnect one`;
  }

  /** Keeps what has been set up, and sends nothing. */
  #rest(): void {
    this.#advertises = false;
    this.#set(false);
  }

  #set(enabled: boolean): void {
    if (this.#closed) return;
    const { radio, handle, spec } = this.#options;
    const { parameters, advertisingData, scanResponseData } = spec;
    radio.wantSet(
      handle,
      { parameters, data: advertisingData, scanResponse: scanResponseData, enabled },
      this.#user,
    );
  }
}

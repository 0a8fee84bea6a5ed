import { AttErrorCode } from '../../att/att-codes.ts';
import { AsyncQueue } from '../../core/async-queue.ts';
import type { Clock } from '../../core/clock.ts';
import { InvalidStateError } from '../../core/errors.ts';
import { isPromise } from '../../core/is-promise.ts';
import type { Log } from '../../core/log.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import { type AccessRule, checkAccess, checkRule, type LinkSecurity, openAccess } from '../../gatt/access.ts';
import type { CreditChannel } from '../../l2cap/credit-channel.ts';
import { CreditResult } from '../../l2cap/credit-codes.ts';
import { type CreditListener, checkMtu, checkSpsm } from '../../l2cap/credit-terms.ts';
import type { Connection } from './connection.ts';
import { L2capChannel } from './l2cap-channel.ts';

/** Channels that may be open and not taken yet. */
const MAX_WAITING_CHANNELS = 8;
/** Octets of the longest SDU, unless given. */
export const DEFAULT_L2CAP_MTU = 512;

const DONE = { done: true, value: undefined } as const;

/** Who may open channels, and to what. */
export interface L2capListenOptions {
  /** 0x01 to 0xff; your own from 0x80 on (Vol 3, Part A, 4.22: SPSM). */
  readonly psm: number;
  /** Octets of the longest SDU that is taken: 23 to 65535. Default 512. */
  readonly mtu?: number | undefined;
  /** What the link must offer. Nothing unless given. */
  readonly security?: AccessRule | undefined;
  /** Asked last, for each channel: anything but true, at once, refuses it with Insufficient Authorization. */
  readonly authorize?: ((connection: Connection) => boolean) | undefined;
}

/** A link as a listener sees it. */
export interface ListeningLink {
  readonly connection: Connection;
  security(): LinkSecurity;
}

/** Who listens to what; of a link, or of an adapter for all its links. */
export class L2capListeners {
  readonly #listeners = new Map<number, L2capListener>();
  readonly clock: Clock;
  readonly log: Log;
  readonly #scope: WaitScope;
  readonly #hasChannels: boolean;
  readonly #controllerScope: (() => WaitScope) | undefined;

  /** `controllerScope` is that of the controller that is there, where listeners outlast it: who waits once for a channel waits no longer than it. */
  constructor(
    clock: Clock,
    log: Log,
    scope: WaitScope,
    hasChannels: boolean,
    controllerScope?: (() => WaitScope) | undefined,
  ) {
    this.#hasChannels = hasChannels;
    this.#controllerScope = controllerScope;
    this.clock = clock;
    this.log = log;
    this.#scope = scope;
    scope.add((error) => {
      for (const listener of [...this.#listeners.values()]) listener.end(error);
    });
  }

  /** A listener of `once` gives way as soon as a channel is open. */
  listen(options: L2capListenOptions, once = false): L2capListener {
    this.checkChannels();
    const { psm } = options;
    checkSpsm(psm);
    checkMtu(options.mtu ?? DEFAULT_L2CAP_MTU);
    if (options.security !== undefined) checkRule(options.security);
    if (this.#listeners.has(psm)) {
      throw new InvalidStateError(
        `SPSM 0x${psm.toString(16)} is being listened to already: close that first`,
      );
    }
    const listener = new L2capListener(this, options, once);
    this.#listeners.set(psm, listener);
    return listener;
  }

  /** Throws the error that the link or the adapter has ended with, or InvalidStateError where there are no channels. */
  checkChannels(): void {
    this.#scope.check();
    if (!this.#hasChannels) throw new InvalidStateError('the adapter was opened without L2CAP channels');
  }

  /** What ends a single wait for a channel, beside the end of all. */
  get waitScope(): WaitScope | undefined {
    return this.#controllerScope?.();
  }

  get(psm: number): L2capListener | undefined {
    return this.#listeners.get(psm);
  }

  /** @internal For the listener. */
  remove(listener: L2capListener): void {
    if (this.#listeners.get(listener.psm) === listener) this.#listeners.delete(listener.psm);
  }
}

const results: Readonly<Record<number, number>> = {
  [AttErrorCode.insufficientAuthentication]: CreditResult.insufficientAuthentication,
  [AttErrorCode.insufficientEncryption]: CreditResult.insufficientEncryption,
  [AttErrorCode.encryptionKeySizeTooShort]: CreditResult.encryptionKeySizeTooShort,
};

/** The result that a link is refused with which offers less than the rule wants, or success. */
export const admission = (rule: AccessRule, link: { security(): LinkSecurity }): number =>
  results[checkAccess({ write: rule }, 'write', link)] ?? CreditResult.success;

/** Takes channels to one SPSM, from whichever side of the link they are opened, until it is closed. Up to eight wait to be accepted. */
export class L2capListener implements AsyncIterableIterator<L2capChannel, undefined>, AsyncDisposable {
  readonly psm: number;
  /** Octets of the longest SDU that is taken. */
  readonly mtu: number;
  readonly #listeners: L2capListeners;
  readonly #options: L2capListenOptions;
  readonly #once: boolean;
  readonly #queue: AsyncQueue<L2capChannel>;

  /** @internal See Adapter.l2capListen() and Connection.l2capListen(). */
  constructor(listeners: L2capListeners, options: L2capListenOptions, once: boolean) {
    this.psm = options.psm;
    this.mtu = options.mtu ?? DEFAULT_L2CAP_MTU;
    this.#listeners = listeners;
    this.#options = options;
    this.#once = once;
    this.#queue = new AsyncQueue<L2capChannel>({
      what: `waiting for an L2CAP channel to SPSM 0x${options.psm.toString(16)}`,
      clock: listeners.clock,
      limit: MAX_WAITING_CHANNELS,
      overflow: 'dropNewest',
    });
  }

  /**
   * The next channel. No deadline unless one is given. One caller at a time.
   *
   * @throws InvalidStateError when the listener is closed; DisconnectedError or TransportError when what it listens on has ended. Where a lost controller is recovered this wait
   *   ends, and the listener goes on; so does an iteration over it.
   */
  async accept(options: WaitOptions = {}): Promise<L2capChannel> {
    const { done, value } = await this.#queue.next({ ...options, scope: this.#listeners.waitScope });
    if (done === true)
      throw new InvalidStateError(`the listener of SPSM 0x${this.psm.toString(16)} is closed`);
    return value;
  }

  next(): Promise<IteratorResult<L2capChannel, undefined>> {
    return this.#queue.next();
  }

  async return(): Promise<IteratorResult<L2capChannel, undefined>> {
    await this.close();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Takes no more channels; those that nobody has accepted are closed, all others stay. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#listeners.remove(this);
    const waiting: L2capChannel[] = [];
    for (let channel = this.#queue.shift(); channel !== undefined; channel = this.#queue.shift()) {
      waiting.push(channel);
    }
    this.#queue.end();
    await Promise.all(waiting.map((channel) => channel[Symbol.asyncDispose]()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal What it listens on has ended. */
  end(error: Error): void {
    this.#listeners.remove(this);
    this.#queue.end(error);
  }

  /** @internal As one link sees it. */
  on(link: ListeningLink): CreditListener {
    if (this.#queue.size === MAX_WAITING_CHANNELS) this.#dropEnded();
    return {
      mtu: this.mtu,
      room: this.#once ? 1 : MAX_WAITING_CHANNELS - this.#queue.size,
      admit: () => this.#admit(link),
      opened: (channel) => this.#opened(channel, link.connection),
    };
  }

  /** Channels that ended before anybody took them shall not keep others out. */
  #dropEnded(): void {
    const open: L2capChannel[] = [];
    for (let channel = this.#queue.shift(); channel !== undefined; channel = this.#queue.shift()) {
      if (channel.isOpen) open.push(channel);
    }
    for (const channel of open) this.#queue.push(channel);
  }

  #admit(link: ListeningLink): number {
    const { security, authorize } = this.#options;
    const admitted = admission(security ?? openAccess, link);
    if (admitted !== CreditResult.success) return admitted;
    if (authorize === undefined) return CreditResult.success;
    try {
      const answer: unknown = authorize(link.connection);
      if (answer === true) return CreditResult.success;
      if (isPromise(answer)) {
        Promise.resolve(answer).catch(() => undefined);
        throw new TypeError('it gives a promise, and has to know at once');
      }
    } catch (error) {
      this.#listeners.log.write(
        'error',
        'l2cap',
        () => `authorize() failed, so it counts as no: ${String(error)}`,
      );
    }
    return CreditResult.insufficientAuthorization;
  }

  #opened(channel: CreditChannel, connection: Connection): void {
    if (this.#once) this.#listeners.remove(this);
    this.#queue.push(new L2capChannel(channel, connection));
  }
}

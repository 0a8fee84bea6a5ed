import { holdBack } from '../../att/hold-back.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import type { CreditListener } from '../../l2cap/credit-terms.ts';
import type { L2capLink } from '../../l2cap/l2cap-link.ts';
import type { Connection } from './connection.ts';
import { L2capChannel } from './l2cap-channel.ts';
import {
  DEFAULT_L2CAP_MTU,
  type L2capListener,
  L2capListeners,
  type L2capListenOptions,
  type ListeningLink,
} from './l2cap-listener.ts';

export interface L2capConnectOptions extends WaitOptions {
  /** What the peer listens to: 0x01 to 0xff (Vol 3, Part A, 4.22: SPSM). */
  readonly psm: number;
  /** Octets of the longest SDU that this side takes: 23 to 65535. Default 512. */
  readonly mtu?: number | undefined;
}

export interface L2capConnectEnhancedOptions extends L2capConnectOptions {
  /** Channels to open with one request, 1 to 5. Default 1. */
  readonly count?: number | undefined;
}

export interface L2capAcceptOptions extends L2capListenOptions, WaitOptions {}

export interface ConnectionChannelsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly scope: WaitScope;
  /** Those of the adapter. */
  readonly listeners: L2capListeners;
  readonly hasChannels: boolean;
  /** What has to happen before the peer is asked for anything; undefined where nothing has to. */
  readonly beforeAsking: () => Promise<void> | undefined;
}

/** The credit-based channels of one connection, as its user sees them. */
export class ConnectionChannels {
  readonly #options: ConnectionChannelsOptions;
  readonly #own: L2capListeners;

  constructor(options: ConnectionChannelsOptions) {
    const { clock, log, scope, hasChannels } = options;
    this.#options = options;
    this.#own = new L2capListeners(clock, log, scope, hasChannels);
  }

  /** Whoever listens to that SPSM: for this connection, or for all. */
  listenerOf(psm: number, link: ListeningLink): CreditListener | undefined {
    return (this.#own.get(psm) ?? this.#options.listeners.get(psm))?.on(link);
  }

  listen(options: L2capListenOptions): L2capListener {
    return this.#own.listen(options);
  }

  async accept(options: L2capAcceptOptions): Promise<L2capChannel> {
    const { timeoutMs, signal } = options;
    const listener = this.#own.listen(options, true);
    try {
      return await listener.accept({ timeoutMs, signal });
    } finally {
      // A channel that came when the caller had given up is nobody's.
      void listener.close();
    }
  }

  async connect(
    l2cap: L2capLink,
    connection: Connection,
    options: L2capConnectOptions,
  ): Promise<L2capChannel> {
    const { psm, mtu = DEFAULT_L2CAP_MTU } = options;
    this.#own.checkChannels();
    const channel = await this.#ask(options, (wait) => l2cap.credit.connect(psm, mtu, wait));
    return new L2capChannel(channel, connection);
  }

  async connectEnhanced(
    l2cap: L2capLink,
    connection: Connection,
    options: L2capConnectEnhancedOptions,
  ): Promise<readonly L2capChannel[]> {
    const { psm, mtu = DEFAULT_L2CAP_MTU, count = 1 } = options;
    this.#own.checkChannels();
    const channels = await this.#ask(options, (wait) => l2cap.credit.enhanced.connect(psm, mtu, count, wait));
    return channels.map((channel) => new L2capChannel(channel, connection));
  }

  /** A bonded peer shows first that it has the key, as for the requests of a GATT client (Vol 3, Part C, 10.3.2). */
  #ask<R>(
    { psm, timeoutMs, signal }: L2capConnectOptions,
    work: (wait: WaitOptions) => Promise<R>,
  ): Promise<R> {
    const { clock, scope, beforeAsking } = this.#options;
    const held = beforeAsking();
    if (held === undefined) return work({ timeoutMs, signal });
    const what = `opening an L2CAP channel to SPSM 0x${psm.toString(16)}`;
    return holdBack({ held, what, clock, scope, timeoutMs, signal }, work);
  }
}

import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import type { CreditListener } from '../l2cap/credit-terms.ts';
import type { L2capLink } from '../l2cap/l2cap-link.ts';
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
}

/** The credit-based channels of one connection, as its user sees them. */
export class ConnectionChannels {
  readonly #ofAdapter: L2capListeners;
  readonly #own: L2capListeners;

  constructor({ clock, log, scope, listeners, hasChannels }: ConnectionChannelsOptions) {
    this.#ofAdapter = listeners;
    this.#own = new L2capListeners(clock, log, scope, hasChannels);
  }

  /** Whoever listens to that SPSM: for this connection, or for all. */
  listenerOf(psm: number, link: ListeningLink): CreditListener | undefined {
    return (this.#own.get(psm) ?? this.#ofAdapter.get(psm))?.on(link);
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
    const { psm, mtu = DEFAULT_L2CAP_MTU, timeoutMs, signal } = options;
    this.#own.checkChannels();
    return new L2capChannel(await l2cap.credit.connect(psm, mtu, { timeoutMs, signal }), connection);
  }

  async connectEnhanced(
    l2cap: L2capLink,
    connection: Connection,
    options: L2capConnectEnhancedOptions,
  ): Promise<readonly L2capChannel[]> {
    const { psm, mtu = DEFAULT_L2CAP_MTU, count = 1, timeoutMs, signal } = options;
    this.#own.checkChannels();
    const channels = await l2cap.credit.enhanced.connect(psm, mtu, count, { timeoutMs, signal });
    return channels.map((channel) => new L2capChannel(channel, connection));
  }
}

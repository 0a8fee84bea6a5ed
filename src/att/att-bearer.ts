import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Infer, Shape } from '../core/pdu.ts';
import type { WaitOptions } from '../core/procedure.ts';
import { WaitScope } from '../core/wait-scope.ts';
import type { AttChannel } from './att-channel.ts';
import type { AttServer } from './att-server.ts';
import type { AttExchange } from './codec/exchanges.ts';

/** Gets what the peer's server sends unasked. The view is valid until the call returns; an indication is confirmed then. */
export type AttValueReceiver = (
  handle: number,
  value: Uint8Array,
  kind: 'notification' | 'indication',
) => void;

export interface AttRequestOptions extends WaitOptions {
  /** What is being done and to whom, as it continues "timed out while": `reading 0x2A6E of F0:F1:F2:F3:F4:F5`. */
  readonly what: string;
  /** Where the caller gives no deadline: 1 s unless said otherwise here. */
  readonly defaultTimeoutMs?: number | undefined;
}

export interface AttBearerOptions {
  readonly channel: AttChannel;
  readonly clock: Clock;
  readonly log: Log;
  /** Whom the bearer leads to, for messages: `F0:F1:F2:F3:F4:F5`. */
  readonly peer: string;
  /** The longest PDU that this host receives, offered in both directions of the MTU exchange: 23 to 517, which is the default. */
  readonly rxMtu?: number | undefined;
  /** Told when a transaction was not completed within 30 s: the link is of no more use for ATT and should be ended. */
  readonly onPoisoned?: ((error: Error) => void) | undefined;
}

export class AttBearer {
  /** Ends with the channel, or when a transaction timed out. */
  readonly scope = new WaitScope();
  server: AttServer | undefined;
  valueReceiver: AttValueReceiver | undefined;

  constructor(_options: AttBearerOptions) {}

  /** ATT_MTU as it is now. */
  get mtu(): number {
    return 23;
  }

  /** The longest value of a notification, indication, write request or command now: ATT_MTU - 3. */
  get maxValueLength(): number {
    return this.mtu - 3;
  }

  /** Exchanges the MTU unless either side has done so already. Gives ATT_MTU. */
  exchangeMtu(_options: WaitOptions = {}): Promise<number> {
    return Promise.reject(new Error('not there yet'));
  }

  /**
   * One transaction: waits for its turn, sends the request, gives the decoded response. Rejects with AttError where the peer refuses.
   */
  request<Q extends Shape, R>(
    _exchange: AttExchange<Q, R>,
    _params: Infer<Q>,
    _options: AttRequestOptions,
  ): Promise<R> {
    return Promise.reject(new Error('not there yet'));
  }

  /** Resolves when the controller has room. InvalidArgumentError for a value longer than `maxValueLength`. */
  writeCommand(_handle: number, _value: Uint8Array, _wait?: WaitOptions): Promise<void> {
    return Promise.reject(new Error('not there yet'));
  }

  /** As writeCommand. */
  notify(_handle: number, _value: Uint8Array, _wait?: WaitOptions): Promise<void> {
    return Promise.reject(new Error('not there yet'));
  }

  /** Resolves when the peer has confirmed. */
  indicate(_handle: number, _value: Uint8Array, _options: AttRequestOptions): Promise<void> {
    return Promise.reject(new Error('not there yet'));
  }
}

import { AttErrorCode } from '../../att/att-codes.ts';
import type { Bytes } from '../../core/bytes.ts';
import { AttError, InvalidStateError, TimeoutError } from '../../core/errors.ts';
import { procedure, type Settle, type WaitOptions } from '../../core/procedure.ts';
import type { Connection } from '../../gap/link/connection.ts';
import { Characteristic, Service } from '../../gap/local-attributes.ts';
import { gattLink } from '../../gatt/server/connection-ref.ts';
import { UartChannel, type UartEnd } from './uart-channel.ts';
import { NORDIC_UART_SERVICE, UART_HOLD_MS, UART_RX, UART_TX } from './uart-codes.ts';

/** Opcode and handle in front of a value (Vol 3, Part F, 3.4.7.1). */
const VALUE_HEADER = 3;
/** The longest value of an attribute (Vol 3, Part F, 3.2.9). */
const MAX_VALUE = 512;

/** The Nordic UART service: register it with an adapter, and take the channel of each client that connects. */
export class NordicUartService extends Service {
  readonly #tx: Characteristic;
  readonly #ends = new WeakMap<Connection, ServerEnd>();

  /** @internal See nordicUartService(). */
  constructor() {
    super(NORDIC_UART_SERVICE);
    new Characteristic(this, UART_RX, {
      write: true,
      writeNoResponse: true,
      onWrite: (value, connection, response) => this.#endOf(connection).take(value, response),
    });
    this.#tx = new Characteristic(this, UART_TX, { notify: true });
  }

  /**
   * The channel of a client, the same each time until it ends. What the client has sent since it connected can be read. What is sent to it waits until it has
   * subscribed.
   */
  channel(connection: Connection): UartChannel {
    return this.#endOf(connection).channel;
  }

  #endOf(connection: Connection): ServerEnd {
    const known = this.#ends.get(connection);
    if (known?.channel.isOpen === true) return known;
    const end = new ServerEnd(connection, this.#tx);
    // The channel of a link that is gone is of no use to anybody who comes later.
    if (end.channel.isOpen) this.#ends.set(connection, end);
    return end;
  }
}

/** A Nordic UART service, for any number of clients at one time. */
export const nordicUartService = (): NordicUartService => new NordicUartService();

/** Sends notifications, and keeps the responses to writes back while there is no room. */
class ServerEnd implements UartEnd {
  readonly channel: UartChannel;
  readonly #connection: Connection;
  readonly #tx: Characteristic;
  readonly #waiting = new Set<Settle<void>>();

  constructor(connection: Connection, tx: Characteristic) {
    this.#connection = connection;
    this.#tx = tx;
    this.channel = new UartChannel(connection, this);
  }

  pieceLength(): number {
    return Math.min(this.#connection.mtu - VALUE_HEADER, MAX_VALUE);
  }

  /** A client that has not subscribed, or not any more, gets nothing and is waited for: that is how it makes the server pause. */
  async sendPiece(value: Uint8Array, wait: WaitOptions): Promise<void> {
    for (;;) {
      await this.#tx.subscribed(this.#connection, wait);
      try {
        return await this.#tx.notify(this.#connection, { ...wait, value });
      } catch (error) {
        const isPaused =
          error instanceof InvalidStateError && !this.#tx.subscription(this.#connection).notify;
        if (!isPaused) throw error;
      }
    }
  }

  onRoom(): void {
    for (const settle of this.#waiting) settle.resolve();
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    this.onRoom();
  }

  /** What a client writes. It is told to wait where it waits for an answer; where not, nobody can tell it. */
  take(octets: Bytes, response: boolean): void | Promise<void> {
    if (response && !this.channel.hasRoom) return this.#takeLater(octets);
    this.channel.arrived(octets);
  }

  async #takeLater(octets: Bytes): Promise<void> {
    const hasRoom = procedure<void>(
      {
        what: `waiting for the UART of ${this.#connection.device} to be read`,
        clock: this.#connection.clock,
        scope: this.#connection[gattLink].scope,
        defaultTimeoutMs: UART_HOLD_MS,
      },
      (settle) => {
        this.#waiting.add(settle);
        return () => {
          this.#waiting.delete(settle);
        };
      },
    );
    await hasRoom.catch((cause: unknown) => {
      if (!(cause instanceof TimeoutError)) throw cause;
      throw new AttError(cause.message, AttErrorCode.insufficientResources, 0, { cause });
    });
    this.channel.arrived(octets);
  }
}

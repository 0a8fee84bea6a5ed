import { AttErrorCode } from '../../att/att-codes.ts';
import { AttError, InvalidStateError } from '../../core/errors.ts';
import { procedure, type WaitOptions } from '../../core/procedure.ts';
import type { Connection } from '../../gap/link/connection.ts';
import type { RemoteCharacteristic } from '../../gatt/client/remote-characteristic.ts';
import type { RemoteDescriptor } from '../../gatt/client/remote-descriptor.ts';
import { gattLink } from '../../gatt/server/connection-ref.ts';
import { UartChannel, type UartEnd } from './uart-channel.ts';
import { NORDIC_UART_SERVICE, UART_PAUSE_MS, UART_RX, UART_TX, UART_UNANSWERED } from './uart-codes.ts';

/** Opcode and handle in front of a value (Vol 3, Part F, 3.4.5.1). */
const VALUE_HEADER = 3;
/** The longest value of an attribute (Vol 3, Part F, 3.2.9). */
const MAX_VALUE = 512;
const CLIENT_CHARACTERISTIC_CONFIGURATION = 0x2902;
/** Values of that (Vol 3, Part G, 3.3.3.3). */
const NOTIFY = Uint8Array.of(1, 0);
const NOTHING = Uint8Array.of(0, 0);

const open = new WeakMap<Connection, UartChannel>();

/**
 * Opens the Nordic UART of a peer. Default deadlines are those of discovering and subscribing.
 *
 * @throws NotFoundError when the peer has none; InvalidStateError while it is open on this connection.
 */
export const connectNordicUart = async (
  connection: Connection,
  options: WaitOptions = {},
): Promise<UartChannel> => {
  const wait = { timeoutMs: options.timeoutMs, signal: options.signal };
  const service = await connection.service(NORDIC_UART_SERVICE, wait);
  const rx = await service.characteristic(UART_RX, wait);
  const tx = await service.characteristic(UART_TX, wait);
  const configuration = await tx.descriptor(CLIENT_CHARACTERISTIC_CONFIGURATION, wait);
  if (open.get(connection)?.isOpen === true) {
    throw new InvalidStateError(
      `the UART of ${connection.device} is open already: share it, or close it first`,
    );
  }
  const end = new ClientEnd(connection, rx, tx, configuration);
  open.set(connection, end.channel);
  try {
    await tx.subscribe({ ...wait, notify: true });
  } catch (error) {
    await end.channel.close();
    throw error;
  }
  return end.channel;
};

/**
 * Writes, mostly without response, and listens to notifications. Nothing of the service tells a sender to pause. So some of the writes ask for a response, which
 * a server may keep back; and where nobody reads, the subscription is taken back until somebody does.
 */
class ClientEnd implements UartEnd {
  readonly channel: UartChannel;
  readonly #connection: Connection;
  readonly #rx: RemoteCharacteristic;
  readonly #configuration: RemoteDescriptor;
  readonly #values;
  /** Octets that were written since the last response. */
  #unanswered = 0;
  /** What was configured last, and whether that is under way. */
  #isSubscribed = true;
  #isConfiguring = false;

  constructor(
    connection: Connection,
    rx: RemoteCharacteristic,
    tx: RemoteCharacteristic,
    configuration: RemoteDescriptor,
  ) {
    this.#connection = connection;
    this.#rx = rx;
    this.#configuration = configuration;
    this.#values = tx.notifications();
    this.channel = new UartChannel(connection, this);
    void this.#listen();
  }

  pieceLength(): number {
    return Math.min(this.#connection.mtu - VALUE_HEADER, MAX_VALUE);
  }

  async sendPiece(octets: Uint8Array, wait: WaitOptions): Promise<void> {
    const { write, writeNoResponse } = this.#rx.properties;
    const isTooMuch = this.#unanswered + octets.length > UART_UNANSWERED;
    if (writeNoResponse && !(write && isTooMuch)) {
      await this.#rx.write(octets, { ...wait, response: false });
      this.#unanswered += octets.length;
      return;
    }
    while (!(await this.#writeAndHear(octets, wait))) await this.#pause(wait);
    this.#unanswered = 0;
  }

  onRoom(): void {
    void this.#configure();
  }

  async close(): Promise<void> {
    await this.#values.close();
    await this.#configure();
  }

  /** False where the server has no room. */
  async #writeAndHear(octets: Uint8Array, wait: WaitOptions): Promise<boolean> {
    try {
      await this.#rx.write(octets, { ...wait, response: true });
      return true;
    } catch (error) {
      if (error instanceof AttError && error.status === AttErrorCode.insufficientResources) return false;
      throw error;
    }
  }

  #pause({ signal }: WaitOptions): Promise<void> {
    const { clock } = this.#connection;
    return procedure<void>(
      {
        what: 'pausing',
        clock,
        scope: this.#connection[gattLink].scope,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        signal,
      },
      (settle) => {
        const timer = clock.after(UART_PAUSE_MS, () => settle.resolve());
        return () => timer.cancel();
      },
    );
  }

  /** Never rejects. */
  async #listen(): Promise<void> {
    try {
      for await (const octets of this.#values) {
        this.channel.arrived(octets);
        if (!this.channel.hasRoom) void this.#configure();
      }
    } catch (error) {
      // The link has ended, or the peer has changed its services.
      this.channel.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Subscribes while there is room, and not else. Not by unsubscribe(), which would forget what is on its way. Never rejects. */
  async #configure(): Promise<void> {
    if (this.#isConfiguring) return;
    this.#isConfiguring = true;
    try {
      while (this.#isSubscribed !== this.#isWelcome) {
        const isWelcome = this.#isWelcome;
        await this.#configuration.write(isWelcome ? NOTIFY : NOTHING);
        this.#isSubscribed = isWelcome;
      }
    } catch (error) {
      // Nobody would ever hear of what the server has to say.
      this.channel.fail(error instanceof Error ? error : new Error(String(error)));
    }
    this.#isConfiguring = false;
  }

  get #isWelcome(): boolean {
    return this.channel.isOpen && this.channel.hasRoom;
  }
}

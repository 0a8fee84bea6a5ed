import type { Bytes } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import { DisconnectedError, InvalidStateError } from '../../core/errors.ts';
import { procedure, type WaitOptions } from '../../core/procedure.ts';
import type { UuidLike } from '../../core/uuid.ts';
import type { AccessOptions } from '../../gatt/client/access-options.ts';
import type { ReadMultipleOptions } from '../../gatt/client/multiple-reads.ts';
import type { AttributeValue } from '../../gatt/client/read-by-uuid.ts';
import type { RemoteCharacteristic } from '../../gatt/client/remote-characteristic.ts';
import type { RemoteService } from '../../gatt/client/remote-service.ts';
import type { ValueLike } from '../../gatt/local-value.ts';
import { type ConnectionRef, type GattLink, gattLink } from '../../gatt/server/connection-ref.ts';
import {
  type MultipleValues,
  type NotifyMultipleOptions,
  notifyMultiple,
} from '../../gatt/server/notify-multiple.ts';
import type { Device } from '../device.ts';
import { type GuardedWork, guard } from '../guard.ts';
import type { Characteristic } from '../local-attributes.ts';
import type { LinkParameters } from '../radio/radio-controller.ts';
import type { ConnectionSecurity, SecurityChange } from '../security.ts';
import type { ConnectionParameterRequest } from './connection-parameter-request.ts';
import type { ConnectionParts, EnhancedBearerOptions, PairOptions } from './connection-parts.ts';
import type { L2capChannel } from './l2cap-channel.ts';
import type {
  L2capAcceptOptions,
  L2capConnectEnhancedOptions,
  L2capConnectOptions,
} from './l2cap-connection-channels.ts';
import type { L2capListener, L2capListenOptions } from './l2cap-listener.ts';
import type { DataLength, DataLengthRequest } from './link-data-length.ts';
import type { LinkPhys, PhyPreference } from './phy.ts';

/** A link to a peer, of either role: each side can be GATT client and server on it. */
export class Connection implements ConnectionRef, AsyncDisposable {
  readonly device: Device;
  /** The role of this side (Vol 3, Part C, 2.2.2). */
  readonly role: 'central' | 'peripheral';
  readonly [gattLink]: GattLink;
  readonly #parts: ConnectionParts;
  #signal: AbortSignal | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.device = parts.device;
    this.role = parts.role;
    this[gattLink] = { ...parts.link, connection: this };
  }

  get isConnected(): boolean {
    return this.#parts.scope.error === undefined;
  }

  /** Where its time comes from: what the adapter was opened with. */
  get clock(): Clock {
    return this.#parts.clock;
  }

  /** Octets of the longest ATT PDU on the link now: 23 until the exchange, or until an Enhanced bearer takes more (Vol 3, Part F, 3.2.8). */
  get mtu(): number {
    return this.#parts.bearers.mtu;
  }

  /** ATT bearers of the link now: one, and Enhanced ones beside it (Vol 3, Part F, 3.2.11). As many requests are under way at once at the most. */
  get bearers(): number {
    return this.#parts.bearers.size;
  }

  /** Interval, latency and supervision time-out as they are now. */
  get parameters(): LinkParameters {
    return this.#parts.control.parameters;
  }

  /** How long the Link Layer's data packets may be now. The longest are asked for when the link comes up, where the controller can have others than the shortest. */
  get dataLength(): DataLength {
    return this.#parts.control.dataLength.current;
  }

  /** What protects the link now. */
  get security(): ConnectionSecurity {
    return this.#parts.security.current;
  }

  /**
   * Whether what the peer refuses for want of security is asked once more after the link has been encrypted, or the peer paired with; true unless set
   * otherwise. Each call can say for itself: see `raiseSecurity` of its options.
   */
  get raisesSecurity(): boolean {
    return this.#parts.client.raisesSecurity;
  }

  set raisesSecurity(value: boolean) {
    this.#parts.client.raisesSecurity = value;
  }

  /** @internal See `encrypt` of ConnectOptions. */
  set provesFirst(value: boolean) {
    this.#parts.security.provesFirst = value;
  }

  /** What the layers of this link dropped, clamped or refused, by name: `attMalformedPdus`. A snapshot. */
  get counters(): Readonly<Record<string, number>> {
    return this.#parts.counters();
  }

  /** Aborts with DisconnectedError when the link ends, or with TransportError when the controller is lost. */
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      this.#signal = controller.signal;
      this.#parts.scope.add((error) => controller.abort(error));
    }
    return this.#signal;
  }

  /**
   * Ends the link; at once if it has ended. Default deadline 2 s.
   *
   * @throws TimeoutError when the controller does not report the end in time.
   */
  disconnect(options: WaitOptions = {}): Promise<void> {
    return this.#parts.control.disconnect(options);
  }

  /** Waits for the link to end, by either side, and gives the reason; at once if it has ended. No deadline unless one is given. */
  disconnected(options: WaitOptions = {}): Promise<DisconnectedError> {
    const { clock, scope } = this.#parts;
    return procedure<DisconnectedError>(
      {
        what: `waiting for ${this.device} to disconnect`,
        clock,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
      },
      (settle) =>
        scope.add((error) => {
          if (error instanceof DisconnectedError) settle.resolve(error);
          else settle.reject(error);
        }),
    );
  }

  /**
   * Runs `work` for at most `timeoutMs`, and no longer than the link lasts: rejects with TimeoutError or DisconnectedError, at once and without waiting for
   * the work, whose signal aborts with the same error.
   */
  withTimeout<T>(timeoutMs: number, work: GuardedWork<T>): Promise<T> {
    return guard(this.#parts.clock, this.#parts.scope, `working with ${this.device}`, timeoutMs, work);
  }

  /**
   * Pairs with the peer, in either role; as peripheral by asking the central to (Vol 3, Part H, 2.3 and 2.4.6). Resolves when the link is encrypted, all keys have been given
   * and taken, and the bond is kept: then see `security`. A pairing that the peer has begun is waited for, and must come to what the options require. Default deadline
   * 20 s, in which a user may have to answer. Giving up tells the peer.
   *
   * @throws SmpError with the `reason` and whose verdict it was; InvalidStateError while another call pairs, and on a link on which a pairing has timed out;
   *   InvalidArgumentError for options that do not fit together.
   */
  async pair(options: PairOptions = {}): Promise<void> {
    const { timeoutMs, signal, ...pairing } = options;
    this.#parts.scope.check();
    return this.#parts.security.pair(pairing, { timeoutMs, signal });
  }

  /**
   * Encrypts the link to a bonded peer, as peripheral by asking the central to; at once where it is encrypted. A central does so by itself when it connects. Default
   * deadline 5 s.
   *
   * @throws InvalidStateError without a bond, and with one of legacy pairing that has no key for this role; HciError where the peer does not take part, with the status PIN or Key Missing where it has lost the bond, or is another,
   *   also as a central that pairs instead; SmpError when the central refuses.
   */
  async encrypt(options: WaitOptions = {}): Promise<void> {
    this.#parts.scope.check();
    return this.#parts.security.encrypt(options);
  }

  /**
   * Waits for what becomes of the link's security next, whoever of both sides wanted it, and gives what protects it then: a pairing is complete and its bond kept, or the
   * link has been encrypted with the keys of a bond. At once where that has happened and nobody has waited for it. No deadline unless one is given.
   *
   * @throws SmpError when a pairing fails or is refused; HciError when an encryption fails, with the status PIN or Key Missing where either side has lost the bond.
   */
  securityChanged(options: WaitOptions = {}): Promise<SecurityChange> {
    return this.#parts.security.changed(options);
  }

  /** Exchanges the ATT MTU, unless that has been done: connecting as central does it. Default deadline 1 s. */
  async exchangeMtu(options: WaitOptions = {}): Promise<number> {
    this.#parts.scope.check();
    return this.#parts.bearers.exchangeMtu(options);
  }

  /**
   * Opens more ATT bearers beside those that are there, so that more requests are under way at once (Vol 3, Part G, 5.3), and gives the number that the
   * peer has granted. As central, two are opened by themselves when the link becomes encrypted. Default deadline 1 s.
   *
   * @throws InvalidStateError on a link that is not encrypted or has five, and where the adapter was opened without them; L2capError when the peer grants
   *   none or knows none.
   */
  async openEnhancedBearers(options: EnhancedBearerOptions = {}): Promise<number> {
    this.#parts.scope.check();
    const { count = 1, timeoutMs, signal } = options;
    const { enhanced } = this.#parts;
    if (enhanced !== undefined) return enhanced.open(count, { timeoutMs, signal });
    throw new InvalidStateError(
      `the adapter was opened without Enhanced ATT bearers, so none can be opened to ${this.device}`,
    );
  }

  /** The peer's primary services, in the order of their handles. Asked of the peer once. Default deadline 2 s for each step. */
  async services(options: WaitOptions = {}): Promise<readonly RemoteService[]> {
    this.#parts.scope.check();
    return this.#parts.client.services(options);
  }

  /**
   * The first primary service of that UUID.
   *
   * @throws NotFoundError when the peer has none; the message lists what it has.
   */
  async service(uuid: UuidLike, options: WaitOptions = {}): Promise<RemoteService> {
    this.#parts.scope.check();
    return this.#parts.client.service(uuid, options);
  }

  /**
   * All that the peer has, at once and with as few requests as the MTU allows: gives its primary services, as `services`, and of these nothing needs to be
   * asked any more, neither for characteristics nor descriptors nor what they include (Vol 3, Part G, 4.4 to 4.7). Default deadline 2 s for each step.
   *
   * @throws MalformedPduError when the peer's answers do not lead forward; InvalidStateError when it changes its services again and again meanwhile.
   */
  async discover(options: WaitOptions = {}): Promise<readonly RemoteService[]> {
    this.#parts.scope.check();
    return this.#parts.client.discover(options);
  }

  /**
   * Every value of that characteristic UUID, wherever it stands, in the order of their handles and each whole; empty where there is none
   * (Vol 3, Part G, 4.8.2). Nothing needs to be discovered before. Default deadline 1 s for each step.
   *
   * @throws AttError when the peer refuses one of them, with its `handle`; MalformedPduError when its answers do not lead forward.
   */
  async readByUuid(uuid: UuidLike, options: AccessOptions = {}): Promise<readonly AttributeValue[]> {
    this.#parts.scope.check();
    return this.#parts.client.readByUuid(uuid, options);
  }

  /**
   * The whole values of several characteristics, in the order given, with as few requests as the MTU allows (Vol 3, Part G, 4.8.4 and 4.8.5); one by one
   * where the peer knows no better. Default deadline 1 s for each step.
   *
   * @throws InvalidStateError for one that cannot be read; InvalidArgumentError for one of another connection, or `lengths` that do not match;
   *   AttError when the peer refuses one, with its `handle`; MalformedPduError when the values do not have the `lengths` given.
   */
  async readMultiple(
    characteristics: readonly RemoteCharacteristic[],
    options: ReadMultipleOptions = {},
  ): Promise<readonly Bytes[]> {
    this.#parts.scope.check();
    return this.#parts.client.readMultiple(characteristics, options);
  }

  /**
   * Writes several values in the order given, all or none: the peer repeats each part, and only when all are as sent are they executed
   * (Vol 3, Part G, 4.9.5). Default deadline 1 s for each step.
   *
   * @throws MalformedPduError when the peer took down something else, and AttError when it refuses: both name the handle, and what was prepared is
   *   cancelled; InvalidStateError for one that cannot be written so; InvalidArgumentError for one of another connection, or a value that is too long.
   */
  async writeReliably(
    writes: readonly (readonly [RemoteCharacteristic, ValueLike])[],
    options: AccessOptions = {},
  ): Promise<void> {
    this.#parts.scope.check();
    return this.#parts.client.writeReliably(writes, options);
  }

  /**
   * Asks for other parameters: as central by a connection update, as peripheral by a request that the central may refuse
   * (Vol 3, Part C, 9.3.9). Default deadline 5 s. Resolves with the parameters that are in force then.
   *
   * @throws InvalidArgumentError for parameters that the specification does not allow together; InvalidStateError while an update is under way;
   *   L2capError or HciError when the central refuses.
   */
  updateParameters(request: ConnectionParameterRequest, options: WaitOptions = {}): Promise<LinkParameters> {
    return this.#parts.control.updateParameters(request, options);
  }

  /** The PHYs of the link now (Vol 4, Part E, 7.8.47). Default deadline 2 s. */
  readPhy(options: WaitOptions = {}): Promise<LinkPhys> {
    return this.#parts.control.phy.read(options);
  }

  /**
   * Asks for other PHYs, and resolves with those that are in force then: what the peer does not have or want stays as it was (Vol 4, Part E, 7.8.49).
   * Default deadline 5 s.
   *
   * @throws InvalidStateError where the controller knows no other than 1M, and while a change is under way; HciError when the controller lacks one that
   *   was asked for, or the peer knows of no PHYs.
   */
  setPhy(preference: PhyPreference, options: WaitOptions = {}): Promise<LinkPhys> {
    return this.#parts.control.phy.set(preference, options);
  }

  /**
   * Tells the controller how long packets towards the peer may be (Vol 4, Part E, 7.8.33). What both ends agree upon is in `dataLength` as soon as they
   * have. Default deadline 2 s.
   *
   * @throws InvalidStateError where the controller has none but the shortest; InvalidArgumentError for lengths out of range.
   */
  setDataLength(request: DataLengthRequest, options: WaitOptions = {}): Promise<void> {
    return this.#parts.control.dataLength.set(request, options);
  }

  /** Waits until the link has got other parameters, whoever asked for them, and gives these. No deadline unless one is given. */
  parametersUpdated(options: WaitOptions = {}): Promise<LinkParameters> {
    return this.#parts.control.parametersUpdated(options);
  }

  /**
   * Notifies the peer of several values of this side, the local ones unless given, all or none (Vol 3, Part G, 4.10.2): in as few PDUs as it understands and they fit
   * into. Throws as `notify()` of a characteristic. Default deadline 1 s.
   */
  notifyMultiple(
    values: MultipleValues<Characteristic<boolean>>,
    options: NotifyMultipleOptions = {},
  ): Promise<void> {
    return notifyMultiple(this, values, options);
  }

  /**
   * Opens a credit-based L2CAP channel to what the peer listens to (Vol 3, Part A, 4.22). Several may be open at once. Default deadline 1 s, after the link to a bonded peer
   * has been encrypted.
   *
   * @throws L2capError when the peer refuses or knows no such channels, with its `result`; InvalidStateError when 32 channels are open; what `encrypt()` throws.
   */
  async l2capConnect(options: L2capConnectOptions): Promise<L2capChannel> {
    this.#parts.scope.check();
    return this.#parts.channels.connect(options);
  }

  /**
   * Opens up to five channels in enhanced credit-based mode with one request (Vol 3, Part A, 4.25), and gives those that the peer grants: at least one,
   * perhaps fewer than asked for. Default deadline 1 s, after the link to a bonded peer has been encrypted.
   *
   * @throws L2capError when the peer grants none or knows no such channels, with its `result`; InvalidStateError when too many channels are open; what `encrypt()` throws.
   */
  async l2capConnectEnhanced(options: L2capConnectEnhancedOptions): Promise<readonly L2capChannel[]> {
    this.#parts.scope.check();
    return this.#parts.channels.connectEnhanced(options);
  }

  /**
   * Waits for the peer to open one channel, in whatever role, and refuses others before and after. No deadline unless one is given.
   *
   * @throws InvalidStateError when somebody listens to that SPSM on this connection already.
   */
  async l2capAccept(options: L2capAcceptOptions): Promise<L2capChannel> {
    this.#parts.scope.check();
    return this.#parts.channels.accept(options);
  }

  /**
   * Takes all channels that the peer opens to that SPSM, until the listener is closed. It goes before one of the adapter.
   *
   * @throws InvalidStateError when somebody listens to that SPSM on this connection already.
   */
  l2capListen(options: L2capListenOptions): L2capListener {
    return this.#parts.channels.listen(options);
  }

  /** Signal strength of the peer in dBm, as the controller measured it last (Vol 4, Part E, 7.5.4). Default deadline 2 s. */
  readRssi(options: WaitOptions = {}): Promise<number> {
    return this.#parts.control.readRssi(options);
  }

  /** Disconnects if that has not happened. Never throws. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.disconnect();
    } catch {
      // The link could not be ended in order: the controller does not answer. Nothing more can be done here, and disposal does not throw.
    }
  }
}

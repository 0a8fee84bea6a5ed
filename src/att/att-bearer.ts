import { copyBytes } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';
import { MalformedPduError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Infer, Shape } from '../core/pdu.ts';
import type { WaitOptions } from '../core/procedure.ts';
import { WaitScope } from '../core/wait-scope.ts';
import type { AttChannel } from './att-channel.ts';
import { ATT_COMMAND_FLAG, AttOpcode, attOpcodeName } from './att-codes.ts';
import { type AttCounterName, makeAttCounters } from './att-counters.ts';
import type { AttServer } from './att-server.ts';
import type { AttIndicationOptions, AttRequestOptions, Bearer } from './bearer.ts';
import type { AttExchange } from './codec/exchanges.ts';
import { ErrorResponse, encodePacket, HandleValueConfirmation } from './codec/responses.ts';
import { type HandleValue, valuePacket } from './codec/value-pdus.ts';
import { type HeldBack, holdBack } from './hold-back.ts';
import { checkRxMtu, LARGEST_ATT_MTU, MtuExchange } from './mtu-exchange.ts';
import { Responder } from './responder.ts';
import { TransactionLane } from './transaction-lane.ts';
import { type AttValueReceiver, ValueInbox } from './value-inbox.ts';
import { ValueOutbox } from './value-outbox.ts';

export interface AttBearerOptions {
  readonly channel: AttChannel;
  readonly clock: Clock;
  readonly log: Log;
  /** Whom the bearer leads to, for messages: `F0:F1:F2:F3:F4:F5`. */
  readonly peer: string;
  /** The longest PDU that this host receives, offered in both directions of the MTU exchange: 23 to 517, which is the default. */
  readonly rxMtu?: number | undefined;
  /** ATT_MTU of an Enhanced bearer as it is now: its channel's, never exchanged (Vol 3, Part F, 3.2.8). */
  readonly channelMtu?: (() => number) | undefined;
  /**
   * The longest time between two chances of the peer to be heard now: connection interval and latency. Default deadlines are longer by
   * `PACES_OF_A_TRANSACTION` times this; 0 unless given.
   */
  readonly paceMs?: (() => number) | undefined;
  /**
   * Asked before a request or a command of the client is sent. A promise holds it back until it resolves, and what it rejects with is the call's: so nothing
   * is asked of a peer that has to show first that it is the one. The MTU exchange is not held back.
   */
  readonly beforeAsking?: (() => Promise<void> | undefined) | undefined;
  /** Asked for each value that the peer's server sends: false drops it. An indication is confirmed all the same. */
  readonly mayHear?: (() => boolean) | undefined;
  /** Told when a transaction was not completed within 30 s: the bearer is of no more use and should be ended. */
  readonly onPoisoned?: ((error: Error) => void) | undefined;
  /** Told when a request, or an indication, may have its turn at once. */
  readonly onFree?: (() => void) | undefined;
}

const DEFAULT_TIMEOUT_MS = 1_000;

/** A request waits for its chance, may have to be sent again, and so has its answer. */
const PACES_OF_A_TRANSACTION = 4;

const confirmation = (bytes: Uint8Array): unknown => HandleValueConfirmation.decode(bytes, 1);

/**
 * A way for Attribute PDUs to and from one peer (Vol 3, Part F, 3.2.11): the client's transactions, one at a time; the server's answers;
 * notifications, indications and commands both ways. What belongs to the client as a whole (subscriptions, awareness of changes) is not here,
 * for a client may have several bearers.
 *
 * A transaction keeps its place until the peer answers, whatever becomes of its caller; one that is not answered within 30 s ends `scope`
 * with a TimeoutError, and nothing more is sent but answers (Vol 3, Part F, 3.3.3).
 */
export class AttBearer implements Bearer {
  /** Ends with the channel, or when a transaction timed out. */
  readonly scope = new WaitScope();
  readonly #clock: Clock;
  readonly #peer: string;
  readonly #paceMs: () => number;
  readonly #counters = makeAttCounters();
  readonly #requests: TransactionLane;
  readonly #indications: TransactionLane;
  readonly #responder: Responder;
  readonly #inbox: ValueInbox;
  readonly #outbox: ValueOutbox;
  readonly #mtu: MtuExchange;
  readonly #beforeAsking: (() => Promise<void> | undefined) | undefined;

  constructor(options: AttBearerOptions) {
    const { channel, clock, log, peer, channelMtu } = options;
    this.#clock = clock;
    this.#peer = peer;
    this.#paceMs = options.paceMs ?? ((): number => 0);
    this.#beforeAsking = options.beforeAsking;
    const { scope } = this;
    const counters = this.#counters;
    const rxMtu = checkRxMtu(options.rxMtu ?? LARGEST_ATT_MTU);
    const mtu = (): number => this.#mtu.mtu;
    const lane = (ignored: AttCounterName): TransactionLane =>
      new TransactionLane({
        channel,
        scope,
        clock,
        log,
        peer,
        mtu,
        onIgnored: () => counters.add(ignored),
        onTurnedAway: () => counters.add('callersTurnedAway'),
        onPoisoned: (error) => {
          counters.add('transactionTimeouts');
          log.write('error', 'att', () => error.message);
          this.#endClient(error);
          options.onPoisoned?.(error);
        },
        onFree: () => options.onFree?.(),
      });
    this.#requests = lane('unexpectedResponses');
    this.#indications = lane('unexpectedConfirmations');
    this.#responder = new Responder({
      channel,
      clock,
      log,
      peer,
      counters,
      mtu,
      exchangeMtu: (clientRxMtu) => this.#mtu.answer(clientRxMtu),
    });
    this.#inbox = new ValueInbox({ log, peer, counters, mtu, mayHear: options.mayHear });
    this.#mtu = new MtuExchange(
      {
        scope,
        clock,
        peer,
        counters,
        rxMtu,
        channelMtu,
        defaultTimeoutMs: () => this.stretched(DEFAULT_TIMEOUT_MS),
      },
      { requests: this.#requests, indications: this.#indications, responder: this.#responder },
    );
    this.#outbox = new ValueOutbox({
      channel,
      clock,
      peer,
      scope,
      mtu: this.#mtu,
      defaultTimeoutMs: () => this.stretched(DEFAULT_TIMEOUT_MS),
      describe: () => this.#requests.describe(),
    });
    channel.receiver = (pdu) => this.#receive(pdu);
    channel.scope.add((error) => {
      channel.receiver = undefined;
      this.#endClient(error);
      this.#responder.end();
    });
  }

  /** Answers requests and takes commands. Without one every request is answered with Request Not Supported. */
  get server(): AttServer | undefined {
    return this.#responder.server;
  }

  set server(server: AttServer | undefined) {
    this.#responder.server = server;
  }

  /** Gets notifications and indications. */
  get valueReceiver(): AttValueReceiver | undefined {
    return this.#inbox.receiver;
  }

  set valueReceiver(receiver: AttValueReceiver | undefined) {
    this.#inbox.receiver = receiver;
  }

  /** ATT_MTU as it is now. */
  get mtu(): number {
    return this.#mtu.mtu;
  }

  /** The longest value of a notification, indication, write request or command now: ATT_MTU - 3, and never more than an attribute may have. */
  get maxValueLength(): number {
    return this.#outbox.maxValueLength;
  }

  /** Whether a request would have its turn at once. */
  get canRequest(): boolean {
    return this.#requests.isFree;
  }

  /** Whether an indication would have its turn at once. */
  get canIndicate(): boolean {
    return this.#indications.isFree;
  }

  single(): AttBearer {
    return this;
  }

  stretched(defaultTimeoutMs: number): number {
    return defaultTimeoutMs + PACES_OF_A_TRANSACTION * this.#paceMs();
  }

  /** A snapshot. */
  get counters(): Readonly<Record<AttCounterName, number>> {
    return this.#counters.all();
  }

  /**
   * Exchanges the MTU unless either side has done so already, and gives ATT_MTU. A server that does not support the exchange has the default of 23.
   * Default deadline 1 s; an answer that comes later still counts.
   */
  exchangeMtu(options: WaitOptions = {}): Promise<number> {
    return this.#mtu.exchange(options);
  }

  request<Q extends Shape, R>(
    exchange: AttExchange<Q, R>,
    params: Infer<Q>,
    options: AttRequestOptions,
  ): Promise<R> {
    const packet = encodePacket(exchange.request, params);
    const held = this.#beforeAsking?.();
    if (held === undefined) return this.transact(exchange, packet, options);
    return holdBack({ ...this.#held(options.what, options), held }, (left) =>
      this.transact(exchange, packet, { ...options, ...left }),
    );
  }

  /** As request(), with a packet that holds the request, and nothing that holds it back. */
  transact<Q extends Shape, R>(
    exchange: AttExchange<Q, R>,
    packet: Uint8Array,
    options: AttRequestOptions,
  ): Promise<R> {
    const { what, obsolete, onRefused, defaultTimeoutMs = DEFAULT_TIMEOUT_MS } = options;
    return this.#requests.run(
      {
        what,
        opcode: exchange.request.code,
        answerOpcode: exchange.responseOpcode,
        packet,
        obsolete,
        onRefused,
        accept: (pdu) => this.#read(pdu, what, exchange.decode),
      },
      options,
      this.stretched(defaultTimeoutMs),
    );
  }

  writeCommand(handle: number, value: Uint8Array, wait: WaitOptions = {}): Promise<void> {
    const held = this.#beforeAsking?.();
    if (held === undefined) return this.#outbox.writeCommand(handle, value, wait);
    const kept = copyBytes(value);
    return holdBack({ ...this.#held(`writing to ${this.#peer}`, wait), held }, (left) =>
      this.#outbox.writeCommand(handle, kept, left),
    );
  }

  signedWriteCommand(message: Uint8Array, signature: Uint8Array, wait?: WaitOptions): Promise<void> {
    return this.#outbox.signedWriteCommand(message, signature, wait);
  }

  notify(handle: number, value: Uint8Array, wait?: WaitOptions): Promise<void> {
    return this.#outbox.notify(handle, value, wait);
  }

  notifyMultiple(values: readonly HandleValue[], wait?: WaitOptions): Promise<void> {
    return this.#outbox.notifyMultiple(values, wait);
  }

  indicate(handle: number, value: Uint8Array, options: AttIndicationOptions): Promise<void> {
    return this.indicatePacket(valuePacket(AttOpcode.handleValueIndication, handle, value), options);
  }

  /** As indicate(), with a packet that holds the indication. */
  indicatePacket(packet: Uint8Array, options: AttIndicationOptions): Promise<void> {
    const { what, defaultTimeoutMs = DEFAULT_TIMEOUT_MS, onConfirmed } = options;
    return this.#indications.run(
      {
        what,
        opcode: AttOpcode.handleValueIndication,
        answerOpcode: AttOpcode.handleValueConfirmation,
        packet,
        accept: (pdu) => {
          this.#read(pdu, what, confirmation);
          onConfirmed?.();
        },
      },
      options,
      this.stretched(defaultTimeoutMs),
    );
  }

  /** What holds the requests, or the indications, as a message says it to one who waits beside them, or whose PDU it is that was sent last. */
  describe(lane: 'requests' | 'indications', isSenders: boolean): string {
    return (lane === 'requests' ? this.#requests : this.#indications).describe(
      isSenders ? 'last' : undefined,
    );
  }

  #held(what: string, { timeoutMs, signal }: WaitOptions): Omit<HeldBack, 'held'> {
    return { what, clock: this.#clock, scope: this.scope, timeoutMs, signal };
  }

  #receive(pdu: Uint8Array): void {
    const opcode = pdu[0];
    switch (opcode) {
      case undefined:
        this.#counters.add('malformedPdus');
        break;
      case AttOpcode.handleValueNotification:
        this.#inbox.value(pdu);
        break;
      case AttOpcode.handleValueIndication:
        this.#inbox.value(pdu);
        // Confirmed whether or not the handle or the value made sense (Vol 3, Part F, 3.4.7.2).
        this.#responder.answer(encodePacket(HandleValueConfirmation, {}));
        break;
      case AttOpcode.multipleHandleValueNotification:
        this.#inbox.values(pdu);
        break;
      case AttOpcode.handleValueConfirmation:
        this.#indications.answered(pdu);
        break;
      case AttOpcode.errorResponse:
        this.#refused(pdu);
        break;
      case AttOpcode.exchangeMtuResponse:
      case AttOpcode.findInformationResponse:
      case AttOpcode.findByTypeValueResponse:
      case AttOpcode.readByTypeResponse:
      case AttOpcode.readResponse:
      case AttOpcode.readBlobResponse:
      case AttOpcode.readMultipleResponse:
      case AttOpcode.readByGroupTypeResponse:
      case AttOpcode.writeResponse:
      case AttOpcode.prepareWriteResponse:
      case AttOpcode.executeWriteResponse:
      case AttOpcode.readMultipleVariableResponse:
        this.#requests.answered(pdu);
        break;
      default:
        if ((opcode & ATT_COMMAND_FLAG) !== 0) this.#responder.command(pdu);
        else this.#responder.request(pdu);
    }
  }

  #refused(pdu: Uint8Array): void {
    const requestOpcode = pdu[1];
    try {
      const { attributeHandleInError, errorCode } = ErrorResponse.decode(pdu, 1);
      this.#requests.refused(requestOpcode ?? 0, errorCode, attributeHandleInError);
    } catch (cause) {
      this.#counters.add('malformedPdus');
      if (requestOpcode === undefined) return;
      const text = `${this.#peer} refused ${attOpcodeName(requestOpcode)} with a malformed ATT_ERROR_RSP`;
      this.#requests.refusedUnreadably(requestOpcode, new MalformedPduError(text, { cause }));
    }
  }

  /** Reads an answer for its caller. */
  #read<R>(pdu: Uint8Array, what: string, decode: (bytes: Uint8Array) => R): R {
    try {
      if (pdu.length > this.mtu)
        throw new MalformedPduError(`${pdu.length} octets where ATT_MTU is ${this.mtu}`);
      return decode(pdu);
    } catch (cause) {
      if (!(cause instanceof MalformedPduError)) throw cause;
      this.#counters.add('malformedPdus');
      throw new MalformedPduError(
        `${this.#peer} answered with a malformed PDU while ${what}: ${cause.message}`,
        {
          cause,
        },
      );
    }
  }

  #endClient(error: Error): void {
    this.scope.end(error);
    this.#requests.end();
    this.#indications.end();
  }
}

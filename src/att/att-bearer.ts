import { copyBytes } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';
import { type AttError, InvalidArgumentError, MalformedPduError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Infer, Shape } from '../core/pdu.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import { WaitScope } from '../core/wait-scope.ts';
import type { AttChannel } from './att-channel.ts';
import { ATT_COMMAND_FLAG, AttOpcode, attOpcodeName, MAX_ATTRIBUTE_LENGTH } from './att-codes.ts';
import { type AttCounterName, makeAttCounters } from './att-counters.ts';
import type { AttServer } from './att-server.ts';
import type { AttExchange } from './codec/exchanges.ts';
import { ErrorResponse, encodePacket, HandleValueConfirmation } from './codec/responses.ts';
import { VALUE_PDU_HEADER_LENGTH, valuePacket } from './codec/value-pdus.ts';
import { checkRxMtu, LARGEST_ATT_MTU, MtuExchange } from './mtu-exchange.ts';
import { Responder } from './responder.ts';
import { TransactionLane } from './transaction-lane.ts';
import { type AttValueReceiver, ValueInbox } from './value-inbox.ts';

export type { AttValueReceiver };

export interface AttRequestOptions extends WaitOptions {
  /** What is being done and to whom, as it continues "timed out while": `reading 0x2A6E of F0:F1:F2:F3:F4:F5`. */
  readonly what: string;
  /** Where the caller gives no deadline: 1 s unless said otherwise here, and what the link's pace adds. */
  readonly defaultTimeoutMs?: number | undefined;
  /** Asked when its turn has come: an error, which then is the call's, keeps it from being sent. */
  readonly obsolete?: (() => Error | undefined) | undefined;
  /** Told of a refusal when it comes, whether or not the caller still waits, and before the next request is sent. Does not throw. */
  readonly onRefused?: ((error: AttError) => void) | undefined;
}

export interface AttBearerOptions {
  readonly channel: AttChannel;
  readonly clock: Clock;
  readonly log: Log;
  /** Whom the bearer leads to, for messages: `F0:F1:F2:F3:F4:F5`. */
  readonly peer: string;
  /** The longest PDU that this host receives, offered in both directions of the MTU exchange: 23 to 517, which is the default. */
  readonly rxMtu?: number | undefined;
  /** ATT_MTU of an Enhanced bearer: its channel's, never exchanged (Vol 3, Part F, 3.2.8). */
  readonly fixedMtu?: number | undefined;
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
  /** Told when a transaction was not completed within 30 s: the link is of no more use for ATT and should be ended. */
  readonly onPoisoned?: ((error: Error) => void) | undefined;
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
export class AttBearer {
  /** Ends with the channel, or when a transaction timed out. */
  readonly scope = new WaitScope();
  readonly #channel: AttChannel;
  readonly #clock: Clock;
  readonly #peer: string;
  readonly #paceMs: () => number;
  readonly #counters = makeAttCounters();
  readonly #requests: TransactionLane;
  readonly #indications: TransactionLane;
  readonly #responder: Responder;
  readonly #inbox: ValueInbox;
  readonly #mtu: MtuExchange;
  readonly #beforeAsking: (() => Promise<void> | undefined) | undefined;

  constructor(options: AttBearerOptions) {
    const { channel, clock, log, peer, fixedMtu } = options;
    this.#channel = channel;
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
        fixedMtu,
        defaultTimeoutMs: () => this.stretched(DEFAULT_TIMEOUT_MS),
      },
      { requests: this.#requests, indications: this.#indications, responder: this.#responder },
    );
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
    return Math.min(MAX_ATTRIBUTE_LENGTH, this.#mtu.mtu - VALUE_PDU_HEADER_LENGTH);
  }

  /** A default deadline as it is on this link, which may be slow. */
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

  /**
   * One transaction: waits for its turn behind the calls before it, sends the request, gives the decoded response.
   * Rejects with AttError where the peer refuses, with MalformedPduError where its answer cannot be read, with InvalidArgumentError where the
   * request does not fit ATT_MTU. Giving up (deadline, abort) leaves the bearer taken until the peer answers or 30 s are over.
   */
  request<Q extends Shape, R>(
    exchange: AttExchange<Q, R>,
    params: Infer<Q>,
    options: AttRequestOptions,
  ): Promise<R> {
    const held = this.#beforeAsking?.();
    if (held === undefined) return this.#request(exchange, params, options);
    return this.#after(held, options.what, options, (wait) =>
      this.#request(exchange, params, { ...options, ...wait }),
    );
  }

  /** Resolves when the controller has room. Rejects with InvalidArgumentError for a value longer than `maxValueLength`. */
  writeCommand(handle: number, value: Uint8Array, wait: WaitOptions = {}): Promise<void> {
    const held = this.#beforeAsking?.();
    if (held === undefined) return this.#sendValue(AttOpcode.writeCommand, handle, value, wait);
    const kept = copyBytes(value);
    return this.#after(held, `writing to ${this.#peer}`, wait, (left) =>
      this.#sendValue(AttOpcode.writeCommand, handle, kept, left),
    );
  }

  #request<Q extends Shape, R>(
    exchange: AttExchange<Q, R>,
    params: Infer<Q>,
    options: AttRequestOptions,
  ): Promise<R> {
    const { what, defaultTimeoutMs = DEFAULT_TIMEOUT_MS } = options;
    return this.#requests.run(
      {
        what,
        opcode: exchange.request.code,
        answerOpcode: exchange.responseOpcode,
        packet: encodePacket(exchange.request, params),
        obsolete: options.obsolete,
        onRefused: options.onRefused,
        accept: (pdu) => this.#read(pdu, what, exchange.decode),
      },
      options,
      this.stretched(defaultTimeoutMs),
    );
  }

  /** As writeCommand; while our MTU exchange is on the air it waits for its end (Vol 3, Part F, 3.4.2.2, rule 5). */
  notify(handle: number, value: Uint8Array, wait?: WaitOptions): Promise<void> {
    if (this.#mtu.holding) return this.#notifyLater(handle, value, wait);
    return this.#sendValue(AttOpcode.handleValueNotification, handle, value, wait);
  }

  /** Resolves when the peer has confirmed. One indication at a time; giving up leaves its place taken as with request(). */
  indicate(handle: number, value: Uint8Array, options: AttRequestOptions): Promise<void> {
    const { what, defaultTimeoutMs = DEFAULT_TIMEOUT_MS } = options;
    return this.#indications.run(
      {
        what,
        opcode: AttOpcode.handleValueIndication,
        answerOpcode: AttOpcode.handleValueConfirmation,
        packet: valuePacket(AttOpcode.handleValueIndication, handle, value),
        accept: (pdu) => {
          this.#read(pdu, what, confirmation);
        },
      },
      options,
      this.stretched(defaultTimeoutMs),
    );
  }

  /** Does something when nothing holds it back any more, in what is left of the caller's deadline. */
  async #after<R>(
    held: Promise<void>,
    what: string,
    wait: WaitOptions,
    work: (left: WaitOptions) => Promise<R>,
  ): Promise<R> {
    const { timeoutMs, signal } = wait;
    const endMs = this.#clock.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
    await procedure<void>(
      {
        what: `encrypting the link before ${what}`,
        clock: this.#clock,
        scope: this.scope,
        // It has a deadline of its own.
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs,
        signal,
      },
      (settle) => {
        held.then(settle.resolve, settle.reject);
        return undefined;
      },
    );
    const leftMs = Math.max(1, endMs - this.#clock.now());
    return work({ timeoutMs: timeoutMs === undefined ? undefined : leftMs, signal });
  }

  #sendValue(
    opcode: number,
    handle: number,
    value: Uint8Array,
    wait: WaitOptions | undefined,
  ): Promise<void> {
    const { error } = this.scope;
    if (error !== undefined) return Promise.reject(error);
    if (value.length > this.maxValueLength) {
      const text = `${attOpcodeName(opcode)} to ${this.#peer}: ${value.length} octets of value do not fit, ${this.maxValueLength} do at an ATT_MTU of ${this.mtu}`;
      return Promise.reject(new InvalidArgumentError(text));
    }
    return this.#channel.send(valuePacket(opcode, handle, value), wait);
  }

  #notifyLater(handle: number, value: Uint8Array, wait: WaitOptions | undefined): Promise<void> {
    const kept = copyBytes(value);
    return procedure<void>(
      {
        what: `notifying ${this.#peer}`,
        clock: this.#clock,
        scope: this.scope,
        defaultTimeoutMs: this.stretched(DEFAULT_TIMEOUT_MS),
        ...wait,
        hint: () => this.#requests.describe(),
      },
      (settle) =>
        this.#mtu.hold(() => {
          this.#sendValue(AttOpcode.handleValueNotification, handle, kept, {
            timeoutMs: Number.POSITIVE_INFINITY,
            signal: wait?.signal,
          }).then(settle.resolve, settle.reject);
        }),
    );
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

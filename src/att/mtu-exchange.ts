import type { Clock } from '../core/clock.ts';
import { AttError, InvalidArgumentError, InvalidStateError, MalformedPduError } from '../core/errors.ts';
import { procedure, type Settle, type WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import { AttErrorCode, AttOpcode } from './att-codes.ts';
import type { AttCounters } from './att-counters.ts';
import { ExchangeMtuRequest } from './codec/requests.ts';
import { ExchangeMtuResponse, encodePacket, errorResponse } from './codec/responses.ts';
import type { Responder } from './responder.ts';
import type { Answer, TransactionLane } from './transaction-lane.ts';

/** ATT_MTU of an LE link until it is exchanged (Vol 3, Part G, 5.2.1). */
const DEFAULT_ATT_MTU = 23;
/** What one write request or notification of the longest value needs (512 octets, Vol 3, Part F, 3.2.9), and a prepared write of it. */
export const LARGEST_ATT_MTU = 517;
/** Notifications that may wait for the end of an exchange. */
const MAX_HELD_NOTIFICATIONS = 256;

export interface MtuExchangeOptions {
  readonly scope: WaitScope;
  readonly clock: Clock;
  readonly peer: string;
  readonly counters: AttCounters;
  readonly rxMtu: number;
  /** ATT_MTU of an Enhanced bearer, which is never exchanged (Vol 3, Part F, 3.2.8). */
  readonly channelMtu: (() => number) | undefined;
  /** Of a wait for the end of the exchange, as the link is now. */
  readonly defaultTimeoutMs: () => number;
}

interface Parts {
  readonly requests: TransactionLane;
  readonly indications: TransactionLane;
  readonly responder: Responder;
}

/** What a device offers must be the same in both directions (Vol 3, Part F, 3.4.2.2, rule 1), hence one number here. */
export const checkRxMtu = (rxMtu: number): number => {
  if (!Number.isInteger(rxMtu) || rxMtu < DEFAULT_ATT_MTU || rxMtu > LARGEST_ATT_MTU) {
    throw new InvalidArgumentError(
      `an ATT_MTU lies between ${DEFAULT_ATT_MTU} and ${LARGEST_ATT_MTU}; it is ${rxMtu}`,
    );
  }
  return rxMtu;
};

/** ATT_MTU of one bearer and its exchange in either direction (Vol 3, Part F, 3.4.2). */
export class MtuExchange {
  readonly #options: MtuExchangeOptions;
  readonly #parts: Parts;
  readonly #waiters = new Set<Settle<number>>();
  #mtu = DEFAULT_ATT_MTU;
  #asked = false;
  #sent = false;
  #peerAsked = false;
  #settled = false;
  /** Notifications held back while our request is on the air (Vol 3, Part F, 3.4.2.2, rule 5). */
  #held: (() => void)[] | undefined;

  constructor(options: MtuExchangeOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.#settled = options.channelMtu !== undefined;
  }

  get mtu(): number {
    return this.#options.channelMtu?.() ?? this.#mtu;
  }

  /** Whether notifications must wait. */
  get holding(): boolean {
    return this.#held !== undefined;
  }

  exchange(wait: WaitOptions): Promise<number> {
    const { peer, clock, scope } = this.#options;
    const defaultTimeoutMs = this.#options.defaultTimeoutMs();
    const what = `exchanging the MTU with ${peer}`;
    const hint = (): string => this.#parts.requests.describe();
    return procedure<number>({ what, clock, scope, defaultTimeoutMs, ...wait, hint }, (settle) => {
      if (this.#settled) {
        settle.resolve(this.mtu);
        return undefined;
      }
      this.#waiters.add(settle);
      this.#ask(what);
      return () => {
        this.#waiters.delete(settle);
      };
    });
  }

  /** The peer's ATT_EXCHANGE_MTU_REQ. */
  answer(clientRxMtu: number): void {
    const { counters, rxMtu, channelMtu } = this.#options;
    const { responder } = this.#parts;
    if (channelMtu !== undefined) {
      counters.add('unsupportedRequests');
      responder.answer(errorResponse(AttOpcode.exchangeMtuRequest, 0, AttErrorCode.requestNotSupported));
      return;
    }
    const left = responder.answer(encodePacket(ExchangeMtuResponse, { serverRxMtu: rxMtu }));
    if (this.#peerAsked) {
      counters.add('repeatedMtuExchanges');
      return;
    }
    if (!left) return;
    this.#peerAsked = true;
    // Whatever is sent from here on leaves behind the response, and so under the new MTU.
    this.#apply(clientRxMtu);
  }

  /** Lets `start` run when notifications may be sent again. Gives a function that takes it back. */
  hold(start: () => void): () => void {
    const held = this.#held;
    if (held === undefined || held.length >= MAX_HELD_NOTIFICATIONS) {
      this.#options.counters.add('callersTurnedAway');
      throw new InvalidStateError(
        'too many notifications wait for the MTU exchange already; await some of them first',
      );
    }
    held.push(start);
    return () => {
      const at = held.indexOf(start);
      if (at >= 0) held.splice(at, 1);
    };
  }

  #ask(what: string): void {
    // Only once in a connection (Vol 3, Part F, 3.4.2.1), whoever has given up on it meanwhile.
    if (this.#asked) return;
    this.#asked = true;
    const { requests, indications } = this.#parts;
    requests.submit({
      what,
      opcode: AttOpcode.exchangeMtuRequest,
      answerOpcode: AttOpcode.exchangeMtuResponse,
      packet: encodePacket(ExchangeMtuRequest, { clientRxMtu: this.#options.rxMtu }),
      onSend: () => {
        this.#sent = true;
        this.#held = [];
        indications.hold();
      },
      onAnswer: (answer) => this.#answered(answer),
    });
  }

  #answered(answer: Answer): void {
    const error = answer.kind === 'error' ? answer.error : this.#accept(answer.pdu);
    // A server that does not know the request has the default MTU, which is an answer too (Vol 3, Part G, 4.3.1).
    const refusal =
      error instanceof AttError && error.status === AttErrorCode.requestNotSupported ? undefined : error;
    // What never left may be tried again.
    this.#asked = this.#sent;
    this.#settled ||= this.#sent;
    const held = this.#held ?? [];
    this.#held = undefined;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    this.#parts.indications.release();
    for (const start of held) start();
    for (const settle of waiters) {
      if (refusal === undefined) settle.resolve(this.#mtu);
      else settle.reject(refusal);
    }
  }

  #accept(pdu: Uint8Array): Error | undefined {
    const { counters, peer } = this.#options;
    try {
      this.#apply(ExchangeMtuResponse.decode(pdu, 1).serverRxMtu);
      return undefined;
    } catch (cause) {
      counters.add('malformedPdus');
      return new MalformedPduError(`${peer} answered the MTU exchange with a malformed PDU`, { cause });
    }
  }

  #apply(peerRxMtu: number): void {
    this.#settled = true;
    this.#mtu = Math.max(DEFAULT_ATT_MTU, Math.min(this.#options.rxMtu, peerRxMtu));
  }
}

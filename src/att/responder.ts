import type { Clock, Timer } from '../core/clock.ts';
import { AttError, MalformedPduError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { PACKET_HEADROOM } from '../core/packet.ts';
import { Answers } from '../l2cap/answers.ts';
import type { AttChannel } from './att-channel.ts';
import { AttErrorCode, AttOpcode, attOpcodeName } from './att-codes.ts';
import type { AttCounters } from './att-counters.ts';
import type { AttServer } from './att-server.ts';
import { type AttServerRequest, decodeCommand, decodeRequest } from './codec/requests.ts';
import { errorResponse } from './codec/responses.ts';

/** How long a handler may work on a request: the peer gives up at 30 s (Vol 3, Part F, 3.3.3), and the answer has a way to go. */
const HANDLER_DEADLINE_MS = 20_000;

/** Answers and confirmations that may wait for room in the controller: a peer that keeps to the protocol causes two. */
const MAX_UNSENT_ANSWERS = 8;

export interface ResponderOptions {
  readonly channel: AttChannel;
  readonly clock: Clock;
  readonly log: Log;
  readonly peer: string;
  readonly counters: AttCounters;
  readonly mtu: () => number;
  /** Answers an MTU exchange of the peer. */
  readonly exchangeMtu: (clientRxMtu: number) => void;
}

interface Work {
  readonly opcode: number;
  readonly mtu: number;
  readonly deadline: Timer;
}

/** The server's side of a bearer: every request gets one answer, whatever becomes of its handler. */
export class Responder {
  readonly #options: ResponderOptions;
  server: AttServer | undefined;
  /** The request in work, where its handler did not answer at once. */
  #work: Work | undefined;
  readonly #answers: Answers;

  constructor(options: ResponderOptions) {
    this.#options = options;
    const { channel, counters } = options;
    this.#answers = new Answers(channel, MAX_UNSENT_ANSWERS, () => counters.add('answersDropped'));
  }

  /** A PDU that is a request, or of an opcode nobody knows. */
  request(pdu: Uint8Array): void {
    const { counters, log, peer, mtu } = this.#options;
    const opcode = pdu[0] ?? 0;
    if (this.#work !== undefined) {
      // The client shall send no other request until it has the response (Vol 3, Part F, 3.3.2). What is sent all the same is dropped:
      // to queue it would let a peer grow memory, and the answers carry nothing by which it could tell them apart.
      counters.add('requestsOutOfTurn');
      log.write(
        'warn',
        'att',
        () => `${peer} sent ${attOpcodeName(opcode)} before its last request was answered`,
      );
      return;
    }
    const limit = mtu();
    const request = this.#decode(pdu, limit);
    if (request === undefined) return;
    if (request.opcode === AttOpcode.exchangeMtuRequest) {
      this.#options.exchangeMtu(request.clientRxMtu);
      return;
    }
    if (this.server === undefined) {
      counters.add('unsupportedRequests');
      this.#refuse(opcode, AttErrorCode.requestNotSupported);
      return;
    }
    this.#handle(this.server, request, limit);
  }

  /** A PDU with the Command Flag. */
  command(pdu: Uint8Array): void {
    const { counters, mtu } = this.#options;
    try {
      const command = pdu.length > mtu() ? undefined : decodeCommand(pdu);
      if (command === undefined) counters.add(pdu.length > mtu() ? 'malformedPdus' : 'unknownCommands');
      else if (this.server === undefined) counters.add('commandsUnheard');
      else this.server.handleCommand(command);
    } catch (error) {
      if (error instanceof MalformedPduError) counters.add('malformedPdus');
      else this.#blame(attOpcodeName(pdu[0] ?? 0), error);
    }
  }

  /** Sends an answer or a confirmation; gives false where too many wait for the controller already. */
  answer(packet: Uint8Array): boolean {
    return this.#answers.send(packet);
  }

  /** The bearer ended. */
  end(): void {
    this.#work?.deadline.cancel();
    this.#work = undefined;
  }

  /** The request, or undefined where its refusal has been sent. */
  #decode(pdu: Uint8Array, limit: number): ReturnType<typeof decodeRequest> {
    const { counters } = this.#options;
    const opcode = pdu[0] ?? 0;
    try {
      if (pdu.length > limit) throw new MalformedPduError(`${pdu.length} octets where ATT_MTU is ${limit}`);
      const request = decodeRequest(pdu);
      if (request === undefined) {
        counters.add('unsupportedRequests');
        this.#refuse(opcode, AttErrorCode.requestNotSupported);
      }
      return request;
    } catch {
      counters.add('malformedPdus');
      this.#refuse(opcode, AttErrorCode.invalidPdu);
      return undefined;
    }
  }

  #handle(server: AttServer, request: AttServerRequest, limit: number): void {
    const { opcode } = request;
    let result: Uint8Array | Promise<Uint8Array>;
    try {
      result = server.handleRequest(request, limit);
    } catch (error) {
      this.answer(this.#packetOfError(opcode, error));
      return;
    }
    if (result instanceof Uint8Array) {
      this.answer(this.#checked(opcode, result, limit));
      return;
    }
    const deadline = this.#options.clock.after(HANDLER_DEADLINE_MS, () => this.#giveUp(work), {
      background: true,
    });
    const work: Work = { opcode, mtu: limit, deadline };
    this.#work = work;
    Promise.resolve(result).then(
      (packet) => this.#finish(work, () => this.#checked(opcode, packet, limit)),
      (error: unknown) => this.#finish(work, () => this.#packetOfError(opcode, error)),
    );
  }

  #finish(work: Work, makePacket: () => Uint8Array): void {
    if (this.#work !== work) {
      this.#options.counters.add('lateHandlerAnswers');
      return;
    }
    this.end();
    this.answer(makePacket());
  }

  #giveUp(work: Work): void {
    const { counters, log, peer } = this.#options;
    if (this.#work !== work) return;
    this.#work = undefined;
    counters.add('handlerTimeouts');
    log.write('error', 'att', () => {
      const name = attOpcodeName(work.opcode);
      return `the handler of ${name} from ${peer} took more than ${HANDLER_DEADLINE_MS} ms: answered with Unlikely Error`;
    });
    this.#refuse(work.opcode, AttErrorCode.unlikelyError);
  }

  /** The handler's packet, unless it is none or longer than the MTU that it was told. */
  #checked(opcode: number, packet: Uint8Array, limit: number): Uint8Array {
    if (
      packet instanceof Uint8Array &&
      packet.length > PACKET_HEADROOM &&
      packet.length <= PACKET_HEADROOM + limit
    ) {
      return packet;
    }
    const what = packet instanceof Uint8Array ? `${packet.length - PACKET_HEADROOM} octets` : 'no packet';
    this.#blame(
      attOpcodeName(opcode),
      new RangeError(`its handler answered with ${what} for an ATT_MTU of ${limit}`),
    );
    return errorResponse(opcode, 0, AttErrorCode.unlikelyError);
  }

  #packetOfError(opcode: number, error: unknown): Uint8Array {
    if (error instanceof AttError) return errorResponse(opcode, error.handle, error.status);
    this.#blame(attOpcodeName(opcode), error);
    return errorResponse(opcode, 0, AttErrorCode.unlikelyError);
  }

  #refuse(opcode: number, status: number): void {
    this.answer(errorResponse(opcode, 0, status));
  }

  #blame(name: string, error: unknown): void {
    const { counters, log, peer } = this.#options;
    counters.add('handlerErrors');
    log.write('error', 'att', () => `the handler of ${name} from ${peer} failed: ${String(error)}`);
  }
}

import type { Clock } from '../core/clock.ts';
import { InvalidArgumentError, InvalidStateError, L2capError, MalformedPduError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Infer, Pdu, Shape } from '../core/pdu.ts';
import type { WaitOptions } from '../core/procedure.ts';
import { Answers } from './answers.ts';
import * as commands from './codec/signalling.ts';
import { type ConnectionParameters, connectionParameterFault } from './connection-parameters.ts';
import type { FixedChannel } from './fixed-channel.ts';
import {
  CommandRejectReason,
  ConnectionParameterResult,
  isSignallingResponse,
  SignallingCode,
} from './l2cap-codes.ts';
import type { L2capCounters } from './l2cap-counters.ts';
import { OutstandingRequests, type SignallingRequest } from './outstanding-requests.ts';

/** MTUsig of an LE link: what every implementation takes, and all that the commands here need (Vol 3, Part A, Table 4.1). */
export const SIGNALLING_MTU = 23;

/** Answers that may wait for room in the controller. */
const MAX_UNSENT_ANSWERS = 8;

/** Commands wait for room as long as the link lasts: their own timers bound them. */
const PATIENTLY: WaitOptions = { timeoutMs: Number.POSITIVE_INFINITY };

/** What a central does when its peripheral asks for other connection parameters (Vol 3, Part A, 4.20). */
export interface ConnectionParameterPolicy {
  /** Whether the link may take them. They have been checked against the ranges of the specification. */
  accepts(parameters: ConnectionParameters): boolean;
  /** Called when the acceptance is on its way: updates the link. */
  update(parameters: ConnectionParameters): void;
}

export interface SignallingOptions {
  readonly channel: FixedChannel;
  readonly role: 'central' | 'peripheral';
  readonly clock: Clock;
  readonly log: Log;
  readonly peer: string;
  readonly counters: L2capCounters;
}

/** Reads a command's data; throws MalformedPduError for data that breaks its format. */
export type SignallingHandler = (identifier: number, data: Uint8Array) => void;

const nothing = new Uint8Array(0);

/** Signalling on fixed channel 0x0005 of one link (Vol 3, Part A, 4). */
export class Signalling {
  readonly #options: SignallingOptions;
  readonly #requests: OutstandingRequests;
  /** What is understood, by code. */
  readonly #handlers: Map<number, SignallingHandler>;
  readonly #answers: Answers;
  parameterPolicy: ConnectionParameterPolicy | undefined;

  constructor(options: SignallingOptions) {
    const { channel, clock, role, counters } = options;
    this.#options = options;
    this.#answers = new Answers(channel, MAX_UNSENT_ANSWERS, () => counters.add('answersDropped'));
    this.#requests = new OutstandingRequests(clock, channel.scope);
    const handlers = new Map<number, SignallingHandler>([
      [SignallingCode.commandRejectResponse, (identifier, data) => this.#rejected(identifier, data)],
    ]);
    // A peripheral does not understand the request that only peripherals send (Vol 3, Part A, 4.20).
    if (role === 'central') {
      handlers.set(SignallingCode.connectionParameterUpdateRequest, (identifier, data) =>
        this.#updateParameters(identifier, data),
      );
    }
    this.#handlers = handlers;
    channel.receiver = (frame) => this.#receive(frame);
  }

  /**
   * As peripheral: asks the central for other connection parameters (Vol 3, Part A, 4.20). Resolves when the central accepts; the update follows
   * by itself. Rejects with L2capError where it refuses, with InvalidArgumentError where a parameter is out of range.
   * Waits 30 s at the longest.
   */
  async requestConnectionParameters(parameters: ConnectionParameters, wait: WaitOptions = {}): Promise<void> {
    const { role, peer } = this.#options;
    const what = `asking ${peer} for other connection parameters`;
    if (role !== 'peripheral') {
      throw new InvalidStateError(`${what}: only a peripheral asks; a central updates the connection itself`);
    }
    const fault = connectionParameterFault(parameters);
    if (fault !== undefined) throw new InvalidArgumentError(`${what}: ${fault}`);
    await this.#requests.run(
      {
        what,
        responseCode: SignallingCode.connectionParameterUpdateResponse,
        accept: (data) => {
          const { result } = commands.ConnectionParameterUpdateResponse.decode(data);
          if (result === ConnectionParameterResult.accepted) return;
          throw new L2capError(
            `${what}: it refused (result 0x${result.toString(16).padStart(4, '0')}); keep the present ones, or ask again later with others`,
            result,
          );
        },
        send: (identifier) => this.#send(commands.ConnectionParameterUpdateRequest, identifier, parameters),
      },
      wait,
    );
  }

  /** Understands one more command. */
  handle(code: SignallingCode, handler: SignallingHandler): void {
    this.#handlers.set(code, handler);
  }

  /** Understands these commands no more. */
  disclaim(codes: readonly SignallingCode[]): void {
    for (const code of codes) this.#handlers.delete(code);
  }

  /** Asks the peer. Waits 30 s at the longest; rejects with L2capError where it rejects the command. */
  request<S extends Shape, R>(
    request: Omit<SignallingRequest<R>, 'send'>,
    table: Pdu<S>,
    value: Infer<S>,
    wait: WaitOptions,
  ): Promise<R> {
    return this.#requests.run<R>(
      { ...request, send: (identifier) => this.#send(table, identifier, value) },
      wait,
    );
  }

  /** Sends a command that has no answer. */
  indicate<S extends Shape>(table: Pdu<S>, value: Infer<S>): Promise<void> {
    return this.#send(table, this.#requests.takeIdentifier(), value);
  }

  #send<S extends Shape>(table: Pdu<S>, identifier: number, value: Infer<S>): Promise<void> {
    return this.#options.channel.send(commands.encodeCommand(table, identifier, value), PATIENTLY);
  }

  /** A C-frame longer than MTUsig began (Vol 3, Part A, 4.1). */
  oversized(head: Uint8Array): void {
    const [code, identifier] = head;
    if (code === undefined || identifier === undefined || identifier === 0 || isSignallingResponse(code))
      return;
    this.#reject(
      identifier,
      CommandRejectReason.signallingMtuExceeded,
      Uint8Array.of(SIGNALLING_MTU & 0xff, SIGNALLING_MTU >>> 8),
    );
  }

  /** The link ended. */
  end(): void {
    this.#requests.end();
  }

  #receive(frame: Uint8Array): void {
    const { counters } = this.#options;
    const code = frame[0] ?? 0;
    const identifier = frame[1] ?? 0;
    try {
      const command = commands.decodeCommand(frame);
      // Identifier 0 is never used (Vol 3, Part A, 4): there is nothing that an answer could name.
      if (identifier === 0) throw new MalformedPduError('identifier 0');
      this.#dispatch(command);
    } catch (error) {
      if (!(error instanceof MalformedPduError)) throw error;
      counters.add('malformedCommands');
      if (identifier !== 0 && !isSignallingResponse(code)) {
        this.#reject(identifier, CommandRejectReason.commandNotUnderstood, nothing);
      }
    }
  }

  #dispatch({ code, identifier, data }: commands.Command): void {
    const handler = this.#handlers.get(code);
    if (handler !== undefined) handler(identifier, data);
    else if (!isSignallingResponse(code)) {
      this.#reject(identifier, CommandRejectReason.commandNotUnderstood, nothing);
    } else if (!this.#requests.answered(code, identifier, data)) {
      this.#options.counters.add('unexpectedResponses');
    }
  }

  #rejected(identifier: number, data: Uint8Array): void {
    const { reason } = commands.CommandRejectResponse.decode(data);
    if (!this.#requests.rejected(identifier, reason)) this.#options.counters.add('unexpectedResponses');
  }

  #updateParameters(identifier: number, data: Uint8Array): void {
    const parameters = commands.ConnectionParameterUpdateRequest.decode(data);
    const policy = this.parameterPolicy;
    const accepted =
      connectionParameterFault(parameters) === undefined &&
      this.#guard(() => policy?.accepts(parameters)) === true;
    const left = this.answer(commands.ConnectionParameterUpdateResponse, identifier, {
      result: accepted ? ConnectionParameterResult.accepted : ConnectionParameterResult.rejected,
    });
    if (accepted && left) this.#guard(() => policy?.update(parameters));
  }

  /** What user code gives, or undefined where it throws: a request is answered all the same. */
  #guard<T>(call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      const { log, peer, counters } = this.#options;
      counters.add('receiverErrors');
      log.write(
        'error',
        'l2cap',
        () => `the policy for connection parameters of ${peer} failed: ${String(error)}`,
      );
      return undefined;
    }
  }

  /** Command Reject: no such channel is open. This side's end comes first (Vol 3, Part A, 4.1). */
  rejectCids(identifier: number, localCid: number, remoteCid: number): void {
    const cids = Uint8Array.of(localCid & 0xff, localCid >>> 8, remoteCid & 0xff, remoteCid >>> 8);
    this.#reject(identifier, CommandRejectReason.invalidCidInRequest, cids);
  }

  #reject(identifier: number, reason: CommandRejectReason, reasonData: Uint8Array): void {
    this.#options.counters.add('rejectedCommands');
    this.answer(commands.CommandRejectResponse, identifier, { reason, reasonData });
  }

  /** Sends an answer. Gives false where too many wait for the controller already: it is dropped then. */
  answer<S extends Shape>(table: Pdu<S>, identifier: number, value: Infer<S>): boolean {
    return this.#answers.send(commands.encodeCommand(table, identifier, value));
  }
}

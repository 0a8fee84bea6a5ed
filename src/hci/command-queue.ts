import { copyBytes, readU16 } from '../core/bytes.ts';
import { type Clock, noTimer, type Timer } from '../core/clock.ts';
import { HciError, InvalidStateError, MalformedPduError, TransportError } from '../core/errors.ts';
import type { Infer, Shape } from '../core/pdu.ts';
import { procedure, type Settle, type WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import type { HciCommandType, ReturnShape } from './codec/command.ts';
import { NO_COMMAND_OPCODE } from './codec/command-answers.ts';
import { commandName } from './codec/commands.ts';
import { describeStatus, HciErrorCode } from './codec/error-codes.ts';
import { EVENT_HEADER_LENGTH } from './codec/event.ts';

/** Commands that may wait. More is a caller that does not await. */
export const MAX_QUEUED_COMMANDS = 256;

/** How long a controller may take to answer a command, or to take the next one. */
export const COMMAND_TIMEOUT_MS = 2_000;

export interface CommandOptions extends WaitOptions {
  /** Called in the turn in which the controller answers Success: an event that the answer leads to may stand behind it in one chunk, and comes before the promise. */
  readonly onSuccess?: (() => void) | undefined;
}

export interface CommandQueueOptions {
  readonly clock: Clock;
  /** Ends when the controller has failed or is closed: every command that waits is then rejected. */
  readonly scope: WaitScope;
  readonly timeoutMs: number;
  write(packet: Uint8Array): void;
  /** What the user can do when the controller has failed. */
  readonly advice?: string | undefined;
  /** Called once, when the controller has let a deadline pass. It must end the scope. */
  failed(error: TransportError): void;
  /** An answer to no command that is waiting. */
  unexpected(): void;
  /** A command that the controller does not have. */
  unknownCommand(opcode: number): void;
}

interface Entry {
  readonly type: HciCommandType;
  readonly packet: Uint8Array;
  /** Takes the status and what is behind it; undefined when the caller has given up. */
  answer: ((returnParameters: Uint8Array) => void) | undefined;
}

/** What the user can do about a controller that has failed, unless it is opened again by itself. */
export const OPEN_AGAIN = 'open it again';
const IF_NOT = 'if that does not help, unplug the controller and plug it in';

const refusal = (type: HciCommandType, status: number): HciError => {
  const absent =
    status === HciErrorCode.unknownHciCommand ? ': the controller does not have this command' : '';
  return new HciError(
    `the controller refused ${type.name}: ${describeStatus(status)}${absent}`,
    status,
    type.opcode,
  );
};

/**
 * Commands on their way to the controller (Vol 4, Part E, 4.4). One at a time is with it, for answers match by opcode alone; the next leaves
 * when the last is answered and Num_HCI_Command_Packets lets it. Whoever gives up is released, yet the command keeps its place until it is
 * answered, so that no later command takes its answer.
 */
export class CommandQueue {
  readonly #options: CommandQueueOptions;
  readonly #waiting: Entry[] = [];
  #outstanding: Entry | undefined;
  /** Commands that the controller would take now. One before it has said anything (Vol 4, Part E, 4.4). */
  #credits = 1;
  #watchdog: Timer = noTimer;
  #watching = false;

  constructor(options: CommandQueueOptions) {
    this.#options = options;
  }

  /** The name of the command that is with the controller. */
  get outstanding(): string | undefined {
    return this.#outstanding?.type.name;
  }

  /**
   * Sends a command and gives its return parameters; views in them are the caller's own. Rejects with HciError for a status other than
   * Success. No deadline of its own unless one is given: that of the queue ends every wait.
   */
  send<P extends Shape, R extends Shape>(
    type: HciCommandType<P, R>,
    parameters: Infer<P>,
    options: CommandOptions = {},
  ): Promise<Infer<ReturnShape<R>>> {
    return procedure<Infer<ReturnShape<R>>>(
      {
        what: `sending ${type.name}`,
        clock: this.#options.clock,
        defaultTimeoutMs: Number.POSITIVE_INFINITY,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        scope: this.#options.scope,
        hint: () => this.#hint(type),
      },
      (settle) => {
        const packet = type.encode(parameters);
        if (type.answer === 'none') {
          // Outside the flow control and never answered, so it needs no turn.
          this.#options.write(packet);
          settle.resolve({ status: HciErrorCode.success } as Infer<ReturnShape<R>>);
          return undefined;
        }
        if (this.#waiting.length >= MAX_QUEUED_COMMANDS) {
          throw new InvalidStateError(
            `${MAX_QUEUED_COMMANDS} commands wait for the controller: await some first`,
          );
        }
        const entry: Entry = {
          type,
          packet,
          answer: (bytes) => this.#settle(type, bytes, settle, options.onSuccess),
        };
        this.#waiting.push(entry);
        this.#pump();
        return () => this.#withdraw(entry);
      },
    );
  }

  /** A whole HCI_Command_Complete. */
  commandComplete(packet: Uint8Array): void {
    const opcode = readU16(packet, EVENT_HEADER_LENGTH + 1);
    if (packet.length < EVENT_HEADER_LENGTH + 3) {
      this.#options.unexpected();
      return;
    }
    this.#answered(packet[EVENT_HEADER_LENGTH] ?? 0, opcode, packet.subarray(EVENT_HEADER_LENGTH + 3));
  }

  /** A whole HCI_Command_Status. */
  commandStatus(packet: Uint8Array): void {
    if (packet.length < EVENT_HEADER_LENGTH + 4) {
      this.#options.unexpected();
      return;
    }
    const status = packet[EVENT_HEADER_LENGTH] ?? 0;
    const opcode = readU16(packet, EVENT_HEADER_LENGTH + 2);
    const credits = packet[EVENT_HEADER_LENGTH + 1] ?? 0;
    const entry = this.#outstanding;
    if (
      entry?.type.opcode === opcode &&
      entry.type.answer === 'complete' &&
      status === HciErrorCode.success
    ) {
      // Begun, not done: its Command Complete follows.
      this.#credits = credits;
      return;
    }
    this.#answered(credits, opcode, Uint8Array.of(status));
  }

  /** Forgets everything. The scope has ended and rejected whoever waited. */
  stop(): void {
    this.#waiting.length = 0;
    this.#outstanding = undefined;
    this.#rest();
  }

  #answered(credits: number, opcode: number, returnParameters: Uint8Array): void {
    this.#credits = credits;
    const entry = this.#outstanding;
    if (entry !== undefined && entry.type.opcode === opcode) {
      this.#outstanding = undefined;
      this.#rest();
      if (returnParameters[0] === HciErrorCode.unknownHciCommand) this.#options.unknownCommand(opcode);
      entry.answer?.(returnParameters);
    } else if (opcode !== NO_COMMAND_OPCODE) {
      this.#options.unexpected();
    }
    this.#pump();
  }

  #settle<P extends Shape, R extends Shape>(
    type: HciCommandType<P, R>,
    bytes: Uint8Array,
    settle: Settle<Infer<ReturnShape<R>>>,
    onSuccess: (() => void) | undefined,
  ): void {
    const status = bytes[0];
    if (status === undefined) {
      settle.reject(new MalformedPduError(`the controller answered ${type.name} without a status`));
    } else if (status !== HciErrorCode.success) {
      settle.reject(refusal(type, status));
    } else {
      try {
        // The promise is read after the transport has taken its buffer back.
        settle.resolve(type.returns.decodeLoose(copyBytes(bytes)));
        onSuccess?.();
      } catch (error) {
        settle.reject(error);
      }
    }
  }

  #withdraw(entry: Entry): void {
    entry.answer = undefined;
    const at = this.#waiting.indexOf(entry);
    if (at >= 0) this.#waiting.splice(at, 1);
    if (this.#outstanding === undefined && this.#waiting.length === 0) this.#rest();
  }

  #pump(): void {
    if (this.#outstanding !== undefined || this.#waiting.length === 0) return;
    if (this.#options.scope.error !== undefined) return;
    if (this.#credits === 0) {
      this.#watch('the controller takes no commands');
      return;
    }
    const entry = this.#waiting.shift();
    if (entry === undefined) return;
    this.#outstanding = entry;
    this.#credits--;
    this.#rest();
    this.#watch(`the controller did not answer ${entry.type.name}`);
    this.#options.write(entry.packet);
  }

  /** A deadline that runs already is left to run: it counts from the moment the controller owed something. */
  #watch(what: string): void {
    if (this.#watching) return;
    this.#watching = true;
    const { clock, timeoutMs, advice = OPEN_AGAIN } = this.#options;
    this.#watchdog = clock.after(timeoutMs, () => {
      this.#watching = false;
      this.#options.failed(new TransportError(`${what} within ${timeoutMs} ms: ${advice}; ${IF_NOT}`));
    });
  }

  #rest(): void {
    this.#watchdog.cancel();
    this.#watching = false;
  }

  #hint(type: HciCommandType): string {
    const holder = this.#outstanding?.type;
    if (holder === undefined) return 'the controller takes no commands at present';
    if (holder.opcode === type.opcode) return 'the controller has not answered it yet';
    return `${commandName(holder.opcode)} was with the controller, and it takes one at a time`;
  }
}

import type { Address } from '../core/address.ts';
import { type Clock, noTimer } from '../core/clock.ts';
import { Counters } from '../core/counters.ts';
import { InvalidStateError, TransportError } from '../core/errors.ts';
import { Log } from '../core/log.ts';
import type { Infer, Shape } from '../core/pdu.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import { HciPacketType, type HciTransport } from '../core/transport.ts';
import { WaitScope } from '../core/wait-scope.ts';
import type { AclLink } from './acl-link.ts';
import { AclScheduler } from './acl-scheduler.ts';
import type { HciCommandType, ReturnShape } from './codec/command.ts';
import { HciCommand } from './codec/commands.ts';
import { HciErrorCode } from './codec/error-codes.ts';
import { EVENT_HEADER_LENGTH, type HciEventType } from './codec/event.ts';
import { HciEvent } from './codec/events.ts';
import { COMMAND_TIMEOUT_MS, type CommandOptions, CommandQueue, OPEN_AGAIN } from './command-queue.ts';
import type { ControllerInfo } from './controller-info.ts';
import { setDefaultAnswers } from './default-answers.ts';
import { EventDispatcher } from './event-dispatcher.ts';
import { type ConnectionHandler, Links } from './links.ts';
import type { FirmwareFiles } from './profiles/firmware-files.ts';
import { VENDOR_EVENT_CODE, VendorEvents } from './profiles/vendor-events.ts';
import { type ReportHandler, ReportHandlers } from './report-handlers.ts';
import { type StartUpContext, startUp, wakeController } from './start-up.ts';
import { readZephyrStaticAddress } from './zephyr.ts';

/** The default deadline of start(). A transport that probes or downloads does so before. */
const START_TIMEOUT_MS = 10_000;
/** How long close() waits for the controller to fall silent. */
const CLOSE_TIMEOUT_MS = 500;

const counterNames = ['answerUnexpected', 'dataBufferOverflow', 'packetUnexpected', 'beforeStart'] as const;

export interface HciControllerOptions extends WaitOptions {
  readonly clock: Clock;
  readonly log?: Log | undefined;
  /** Where firmware is looked for, for chips that come without. */
  readonly firmware?: FirmwareFiles | undefined;
  /** How long the controller may take to answer a command before it counts as failed. 2 s by default. */
  readonly commandTimeoutMs?: number | undefined;
  /** Whether it is opened again by itself when it has failed; said in the errors. */
  readonly recovers?: boolean | undefined;
}

const isResetComplete = (packet: Uint8Array): boolean =>
  packet[0] === HciPacketType.event &&
  packet[1] === HciEvent.commandComplete.code &&
  packet.length >= EVENT_HEADER_LENGTH + 4 &&
  HciEvent.commandComplete.decode(packet).commandOpcode === HciCommand.reset.opcode;

/**
 * The host's end of HCI: one controller on one transport, from its reset to its end.
 *
 * It fails for good when the transport is lost, when the controller leaves a command unanswered, and when it reports a hardware error. `scope`
 * then ends with TransportError, one last Reset is sent, and nothing more. Whoever owns it calls close() and opens another.
 */
export class HciController {
  /** Ends with TransportError when the controller has failed or is closed. Every link's scope ends with it. */
  readonly scope = new WaitScope();
  readonly #transport: HciTransport;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #firmware: FirmwareFiles | undefined;
  /** What the user can do about a failure. */
  readonly #advice: string;
  readonly #counters = new Counters(counterNames);
  readonly #commands: CommandQueue;
  readonly #acl: AclScheduler;
  readonly #events: EventDispatcher;
  readonly #links: Links;
  readonly #reports: ReportHandlers;
  /** Of a chip that is being started. Later ones are of no use. */
  readonly #vendorEvents: VendorEvents;
  /** Opcodes that the controller has answered with Unknown HCI Command. */
  readonly #unknownCommands = new Set<number>();
  #wasReset = false;
  #packetsReceived = 0;
  #transportClosed = false;
  #info: ControllerInfo | undefined;
  #closing: Promise<void> | undefined;
  /** Called when the last Reset is answered, or can never be. */
  #onSilenced: () => void = () => undefined;

  private constructor(transport: HciTransport, options: HciControllerOptions) {
    this.#transport = transport;
    this.#clock = options.clock;
    this.#log = options.log ?? new Log();
    this.#firmware = options.firmware;
    this.#advice =
      options.recovers === true
        ? 'it is opened again as soon as it can be, see the state of the adapter'
        : OPEN_AGAIN;
    const write = (packet: Uint8Array): void => transport.send(packet);
    this.#events = new EventDispatcher(this.#log);
    const { eventLagMs } = transport;
    this.#acl = new AclScheduler({ clock: this.#clock, log: this.#log, eventLagMs, write });
    this.#commands = new CommandQueue({
      clock: this.#clock,
      scope: this.scope,
      timeoutMs: options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
      advice: this.#advice,
      write,
      failed: (error) => this.#fail(error),
      unexpected: () => this.#counters.add('answerUnexpected'),
      unknownCommand: (opcode) => this.#unknownCommands.add(opcode),
    });
    this.#links = new Links({
      clock: this.#clock,
      log: this.#log,
      events: this.#events,
      acl: this.#acl,
      send: (command, parameters) => this.send(command, parameters),
    });
    this.#reports = new ReportHandlers(this.#events, this.#log);
    this.#vendorEvents = new VendorEvents(this.#clock, this.scope);
    this.#listen();
  }

  /**
   * Starts the transport, resets the controller and learns what it is. Where this rejects the transport is closed: TransportError for a
   * controller that is silent or has no LE, HciError for a command it cannot do without, TimeoutError, `signal.reason`. Default deadline 10 s.
   */
  static async start(transport: HciTransport, options: HciControllerOptions): Promise<HciController> {
    const controller = new HciController(transport, options);
    try {
      await procedure<void>(
        {
          what: `starting the controller at ${transport.name}`,
          clock: options.clock,
          defaultTimeoutMs: START_TIMEOUT_MS,
          timeoutMs: options.timeoutMs,
          signal: options.signal,
          scope: controller.scope,
          hint: () => `${controller.#commands.outstanding ?? 'no command'} was with the controller`,
        },
        (settle) => {
          controller.#begin().then(settle.resolve, settle.reject);
          return undefined;
        },
      );
    } catch (error) {
      controller.#fail(
        new TransportError(`the controller at ${transport.name} did not start`, { cause: error }),
      );
      await controller.close();
      throw error;
    }
    return controller;
  }

  /** What the controller is and can do. */
  get info(): ControllerInfo {
    if (this.#info === undefined) throw new InvalidStateError('the controller has not started');
    return this.#info;
  }

  /** How far an event may be behind data that the controller sent after it, as on USB, where they take different ways; 0 where that does not happen as far as is known. */
  get eventLagMs(): number {
    return this.#transport.eventLagMs ?? 0;
  }

  /** The links that are up, by connection handle. */
  get links(): ReadonlyMap<number, AclLink> {
    return this.#acl.links;
  }

  /** ACL buffers of the controller that are free at present. */
  get freeAclBuffers(): number {
    return this.#acl.available;
  }

  /** How many packets have come, of any kind. */
  get packetsReceived(): number {
    return this.#packetsReceived;
  }

  /** Whether a command waits for its answer: its deadline tells of a controller that is silent. */
  get owesAnswer(): boolean {
    return this.#commands.outstanding !== undefined;
  }

  /** What was dropped, clamped or unexpected since the start, by name. */
  get counters(): Readonly<Record<string, number>> {
    return {
      ...this.#counters.all(),
      ...this.#events.counters.all(),
      ...this.#links.counters.all(),
      ...this.#reports.counters.all(),
      ...this.#acl.counters.all(),
    };
  }

  /**
   * Sends a command and gives its return parameters, which the caller may keep. Rejects with HciError for a status other than Success, and with
   * the scope's TransportError when the controller fails. One that is given up keeps its place until it is answered. A command answered by
   * Command Status has begun when this resolves; an event tells what came of it.
   */
  send<P extends Shape, R extends Shape>(
    command: HciCommandType<P, R>,
    parameters: Infer<P>,
    options?: CommandOptions,
  ): Promise<Infer<ReturnShape<R>>> {
    return this.#commands.send(command, parameters, options);
  }

  /**
   * Calls back with the parameters of each such event; byte fields are views, valid until the call returns. The function returned takes it
   * back. Whoever listens to a request of the controller answers it: the default answer is given only when nobody listens, or a listener throws.
   */
  on<S extends Shape>(event: HciEventType<S>, handler: (parameters: Infer<S>) => void): () => void {
    return this.#events.on(event, handler);
  }

  /** Calls back for each event with advertising reports, legacy, directed and extended alike. */
  onReports(handler: ReportHandler): () => void {
    return this.#reports.on(handler);
  }

  /** Calls back at each end of an attempt to connect. The link is there before any handler of the event runs. */
  onConnection(handler: ConnectionHandler): () => void {
    return this.#links.onConnection(handler);
  }

  /** Ends a link and resolves when it has ended, at once where it had. Default deadline 2 s; the controller goes on after it. */
  disconnect(
    link: AclLink,
    reason: number = HciErrorCode.remoteUserTerminatedConnection,
    options: WaitOptions = {},
  ): Promise<void> {
    return this.#links.disconnect(link, reason, options);
  }

  /** The static random address that the chip was born with, of a Zephyr controller that has no public one; else undefined. */
  readStaticAddress(): Promise<Address | undefined> {
    return readZephyrStaticAddress(this.info, (command, parameters) => this.send(command, parameters));
  }

  /** Silences the controller and closes the transport. Links end without a word to their peers: who cares disconnects first. Idempotent; never rejects. */
  close(): Promise<void> {
    // In a turn of its own: whoever is told of the end may call close() again, and must find this one.
    this.#closing ??= Promise.resolve().then(() => this.#shutDown());
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    if (this.scope.error === undefined) {
      // All has ended before the Reset is sent, so that nothing can follow it and wake the controller up again.
      this.#end(new TransportError(`the controller at ${this.#transport.name} was closed`));
      await this.#lastReset();
    }
    await this.#transport.close();
  }

  async #lastReset(): Promise<void> {
    try {
      await procedure<void>(
        {
          what: `resetting the controller at ${this.#transport.name}`,
          clock: this.#clock,
          defaultTimeoutMs: CLOSE_TIMEOUT_MS,
        },
        (settle) => {
          this.#onSilenced = () => settle.resolve();
          this.#transport.send(HciCommand.reset.encode({}));
          return undefined;
        },
      );
    } catch {
      // It is closed all the same.
    }
  }

  async #begin(): Promise<void> {
    this.#transport.start({
      packet: (packet) => this.#receive(packet),
      lostSync: (what) => this.#lostSync(what),
      closed: (error) => {
        this.#transportClosed = true;
        this.#onSilenced();
        const text = `the way to the controller at ${this.#transport.name} was lost: see that it runs, is plugged in and serves nobody else; ${this.#advice}`;
        this.#fail(
          new TransportError(error === undefined ? text : `${text} (${error.message})`, { cause: error }),
        );
      },
    });
    const context: StartUpContext = {
      clock: this.#clock,
      log: this.#log,
      unknown: this.#unknownCommands,
      send: (command, parameters) => this.send(command, parameters),
      write: (packet) => this.#transport.send(packet),
      transport: this.#transport,
      firmware: this.#firmware,
      wait: (ms) => this.#wait(ms),
      vendorEvents: this.#vendorEvents,
    };
    await wakeController(context);
    const info = await startUp(context);
    this.#info = info;
    this.#acl.setBuffers({ maxFragmentLength: info.acl.maxLength, count: info.acl.count });
  }

  async #wait(ms: number): Promise<void> {
    const { scope } = this;
    let timer = noTimer;
    try {
      await procedure<void>(
        { what: 'giving a chip time', clock: this.#clock, scope, defaultTimeoutMs: Number.POSITIVE_INFINITY },
        (settle) => {
          timer = this.#clock.after(ms, () => settle.resolve());
          return undefined;
        },
      );
    } finally {
      timer.cancel();
    }
  }

  #receive(packet: Uint8Array): void {
    this.#packetsReceived++;
    if (this.scope.error !== undefined) {
      if (isResetComplete(packet)) this.#onSilenced();
      return;
    }
    if (this.#info === undefined && !this.#isOfStartUp(packet)) {
      if (this.#wasReset && packet[0] === HciPacketType.event && packet[1] === VENDOR_EVENT_CODE)
        this.#vendorEvents.received(packet);
      else this.#counters.add('beforeStart');
    } else if (packet[0] === HciPacketType.acl) this.#acl.receive(packet);
    else if (packet[0] === HciPacketType.event) this.#events.dispatch(packet);
    else this.#counters.add('packetUnexpected');
  }

  /** What comes before the Reset is answered belongs to an earlier life, and a controller just reset has nothing to tell but answers. */
  #isOfStartUp(packet: Uint8Array): boolean {
    if (packet[0] !== HciPacketType.event) return false;
    const code = packet[1];
    if (this.#wasReset) {
      return (
        code === HciEvent.commandComplete.code ||
        code === HciEvent.commandStatus.code ||
        code === HciEvent.hardwareError.code
      );
    }
    this.#wasReset = isResetComplete(packet);
    return this.#wasReset;
  }

  /** A transport that has lost step finds it again at the answer to a Reset, and at start-up one is under way. */
  #lostSync(what: string): void {
    this.#log.write('warn', 'hci', () => `${this.#transport.name} lost step: ${what}`);
    if (!this.#wasReset) return;
    this.#fail(
      new TransportError(
        `${this.#transport.name} delivered what is no HCI packet (${what}): check the baud rate and flow control; ${this.#advice}`,
      ),
    );
  }

  #listen(): void {
    const events = this.#events;
    events.setRaw(HciEvent.commandComplete, (packet) => this.#commands.commandComplete(packet));
    events.setRaw(HciEvent.commandStatus, (packet) => this.#commands.commandStatus(packet));
    events.setRaw(HciEvent.numberOfCompletedPackets, (packet) => this.#acl.completed(packet));
    events.setRaw(HciEvent.dataBufferOverflow, () => this.#counters.add('dataBufferOverflow'));
    events.setRaw(HciEvent.hardwareError, (packet) => {
      const { hardwareCode } = HciEvent.hardwareError.decode(packet);
      this.#fail(
        new TransportError(
          `the controller at ${this.#transport.name} reports hardware error 0x${hardwareCode.toString(16).padStart(2, '0')}: ${this.#advice}`,
        ),
      );
    });
    setDefaultAnswers(events, (command, parameters) => {
      this.send(command, parameters).catch((error: unknown) => {
        this.#log.write('warn', 'hci', () => `a default answer failed: ${error}`);
      });
    });
  }

  /** The controller cannot be relied on any more. A Reset may follow and nothing else, so that it at least falls silent. */
  #fail(error: TransportError): void {
    if (this.scope.error !== undefined) return;
    this.#log.write('error', 'hci', () => error.message);
    this.#end(error);
    if (!this.#transportClosed) this.#transport.send(HciCommand.reset.encode({}));
  }

  #end(error: TransportError): void {
    this.scope.end(error);
    this.#commands.stop();
    this.#acl.stop(error);
  }
}

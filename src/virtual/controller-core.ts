import type { Address } from '../core/address.ts';
import { readU16, writeU16 } from '../core/bytes.ts';
import { MalformedPduError } from '../core/errors.ts';
import type { Infer, Shape } from '../core/pdu.ts';
import { HciPacketType } from '../core/transport.ts';
import { encodeCommandStatus } from '../hci/codec/command-answers.ts';
import { commandName } from '../hci/codec/commands.ts';
import { HciErrorCode } from '../hci/codec/error-codes.ts';
import { EVENT_HEADER_LENGTH, type HciEventType, LE_META_EVENT_CODE } from '../hci/codec/event.ts';
import { HciEvent } from '../hci/codec/events.ts';
import { receiveAcl } from './acl-data.ts';
import type { Chip } from './chips/chip.ts';
import { chipOf } from './chips/chip-of.ts';
import type { Handler } from './commands/handler.ts';
import { handlersOf, supportedCommandsOf } from './commands/table.ts';
import { ControllerState } from './controller-state.ts';
import type { HostLine } from './host-line.ts';
import type { DeviceAddress } from './link-layer/device-address.ts';
import type { Medium, Station } from './link-layer/medium.ts';
import { LinkReports } from './link-reports.ts';
import type { Profile } from './profile.ts';
import type { SeededRandom } from './random.ts';
import { ViolationLog, type ViolationName } from './violations.ts';

export interface ControllerCoreOptions {
  readonly medium: Medium;
  readonly station: Station;
  readonly profile: Profile;
  readonly publicAddress: Address | undefined;
  /** What a Zephyr controller without a public address was given by its maker. */
  readonly staticAddress: Address;
  readonly random: SeededRandom;
  /** Octets for LE Rand. */
  readonly randomBytes: (length: number) => Uint8Array;
}

const COMMAND_HEADER_LENGTH = 4;
const RESET_OPCODE = 0x0c03;
const HOST_COMPLETED_OPCODE = 0x0c35;

/** The host controller interface of one controller: takes packets of its host, answers them, and reports what the radio brings. */
export class ControllerCore {
  readonly medium: Medium;
  readonly station: Station;
  readonly profile: Profile;
  readonly publicAddress: Address | undefined;
  readonly staticAddress: Address;
  readonly random: SeededRandom;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly violations = new ViolationLog();
  readonly reports: LinkReports;
  /** The bit field of HCI_Read_Local_Supported_Commands. */
  readonly supportedCommands: Uint8Array;
  /** What a Zephyr controller tells its identity keys are made from. */
  readonly identityRoot: Uint8Array;
  /** What is under it where that has a life of its own. */
  readonly chip: Chip | undefined;
  state: ControllerState;
  host: HostLine | undefined;
  #answersToLose = 0;
  readonly #handlers: ReadonlyMap<number, Handler>;
  #commandCredits = 1;
  #afterAnswer: (() => void)[] = [];

  constructor(options: ControllerCoreOptions) {
    this.medium = options.medium;
    this.station = options.station;
    this.profile = options.profile;
    this.publicAddress = options.publicAddress;
    this.staticAddress = options.staticAddress;
    this.random = options.random;
    this.randomBytes = options.randomBytes;
    this.chip = chipOf(options.profile);
    this.state = this.#freshState();
    this.reports = new LinkReports(this);
    this.#handlers = handlersOf(options.profile);
    this.supportedCommands = supportedCommandsOf(options.profile);
    this.identityRoot = options.random.bytes(16);
  }

  /** Everything as after power-on. Links are dropped without a word to the own host; the peers hear nothing more. */
  reset(): void {
    const { state } = this;
    state.advertiser?.stop();
    for (const set of state.sets.values()) set.advertiser?.stop();
    state.scanning?.stop();
    state.initiator?.stop();
    for (const end of [...state.links.values()]) end.silence();
    this.#afterAnswer = [];
    this.state = this.#freshState();
  }

  #freshState(): ControllerState {
    return new ControllerState(this.profile, this.medium.clock, this.randomBytes);
  }

  /** A new host, or none. */
  attach(host: HostLine | undefined): void {
    this.host = host;
    this.#commandCredits = 1;
    this.#answersToLose = this.profile.losesFirstAnswer ? 1 : 0;
    this.reset();
  }

  violate(name: ViolationName, detail: string): void {
    this.violations.note({ name, detail, atMs: this.medium.clock.now() });
  }

  /** Counts a command when it arrives, not when it is carried out: that is when the host must have had the credit. */
  arrived(packet: Uint8Array): void {
    if (packet[0] !== HciPacketType.command || packet.length < COMMAND_HEADER_LENGTH) return;
    const opcode = readU16(packet, 1);
    if (opcode === HOST_COMPLETED_OPCODE) return;
    if (opcode === RESET_OPCODE) {
      this.#commandCredits = 0;
      return;
    }
    this.#commandCredits--;
    if (this.#commandCredits < 0) {
      this.violate(
        'commandWithoutCredit',
        `${commandName(opcode)} came before the answer to the command before it`,
      );
    }
  }

  /** One packet of the host. Never throws. */
  receive(packet: Uint8Array): void {
    if (this.chip?.isDeaf(this.medium.clock.now()) === true) {
      this.violate('firmwareOrder', 'a packet while the chip starts anew, which it cannot hear');
      return;
    }
    switch (packet[0]) {
      case HciPacketType.command:
        this.#command(packet);
        return;
      case HciPacketType.acl:
        receiveAcl(this, packet);
        return;
      default:
        this.violate('unsupportedPacketType', `a packet with indicator ${packet[0] ?? 'none'}`);
    }
  }

  #command(packet: Uint8Array): void {
    if (packet.length < COMMAND_HEADER_LENGTH || packet[3] !== packet.length - COMMAND_HEADER_LENGTH) {
      this.violate(
        'malformedPacket',
        `a command of ${packet.length} octets whose length octet says otherwise`,
      );
      if (packet.length >= COMMAND_HEADER_LENGTH) {
        this.#answer(encodeCommandStatus(readU16(packet, 1), HciErrorCode.invalidHciCommandParameters));
      }
      return;
    }
    const opcode = readU16(packet, 1);
    const handler = this.#handlers.get(opcode);
    if (this.chip?.takes?.(opcode) === false) {
      if (this.chip.mayBeTried?.(opcode) !== true)
        this.violate('firmwareOrder', `${commandName(opcode)} to a boot loader, which does not know it`);
      const status = HciErrorCode.unknownHciCommand;
      this.#answer(handler?.refuse(status) ?? encodeCommandStatus(opcode, status));
      return;
    }
    if (handler === undefined) {
      this.violate('unknownCommand', commandName(opcode));
      this.#answer(encodeCommandStatus(opcode, HciErrorCode.unknownHciCommand));
      return;
    }
    this.#answer(this.#run(handler, packet));
    const after = this.#afterAnswer;
    this.#afterAnswer = [];
    for (const task of after) task();
  }

  #run(handler: Handler, packet: Uint8Array): Uint8Array | undefined {
    try {
      return handler.run(this, packet);
    } catch (error) {
      if (!(error instanceof MalformedPduError)) throw error;
      this.violate('malformedCommand', error.message);
      return handler.refuse(HciErrorCode.invalidHciCommandParameters);
    }
  }

  /** Runs after the answer to the command that is being carried out has gone to the host. */
  afterAnswer(task: () => void): void {
    this.#afterAnswer.push(task);
  }

  #answer(packet: Uint8Array | undefined): void {
    if (packet === undefined) return;
    this.#commandCredits = 1;
    if (this.#answersToLose > 0) this.#answersToLose--;
    else this.host?.deliver(packet);
  }

  /** Whether the host has asked to hear of an event (Vol 4, Part E, 7.3.1, 7.8.1). */
  wants(type: Pick<HciEventType, 'code' | 'subevent'>): boolean {
    const { eventMask, eventMaskPage2, leEventMask } = this.state;
    const { code, subevent } = type;
    // Clones that refuse the mask are of use all the same: they mask nothing by it.
    const isMasked = !this.profile.refusesEventMask;
    if (code === LE_META_EVENT_CODE) {
      if (isMasked && (eventMask & LE_META_BIT) === 0n) return false;
      return subevent !== undefined && (leEventMask & (1n << BigInt(subevent - 1))) !== 0n;
    }
    if (code >= FIRST_OF_PAGE_2) return (eventMaskPage2 & pageTwoBit(code)) !== 0n;
    return !isMasked || (eventMask & (1n << BigInt(code - 1))) !== 0n;
  }

  /** Reports an event if the host wants it. Says whether it did. */
  event<S extends Shape>(type: HciEventType<S>, parameters: Infer<S>): boolean {
    if (this.host === undefined || !this.wants(type)) return false;
    this.host.deliver(type.encode(parameters));
    return true;
  }

  /** An event that the maker defines; nothing masks it. */
  vendorEvent(parameters: Uint8Array): void {
    this.host?.deliver(Uint8Array.of(HciPacketType.event, 0xff, parameters.length, ...parameters));
  }

  /** The chip has started anew, and takes a command although it has not answered the last one. */
  restarted(): void {
    this.reset();
    this.#commandCredits = 1;
  }

  /** Number Of Completed Packets for all that the peers have taken since the last one. It cannot be masked. */
  reportCompleted(): void {
    const completed = this.state.acl.takeCompleted();
    if (completed.size === 0 || this.host === undefined) return;
    const packet = new Uint8Array(EVENT_HEADER_LENGTH + 1 + 4 * completed.size);
    packet[0] = HciPacketType.event;
    packet[1] = HciEvent.numberOfCompletedPackets.code;
    packet[2] = packet.length - EVENT_HEADER_LENGTH;
    packet[3] = completed.size;
    let at = 4;
    for (const [handle, packets] of completed) {
      writeU16(packet, at, handle);
      writeU16(packet, at + 2, packets);
      at += 4;
    }
    this.host.deliver(packet);
  }

  /** There is room for data to the host again. */
  hostReady(): void {
    for (const end of this.state.links.values()) end.link.kick();
  }

  /** The lowest handle that is free: hosts must cope with 0 and with handles that come again. */
  freeHandle(): number {
    let handle = 0;
    while (this.state.links.has(handle)) handle++;
    return handle;
  }

  /** Whether anything filters by the accept list now: it may not change then (Vol 4, Part E, 7.8.15). */
  get acceptListInUse(): boolean {
    const { advertiser, sets, scanning, initiator } = this.state;
    return (
      advertiser?.usesAcceptList === true ||
      [...sets.values()].some((set) => set.advertiser?.usesAcceptList === true) ||
      scanning?.scanner.usesAcceptList === true ||
      initiator?.usesAcceptList === true
    );
  }

  /**
   * The own address for an Own_Address_Type, undefined where there is none (Vol 4, Part E, 7.8.5). Types 2 and 3 are resolvable ones
   * towards `peer` where its entry of the resolving list has a key for them, else as 0 and 1. Sets have a random one of their own.
   */
  ownAddress(
    ownAddressType: number,
    peer?: DeviceAddress,
    randomAddress = this.state.randomAddress,
  ): DeviceAddress | undefined {
    const resolvable = ownAddressType < 2 ? undefined : this.state.resolvingList.localAddress(peer);
    if (resolvable !== undefined) return { address: resolvable, type: 'random', generated: true };
    const random = (ownAddressType & 1) === 1;
    const address = random ? randomAddress : this.publicAddress;
    return address === undefined ? undefined : { address, type: random ? 'random' : 'public' };
  }

  /** What a directed advertiser calls its target: by a resolvable address where it uses one itself (Vol 4, Part E, 7.8.5). */
  targetAddress(ownAddressType: number, peer: DeviceAddress): DeviceAddress {
    return ownAddressType < 2 ? peer : this.state.resolvingList.targetAddress(peer);
  }

  /** Whether the radio is in use in a way that the resolving list may not change under (Vol 4, Part E, 7.8.38). */
  get advertisesScansOrInitiates(): boolean {
    const { advertiser, sets, scanning, initiator } = this.state;
    const used = advertiser ?? scanning ?? initiator;
    return used !== undefined || [...sets.values()].some((set) => set.advertiser !== undefined);
  }
}

const LE_META_BIT = 1n << BigInt(LE_META_EVENT_CODE - 1);
const FIRST_OF_PAGE_2 = 0x40;

/** Vol 4, Part E, 7.3.69: the bits of page 2 follow no rule. */
const pageTwoBit = (code: number): bigint => {
  if (code === HciEvent.encryptionChangeV2.code) return 1n << 25n;
  return code === HciEvent.authenticatedPayloadTimeoutExpired.code ? 1n << 23n : 0n;
};

import { type Address, parseAddress } from '../../src/core/address.ts';
import type { Infer, Shape } from '../../src/core/pdu.ts';
import { HciPacketType, type HciTransport, type HciTransportSink } from '../../src/core/transport.ts';
import { BoundaryFlag } from '../../src/hci/codec/acl.ts';
import type { HciCommandType, ReturnShape } from '../../src/hci/codec/command.ts';
import {
  encodeCommandComplete,
  encodeCommandFailed,
  encodeCommandStatus,
} from '../../src/hci/codec/command-answers.ts';
import { commandByOpcode, HciCommand } from '../../src/hci/codec/commands.ts';
import type { HciEventType } from '../../src/hci/codec/event.ts';
import { HciEvent } from '../../src/hci/codec/events.ts';
import { bitsToBytes, LmpFeature } from '../../src/hci/codec/features.ts';
import { placedCommands, supportedCommandBit } from '../../src/hci/codec/supported-commands.ts';
import { CompanyIdentifier, CoreVersion } from '../../src/hci/codec/version.ts';

/** What a scripted controller says of itself. */
export interface ControllerProfile {
  readonly hciVersion: number;
  readonly companyIdentifier: number;
  readonly bdAddr: Address;
  readonly leFeatures: readonly number[];
  readonly lmpFeatures: readonly number[];
  readonly commands: readonly HciCommandType[];
  readonly leBuffers: { readonly length: number; readonly count: number };
  readonly commonBuffers: { readonly length: number; readonly count: number };
}

const upTo = (opcode: number): HciCommandType[] =>
  placedCommands.filter((type) => type.opcode <= opcode && type !== HciCommand.setEventMaskPage2);
const le = (to: HciCommandType): HciCommandType[] => upTo(to.opcode);

/** A dual-mode USB dongle of version 4.0: buffers shared with BR/EDR. */
export const csr8510: ControllerProfile = {
  hciVersion: CoreVersion['4.0'],
  companyIdentifier: CompanyIdentifier.cambridgeSiliconRadio,
  bdAddr: parseAddress('00:1A:7D:DA:71:13'),
  leFeatures: [0],
  lmpFeatures: [LmpFeature.leSupportedController],
  commands: le(HciCommand.leTestEnd),
  leBuffers: { length: 0, count: 0 },
  commonBuffers: { length: 310, count: 10 },
};

/** A dual-mode controller of version 4.2 with buffers for LE. */
export const broadcom42: ControllerProfile = {
  hciVersion: CoreVersion['4.2'],
  companyIdentifier: CompanyIdentifier.broadcom,
  bdAddr: parseAddress('B8:27:EB:01:02:03'),
  leFeatures: [0, 1, 2, 3, 4, 5, 6, 7],
  lmpFeatures: [LmpFeature.leSupportedController],
  commands: [...le(HciCommand.leReadMaximumDataLength), HciCommand.setEventMaskPage2],
  leBuffers: { length: 251, count: 15 },
  commonBuffers: { length: 1021, count: 8 },
};

/** An LE-only controller without a public address. */
export const zephyr: ControllerProfile = {
  hciVersion: CoreVersion['5.4'],
  companyIdentifier: CompanyIdentifier.linuxFoundation,
  bdAddr: parseAddress('00:00:00:00:00:00'),
  leFeatures: [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14],
  lmpFeatures: [LmpFeature.leSupportedController, LmpFeature.bredrNotSupported],
  commands: placedCommands.filter(
    (type) =>
      type !== HciCommand.leReadBufferSizeV2 &&
      type !== HciCommand.readBufferSize &&
      type !== HciCommand.writeLeHostSupport,
  ),
  leBuffers: { length: 27, count: 3 },
  commonBuffers: { length: 0, count: 0 },
};

/** Every feature and every command, on one chip. */
export const everything: ControllerProfile = {
  hciVersion: CoreVersion['6.0'],
  companyIdentifier: CompanyIdentifier.nordicSemiconductor,
  bdAddr: parseAddress('C0:FF:EE:00:00:01'),
  leFeatures: Array.from({ length: 48 }, (_, bit) => bit),
  lmpFeatures: [LmpFeature.leSupportedController],
  commands: placedCommands,
  leBuffers: { length: 251, count: 8 },
  commonBuffers: { length: 1021, count: 4 },
};

type Answer = readonly Uint8Array[];

/**
 * A controller that answers from a script, on the host's side of a transport. What a test does not script is answered as a controller of the
 * profile would; answers arrive a microtask after the command.
 */
export class ScriptedController implements HciTransport {
  readonly name = 'scripted';
  readonly pendingBytes = 0;
  readonly counters = {};
  /** Every packet that the host sent. */
  readonly sent: Uint8Array[] = [];
  closed = false;
  readonly #profile: ControllerProfile;
  readonly #script = new Map<number, (packet: Uint8Array) => Answer>();
  #sink: HciTransportSink | undefined;

  constructor(profile: ControllerProfile) {
    this.#profile = profile;
    this.#introduce();
  }

  start(sink: HciTransportSink): void {
    this.#sink = sink;
  }

  send(packet: Uint8Array): void {
    this.sent.push(packet.slice());
    if (packet[0] !== HciPacketType.command) return;
    const opcode = (packet[1] ?? 0) | ((packet[2] ?? 0) << 8);
    const answers = this.#script.get(opcode)?.(packet) ?? this.#usual(opcode);
    queueMicrotask(() => {
      for (const answer of answers) this.deliver(answer);
    });
  }

  pause(): void {}
  resume(): void {}
  ref(): void {}
  unref(): void {}

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.#sink?.closed();
  }

  /** Hands the host a packet, in a buffer that is overwritten afterwards, as a transport's is. */
  deliver(packet: Uint8Array): void {
    const chunk = packet.slice();
    this.#sink?.packet(chunk);
    chunk.fill(0xee);
  }

  lostSync(what: string): void {
    this.#sink?.lostSync(what);
  }

  lost(error?: Error): void {
    this.#sink?.closed(error);
  }

  event<S extends Shape>(type: HciEventType<S>, parameters: Infer<S>): void {
    this.deliver(type.encode(parameters));
  }

  acl(handle: number, data: Uint8Array, first = true): void {
    const flag = first ? BoundaryFlag.firstFlushable : BoundaryFlag.continuing;
    const header = [HciPacketType.acl, handle & 0xff, (handle >> 8) | (flag << 4)];
    this.deliver(Uint8Array.from([...header, data.length & 0xff, data.length >> 8, ...data]));
  }

  completed(
    ...completed: readonly (readonly [connectionHandle: number, numCompletedPackets: number])[]
  ): void {
    this.event(HciEvent.numberOfCompletedPackets, {
      completed: completed.map(([connectionHandle, numCompletedPackets]) => ({
        connectionHandle,
        numCompletedPackets,
      })),
    });
  }

  connect(connectionHandle: number, peerAddress = parseAddress('F0:F1:F2:F3:F4:F5')): void {
    this.event(HciEvent.leConnectionComplete, {
      status: 0,
      connectionHandle,
      role: 1,
      peerAddressType: 1,
      peerAddress,
      connectionInterval: 24,
      peripheralLatency: 0,
      supervisionTimeout: 72,
      centralClockAccuracy: 0,
    });
  }

  disconnect(connectionHandle: number, reason = 0x13): void {
    this.event(HciEvent.disconnectionComplete, { status: 0, connectionHandle, reason });
  }

  /** Answers a command with these return parameters from now on. */
  answer<P extends Shape, R extends Shape>(type: HciCommandType<P, R>, returns: Infer<ReturnShape<R>>): void {
    this.#script.set(type.opcode, () => [encodeCommandComplete(type, returns)]);
  }

  refuse(type: HciCommandType, status: number): void {
    this.#script.set(type.opcode, () => [
      type.answer === 'status'
        ? encodeCommandStatus(type.opcode, status)
        : encodeCommandFailed(type.opcode, status),
    ]);
  }

  /** Answers a command with these packets, none for silence. */
  script(type: HciCommandType, answer: (packet: Uint8Array) => Answer): void {
    this.#script.set(type.opcode, answer);
  }

  /** Names of the commands that the host sent, in order. */
  get commands(): string[] {
    return this.sent
      .filter((packet) => packet[0] === HciPacketType.command)
      .map((packet) => commandByOpcode((packet[1] ?? 0) | ((packet[2] ?? 0) << 8))?.name ?? 'unknown');
  }

  /** The parameters of the last command of a kind that the host sent. */
  last<P extends Shape, R extends Shape>(type: HciCommandType<P, R>): Infer<P> | undefined {
    const packet = this.sent.findLast(
      (sent) => sent[0] === HciPacketType.command && ((sent[1] ?? 0) | ((sent[2] ?? 0) << 8)) === type.opcode,
    );
    return packet === undefined ? undefined : type.decode(packet);
  }

  get aclSent(): Uint8Array[] {
    return this.sent.filter((packet) => packet[0] === HciPacketType.acl);
  }

  #usual(opcode: number): Answer {
    const type = commandByOpcode(opcode);
    if (type === undefined || !this.#profile.commands.includes(type))
      return [encodeCommandFailed(opcode, 0x01)];
    if (type.answer === 'status') return [encodeCommandStatus(opcode, 0)];
    if (type.answer === 'none') return [];
    const [packet, length] = [new Uint8Array(7 + 255), 7 + zeroLength(type.returns.shape)];
    packet.set([
      HciPacketType.event,
      HciEvent.commandComplete.code,
      length - 3,
      1,
      opcode & 0xff,
      opcode >> 8,
    ]);
    return [packet.slice(0, length)];
  }

  #introduce(): void {
    const profile = this.#profile;
    const status = 0;
    this.answer(HciCommand.readLocalVersionInformation, {
      status,
      hciVersion: profile.hciVersion,
      hciSubversion: 0x1234,
      lmpVersion: profile.hciVersion,
      companyIdentifier: profile.companyIdentifier,
      lmpSubversion: 0x5678,
    });
    const bits = profile.commands.flatMap((type) => supportedCommandBit(type) ?? []);
    this.answer(HciCommand.readLocalSupportedCommands, {
      status,
      supportedCommands: bitsToBytes(bits, 64),
    });
    this.answer(HciCommand.readLocalSupportedFeatures, {
      status,
      lmpFeatures: bitsToBytes(profile.lmpFeatures, 8),
    });
    this.answer(HciCommand.leReadLocalSupportedFeatures, {
      status,
      leFeatures: bitsToBytes(profile.leFeatures, 8),
    });
    this.answer(HciCommand.readBdAddr, { status, bdAddr: profile.bdAddr });
    const { leBuffers, commonBuffers } = profile;
    const buffers = { leAclDataPacketLength: leBuffers.length, totalNumLeAclDataPackets: leBuffers.count };
    if (profile.commands.includes(HciCommand.leReadBufferSize)) {
      this.answer(HciCommand.leReadBufferSize, { status, ...buffers });
    }
    if (profile.commands.includes(HciCommand.leReadBufferSizeV2)) {
      const iso = { isoDataPacketLength: 251, totalNumIsoDataPackets: 4 };
      this.answer(HciCommand.leReadBufferSizeV2, { status, ...buffers, ...iso });
    }
    if (profile.commands.includes(HciCommand.readBufferSize)) {
      this.answer(HciCommand.readBufferSize, {
        status,
        aclDataPacketLength: commonBuffers.length,
        synchronousDataPacketLength: 64,
        totalNumAclDataPackets: commonBuffers.count,
        totalNumSynchronousDataPackets: 8,
      });
    }
    if (profile.commands.includes(HciCommand.leReadMaximumDataLength)) {
      this.answer(HciCommand.leReadMaximumDataLength, {
        status,
        supportedMaxTxOctets: 251,
        supportedMaxTxTime: 17040,
        supportedMaxRxOctets: 251,
        supportedMaxRxTime: 17040,
      });
    }
  }
}

/** Octets behind the status of a return with every field at its smallest. */
const zeroLength = (shape: Shape): number =>
  Object.entries(shape).reduce((sum, [name, field]) => {
    if (name === 'status') return sum;
    const { domain } = field;
    if (domain.kind === 'unsigned' || domain.kind === 'signed') return sum + Math.ceil(domain.bits / 8);
    if (domain.kind === 'address') return sum + 6;
    return sum + (domain.kind === 'bytes' ? (domain.length ?? 1) : 1);
  }, 0);

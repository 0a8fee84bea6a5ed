import { type Address, parseAddress } from '../../../src/core/address.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import type { Infer, Shape } from '../../../src/core/pdu.ts';
import { HciPacketType, type HciTransport } from '../../../src/core/transport.ts';
import type { HciCommandType, ReturnShape } from '../../../src/hci/codec/command.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { eventKey, eventKeyOf, type HciEventType } from '../../../src/hci/codec/event.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import type { AirOptions, ControllerOptions } from '../../../src/virtual/air.ts';
import { Air } from '../../../src/virtual/air.ts';
import type { VirtualController } from '../../../src/virtual/controller.ts';

/** Lets what was posted run, without time. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) await Promise.resolve();
};

/** A host that knows nothing but packets: it sends commands and keeps what the controller says, in order. */
export class TestHost {
  readonly transport: HciTransport;
  readonly controller: VirtualController;
  readonly packets: Uint8Array[] = [];
  closedWith: Error | 'local' | undefined;

  constructor(controller: VirtualController) {
    this.controller = controller;
    this.transport = controller.connect();
    this.transport.start({
      packet: (packet) => this.packets.push(new Uint8Array(packet)),
      lostSync: (what) => {
        throw new Error(what);
      },
      closed: (error) => {
        this.closedWith = error ?? 'local';
      },
    });
  }

  /** Sends a command and gives what answered it: the return parameters, or for a status command its status. */
  async command<P extends Shape, R extends Shape>(
    type: HciCommandType<P, R>,
    parameters: Infer<P>,
  ): Promise<Infer<ReturnShape<R>>> {
    this.transport.send(type.encode(parameters));
    await settle();
    return this.answerTo(type);
  }

  /** Takes the answer to a command out of what has come. */
  answerTo<P extends Shape, R extends Shape>(type: HciCommandType<P, R>): Infer<ReturnShape<R>> {
    for (const [i, packet] of this.packets.entries()) {
      const key = eventKeyOf(packet);
      if (packet[0] !== HciPacketType.event) continue;
      if (key === HciEvent.commandComplete.code) {
        const complete = HciEvent.commandComplete.decode(packet);
        if (complete.commandOpcode !== type.opcode) continue;
        this.packets.splice(i, 1);
        if (type.answer === 'status') throw new Error(`${type.name} was answered by Command Complete`);
        return type.returns.decode(complete.returnParameters);
      }
      if (key === HciEvent.commandStatus.code) {
        const status = HciEvent.commandStatus.decode(packet);
        if (status.commandOpcode !== type.opcode) continue;
        this.packets.splice(i, 1);
        if (type.answer === 'complete' && status.status !== 0x01) {
          throw new Error(`${type.name} was answered by Command Status ${status.status}`);
        }
        return { status: status.status } as Infer<ReturnShape<R>>;
      }
    }
    throw new Error(`${type.name} was not answered; there is ${this.summary()}`);
  }

  /** As command(), for one that has to succeed. */
  async ok<P extends Shape, R extends Shape>(
    type: HciCommandType<P, R>,
    parameters: Infer<P>,
  ): Promise<Infer<ReturnShape<R>>> {
    const answer = await this.command(type, parameters);
    if (answer.status !== 0) throw new Error(`${type.name} failed with ${answer.status}`);
    return answer;
  }

  /** Takes the first event of that type out of what has come, and says so where there is none. */
  event<S extends Shape>(type: HciEventType<S>): Infer<S> {
    const found = this.maybe(type);
    if (found === undefined) throw new Error(`no ${type.name}; there is ${this.summary()}`);
    return found;
  }

  maybe<S extends Shape>(type: HciEventType<S>): Infer<S> | undefined {
    const key = eventKey(type.code, type.subevent);
    const at = this.packets.findIndex(
      (packet) => packet[0] === HciPacketType.event && eventKeyOf(packet) === key,
    );
    const [packet] = at < 0 ? [] : this.packets.splice(at, 1);
    return packet === undefined ? undefined : type.decode(packet);
  }

  all<S extends Shape>(type: HciEventType<S>): Infer<S>[] {
    const found: Infer<S>[] = [];
    for (let next = this.maybe(type); next !== undefined; next = this.maybe(type)) found.push(next);
    return found;
  }

  /** Takes all ACL packets out: handle, flags and data. */
  data(): { handle: number; flags: number; data: string }[] {
    const found: { handle: number; flags: number; data: string }[] = [];
    for (let i = 0; i < this.packets.length; ) {
      const packet = this.packets[i];
      if (packet?.[0] !== HciPacketType.acl) {
        i++;
        continue;
      }
      this.packets.splice(i, 1);
      const head = (packet[1] ?? 0) | ((packet[2] ?? 0) << 8);
      found.push({ handle: head & 0xfff, flags: head >>> 12, data: toHex(packet.subarray(5)) });
    }
    return found;
  }

  sendData(handle: number, data: Uint8Array, flags = 0): void {
    const packet = new Uint8Array(5 + data.length);
    packet.set([2, handle & 0xff, (handle >> 8) | (flags << 4), data.length & 0xff, data.length >> 8]);
    packet.set(data, 5);
    this.transport.send(packet);
  }

  /** Reset and all events on. */
  async setUp(): Promise<void> {
    await this.ok(HciCommand.reset, {});
    await this.ok(HciCommand.setEventMask, { eventMask: 0x3fff_ffff_ffff_ffffn });
    await this.ok(HciCommand.leSetEventMask, { leEventMask: 0xffff_ffff_ffff_ffffn });
  }

  async advertise(options: AdvertiseOptions = {}): Promise<void> {
    await this.ok(HciCommand.leSetAdvertisingParameters, advertisingParameters(options));
    await this.ok(HciCommand.leSetAdvertisingData, { advertisingData: options.data ?? new Uint8Array(0) });
    await this.ok(HciCommand.leSetScanResponseData, {
      scanResponseData: options.scanResponse ?? new Uint8Array(0),
    });
    await this.ok(HciCommand.leSetAdvertisingEnable, { advertisingEnable: 1 });
  }

  async scan(options: ScanOptions = {}): Promise<void> {
    await this.ok(HciCommand.leSetScanParameters, {
      leScanType: options.active === true ? 1 : 0,
      leScanInterval: options.interval ?? 0x10,
      leScanWindow: options.window ?? options.interval ?? 0x10,
      ownAddressType: options.ownAddressType ?? 0,
      scanningFilterPolicy: options.filterPolicy ?? 0,
    });
    await this.ok(HciCommand.leSetScanEnable, {
      leScanEnable: 1,
      filterDuplicates: options.filterDuplicates === true ? 1 : 0,
    });
  }

  connectTo(peer: Address, options: Partial<CreateConnection> = {}): Promise<{ readonly status: number }> {
    return this.command(HciCommand.leCreateConnection, { ...createConnection(peer), ...options });
  }

  reports(): { type: number; address: string; data: string; rssi: number }[] {
    return this.all(HciEvent.leAdvertisingReport).flatMap(({ reports }) =>
      reports.map((r) => ({ type: r.eventType, address: r.address, data: toHex(r.data), rssi: r.rssi })),
    );
  }

  get violations(): string[] {
    return this.controller.violations.map(({ name }) => name);
  }

  summary(): string {
    return this.packets.length === 0 ? 'nothing' : this.packets.map((packet) => toHex(packet)).join(', ');
  }
}

export interface AdvertiseOptions {
  readonly type?: number;
  readonly interval?: number;
  readonly ownAddressType?: number;
  readonly peer?: Address;
  readonly peerAddressType?: number;
  readonly channelMap?: number;
  readonly filterPolicy?: number;
  readonly data?: Uint8Array;
  readonly scanResponse?: Uint8Array;
}

export const NOBODY = parseAddress('00:00:00:00:00:00');

export const advertisingParameters = (options: AdvertiseOptions = {}) => ({
  advertisingIntervalMin: options.interval ?? 0x00a0,
  advertisingIntervalMax: options.interval ?? 0x00a0,
  advertisingType: options.type ?? 0,
  ownAddressType: options.ownAddressType ?? 0,
  peerAddressType: options.peerAddressType ?? 0,
  peerAddress: options.peer ?? NOBODY,
  advertisingChannelMap: options.channelMap ?? 7,
  advertisingFilterPolicy: options.filterPolicy ?? 0,
});

export interface ScanOptions {
  readonly active?: boolean;
  readonly interval?: number;
  readonly window?: number;
  readonly ownAddressType?: number;
  readonly filterPolicy?: number;
  readonly filterDuplicates?: boolean;
}

const createConnection = (peer: Address) => ({
  leScanInterval: 0x10,
  leScanWindow: 0x10,
  initiatorFilterPolicy: 0,
  peerAddressType: 0,
  peerAddress: peer,
  ownAddressType: 0,
  connectionIntervalMin: 24,
  connectionIntervalMax: 40,
  maxLatency: 0,
  supervisionTimeout: 42,
  minCeLength: 0,
  maxCeLength: 0,
});
type CreateConnection = ReturnType<typeof createConnection>;

/** An air with hosts that are set up, on a clock that stands still; all is gone when `work` is over. */
export const onAir = async (
  controllers: readonly ControllerOptions[],
  work: (world: { air: Air; clock: ManualClock; hosts: TestHost[] }) => Promise<void>,
  airOptions: AirOptions = {},
): Promise<void> => {
  const clock = new ManualClock();
  const air = new Air({ clock, seed: 7, ...airOptions });
  const hosts = controllers.map((options) => new TestHost(air.createController(options)));
  try {
    for (const host of hosts) await host.setUp();
    await work({ air, clock, hosts });
  } finally {
    for (const host of hosts) await host.transport.close();
    await clock.advance(0);
  }
};

/** Two hosts that are connected: the central, the peripheral and their handles. */
export interface Pair {
  readonly air: Air;
  readonly clock: ManualClock;
  readonly central: TestHost;
  readonly peripheral: TestHost;
  readonly centralHandle: number;
  readonly peripheralHandle: number;
}

export const connected = (
  work: (pair: Pair) => Promise<void>,
  options: {
    readonly central?: ControllerOptions;
    readonly peripheral?: ControllerOptions;
    readonly air?: AirOptions;
  } = {},
  connection: Partial<CreateConnection> = {},
): Promise<void> =>
  onAir(
    [options.central ?? {}, options.peripheral ?? {}],
    async ({ air, clock, hosts: [central, peripheral] }) => {
      if (central === undefined || peripheral === undefined) throw new Error('two hosts are needed');
      const address = peripheral.controller.address ?? NOBODY;
      await peripheral.advertise();
      await central.connectTo(address, connection);
      await clock.advance(1000);
      const up = { central: connectionOf(central), peripheral: connectionOf(peripheral) };
      central.packets.length = 0;
      peripheral.packets.length = 0;
      await work({
        air,
        clock,
        central,
        peripheral,
        centralHandle: up.central.connectionHandle,
        peripheralHandle: up.peripheral.connectionHandle,
      });
    },
    options.air,
  );

export const connectionOf = (host: TestHost) => {
  const up = host.event(HciEvent.leEnhancedConnectionComplete);
  if (up.status !== 0) throw new Error(`the connection failed with ${up.status}`);
  return up;
};

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

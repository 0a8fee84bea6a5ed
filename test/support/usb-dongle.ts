import { type Adapter, type ManualClock, MemoryIdentityStore, type OpenOptions, open } from 'jelling';
import { HciPacketType, type HciTransport } from '../../src/core/transport.ts';
import { openUsb } from '../../src/transport/usb/usb.ts';
import { bothModes, csr, FakeUsb } from '../unit/transport/usb/fake-usb.ts';
import type { Hosts } from './hosts.ts';

const EVENTS = 0x81;
const ACL_IN = 0x82;
const SERIALIZED_IN = 0x85;

/** Event codes (Vol 4, Part E, 7.7). */
export const Event = { disconnectionComplete: 0x05, encryptionChange: 0x08, leMeta: 0x3e } as const;

/** A virtual controller behind a USB bus. Its events come late by as much as a test says, and keep their order. */
export class UsbDongle {
  readonly usb: FakeUsb;
  /** How late an event is, in milliseconds. */
  lateMs: (event: Uint8Array) => number = () => 0;
  readonly #controller: HciTransport;
  readonly #clock: ManualClock;
  readonly #isSerialized: boolean;
  #events: Uint8Array[] = [];
  /** Of the last Connection Complete. */
  #handle: readonly [low: number, high: number] = [0, 0];

  constructor(controller: HciTransport, clock: ManualClock, isSerialized = false) {
    this.#controller = controller;
    this.#clock = clock;
    this.#isSerialized = isSerialized;
    this.usb = new FakeUsb({
      info: isSerialized ? bothModes : csr,
      soon: queueMicrotask,
      wrote: (endpoint, bytes) => {
        if (isSerialized) controller.send(bytes.slice());
        else if (endpoint === 0) controller.send(Uint8Array.of(HciPacketType.command, ...bytes.subarray(8)));
        else controller.send(Uint8Array.of(HciPacketType.acl, ...bytes));
      },
    });
    controller.start({
      packet: (packet) => this.#fromController(packet.slice()),
      lostSync: () => undefined,
      closed: () => this.usb.unplug(),
    });
  }

  /** Pulls the cable. */
  close(): Promise<void> {
    return this.#controller.close();
  }

  /** An ATT PDU that is on the bus now, as if the peer of the last link had sent it. */
  injectAtt(pdu: Uint8Array): void {
    const [low, high] = this.#handle;
    this.#deliver(
      Uint8Array.of(HciPacketType.acl, low, high | 0x20, 4 + pdu.length, 0, pdu.length, 0, 4, 0, ...pdu),
    );
  }

  #fromController(packet: Uint8Array): void {
    const [type, code, , subevent, status, low = 0, high = 0] = packet;
    const isConnection = subevent === 0x01 || subevent === 0x0a;
    if (type === HciPacketType.event && code === Event.leMeta && isConnection && status === 0)
      this.#handle = [low, high];
    if (packet[0] !== HciPacketType.event || this.#isSerialized) {
      this.#deliver(packet);
      return;
    }
    const lateMs = this.lateMs(packet.subarray(1));
    if (lateMs === 0 && this.#events.length === 0) {
      this.#deliver(packet);
      return;
    }
    this.#events.push(packet);
    // Those behind a late one come with it.
    if (lateMs > 0) this.#clock.after(lateMs, () => this.#release());
  }

  #release(): void {
    const events = this.#events;
    this.#events = [];
    for (const event of events) this.#deliver(event);
  }

  #deliver(packet: Uint8Array): void {
    const endpoint = packet[0] === HciPacketType.event ? EVENTS : ACL_IN;
    const address = this.#isSerialized ? SERIALIZED_IN : endpoint;
    if (this.usb.reads(address) > 0)
      this.usb.deliver(address, this.#isSerialized ? packet : packet.subarray(1));
  }
}

/** A host on such a dongle; who opens it closes it. */
export const hostOverUsb = async (
  hosts: Hosts,
  options: OpenOptions & { readonly isSerialized?: boolean } = {},
): Promise<{ readonly ble: Adapter; readonly dongle: UsbDongle }> => {
  const { isSerialized, ...opening } = options;
  const { clock } = hosts;
  const dongle = new UsbDongle(hosts.air.createController().connect(), clock, isSerialized);
  const transport = await openUsb({ by: 'class' }, { clock }, dongle.usb.load);
  const ble = await hosts.run(
    open(transport, { clock, identityStore: new MemoryIdentityStore(), ...opening }),
  );
  return { ble, dongle };
};

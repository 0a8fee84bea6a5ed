import type { Clock } from '../../core/clock.ts';
import { Counters } from '../../core/counters.ts';
import { HciPacketType } from '../../core/transport.ts';
import { DEFAULT_MAX_ACL_LENGTH, H4Framer } from '../h4-framer.ts';
import { matches, RESET } from '../reset-complete.ts';
import { USB_READ_HEADROOM, UsbFramer } from '../usb/usb-framer.ts';
import { ACL_PACKET_OCTETS, DongleEndpoint, EVENT_PACKET_OCTETS } from './dongle-descriptors.ts';
import type { DongleFaults } from './dongle-faults.ts';
import { InEndpoint } from './in-endpoint.ts';
import {
  answerStandardRequest,
  decodeSetup,
  halt,
  type SetupPacket,
  type UsbNature,
  type UsbState,
  unconfigured,
} from './standard-requests.ts';
import { type Urb, type UrbResult, UrbStatus } from './urbs.ts';

/** Events kept for a host that does not ask for them. */
const MAX_WAITING_EVENTS = 1024;

export interface DongleDeviceOptions {
  readonly nature: UsbNature;
  readonly faults: DongleFaults;
  readonly clock: Clock;
  readonly complete: (urb: Urb, result: UrbResult) => void;
  /** One whole HCI packet of the host, indicator first; the view is valid until the call returns. */
  readonly received: (packet: Uint8Array) => void;
  /** Octets came that are no packet; nothing is received until a Reset. */
  readonly lostSync: (what: string) => void;
}

interface HeldData {
  readonly octets: Uint8Array;
  /** Events that have to be with the host before. */
  readonly eventsAhead: number;
}

const counterNames = ['droppedEvents', 'droppedPackets', 'refusedCommands', 'stalls'] as const;

/** A dongle as its bus sees it: HCI over endpoints (Vol 4, Part B, 2.1), for one host from attaching to detaching. */
export class DongleDevice {
  readonly counters = new Counters(counterNames);
  readonly #options: DongleDeviceOptions;
  readonly #events: InEndpoint;
  readonly #bulk: InEndpoint;
  readonly #aclFramer: UsbFramer;
  #h4Framer: H4Framer;
  #state: UsbState = unconfigured;
  #held: HeldData[] = [];
  #isOutOfStep = false;

  constructor(options: DongleDeviceOptions) {
    this.#options = options;
    const { faults } = options;
    this.#events = this.#endpoint(DongleEndpoint.events, EVENT_PACKET_OCTETS, () => faults.eventPollMs);
    this.#bulk = this.#endpoint(DongleEndpoint.aclIn, ACL_PACKET_OCTETS, () => 0);
    this.#aclFramer = new UsbFramer({
      type: HciPacketType.acl,
      maxLength: DEFAULT_MAX_ACL_LENGTH,
      packet: (packet) => this.#received(packet),
      overlong: (length) => this.#lostSync(`an ACL data packet that claims ${length} octets`),
    });
    this.#h4Framer = this.#makeH4Framer();
  }

  get pendingBytes(): number {
    const held = this.#held.reduce((octets, data) => octets + data.octets.length, 0);
    return this.#events.pendingBytes + this.#bulk.pendingBytes + held;
  }

  /** A packet of the controller, indicator first. */
  send(packet: Uint8Array): void {
    const isEvent = packet[0] === HciPacketType.event;
    const way = this.#isSerialized || !isEvent ? this.#bulk : this.#events;
    if (isEvent && way.queued - way.delivered >= MAX_WAITING_EVENTS) this.counters.add('droppedEvents');
    else if (this.#isSerialized) way.queue(packet);
    else if (isEvent) way.queue(packet.subarray(1));
    else if (packet[0] === HciPacketType.acl) this.#sendData(packet.subarray(1));
    // Isochronous data of LE has no way but that of the Bulk Serialization Mode, and voice is not modelled.
    else this.counters.add('droppedPackets');
  }

  submit(urb: Urb): void {
    if (this.#options.faults.isSilent) return;
    const { endpoint } = urb;
    if ((endpoint & 0x0f) === DongleEndpoint.control) this.#control(urb);
    else if (this.#state.configuration === 0) this.#stall(urb);
    else if (endpoint === DongleEndpoint.events && !this.#isSerialized) this.#events.submit(urb);
    else if (endpoint === DongleEndpoint.aclIn) this.#bulk.submit(urb);
    else if (endpoint === DongleEndpoint.aclOut) this.#bulkOut(urb);
    else if (urb.isoPackets.length > 0) this.#options.complete(urb, { status: UrbStatus.ok });
    else this.#stall(urb);
  }

  unlink(urb: Urb): void {
    this.#events.unlink(urb);
    this.#bulk.unlink(urb);
  }

  stop(): void {
    this.#events.stop();
    this.#bulk.stop();
    this.#h4Framer.stop();
    this.#held = [];
  }

  /** Interface 0 is in the setting for the Bulk Serialization Mode. */
  get #isSerialized(): boolean {
    return this.#state.alternates[0] === 1;
  }

  #endpoint(address: number, maxPacketOctets: number, pollMs: () => number): InEndpoint {
    const { clock, faults, complete } = this.#options;
    return new InEndpoint({
      address,
      maxPacketOctets,
      pollMs,
      clock,
      faults,
      complete,
      halt: () => this.#halted(address),
      delivered: () => this.#releaseData(),
    });
  }

  #makeH4Framer(): H4Framer {
    return new H4Framer(
      { side: 'controller' },
      {
        packet: (packet) => this.#options.received(packet),
        lostSync: (what) => this.#options.lostSync(what),
      },
    );
  }

  #halted(endpoint: number): void {
    this.counters.add('stalls');
    this.#state = halt(this.#state, endpoint);
  }

  #stall(urb: Urb): void {
    this.counters.add('stalls');
    this.#options.complete(urb, { status: UrbStatus.stall });
  }

  #control(urb: Urb): void {
    const setup = decodeSetup(urb.setup);
    const IS_CLASS_REQUEST = 0x20;
    if (this.#options.faults.takeStall(DongleEndpoint.control)) this.#stall(urb);
    else if ((setup.requestType & 0x60) === IS_CLASS_REQUEST) this.#hciCommand(urb, setup);
    else this.#standardRequest(urb, setup);
  }

  #standardRequest(urb: Urb, setup: SetupPacket): void {
    const IS_STANDARD = 0;
    const { faults, complete } = this.#options;
    const nature = { ...this.#options.nature, eventIntervalMs: faults.eventPollMs };
    const isStandard = (setup.requestType & 0x60) === IS_STANDARD;
    const { state, reply, restarts } = isStandard
      ? answerStandardRequest(nature, this.#state, setup)
      : { state: this.#state, reply: undefined };
    this.#state = state;
    if (restarts === 0) this.#restart();
    this.#events.setHalted(state.halted.includes(DongleEndpoint.events));
    this.#bulk.setHalted(state.halted.includes(DongleEndpoint.aclIn));
    if (reply === undefined) this.#stall(urb);
    else {
      const data = reply.subarray(0, Math.min(setup.length, urb.transferBufferLength));
      complete(urb, { status: UrbStatus.ok, data });
    }
  }

  /** Interface 0 begins anew, in whatever setting: nothing of before is believed or delivered. */
  #restart(): void {
    this.#events.flush();
    this.#bulk.flush();
    this.#held = [];
    this.#aclFramer.reset();
    this.#h4Framer = this.#makeH4Framer();
    this.#isOutOfStep = false;
  }

  /** A command is a class request to the device, or to interface 0 of a composite one (Vol 4, Part B, 2.2.1). */
  #hciCommand(urb: Urb, { requestType, index }: SetupPacket): void {
    const { transferBuffer: command } = urb;
    const TO_DEVICE = 0x20;
    const TO_INTERFACE = 0x21;
    const isForUs = requestType === TO_DEVICE || (requestType === TO_INTERFACE && index === 0);
    const isWhole = command.length >= 3 && command.length === 3 + (command[2] ?? 0);
    if (!isForUs || !isWhole || this.#isSerialized) {
      this.counters.add('refusedCommands');
      this.#stall(urb);
      return;
    }
    // The octets are the controller's before the host hears that they have come, as on a bus.
    const packet = new Uint8Array(1 + command.length);
    packet[0] = HciPacketType.command;
    packet.set(command, 1);
    this.#received(packet);
    this.#options.complete(urb, { status: UrbStatus.ok, length: command.length });
  }

  #bulkOut(urb: Urb): void {
    const { transferBuffer: octets } = urb;
    const { faults } = this.#options;
    if (this.#state.halted.includes(urb.endpoint)) this.#stall(urb);
    else if (faults.takeStall(urb.endpoint)) {
      this.#halted(urb.endpoint);
      this.#options.complete(urb, { status: UrbStatus.stall });
    } else {
      if (this.#isSerialized) this.#h4Framer.push(octets);
      else {
        const buffer = new Uint8Array(USB_READ_HEADROOM + octets.length);
        buffer.set(octets, USB_READ_HEADROOM);
        this.#aclFramer.push(buffer, octets.length);
      }
      this.#options.complete(urb, { status: UrbStatus.ok, length: octets.length });
    }
  }

  #received(packet: Uint8Array): void {
    if (this.#isOutOfStep) {
      if (!matches(packet, RESET)) {
        this.counters.add('droppedPackets');
        return;
      }
      this.#isOutOfStep = false;
      this.#aclFramer.reset();
    }
    this.#options.received(packet);
  }

  #lostSync(what: string): void {
    if (this.#isOutOfStep) return;
    this.#isOutOfStep = true;
    this.#options.lostSync(what);
  }

  #sendData(octets: Uint8Array): void {
    this.#held.push({ octets, eventsAhead: this.#events.queued });
    this.#releaseData();
  }

  /** Only data waits for events, never the other way: a host that has no link reads no data. */
  #releaseData(): void {
    for (let [first] = this.#held; first !== undefined; [first] = this.#held) {
      const isOrdered = this.#options.faults.delivery === 'ordered';
      if (isOrdered && this.#events.delivered < first.eventsAhead) return;
      this.#held.shift();
      this.#bulk.queue(first.octets);
    }
  }
}

import type { Clock } from '../core/clock.ts';
import { TransportError } from '../core/errors.ts';
import { procedure } from '../core/procedure.ts';
import { HciPacketType, type HciTransport, type HciTransportSink } from '../core/transport.ts';
import { DEFAULT_MAX_ACL_LENGTH } from './h4-framer.ts';
import { matches, RESET_COMPLETE } from './reset-complete.ts';
import { makeUsbCounters } from './usb-counters.ts';
import { UsbFramer } from './usb-framer.ts';
import { eventLagMs } from './usb-lag.ts';
import type { UsbDevice } from './usb-port.ts';
import { UsbReader } from './usb-reader.ts';
import type { UsbHciInterface } from './usb-select.ts';
import { UsbWriter } from './usb-writer.ts';

/** For what was sent last to leave when the device is closed. */
const DRAIN_ON_CLOSE_MS = 250;
/** For the transfers to end once they have been cancelled; the bus takes a few milliseconds. */
const CANCEL_MS = 1000;
/** Octets that may wait for a device which takes none: see the stream transport. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;

/** Reads in flight on each endpoint, so that the bus never waits for us. */
const READS_IN_FLIGHT = 4;
/** A read of ACL data ends with a short packet; packets that are longer take several. */
const ACL_READ_OCTETS = 1024;

export interface UsbTransportOptions {
  readonly name: string;
  /** Open, with its interface claimed. The transport gives both back. */
  readonly device: UsbDevice;
  readonly hci: UsbHciInterface;
  /** The system's own driver was taken off the interface and is put back. */
  readonly kernelDriverDetached: boolean;
  readonly clock: Clock;
}

/** HCI over USB (Vol 4, Part B): commands on the control endpoint, events on interrupt, ACL data on bulk. */
export class UsbTransport implements HciTransport {
  readonly name: string;
  readonly bus = 'usb';
  readonly eventLagMs: number;
  readonly #options: UsbTransportOptions;
  readonly #counters = makeUsbCounters();
  readonly #readers: readonly UsbReader[];
  readonly #writer: UsbWriter;
  readonly #aclFramer: UsbFramer;
  #sink: HciTransportSink | undefined;
  #outOfStep = false;
  #ended = false;
  #lostBy: TransportError | undefined;
  #closing: Promise<void> | undefined;
  #released: Promise<void> | undefined;

  constructor(options: UsbTransportOptions) {
    this.name = options.name;
    this.eventLagMs = eventLagMs(options.hci.events, options.hci.aclIn);
    this.#options = options;
    const { device, hci } = options;
    const lose = (what: string, cause: Error): void => this.#lose(what, cause);
    const deliver = (packet: Uint8Array): void => this.#deliver(packet);
    const overlong = (length: number): void => this.#loseStep(length);
    const eventFramer = new UsbFramer({
      type: HciPacketType.event,
      maxLength: 0xff,
      packet: deliver,
      overlong,
    });
    this.#aclFramer = new UsbFramer({
      type: HciPacketType.acl,
      maxLength: DEFAULT_MAX_ACL_LENGTH,
      packet: deliver,
      overlong,
    });
    const shared = { device, inFlight: READS_IN_FLIGHT, counters: this.#counters, lose };
    this.#readers = [
      // An event that fills its last packet is not followed by an empty one, so that a longer read would wait for the next event.
      new UsbReader({
        ...shared,
        endpoint: hci.events,
        readOctets: hci.events.maxPacketSize,
        received: (buffer, length) => eventFramer.push(buffer, length),
      }),
      new UsbReader({
        ...shared,
        endpoint: hci.aclIn,
        readOctets: Math.ceil(ACL_READ_OCTETS / hci.aclIn.maxPacketSize) * hci.aclIn.maxPacketSize,
        received: (buffer, length) => this.#aclFramer.push(buffer, length),
      }),
    ];
    this.#writer = new UsbWriter({ device, aclOut: hci.aclOut, counters: this.#counters, lose });
  }

  get pendingBytes(): number {
    return this.#writer.pendingBytes;
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#counters.all();
  }

  start(sink: HciTransportSink): void {
    this.#sink = sink;
    if (this.#ended) {
      queueMicrotask(() => sink.closed(this.#lostBy));
      return;
    }
    for (const reader of this.#readers) reader.start();
  }

  send(packet: Uint8Array): void {
    if (this.#ended) return;
    this.#writer.send(packet);
    if (this.pendingBytes > MAX_PENDING_BYTES) {
      this.#lose(`it takes nothing, ${this.pendingBytes} octets wait for it`);
    }
  }

  pause(): void {
    for (const reader of this.#readers) reader.pause();
  }

  resume(): void {
    if (this.#ended) return;
    for (const reader of this.#readers) reader.resume();
  }

  /** Without effect: reads that are under way keep the process alive, and the library cannot let go of them. */
  ref(): void {
    // See above.
  }

  /** Without effect: see ref(). */
  unref(): void {
    // See ref().
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #deliver(packet: Uint8Array): void {
    if (this.#ended) return;
    if (this.#outOfStep) {
      if (!matches(packet, RESET_COMPLETE)) {
        this.#counters.add('droppedPackets');
        return;
      }
      this.#outOfStep = false;
      this.#counters.add('resynced');
      this.#aclFramer.reset();
    }
    this.#sink?.packet(packet);
  }

  #loseStep(length: number): void {
    this.#counters.add('overlongPackets');
    if (this.#outOfStep || this.#ended) return;
    this.#outOfStep = true;
    this.#counters.add('lostSync');
    this.#sink?.lostSync(`an ACL data packet that claims ${length} octets`);
  }

  #lose(what: string, cause?: Error): void {
    if (this.#ended) return;
    const error = new TransportError(
      `the connection to ${this.name} is lost: ${what}; check that it is plugged in, then open the adapter again`,
      cause === undefined ? undefined : { cause },
    );
    this.#lostBy = error;
    this.#ended = true;
    void this.#letGo();
    this.#sink?.closed(error);
  }

  async #close(): Promise<void> {
    if (this.#ended) return this.#letGo();
    this.#ended = true;
    for (const reader of this.#readers) reader.stop();
    await this.#within(DRAIN_ON_CLOSE_MS, this.#writer.idle());
    await this.#letGo();
    this.#sink?.closed(this.#lostBy);
  }

  #letGo(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  /** Every transfer ends before the device is closed: the library refuses otherwise, and a read would write into freed memory. */
  async #release(): Promise<void> {
    const { device, hci, kernelDriverDetached } = this.#options;
    for (const reader of this.#readers) reader.stop();
    this.#writer.stop();
    const ended = Promise.all([...this.#readers.map((reader) => reader.idle()), this.#writer.idle()]);
    if (!(await this.#within(CANCEL_MS, ended))) {
      this.#counters.add('transfersLeftOpen');
      return;
    }
    // A device that was unplugged refuses each of these, and needs none.
    await device.release(hci.number).catch(() => undefined);
    if (kernelDriverDetached) attempt(() => device.attachKernelDriver(hci.number));
    attempt(() => device.close());
  }

  /** Whether `work` came to its end in time. */
  #within(ms: number, work: Promise<unknown>): Promise<boolean> {
    return procedure<boolean>(
      { what: `closing ${this.name}`, clock: this.#options.clock, defaultTimeoutMs: ms },
      (settle) => {
        work.then(() => settle.resolve(true), settle.reject);
        return undefined;
      },
    ).catch(() => false);
  }
}

const attempt = (work: () => void): void => {
  try {
    work();
  } catch {
    // Whatever is wrong with the device, there is nothing left to do with it.
  }
};

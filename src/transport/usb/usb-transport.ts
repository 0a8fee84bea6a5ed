import type { Clock } from '../../core/clock.ts';
import { TransportError } from '../../core/errors.ts';
import { procedure } from '../../core/procedure.ts';
import type { HciTransport, HciTransportSink } from '../../core/transport.ts';
import type { UsbCounters } from './usb-counters.ts';
import { UsbLegacyMode } from './usb-legacy-mode.ts';
import type { UsbMode, UsbModeOptions } from './usb-mode.ts';
import type { UsbDevice } from './usb-port.ts';
import type { UsbHciInterface, UsbSerializedSetting } from './usb-select.ts';
import { UsbSerializedMode } from './usb-serialized-mode.ts';

/** For what was sent last to leave when the device is closed. */
const DRAIN_ON_CLOSE_MS = 250;
/** For the transfers to end once they have been cancelled; the bus takes a few milliseconds. */
const CANCEL_MS = 1000;
/** Octets that may wait for a device which takes none: see the stream transport. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;

export interface UsbTransportOptions {
  readonly name: string;
  /** Open, with its interface claimed. The transport gives both back. */
  readonly device: UsbDevice;
  readonly hci: UsbHciInterface;
  /** The setting of Bulk Serialization Mode, which has been selected; undefined in Legacy Mode. */
  readonly serialized: UsbSerializedSetting | undefined;
  /** The system's own driver was taken off the interface and is put back. */
  readonly kernelDriverDetached: boolean;
  readonly clock: Clock;
  readonly counters: UsbCounters;
}

/** HCI over USB (Vol 4, Part B), in either mode. */
export class UsbTransport implements HciTransport {
  readonly name: string;
  readonly bus = 'usb';
  readonly eventLagMs: number;
  readonly usbVendorId: number;
  readonly bootLoaderMode: HciTransport['bootLoaderMode'];
  readonly #options: UsbTransportOptions;
  readonly #counters: UsbCounters;
  readonly #mode: UsbMode;
  #sink: HciTransportSink | undefined;
  #ended = false;
  #lostBy: TransportError | undefined;
  #closing: Promise<void> | undefined;
  #released: Promise<void> | undefined;

  constructor(options: UsbTransportOptions) {
    this.name = options.name;
    this.#options = options;
    this.#counters = options.counters;
    const { device, hci, serialized } = options;
    const parts: UsbModeOptions = {
      device,
      counters: this.#counters,
      packet: (packet) => {
        if (!this.#ended) this.#sink?.packet(packet);
      },
      lostSync: (what) => {
        if (!this.#ended) this.#sink?.lostSync(what);
      },
      lose: (what, cause) => this.#lose(what, cause),
    };
    this.#mode =
      serialized === undefined ? new UsbLegacyMode(hci, parts) : new UsbSerializedMode(serialized, parts);
    this.eventLagMs = this.#mode.eventLagMs;
    this.usbVendorId = device.info.vendorId;
    this.bootLoaderMode = this.#mode.bootLoaderMode;
  }

  get pendingBytes(): number {
    return this.#mode.writer.pendingBytes;
  }

  get counters(): Readonly<Record<string, number>> {
    return { ...this.#counters.all(), ...this.#mode.counters };
  }

  start(sink: HciTransportSink): void {
    this.#sink = sink;
    if (this.#ended) {
      queueMicrotask(() => sink.closed(this.#lostBy));
      return;
    }
    for (const reader of this.#mode.readers) reader.start();
  }

  send(packet: Uint8Array): void {
    if (this.#ended) return;
    this.#mode.writer.send(packet);
    if (this.pendingBytes > MAX_PENDING_BYTES) {
      this.#lose(`it takes nothing, ${this.pendingBytes} octets wait for it`);
    }
  }

  pause(): void {
    for (const reader of this.#mode.readers) reader.pause();
  }

  resume(): void {
    if (this.#ended) return;
    for (const reader of this.#mode.readers) reader.resume();
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
    for (const reader of this.#mode.readers) reader.stop();
    await this.#within(DRAIN_ON_CLOSE_MS, this.#mode.writer.idle());
    await this.#letGo();
    this.#sink?.closed(this.#lostBy);
  }

  #letGo(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  /** Every transfer ends before the device is closed: the library refuses otherwise, and a read would write into freed memory. */
  async #release(): Promise<void> {
    const { device, hci, serialized, kernelDriverDetached } = this.#options;
    for (const reader of this.#mode.readers) reader.stop();
    this.#mode.writer.stop();
    const ended = Promise.all([
      ...this.#mode.readers.map((reader) => reader.idle()),
      this.#mode.writer.idle(),
    ]);
    if (!(await this.#within(CANCEL_MS, ended))) {
      this.#counters.add('transfersLeftOpen');
      return;
    }
    // A device that was unplugged refuses each of these, and needs none.
    // Who drives it next looks for it as it was plugged in.
    if (serialized !== undefined) await device.setAlternateSetting(hci.number, 0).catch(() => undefined);
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

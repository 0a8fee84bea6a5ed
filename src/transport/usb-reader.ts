import { messageOf } from './connect-failure.ts';
import type { UsbCounters } from './usb-counters.ts';
import { USB_READ_HEADROOM } from './usb-framer.ts';
import type { UsbDevice, UsbEndpoint, UsbError, UsbTransfer } from './usb-port.ts';

/** Failures in a row on one endpoint after which the device counts as lost. */
const MAX_FAILURES_IN_ROW = 5;

export interface UsbReaderOptions {
  readonly device: UsbDevice;
  readonly endpoint: UsbEndpoint;
  /** A multiple of the endpoint's packet size: a device that sends more than was asked for makes the read fail. */
  readonly readOctets: number;
  readonly inFlight: number;
  readonly counters: UsbCounters;
  /** `length` octets lie in `buffer` behind its headroom, until the call returns. */
  readonly received: (buffer: Uint8Array, length: number) => void;
  readonly lose: (what: string, cause: Error) => void;
}

interface Slot {
  readonly transfer: UsbTransfer;
  readonly buffer: Uint8Array;
  readonly target: Uint8Array;
  busy: boolean;
}

/** Keeps several reads in flight on one IN endpoint. They end in the order in which they were begun. */
export class UsbReader {
  readonly #options: UsbReaderOptions;
  readonly #slots: Slot[];
  #state: 'idle' | 'running' | 'stopped' = 'idle';
  #isPaused = false;
  /** The endpoint stalled and is being set going again. */
  #isHalted = false;
  #failuresInRow = 0;
  readonly #onIdle: (() => void)[] = [];

  constructor(options: UsbReaderOptions) {
    this.#options = options;
    const { device, endpoint, readOctets, inFlight } = options;
    this.#slots = Array.from({ length: inFlight }, () => {
      const buffer = new Uint8Array(USB_READ_HEADROOM + readOctets);
      const slot: Slot = {
        buffer,
        target: buffer.subarray(USB_READ_HEADROOM),
        busy: false,
        transfer: device.makeTransfer(endpoint.address, endpoint.type, (error, actual) =>
          this.#ended(slot, error, actual),
        ),
      };
      return slot;
    });
  }

  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'running';
    this.#submitAll();
  }

  /** Reads that are under way still end and deliver; no new ones begin. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#submitAll();
  }

  /** Cancels what is under way. Nothing is delivered any more. */
  stop(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    for (const slot of this.#slots) if (slot.busy) slot.transfer.cancel();
  }

  /** Resolves when no read is under way. */
  idle(): Promise<void> {
    if (!this.#slots.some((slot) => slot.busy)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  get #mayRead(): boolean {
    return this.#state === 'running' && !this.#isPaused && !this.#isHalted;
  }

  #submitAll(): void {
    for (const slot of this.#slots) {
      if (!this.#mayRead) return;
      if (!slot.busy) this.#submit(slot);
    }
  }

  #submit(slot: Slot): void {
    try {
      slot.transfer.submit(slot.target);
      slot.busy = true;
    } catch (error) {
      this.#options.lose(`it cannot be read: ${messageOf(error)}`, error as Error);
    }
  }

  #ended(slot: Slot, error: UsbError | undefined, actual: number): void {
    slot.busy = false;
    if (error === undefined && this.#state !== 'stopped') {
      this.#failuresInRow = 0;
      this.#options.received(slot.buffer, actual);
    } else if (error !== undefined && error.fault !== 'cancelled') this.#failed(error);
    // The handler may have paused or stopped us.
    if (this.#mayRead) this.#submit(slot);
    if (this.#onIdle.length > 0 && !this.#slots.some((other) => other.busy)) {
      for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  #failed(error: UsbError): void {
    if (this.#state === 'stopped') return;
    const { counters, device, endpoint, lose } = this.#options;
    counters.add(error.fault === 'stall' ? 'stalls' : 'failedReads');
    this.#failuresInRow++;
    if (error.fault === 'gone') lose('it was unplugged', error);
    else if (this.#failuresInRow >= MAX_FAILURES_IN_ROW) lose(`reads from it fail: ${error.message}`, error);
    else if (error.fault === 'stall' && !this.#isHalted) {
      this.#isHalted = true;
      device.clearHalt(endpoint.address).then(
        () => this.#unhalt(),
        (reason: unknown) => lose(`it stalled and cannot be set going: ${messageOf(reason)}`, error),
      );
    }
  }

  #unhalt(): void {
    this.#isHalted = false;
    this.#submitAll();
  }
}

import { messageOf } from '../connect-failure.ts';
import type { UsbCounters } from './usb-counters.ts';
import { explainRefusal } from './usb-failure.ts';
import { USB_READ_HEADROOM } from './usb-framer.ts';
import type { UsbDevice, UsbEndpoint, UsbError, UsbTransfer } from './usb-port.ts';

/** Reads under way on each endpoint, so that a host that is busy for a moment leaves no queue in the controller. */
export const READS_IN_FLIGHT = 16;
/** Failures in a row on one endpoint after which the device counts as lost. */
const MAX_FAILURES_IN_ROW = 5;

export interface UsbReaderOptions {
  readonly device: UsbDevice;
  readonly endpoint: UsbEndpoint;
  /** A multiple of the endpoint's packet size: a device that sends more than was asked for makes the read fail. */
  readonly readOctets: number;
  readonly counters: UsbCounters;
  /** `length` octets lie in `buffer` behind its headroom, until the call returns. */
  readonly received: (buffer: Uint8Array, length: number) => void;
  /** A read has failed. What it had by then has been received; `isCertain` says that the device has sent more, which is lost. */
  readonly gap: (isCertain: boolean) => void;
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
  /** The endpoint stalled. It is set going again when no read is under way. */
  #isHalted = false;
  #isClearing = false;
  #failuresInRow = 0;
  readonly #onIdle: (() => void)[] = [];

  constructor(options: UsbReaderOptions) {
    this.#options = options;
    const { device, endpoint, readOctets } = options;
    this.#slots = Array.from({ length: READS_IN_FLIGHT }, () => {
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

  get #isIdle(): boolean {
    return !this.#isClearing && !this.#slots.some((slot) => slot.busy);
  }

  /** Resolves when no read is under way. */
  idle(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
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
      this.#options.lose(explainRefusal('it cannot be read', error), error as Error);
    }
  }

  #ended(slot: Slot, error: UsbError | undefined, actual: number): void {
    slot.busy = false;
    // Reads end in order, also those that are cancelled or fail: what they have comes before what the next one has.
    if (actual > 0 && this.#state !== 'stopped') this.#options.received(slot.buffer, actual);
    if (error === undefined) this.#failuresInRow = 0;
    else if (error.fault !== 'cancelled' && this.#state !== 'stopped') this.#failed(error);
    // The handler may have paused or stopped us.
    if (this.#mayRead) this.#submit(slot);
    if (!this.#slots.some((other) => other.busy)) this.#allEnded();
  }

  #failed(error: UsbError): void {
    const { counters, gap, lose } = this.#options;
    const isStall = error.fault === 'stall';
    // All reads that are under way end with the one stall.
    if (isStall && this.#isHalted) return;
    counters.add(isStall ? 'stalls' : 'failedReads');
    this.#failuresInRow++;
    if (error.fault === 'gone') lose('it was unplugged', error);
    else if (this.#failuresInRow >= MAX_FAILURES_IN_ROW) lose(`reads from it fail: ${error.message}`, error);
    else {
      gap(error.fault === 'overflow');
      if (!isStall) return;
      this.#isHalted = true;
      for (const slot of this.#slots) if (slot.busy) slot.transfer.cancel();
    }
  }

  #allEnded(): void {
    const { device, endpoint, lose } = this.#options;
    if (this.#isHalted && !this.#isClearing && this.#state === 'running') {
      this.#isClearing = true;
      device.clearHalt(endpoint.address).then(
        () => this.#cleared(),
        (reason: unknown) => {
          lose(`it stalled and cannot be set going: ${messageOf(reason)}`, reason as Error);
          this.#cleared();
        },
      );
    }
    if (this.#isIdle) for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #cleared(): void {
    this.#isClearing = false;
    this.#isHalted = false;
    this.#submitAll();
    if (this.#isIdle) for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

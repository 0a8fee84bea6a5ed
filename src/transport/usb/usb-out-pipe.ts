import { messageOf } from '../connect-failure.ts';
import type { UsbCounters } from './usb-counters.ts';
import { explainRefusal } from './usb-failure.ts';
import type { UsbDevice, UsbEndpointType, UsbError, UsbTransfer } from './usb-port.ts';

/** Transfers kept for the next packet, so that each one does not make a native object of its own. */
const MAX_SPARE_TRANSFERS = 16;
/** Stalls of one endpoint with nothing sent in between after which the device counts as lost. */
const MAX_STALLS_IN_ROW = 5;

export interface UsbOutPipeOptions {
  readonly device: UsbDevice;
  readonly address: number;
  readonly type: UsbEndpointType;
  readonly counters: UsbCounters;
  readonly lose: (what: string, cause: Error) => void;
  /** Octets have left, or never will. */
  readonly ended: (octets: number) => void;
}

interface Slot {
  readonly transfer: UsbTransfer;
  bytes: Uint8Array;
}

const nothing = new Uint8Array(0);

/**
 * One OUT endpoint. Its transfers keep their order, also over a stall: every transfer under way ends with that, the device has taken none of their octets, and
 * they are begun anew when the endpoint goes again.
 */
export class UsbOutPipe {
  readonly #options: UsbOutPipeOptions;
  readonly #spare: Slot[] = [];
  readonly #busy = new Set<Slot>();
  /** What a stall has turned away, and what was sent since. */
  readonly #waiting: Uint8Array[] = [];
  #isHalted = false;
  #isClearing = false;
  #stallsInRow = 0;
  #isStopped = false;

  constructor(options: UsbOutPipeOptions) {
    this.#options = options;
  }

  /** Nothing of it is with the library. */
  get isIdle(): boolean {
    return this.#busy.size === 0 && !this.#isClearing && this.#waiting.length === 0;
  }

  /** Whether `ended` will be called for it. */
  send(bytes: Uint8Array): boolean {
    if (this.#isStopped) return false;
    if (!this.#isHalted) return this.#submit(bytes);
    this.#waiting.push(bytes);
    return true;
  }

  /** Cancels what is under way. */
  stop(): void {
    this.#isStopped = true;
    for (const slot of this.#busy) slot.transfer.cancel();
    for (const bytes of this.#waiting.splice(0)) this.#options.ended(bytes.length);
  }

  #submit(bytes: Uint8Array): boolean {
    const slot = this.#spare.pop() ?? this.#makeSlot();
    try {
      slot.transfer.submit(bytes);
    } catch (error) {
      this.#options.counters.add('failedWrites');
      this.#options.lose(explainRefusal('it cannot be written to', error), error as Error);
      return false;
    }
    slot.bytes = bytes;
    this.#busy.add(slot);
    return true;
  }

  #makeSlot(): Slot {
    const { device, address, type } = this.#options;
    const slot: Slot = {
      bytes: nothing,
      transfer: device.makeTransfer(address, type, (error, actual) => this.#ended(slot, error, actual)),
    };
    return slot;
  }

  #ended(slot: Slot, error: UsbError | undefined, actual: number): void {
    const { bytes } = slot;
    slot.bytes = nothing;
    this.#busy.delete(slot);
    if (this.#spare.length < MAX_SPARE_TRANSFERS) this.#spare.push(slot);
    if (error === undefined) this.#stallsInRow = 0;
    const again = error !== undefined && error.fault !== 'cancelled' && this.#failed(error, actual);
    if (again && !this.#isStopped) this.#waiting.push(bytes);
    else this.#options.ended(bytes.length);
    if (this.#isHalted && this.#busy.size === 0) this.#clear();
  }

  /** Whether the packet is to be sent anew. */
  #failed(error: UsbError, actual: number): boolean {
    const { counters, lose, type } = this.#options;
    counters.add('failedWrites');
    if (error.fault === 'gone') lose('it was unplugged', error);
    else if (error.fault !== 'stall') lose(`writes to it fail: ${error.message}`, error);
    // The control endpoint gets over a stall by itself: the command will go unanswered, which the layer above notices.
    else if (type === 'control') counters.add('stalls');
    else if (actual > 0) lose('it broke off in the middle of a packet', error);
    else {
      if (!this.#isHalted) counters.add('stalls');
      this.#isHalted = true;
      return true;
    }
    return false;
  }

  #clear(): void {
    const { device, address, lose } = this.#options;
    if (this.#isClearing || this.#isStopped) return;
    this.#stallsInRow++;
    if (this.#stallsInRow >= MAX_STALLS_IN_ROW) {
      lose('it stalls again and again', new Error(`${this.#stallsInRow} stalls of endpoint ${address}`));
      return;
    }
    this.#isClearing = true;
    device.clearHalt(address).then(
      () => this.#cleared(),
      (reason: unknown) => {
        this.#isClearing = false;
        lose(`it stalled and cannot be set going: ${messageOf(reason)}`, reason as Error);
        this.#options.ended(0);
      },
    );
  }

  #cleared(): void {
    this.#isClearing = false;
    this.#isHalted = false;
    for (const bytes of this.#waiting.splice(0)) {
      if (this.#isStopped || !this.#submit(bytes)) this.#options.ended(bytes.length);
    }
    this.#options.ended(0);
  }
}

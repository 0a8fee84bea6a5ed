import { HciPacketType } from '../core/transport.ts';
import { messageOf } from './connect-failure.ts';
import type { UsbCounters } from './usb-counters.ts';
import type { UsbDevice, UsbEndpoint, UsbEndpointType, UsbError, UsbTransfer } from './usb-port.ts';

/** Class request to the device (Vol 4, Part B, 2.2.2): request, value and index are zero. */
const SETUP_REQUEST_TYPE = 0x20;
const SETUP_OCTETS = 8;
/** Transfers kept for the next packet, so that each one does not make a native object of its own. */
const MAX_SPARE_TRANSFERS = 16;

export interface UsbWriterOptions {
  readonly device: UsbDevice;
  readonly aclOut: UsbEndpoint;
  readonly counters: UsbCounters;
  readonly lose: (what: string, cause: Error) => void;
}

/** One kind of outgoing transfer: those under way, and spare ones. */
class OutPipe {
  readonly #address: number;
  readonly #type: UsbEndpointType;
  readonly #options: UsbWriterOptions;
  readonly #onEnded: (octets: number) => void;
  readonly #spare: UsbTransferSlot[] = [];
  readonly #busy = new Set<UsbTransferSlot>();

  constructor(
    address: number,
    type: UsbEndpointType,
    options: UsbWriterOptions,
    onEnded: (octets: number) => void,
  ) {
    this.#address = address;
    this.#type = type;
    this.#options = options;
    this.#onEnded = onEnded;
  }

  get isIdle(): boolean {
    return this.#busy.size === 0;
  }

  /** Whether the transfer was begun. */
  submit(bytes: Uint8Array): boolean {
    const slot = this.#spare.pop() ?? this.#makeSlot();
    try {
      slot.transfer.submit(bytes);
    } catch (error) {
      this.#options.counters.add('failedWrites');
      this.#options.lose(`it cannot be written to: ${messageOf(error)}`, error as Error);
      return false;
    }
    slot.octets = bytes.length;
    this.#busy.add(slot);
    return true;
  }

  cancel(): void {
    for (const slot of this.#busy) slot.transfer.cancel();
  }

  #makeSlot(): UsbTransferSlot {
    const slot: UsbTransferSlot = {
      octets: 0,
      transfer: this.#options.device.makeTransfer(this.#address, this.#type, (error) =>
        this.#ended(slot, error),
      ),
    };
    return slot;
  }

  #ended(slot: UsbTransferSlot, error: UsbError | undefined): void {
    this.#busy.delete(slot);
    if (this.#spare.length < MAX_SPARE_TRANSFERS) this.#spare.push(slot);
    if (error !== undefined && error.fault !== 'cancelled') this.#failed(error);
    this.#onEnded(slot.octets);
  }

  #failed(error: UsbError): void {
    const { counters, device, lose } = this.#options;
    counters.add('failedWrites');
    if (error.fault === 'gone') lose('it was unplugged', error);
    // The control endpoint gets over a stall by itself: the command will go unanswered, which the layer above notices.
    else if (error.fault === 'stall' && this.#type === 'control') counters.add('stalls');
    else if (error.fault === 'stall') {
      counters.add('stalls');
      device
        .clearHalt(this.#address)
        .catch((reason: unknown) => lose(`it stalled and cannot be set going: ${messageOf(reason)}`, error));
    } else lose(`writes to it fail: ${error.message}`, error);
  }
}

interface UsbTransferSlot {
  readonly transfer: UsbTransfer;
  octets: number;
}

/** Sends packets on the endpoint that their indicator names, without it. Transfers of one endpoint keep their order. */
export class UsbWriter {
  readonly #counters: UsbCounters;
  readonly #control: OutPipe;
  readonly #bulk: OutPipe;
  #pendingBytes = 0;
  readonly #onIdle: (() => void)[] = [];

  constructor(options: UsbWriterOptions) {
    this.#counters = options.counters;
    const onEnded = (octets: number): void => {
      this.#pendingBytes -= octets;
      if (this.#isIdle) for (const resolve of this.#onIdle.splice(0)) resolve();
    };
    this.#control = new OutPipe(0, 'control', options, onEnded);
    this.#bulk = new OutPipe(options.aclOut.address, 'bulk', options, onEnded);
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  get #isIdle(): boolean {
    return this.#control.isIdle && this.#bulk.isIdle;
  }

  send(packet: Uint8Array): void {
    if (packet[0] === HciPacketType.acl) this.#submit(this.#bulk, packet.subarray(1));
    else if (packet[0] === HciPacketType.command) this.#submit(this.#control, commandRequest(packet));
    else this.#counters.add('unknownIndicators');
  }

  stop(): void {
    this.#control.cancel();
    this.#bulk.cancel();
  }

  /** Resolves when nothing is on its way out. */
  idle(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  #submit(pipe: OutPipe, bytes: Uint8Array): void {
    if (pipe.submit(bytes)) this.#pendingBytes += bytes.length;
  }
}

const commandRequest = (packet: Uint8Array): Uint8Array => {
  const length = packet.length - 1;
  const request = new Uint8Array(SETUP_OCTETS + length);
  request[0] = SETUP_REQUEST_TYPE;
  request[6] = length & 0xff;
  request[7] = length >> 8;
  request.set(packet.subarray(1), SETUP_OCTETS);
  return request;
};

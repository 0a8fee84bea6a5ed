import { readU16 } from '../../core/bytes.ts';
import { HciPacketType } from '../../core/transport.ts';
import type { UsbCounters } from './usb-counters.ts';
import { UsbOutPipe } from './usb-out-pipe.ts';
import type { UsbDevice, UsbEndpoint } from './usb-port.ts';

/** Class request to the device (Vol 4, Part B, 2.2.2): request, value and index are zero. */
const SETUP_REQUEST_TYPE = 0x20;
const SETUP_OCTETS = 8;

export interface UsbWriterOptions {
  readonly device: UsbDevice;
  readonly bulkOut: UsbEndpoint;
  /** Everything goes over the bulk endpoint, with its indicator; else each packet without it, on the endpoint of its kind. */
  readonly isSerialized: boolean;
  readonly counters: UsbCounters;
  readonly lose: (what: string, cause: Error) => void;
}

/** Sends packets on the endpoints that they belong to. Those of one endpoint keep their order. */
export class UsbWriter {
  /** Of the command that leaves by the way of data: a boot loader has it so. */
  opcodeByDataWay: number | undefined;
  readonly #options: UsbWriterOptions;
  readonly #control: UsbOutPipe;
  readonly #bulk: UsbOutPipe;
  #pendingBytes = 0;
  readonly #onIdle: (() => void)[] = [];

  constructor(options: UsbWriterOptions) {
    this.#options = options;
    const { device, bulkOut, counters, lose } = options;
    const ended = (octets: number): void => {
      this.#pendingBytes -= octets;
      if (this.#isIdle) for (const resolve of this.#onIdle.splice(0)) resolve();
    };
    const shared = { device, counters, lose, ended };
    this.#control = new UsbOutPipe({ ...shared, address: 0, type: 'control' });
    this.#bulk = new UsbOutPipe({ ...shared, address: bulkOut.address, type: 'bulk' });
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  get #isIdle(): boolean {
    return this.#control.isIdle && this.#bulk.isIdle;
  }

  send(packet: Uint8Array): void {
    const { isSerialized, counters } = this.#options;
    const isData = packet[0] === HciPacketType.acl;
    if (!isData && packet[0] !== HciPacketType.command) counters.add('unknownIndicators');
    else if (isSerialized) this.#submit(this.#bulk, packet);
    else if (isData || readU16(packet, 1) === this.opcodeByDataWay)
      this.#submit(this.#bulk, packet.subarray(1));
    else this.#submit(this.#control, commandRequest(packet));
  }

  stop(): void {
    this.#control.stop();
    this.#bulk.stop();
  }

  /** Resolves when nothing is on its way out. */
  idle(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  #submit(pipe: UsbOutPipe, bytes: Uint8Array): void {
    if (pipe.send(bytes)) this.#pendingBytes += bytes.length;
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

import {
  type UsbDevice,
  type UsbDeviceInfo,
  type UsbEndpointType,
  UsbError,
  type UsbFault,
  type UsbInterface,
  type UsbPort,
  type UsbTransfer,
  type UsbTransferDone,
} from '../../../src/transport/usb-port.ts';

const endpoints = [
  { address: 0x81, type: 'interrupt', maxPacketSize: 16, bInterval: 1 },
  { address: 0x02, type: 'bulk', maxPacketSize: 64, bInterval: 0 },
  { address: 0x82, type: 'bulk', maxPacketSize: 64, bInterval: 0 },
] as const;

export const hciInterface: UsbInterface = {
  number: 0,
  alternate: 0,
  class: 0xe0,
  subclass: 1,
  protocol: 1,
  endpoints,
};

/** A CSR8510: class on the device and on its interfaces, the second of which carries voice. */
export const csr: UsbDeviceInfo = {
  bus: 1,
  ports: [2],
  vendorId: 0x0a12,
  productId: 0x0001,
  class: 0xe0,
  subclass: 1,
  protocol: 1,
  interfaces: [
    hciInterface,
    {
      ...hciInterface,
      number: 1,
      endpoints: [{ address: 0x03, type: 'isochronous', maxPacketSize: 0, bInterval: 1 }],
    },
  ],
};

interface Pending {
  readonly buffer: Uint8Array;
  readonly end: (error: UsbError | undefined, actual: number) => void;
}

export interface FakeUsbOptions {
  readonly info?: UsbDeviceInfo | undefined;
  readonly kernelDriver?: boolean | undefined;
  readonly failOpen?: UsbFault | undefined;
  readonly failClaim?: UsbFault | undefined;
  readonly product?: string | undefined;
  /** Cancelled transfers never end, as after a fault of the bus. */
  readonly loseCancelled?: boolean | undefined;
  /** Outgoing transfers stay under way until `finishWrites()`. */
  readonly holdWrites?: boolean | undefined;
}

/** A USB device that keeps the rules of libusb: order of calls, one submit at a time, no close over transfers under way. */
export class FakeUsb implements UsbDevice, UsbPort {
  readonly info: UsbDeviceInfo;
  readonly log: string[] = [];
  /** Payload of everything sent, as `command …` and `acl …`. */
  readonly sent: string[] = [];
  isOpen = false;
  kernelDriver: boolean;
  /** What the next write on each endpoint ends with. */
  readonly failWrite = new Map<number, UsbFault>();
  failHalt = false;
  readonly #options: FakeUsbOptions;
  readonly #pending = new Map<number, Pending[]>();
  #claimed = false;
  #gone = false;

  constructor(options: FakeUsbOptions = {}) {
    this.#options = options;
    this.info = options.info ?? csr;
    this.kernelDriver = options.kernelDriver ?? false;
  }

  readonly load = async (): Promise<UsbPort> => this;

  devices(): readonly UsbDevice[] {
    return [this];
  }

  reads(endpoint: number): number {
    return this.#pending.get(endpoint)?.length ?? 0;
  }

  get transfers(): number {
    return [...this.#pending.values()].reduce((sum, list) => sum + list.length, 0);
  }

  open(): void {
    this.log.push('open');
    if (this.#options.failOpen !== undefined) throw fault(this.#options.failOpen);
    if (this.isOpen) throw new Error('open twice');
    this.isOpen = true;
  }

  close(): void {
    if (!this.isOpen) throw new Error('close of a closed device');
    if (this.transfers > 0) throw new Error('close with transfers under way');
    if (this.#claimed) throw new Error('close before release');
    this.log.push('close');
    this.isOpen = false;
  }

  isKernelDriverActive(): boolean {
    this.#mustBeOpen();
    return this.kernelDriver;
  }

  detachKernelDriver(interfaceNumber: number): void {
    this.#mustBeOpen();
    this.log.push(`detach ${interfaceNumber}`);
    this.kernelDriver = false;
  }

  attachKernelDriver(interfaceNumber: number): void {
    this.#mustBeOpen();
    if (this.#claimed) throw new Error('attach before release');
    if (this.#gone) throw fault('gone');
    this.log.push(`attach ${interfaceNumber}`);
    this.kernelDriver = true;
  }

  claim(interfaceNumber: number): void {
    this.#mustBeOpen();
    if (this.#options.failClaim !== undefined) throw fault(this.#options.failClaim);
    if (this.kernelDriver) throw fault('busy');
    this.log.push(`claim ${interfaceNumber}`);
    this.#claimed = true;
  }

  async release(interfaceNumber: number): Promise<void> {
    this.#mustBeOpen();
    if (this.transfers > 0) throw new Error('release with transfers under way');
    this.log.push(`release ${interfaceNumber}`);
    this.#claimed = false;
    if (this.#gone) throw fault('gone');
  }

  async clearHalt(endpointAddress: number): Promise<void> {
    this.log.push(`clearHalt ${endpointAddress.toString(16)}`);
    if (this.failHalt) throw fault('other');
  }

  async readProduct(): Promise<string | undefined> {
    return this.#options.product;
  }

  makeTransfer(address: number, type: UsbEndpointType, done: UsbTransferDone): UsbTransfer {
    const known = this.info.interfaces.flatMap((setting) => setting.endpoints);
    const endpoint = known.find((one) => one.address === address);
    if (address !== 0 && endpoint?.type !== type) throw new Error(`no ${type} endpoint ${address}`);
    const isIn = (address & 0x80) !== 0;
    let current: Pending | undefined;
    return {
      submit: (buffer) => {
        if (!this.#claimed) throw new Error('transfer on an interface that is not claimed');
        if (current !== undefined) throw new Error('submitted twice');
        if (this.#gone) throw fault('gone');
        if (isIn && buffer.length % (endpoint?.maxPacketSize ?? 1) !== 0)
          throw new Error('a read that may overflow');
        const list = this.#pending.get(address) ?? [];
        this.#pending.set(address, list);
        const mine: Pending = {
          buffer,
          end: (error, actual) => {
            const at = list.indexOf(mine);
            if (at < 0) return;
            list.splice(at, 1);
            current = undefined;
            done(error, actual);
          },
        };
        current = mine;
        list.push(mine);
        if (!isIn) this.#write(address, mine);
      },
      cancel: () => {
        const mine = current;
        if (mine === undefined || this.#options.loseCancelled) return;
        setImmediate(() => mine.end(fault('cancelled'), 0));
      },
    };
  }

  #write(address: number, pending: Pending): void {
    const hex = Buffer.from(pending.buffer).toString('hex');
    this.sent.push(address === 0 ? `command ${hex}` : `acl ${hex}`);
    if (this.#options.holdWrites) return;
    const failed = this.failWrite.get(address);
    this.failWrite.delete(address);
    setImmediate(() =>
      failed === undefined ? pending.end(undefined, pending.buffer.length) : pending.end(fault(failed), 0),
    );
  }

  finishWrites(): void {
    for (const address of [0, 0x02]) {
      for (const one of [...(this.#pending.get(address) ?? [])]) one.end(undefined, one.buffer.length);
    }
  }

  /** The device sends `bytes` on an IN endpoint, each piece of at most the length of a read as one transfer. */
  deliver(endpoint: number, bytes: Uint8Array): void {
    let at = 0;
    do {
      const read = this.#pending.get(endpoint)?.[0];
      if (read === undefined) throw new Error('no read is under way');
      const piece = bytes.subarray(at, at + read.buffer.length);
      read.buffer.set(piece);
      at += piece.length;
      read.end(undefined, piece.length);
    } while (at < bytes.length);
  }

  failRead(endpoint: number, why: UsbFault): void {
    const read = this.#pending.get(endpoint)?.[0];
    if (read === undefined) throw new Error('no read is under way');
    read.end(fault(why), 0);
  }

  unplug(): void {
    this.#gone = true;
    for (const list of this.#pending.values()) for (const one of [...list]) one.end(fault('gone'), 0);
  }

  #mustBeOpen(): void {
    if (!this.isOpen) throw new Error('use of a closed device');
  }
}

const fault = (why: UsbFault): UsbError => new UsbError(`LIBUSB ${why}`, why);

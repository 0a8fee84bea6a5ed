import {
  type UsbDevice,
  type UsbDeviceInfo,
  type UsbEndpoint,
  type UsbEndpointType,
  UsbError,
  type UsbFault,
  type UsbInterface,
  type UsbPort,
  type UsbTransfer,
  type UsbTransferDone,
} from '../../../../src/transport/usb/usb-port.ts';

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

/** Alternate setting 1 of a controller with Bulk Serialization Mode. */
export const serializedInterface: UsbInterface = {
  ...hciInterface,
  alternate: 1,
  endpoints: [
    { address: 0x04, type: 'bulk', maxPacketSize: 64, bInterval: 0 },
    { address: 0x85, type: 'bulk', maxPacketSize: 64, bInterval: 0 },
  ],
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

/** As a CSR8510, with both modes. */
export const bothModes: UsbDeviceInfo = { ...csr, interfaces: [...csr.interfaces, serializedInterface] };

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
  /** How the selection of an alternate setting fails. */
  readonly failAlternate?: Readonly<Record<number, UsbFault>> | undefined;
  /** When a transfer or request ends that takes no time on the bus: in a turn of its own by default. */
  readonly soon?: ((end: () => void) => void) | undefined;
  /** What is sent, as it is. */
  readonly wrote?: ((endpoint: number, bytes: Uint8Array) => void) | undefined;
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
  /** Requests on the control endpoint end when it does. */
  gate: Promise<void> | undefined;
  /** Octets that a write which stalls has moved. */
  brokenOff = 0;
  readonly #options: FakeUsbOptions;
  readonly #pending = new Map<number, Pending[]>();
  #claimed: number | undefined;
  #alternate = 0;
  /** Endpoints that refuse all until the halt is cleared. */
  readonly #halted = new Set<number>();
  /** Endpoints that halt again after each clearing. */
  readonly stuck = new Set<number>();
  #gone = false;
  #requests = 0;

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
    if (this.#claimed !== undefined) throw new Error('close before release');
    if (this.#requests > 0) throw new Error('close with a request under way');
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
    if (this.#claimed !== undefined) throw new Error('attach before release');
    if (this.#gone) throw fault('gone');
    this.log.push(`attach ${interfaceNumber}`);
    this.kernelDriver = true;
  }

  claim(interfaceNumber: number): void {
    this.#mustBeOpen();
    if (this.#options.failClaim !== undefined) throw fault(this.#options.failClaim);
    if (this.kernelDriver) throw fault('busy');
    this.log.push(`claim ${interfaceNumber}`);
    this.#claimed = interfaceNumber;
  }

  async release(interfaceNumber: number): Promise<void> {
    this.#mustBeOpen();
    if (this.transfers > 0) throw new Error('release with transfers under way');
    this.log.push(`release ${interfaceNumber}`);
    this.#claimed = undefined;
    if (this.#gone) throw fault('gone');
  }

  #soon(end: () => void): void {
    (this.#options.soon ?? setImmediate)(end);
  }

  /** Requests on the control endpoint take a moment. */
  async #request(): Promise<void> {
    this.#mustBeOpen();
    this.#requests++;
    await new Promise<void>((resolve) => this.#soon(resolve));
    await this.gate;
    this.#requests--;
    if (this.#gone) throw fault('gone');
  }

  async setAlternateSetting(interfaceNumber: number, alternate: number): Promise<void> {
    if (this.#claimed !== interfaceNumber) throw new Error('a setting of an interface that is not claimed');
    if (this.transfers > 0) throw new Error('a setting with transfers under way');
    this.log.push(`setting ${interfaceNumber} ${alternate}`);
    await this.#request();
    const failure = this.#options.failAlternate?.[alternate];
    if (failure !== undefined) throw fault(failure);
    this.#alternate = alternate;
  }

  async clearHalt(endpointAddress: number): Promise<void> {
    if (this.reads(endpointAddress) > 0) throw new Error('a halt cleared with transfers under way');
    this.log.push(`clearHalt ${endpointAddress.toString(16)}`);
    await this.#request();
    if (this.failHalt) throw fault('other');
    this.#halted.delete(endpointAddress);
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
        if (this.#claimed === undefined) throw new Error('transfer on an interface that is not claimed');
        if (address !== 0 && !this.#endpointsInUse.some((one) => one.address === address))
          throw new Error('transfer on an endpoint of another setting');
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
        this.#soon(() => mine.end(fault('cancelled'), 0));
      },
    };
  }

  get #endpointsInUse(): readonly UsbEndpoint[] {
    const setting = this.info.interfaces.find(
      ({ number, alternate }) => number === this.#claimed && alternate === this.#alternate,
    );
    return setting?.endpoints ?? [];
  }

  #write(address: number, pending: Pending): void {
    const failed = this.failWrite.get(address);
    this.failWrite.delete(address);
    if (failed === 'stall' && address !== 0) this.#halted.add(address);
    const why = this.#halted.has(address) || this.stuck.has(address) ? 'stall' : failed;
    if (why !== undefined) {
      this.#soon(() => pending.end(fault(why), this.brokenOff));
      return;
    }
    const hex = Buffer.from(pending.buffer).toString('hex');
    this.sent.push(`${kinds[address] ?? 'bulk'} ${hex}`);
    this.#options.wrote?.(address, pending.buffer);
    if (!this.#options.holdWrites) this.#soon(() => pending.end(undefined, pending.buffer.length));
  }

  finishWrites(): void {
    for (const [address, list] of this.#pending) {
      if ((address & 0x80) === 0) for (const one of [...list]) one.end(undefined, one.buffer.length);
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

  /** The oldest read fails, with `bytes` moved by then. */
  failRead(endpoint: number, why: UsbFault, bytes: Uint8Array = new Uint8Array(0)): void {
    const read = this.#pending.get(endpoint)?.[0];
    if (read === undefined) throw new Error('no read is under way');
    read.buffer.set(bytes);
    read.end(fault(why), bytes.length);
  }

  /** The device stalls an IN endpoint: every read that is under way fails, one after the other. */
  stallRead(endpoint: number): void {
    for (const read of [...(this.#pending.get(endpoint) ?? [])]) read.end(fault('stall'), 0);
  }

  unplug(): void {
    this.#gone = true;
    for (const list of this.#pending.values()) for (const one of [...list]) one.end(fault('gone'), 0);
  }

  #mustBeOpen(): void {
    if (!this.isOpen) throw new Error('use of a closed device');
  }
}

const kinds: Readonly<Record<number, string>> = { 0: 'command', 2: 'acl' };

const fault = (why: UsbFault): UsbError => new UsbError(`LIBUSB ${why}`, why);

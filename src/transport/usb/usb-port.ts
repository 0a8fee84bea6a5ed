/** Why the bus refused, as far as it changes what is done about it. */
export type UsbFault =
  | 'cancelled'
  | 'stall'
  | 'gone'
  | 'access'
  | 'busy'
  | 'unsupported'
  | 'overflow'
  | 'other';

/** What a UsbDevice throws, and hands to a transfer that failed. */
export class UsbError extends Error {
  readonly fault: UsbFault;

  constructor(message: string, fault: UsbFault, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsbError';
    this.fault = fault;
  }
}

export type UsbEndpointType = 'control' | 'isochronous' | 'bulk' | 'interrupt';

export interface UsbEndpoint {
  /** With the direction in bit 7: set means towards the host. */
  readonly address: number;
  readonly type: UsbEndpointType;
  readonly maxPacketSize: number;
  /** As the descriptor has it: what it counts depends on the speed of the device. */
  readonly bInterval: number;
}

/** One alternate setting of one interface. */
export interface UsbInterface {
  readonly number: number;
  readonly alternate: number;
  readonly class: number;
  readonly subclass: number;
  readonly protocol: number;
  readonly endpoints: readonly UsbEndpoint[];
}

/** What can be known of a device without opening it. */
export interface UsbDeviceInfo {
  readonly bus: number;
  /** The ports from the root hub down; empty where the system does not tell. */
  readonly ports: readonly number[];
  readonly vendorId: number;
  readonly productId: number;
  readonly class: number;
  readonly subclass: number;
  readonly protocol: number;
  readonly interfaces: readonly UsbInterface[];
}

/** A transfer that can be submitted again once it has ended. */
export interface UsbTransfer {
  /** Throws UsbError; `done` is then not called. The buffer is the transfer's own until it ends. */
  submit(buffer: Uint8Array): void;
  /** Asks for the end, which still comes through `done`. Never throws. */
  cancel(): void;
}

/** Called once for each submit that did not throw. `actual` counts the octets moved. */
export type UsbTransferDone = (error: UsbError | undefined, actual: number) => void;

/**
 * The part of a USB device that a controller is driven by. Everything that can fail throws UsbError. A device may be closed only when
 * each of its transfers has ended.
 */
export interface UsbDevice {
  readonly info: UsbDeviceInfo;
  open(): void;
  close(): void;
  /** False also where the system has no such notion. */
  isKernelDriverActive(interfaceNumber: number): boolean;
  detachKernelDriver(interfaceNumber: number): void;
  attachKernelDriver(interfaceNumber: number): void;
  claim(interfaceNumber: number): void;
  release(interfaceNumber: number): Promise<void>;
  /** Of an interface that is claimed, while no transfer is under way on it. Rejects where the device refuses. */
  setAlternateSetting(interfaceNumber: number, alternate: number): Promise<void>;
  /** While no transfer is under way on the endpoint. */
  clearHalt(endpointAddress: number): Promise<void>;
  /** Without any time-out. On the control endpoint the buffer begins with the eight octets of the set-up packet. */
  makeTransfer(endpointAddress: number, type: UsbEndpointType, done: UsbTransferDone): UsbTransfer;
  /** The product's name, from the open device; undefined where it has none or does not say. */
  readProduct(): Promise<string | undefined>;
}

/** Every USB device of the machine: the `usb` package, or a test's stand-in. */
export interface UsbPort {
  devices(): readonly UsbDevice[];
}

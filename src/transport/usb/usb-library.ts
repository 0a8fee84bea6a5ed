import type { Device, LibUSBException } from 'usb';
import { TransportError } from '../../core/errors.ts';
import { messageOf } from '../connect-failure.ts';
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
} from './usb-port.ts';

type Library = Pick<typeof import('usb'), 'getDeviceList' | 'Transfer'>;

/** libusb_error, which are negative, and libusb_transfer_status, which are positive. */
const faults: Readonly<Record<number, UsbFault>> = {
  [-3]: 'access',
  [-4]: 'gone',
  [-6]: 'busy',
  [-8]: 'overflow',
  [-9]: 'stall',
  [-12]: 'unsupported',
  3: 'cancelled',
  4: 'stall',
  5: 'gone',
  6: 'overflow',
};

const toUsbError = (error: unknown): UsbError => {
  const errno = error instanceof Error && 'errno' in error ? error.errno : undefined;
  const fault = typeof errno === 'number' ? faults[errno] : undefined;
  return new UsbError(messageOf(error), fault ?? 'other', { cause: error });
};

const translated = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw toUsbError(error);
  }
};

const endpointTypes: readonly UsbEndpointType[] = ['control', 'isochronous', 'bulk', 'interrupt'];

const interfacesOf = (device: Device): UsbInterface[] => {
  let settings: NonNullable<Device['configDescriptor']>['interfaces'];
  try {
    settings = device.configDescriptor?.interfaces ?? [];
  } catch {
    // A device that cannot be asked, such as one that is just leaving, has nothing to offer.
    return [];
  }
  return settings.flat().map((setting) => ({
    number: setting.bInterfaceNumber,
    alternate: setting.bAlternateSetting,
    class: setting.bInterfaceClass,
    subclass: setting.bInterfaceSubClass,
    protocol: setting.bInterfaceProtocol,
    endpoints: setting.endpoints.map((endpoint) => ({
      address: endpoint.bEndpointAddress,
      type: endpointTypes[endpoint.bmAttributes & 3] ?? 'control',
      maxPacketSize: endpoint.wMaxPacketSize & 0x7ff,
      bInterval: endpoint.bInterval,
    })),
  }));
};

const infoOf = (device: Device): UsbDeviceInfo => {
  const descriptor = device.deviceDescriptor;
  return {
    bus: device.busNumber,
    // The declaration promises an array where some systems have none to give.
    ports: [...((device.portNumbers as number[] | undefined) ?? [])],
    vendorId: descriptor.idVendor,
    productId: descriptor.idProduct,
    class: descriptor.bDeviceClass,
    subclass: descriptor.bDeviceSubClass,
    protocol: descriptor.bDeviceProtocol,
    interfaces: interfacesOf(device),
  };
};

/** What is open, so that nobody opens it again or closes it under another's hands. */
const openDevices = new WeakSet<Device>();

class LibraryDevice implements UsbDevice {
  readonly info: UsbDeviceInfo;
  readonly #library: Library;
  readonly #device: Device;

  constructor(library: Library, device: Device) {
    this.#library = library;
    this.#device = device;
    this.info = infoOf(device);
  }

  open(): void {
    // The library gives the same object for the same device every time, and opens it twice without a word.
    if (openDevices.has(this.#device)) throw new UsbError('it is open in this process already', 'busy');
    translated(() => this.#device.open());
    openDevices.add(this.#device);
  }

  close(): void {
    translated(() => this.#device.close());
    openDevices.delete(this.#device);
  }

  // The package's own Interface takes an index for a number, so that the calls beneath it are used.

  isKernelDriverActive(interfaceNumber: number): boolean {
    try {
      return this.#device.__isKernelDriverActive(interfaceNumber);
    } catch {
      return false;
    }
  }

  detachKernelDriver(interfaceNumber: number): void {
    translated(() => this.#device.__detachKernelDriver(interfaceNumber));
  }

  attachKernelDriver(interfaceNumber: number): void {
    translated(() => this.#device.__attachKernelDriver(interfaceNumber));
  }

  claim(interfaceNumber: number): void {
    translated(() => this.#device.__claimInterface(interfaceNumber));
  }

  release(interfaceNumber: number): Promise<void> {
    return asPromise((callback) => this.#device.__releaseInterface(interfaceNumber, callback));
  }

  setAlternateSetting(interfaceNumber: number, alternate: number): Promise<void> {
    return asPromise((callback) => this.#device.__setInterface(interfaceNumber, alternate, callback));
  }

  clearHalt(endpointAddress: number): Promise<void> {
    return asPromise((callback) => this.#device.__clearHalt(endpointAddress, callback));
  }

  makeTransfer(endpointAddress: number, type: UsbEndpointType, done: UsbTransferDone): UsbTransfer {
    const transfer = new this.#library.Transfer(
      this.#device,
      endpointAddress,
      endpointTypes.indexOf(type),
      0,
      (error: LibUSBException | undefined, _buffer: unknown, actual: number) =>
        done(error === undefined ? undefined : toUsbError(error), actual),
    );
    return {
      submit: (buffer) => {
        // Declared for Buffer, the binding takes any view of octets.
        translated(() => transfer.submit(buffer as Parameters<typeof transfer.submit>[0]));
      },
      cancel: () => {
        try {
          transfer.cancel();
        } catch {
          // The device may be gone; the transfer then ends by itself.
        }
      },
    };
  }

  readProduct(): Promise<string | undefined> {
    return new Promise((resolve) => {
      try {
        this.#device.getStringDescriptor(this.#device.deviceDescriptor.iProduct, (error, text) =>
          resolve(error === undefined ? text?.replaceAll('\0', '').trim() : undefined),
        );
      } catch {
        resolve(undefined);
      }
    });
  }
}

const asPromise = (start: (callback: (error?: LibUSBException) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    try {
      start((error) => {
        if (error === undefined || error === null) resolve();
        else reject(toUsbError(error));
      });
    } catch (error) {
      reject(toUsbError(error));
    }
  });

/** Loads `usb`, which is an optional dependency. Rejects with TransportError when it is not installed or does not run here. */
export const loadUsbPort = async (): Promise<UsbPort> => {
  try {
    // Under some loaders of CommonJS only the named exports are there.
    const library: Library = await import('usb');
    return { devices: () => library.getDeviceList().map((device) => new LibraryDevice(library, device)) };
  } catch (error) {
    throw new TransportError(
      `USB adapters need the package 'usb', which cannot be loaded (${messageOf(error)}); install it beside jelling: npm install usb@2`,
      { cause: error },
    );
  }
};

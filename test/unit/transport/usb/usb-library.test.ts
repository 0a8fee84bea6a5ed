import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadUsbPort } from '../../../../src/transport/usb/usb-library.ts';
import { type UsbDevice, UsbError } from '../../../../src/transport/usb/usb-port.ts';

// The shapes of the package, as far as we use them; what the package does with a device is shown on a real bus elsewhere.
const libusb = vi.hoisted(() => {
  const error = (errno: number) => Object.assign(new Error(`LIBUSB ${errno}`), { errno });
  const calls: unknown[][] = [];
  const throws = new Map<string, number>();
  const call = (name: string, ...args: unknown[]): void => {
    calls.push([name, ...args]);
    const errno = throws.get(name);
    if (errno !== undefined) throw error(errno);
  };
  type Callback = (error?: Error, value?: unknown) => void;
  const settings = [
    {
      bInterfaceNumber: 0,
      bAlternateSetting: 0,
      bInterfaceClass: 0xe0,
      bInterfaceSubClass: 1,
      bInterfaceProtocol: 1,
      endpoints: [
        { bEndpointAddress: 0x81, bmAttributes: 3, wMaxPacketSize: 16, bInterval: 1 },
        { bEndpointAddress: 0x02, bmAttributes: 2, wMaxPacketSize: 64, bInterval: 0 },
      ],
    },
  ];
  const device = {
    busNumber: 1,
    portNumbers: [2, 3] as number[] | undefined,
    deviceDescriptor: {
      idVendor: 0x0a12,
      idProduct: 1,
      bDeviceClass: 0xe0,
      bDeviceSubClass: 1,
      bDeviceProtocol: 1,
      iProduct: 2,
    },
    get configDescriptor() {
      call('configDescriptor');
      return { interfaces: [settings] };
    },
    open: () => call('open'),
    close: () => call('close'),
    __isKernelDriverActive: (number: number) => {
      call('isKernelDriverActive', number);
      return true;
    },
    __detachKernelDriver: (number: number) => call('detach', number),
    __attachKernelDriver: (number: number) => call('attach', number),
    __claimInterface: (number: number) => call('claim', number),
    __releaseInterface: (number: number, done: Callback) => {
      call('release', number);
      done();
    },
    __setInterface: (number: number, alternate: number, done: Callback) => {
      call('setting', number, alternate);
      done();
    },
    __clearHalt: (address: number, done: Callback) => done(error(-4), address),
    getStringDescriptor: (_index: number, done: Callback) => {
      call('string');
      done(undefined, 'CSR8510 A10\0');
    },
  };
  const transfers: {
    args: unknown[];
    done: (error: Error | undefined, buffer: unknown, actual: number) => void;
  }[] = [];
  class Transfer {
    constructor(...args: unknown[]) {
      transfers.push({ args: args.slice(1, 4), done: args[4] as (typeof transfers)[number]['done'] });
    }
    submit(buffer: Uint8Array): void {
      call('submit', buffer.length);
    }
    cancel(): boolean {
      call('cancel');
      return true;
    }
  }
  return { error, calls, throws, device, transfers, Transfer };
});

vi.mock('usb', () => ({ getDeviceList: () => [libusb.device], Transfer: libusb.Transfer }));

const onlyDevice = async (): Promise<UsbDevice> => {
  const [device] = (await loadUsbPort()).devices();
  if (device === undefined) throw new Error('no device');
  return device;
};

const faultOf = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    return error instanceof UsbError ? error.fault : 'no UsbError';
  }
  return 'nothing thrown';
};

describe('the USB library', () => {
  let device: UsbDevice;
  beforeEach(async () => {
    libusb.throws.clear();
    libusb.device.portNumbers = [2, 3];
    device = await onlyDevice();
    libusb.calls.length = 0;
  });
  afterEach(() => {
    libusb.throws.clear();
    libusb.transfers.length = 0;
  });

  it('describes a device', () => {
    expect(device.info).toEqual({
      bus: 1,
      ports: [2, 3],
      vendorId: 0x0a12,
      productId: 1,
      class: 0xe0,
      subclass: 1,
      protocol: 1,
      interfaces: [
        {
          number: 0,
          alternate: 0,
          class: 0xe0,
          subclass: 1,
          protocol: 1,
          endpoints: [
            { address: 0x81, type: 'interrupt', maxPacketSize: 16, bInterval: 1 },
            { address: 0x02, type: 'bulk', maxPacketSize: 64, bInterval: 0 },
          ],
        },
      ],
    });
  });

  it('describes one that cannot be asked, and one without a place', async () => {
    libusb.throws.set('configDescriptor', -1);
    libusb.device.portNumbers = undefined;
    expect((await onlyDevice()).info).toMatchObject({ ports: [], interfaces: [] });
  });

  it('opens a device once, also through another list, until it is closed', async () => {
    device.open();
    const again = await onlyDevice();
    expect(faultOf(() => again.open())).toBe('busy');
    device.close();
    again.open();
    again.close();
    expect(libusb.calls.map(([name]) => name).filter((name) => name !== 'configDescriptor')).toEqual([
      'open',
      'close',
      'open',
      'close',
    ]);
  });

  it('can open a device after a failure', () => {
    libusb.throws.set('open', -3);
    expect(faultOf(() => device.open())).toBe('access');
    libusb.throws.clear();
    device.open();
    device.close();
  });

  it.each([
    [-3, 'access'],
    [-4, 'gone'],
    [-6, 'busy'],
    [-8, 'overflow'],
    [-9, 'stall'],
    [-12, 'unsupported'],
    [-1, 'other'],
  ])('translates error %i to %s', (errno, fault) => {
    libusb.throws.set('claim', errno);
    expect(faultOf(() => device.claim(0))).toBe(fault);
  });

  it.each([
    [1, 'other'],
    [3, 'cancelled'],
    [4, 'stall'],
    [5, 'gone'],
    [6, 'overflow'],
  ])('translates the end %i of a transfer to %s', (status, fault) => {
    const ends: unknown[] = [];
    device.makeTransfer(0x81, 'interrupt', (error, actual) => ends.push([error?.fault, actual]));
    const [transfer] = libusb.transfers;
    expect(transfer?.args).toEqual([0x81, 3, 0]);
    transfer?.done(undefined, null, 7);
    transfer?.done(libusb.error(status), null, 0);
    expect(ends).toEqual([
      [undefined, 7],
      [fault, 0],
    ]);
  });

  it('never throws from a cancel, and a UsbError from a submit', () => {
    const transfer = device.makeTransfer(0x02, 'bulk', () => {});
    libusb.throws.set('cancel', -4);
    libusb.throws.set('submit', -4);
    transfer.cancel();
    expect(faultOf(() => transfer.submit(new Uint8Array(1)))).toBe('gone');
  });

  it('takes a system without kernel drivers for one where none is active', () => {
    expect(device.isKernelDriverActive(0)).toBe(true);
    libusb.throws.set('isKernelDriverActive', -12);
    expect(device.isKernelDriverActive(0)).toBe(false);
  });

  it('addresses interfaces by their number', async () => {
    device.detachKernelDriver(2);
    device.claim(2);
    await device.setAlternateSetting(2, 1);
    await device.release(2);
    device.attachKernelDriver(2);
    expect(libusb.calls).toEqual([
      ['detach', 2],
      ['claim', 2],
      ['setting', 2, 1],
      ['release', 2],
      ['attach', 2],
    ]);
  });

  it('rejects with what a callback was given, or what was thrown', async () => {
    await expect(device.clearHalt(0x81)).rejects.toMatchObject({ fault: 'gone' });
    libusb.throws.set('release', -4);
    await expect(device.release(0)).rejects.toMatchObject({ fault: 'gone' });
  });

  it('reads the product, if it can', async () => {
    expect(await device.readProduct()).toBe('CSR8510 A10');
    libusb.throws.set('string', -4);
    expect(await device.readProduct()).toBeUndefined();
  });
});

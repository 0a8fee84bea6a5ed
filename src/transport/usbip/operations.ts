import { ByteWriter, concatBytes } from '../../core/bytes.ts';
import { MalformedPduError } from '../../core/errors.ts';
import { copyText, readText, readU16be, writeU16be, writeU32be } from './network-order.ts';

// The first messages on a connection of USB/IP: Linux, Documentation/usb/usbip_protocol.rst, "Message Format".

/** USB/IP 1.1.1. */
const VERSION = 0x0111;

const UsbipOperation = {
  reqDevlist: 0x8005,
  repDevlist: 0x0005,
  reqImport: 0x8003,
  repImport: 0x0003,
} as const;

/** What an import comes to. The protocol names 0 and 1 alone; clients tell their users the others by these numbers. */
export const ImportStatus = { ok: 0, notAvailable: 1, deviceBusy: 2, deviceError: 3, noDevice: 4 } as const;
export type ImportStatus = (typeof ImportStatus)[keyof typeof ImportStatus];

/** Full speed, 12 Mbit/s, as `enum usb_device_speed` has it. */
export const USB_SPEED_FULL = 2;

/** What a client is told of a device before it has it. */
export interface ExportedDevice {
  /** Bus and port, as in `1-2`. */
  readonly busid: string;
  readonly busnum: number;
  readonly devnum: number;
  readonly speed: number;
  readonly idVendor: number;
  readonly idProduct: number;
  readonly bcdDevice: number;
  readonly deviceClass: UsbClass;
  readonly configurationValue: number;
  /** The class of each interface. */
  readonly interfaces: readonly UsbClass[];
}

export interface UsbClass {
  readonly class: number;
  readonly subclass: number;
  readonly protocol: number;
}

export type OperationRequest =
  | { readonly operation: 'devlist' }
  | { readonly operation: 'import'; readonly busid: string };

const HEADER_LENGTH = 8;
const BUSID_LENGTH = 32;
const PATH_LENGTH = 256;
const DEVICE_LENGTH = 312;
const INTERFACE_LENGTH = 4;

const codeOf = (octets: Uint8Array): number => readU16be(octets, 2);

/** How long the request is of which these are the first octets, as far as they tell. Throws MalformedPduError. */
export const operationLength = (octets: Uint8Array): number => {
  if (octets.length < HEADER_LENGTH) return HEADER_LENGTH;
  const code = codeOf(octets);
  if (code === UsbipOperation.reqDevlist) return HEADER_LENGTH;
  if (code === UsbipOperation.reqImport) return HEADER_LENGTH + BUSID_LENGTH;
  throw new MalformedPduError(`0x${code.toString(16).padStart(4, '0')} is no operation of USB/IP`);
};

/** A whole request, as long as `operationLength` says. */
export const decodeOperation = (octets: Uint8Array): OperationRequest =>
  codeOf(octets) === UsbipOperation.reqDevlist
    ? { operation: 'devlist' }
    : { operation: 'import', busid: readText(octets.subarray(HEADER_LENGTH)) };

const encodeHeader = (code: number, status: number): Uint8Array => {
  const header = new Uint8Array(HEADER_LENGTH);
  writeU16be(header, 0, VERSION);
  writeU16be(header, 2, code);
  writeU32be(header, 4, status);
  return header;
};

const encodeDevice = (device: ExportedDevice): Uint8Array => {
  const block = new Uint8Array(DEVICE_LENGTH);
  copyText(block.subarray(0, PATH_LENGTH), `/sys/devices/jelling/usb${device.busnum}/${device.busid}`);
  copyText(block.subarray(PATH_LENGTH, PATH_LENGTH + BUSID_LENGTH), device.busid);
  const numbers = PATH_LENGTH + BUSID_LENGTH;
  writeU32be(block, numbers, device.busnum);
  writeU32be(block, numbers + 4, device.devnum);
  writeU32be(block, numbers + 8, device.speed);
  writeU16be(block, numbers + 12, device.idVendor);
  writeU16be(block, numbers + 14, device.idProduct);
  writeU16be(block, numbers + 16, device.bcdDevice);
  const writer = new ByteWriter(block, numbers + 18);
  writer.u8(device.deviceClass.class);
  writer.u8(device.deviceClass.subclass);
  writer.u8(device.deviceClass.protocol);
  writer.u8(device.configurationValue);
  // One configuration, as every device here has.
  writer.u8(1);
  writer.u8(device.interfaces.length);
  return block;
};

const encodeInterface = (of: UsbClass): Uint8Array => {
  const block = new Uint8Array(INTERFACE_LENGTH);
  block.set([of.class, of.subclass, of.protocol]);
  return block;
};

/** OP_REP_DEVLIST. */
export const encodeDevlist = (devices: readonly ExportedDevice[]): Uint8Array => {
  const count = new Uint8Array(4);
  writeU32be(count, 0, devices.length);
  const blocks = devices.flatMap((device) => [
    encodeDevice(device),
    ...device.interfaces.map(encodeInterface),
  ]);
  return concatBytes(encodeHeader(UsbipOperation.repDevlist, 0), count, ...blocks);
};

/** OP_REP_IMPORT for a client that gets the device. */
export const encodeImport = (device: ExportedDevice): Uint8Array =>
  concatBytes(encodeHeader(UsbipOperation.repImport, ImportStatus.ok), encodeDevice(device));

/** OP_REP_IMPORT for one that does not. */
export const encodeRefusal = (status: ImportStatus): Uint8Array =>
  encodeHeader(UsbipOperation.repImport, status);

import { concatBytes } from '../../core/bytes.ts';
import type { UsbClass } from './operations.ts';

/** What a dongle says that it is. */
export interface UsbIdentity {
  readonly vendorId: number;
  readonly productId: number;
  /** bcdDevice: a release in binary-coded decimal, 0x0100 for 1.00. */
  readonly release: number;
  readonly product: string;
}

/** The endpoints of Vol 4, Part B, Table 2.1, at the addresses that it suggests. */
export const DongleEndpoint = {
  control: 0x00,
  events: 0x81,
  aclOut: 0x02,
  aclIn: 0x82,
  voiceOut: 0x03,
  voiceIn: 0x83,
} as const;

export const EVENT_PACKET_OCTETS = 16;
export const ACL_PACKET_OCTETS = 64;

/** Descriptor types (USB 2.0, Table 9-5). */
export const DescriptorType = { device: 1, configuration: 2, string: 3, interface: 4, endpoint: 5 } as const;

const TransferType = { isochronous: 1, bulk: 2, interrupt: 3 } as const;

/** Wireless Controller, RF Controller, Bluetooth Programming Interface (Vol 4, Part B, 3.1). */
export const BLUETOOTH_CLASS: UsbClass = { class: 0xe0, subclass: 0x01, protocol: 0x01 };

const PRODUCT_STRING = 2;
const ENGLISH = 0x0409;

/** Octets of one packet of voice in each setting of interface 1 (Vol 4, Part B, Table 2.1). */
const VOICE_SETTINGS = [0, 9, 17, 25, 33, 49];

const u16 = (value: number): [number, number] => [value & 0xff, value >>> 8];

const classTriple = [BLUETOOTH_CLASS.class, BLUETOOTH_CLASS.subclass, BLUETOOTH_CLASS.protocol];

/** USB 2.0, 9.6.1. */
export const deviceDescriptor = (identity: UsbIdentity): Uint8Array =>
  Uint8Array.of(
    18,
    DescriptorType.device,
    ...u16(0x0200),
    ...classTriple,
    // Of the control endpoint.
    64,
    ...u16(identity.vendorId),
    ...u16(identity.productId),
    ...u16(identity.release),
    0,
    PRODUCT_STRING,
    0,
    1,
  );

/** USB 2.0, 9.6.5. */
const interfaceDescriptor = (number: number, alternate: number, endpointCount: number): Uint8Array =>
  Uint8Array.of(9, DescriptorType.interface, number, alternate, endpointCount, ...classTriple, 0);

/** USB 2.0, 9.6.6. The interval counts frames of a millisecond. */
const endpointDescriptor = (
  address: number,
  type: number,
  maxPacketOctets: number,
  interval = 1,
): Uint8Array => Uint8Array.of(7, DescriptorType.endpoint, address, type, ...u16(maxPacketOctets), interval);

const bulkEndpoints = [
  endpointDescriptor(DongleEndpoint.aclOut, TransferType.bulk, ACL_PACKET_OCTETS),
  endpointDescriptor(DongleEndpoint.aclIn, TransferType.bulk, ACL_PACKET_OCTETS),
];

/** USB 2.0, 9.6.3, with all that belongs to it. */
export const configurationDescriptor = (bulkSerialization: boolean, eventIntervalMs = 1): Uint8Array => {
  const eventInterval = Math.min(Math.max(Math.ceil(eventIntervalMs), 1), 255);
  const settings = concatBytes(
    interfaceDescriptor(0, 0, 3),
    endpointDescriptor(DongleEndpoint.events, TransferType.interrupt, EVENT_PACKET_OCTETS, eventInterval),
    ...bulkEndpoints,
    ...(bulkSerialization ? [interfaceDescriptor(0, 1, 2), ...bulkEndpoints] : []),
    ...VOICE_SETTINGS.flatMap((octets, alternate) => [
      interfaceDescriptor(1, alternate, 2),
      endpointDescriptor(DongleEndpoint.voiceOut, TransferType.isochronous, octets),
      endpointDescriptor(DongleEndpoint.voiceIn, TransferType.isochronous, octets),
    ]),
  );
  const BUS_POWERED_WITH_REMOTE_WAKEUP = 0xa0;
  const IN_UNITS_OF_2_MA = 50;
  const header = Uint8Array.of(
    9,
    DescriptorType.configuration,
    ...u16(9 + settings.length),
    2,
    1,
    0,
    BUS_POWERED_WITH_REMOTE_WAKEUP,
    IN_UNITS_OF_2_MA,
  );
  return concatBytes(header, settings);
};

/** The alternate settings of each interface. */
export const alternateCounts = (bulkSerialization: boolean): readonly number[] => [
  bulkSerialization ? 2 : 1,
  VOICE_SETTINGS.length,
];

/** USB 2.0, 9.6.7; undefined where there is no such string. */
export const stringDescriptor = (identity: UsbIdentity, index: number): Uint8Array | undefined => {
  if (index === 0) return Uint8Array.of(4, DescriptorType.string, ...u16(ENGLISH));
  if (index !== PRODUCT_STRING) return undefined;
  const units = Array.from(identity.product, (letter) => u16(letter.charCodeAt(0))).flat();
  return Uint8Array.of(2 + units.length, DescriptorType.string, ...units);
};

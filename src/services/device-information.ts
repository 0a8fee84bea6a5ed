import { InvalidArgumentError } from '../core/errors.ts';
import { type Infer, pdu, u8, u16 } from '../core/pdu.ts';
import { Characteristic, Service } from '../gap/local-attributes.ts';

/** Who made a product, and which it is (DIS, 3.9). */
export interface PnpId {
  /** Whose number `vendorId` is: of the Bluetooth SIG's company identifiers, or of the USB Implementers Forum's vendors. */
  readonly vendorIdSource: 'bluetooth' | 'usb';
  readonly vendorId: number;
  readonly productId: number;
  /** 0xJJMN for version JJ.M.N. */
  readonly productVersion: number;
}

/** What the Device Information service tells; what is left out has no characteristic. */
export interface DeviceInformation {
  readonly manufacturerName?: string | undefined;
  readonly modelNumber?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly hardwareRevision?: string | undefined;
  readonly firmwareRevision?: string | undefined;
  readonly softwareRevision?: string | undefined;
  readonly pnpId?: PnpId | undefined;
}

const DEVICE_INFORMATION_SERVICE = 0x180a;
const PNP_ID = 0x2a50;

/** The strings, in the order of the specification (DIS, 3.1 to 3.6). */
const strings = [
  ['manufacturerName', 0x2a29],
  ['modelNumber', 0x2a24],
  ['serialNumber', 0x2a25],
  ['hardwareRevision', 0x2a27],
  ['firmwareRevision', 0x2a26],
  ['softwareRevision', 0x2a28],
] as const;

/** DIS, 3.9.1. */
const PnpIdValue = pdu('PnP ID', PNP_ID, {
  vendorIdSource: u8,
  vendorId: u16,
  productId: u16,
  productVersion: u16,
});
const vendorIdSources = { bluetooth: 0x01, usb: 0x02 } as const;

/**
 * A Device Information service, to be registered with an adapter. Throws InvalidArgumentError for a string of more than 512 octets of UTF-8, or a number of the
 * PnP ID that has not 16 bits.
 */
export const deviceInformationService = (information: DeviceInformation): Service => {
  const service = new Service(DEVICE_INFORMATION_SERVICE);
  for (const [name, uuid] of strings) {
    const initial = information[name];
    if (initial !== undefined) new Characteristic(service, uuid, { read: true, initial });
  }
  const { pnpId } = information;
  if (pnpId !== undefined) {
    new Characteristic(service, PNP_ID, { read: true, initial: PnpIdValue.encode(pnpIdFields(pnpId)) });
  }
  return service;
};

const pnpIdFields = ({ vendorIdSource, ...numbers }: PnpId): Infer<typeof PnpIdValue.shape> => {
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isInteger(value) && value >= 0 && value <= 0xffff) continue;
    throw new InvalidArgumentError(`${name} of a PnP ID is a value of 16 bits, 0 to 65535; it is ${value}`);
  }
  return { vendorIdSource: vendorIdSources[vendorIdSource], ...numbers };
};

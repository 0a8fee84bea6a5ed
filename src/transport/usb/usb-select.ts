import type { UsbDevice, UsbDeviceInfo, UsbEndpoint, UsbEndpointType, UsbInterface } from './usb-port.ts';

/** Which USB controller: the first of class E0/01/01, one by its identifiers, one by the port it is plugged into. */
export type UsbSelection =
  | { readonly by: 'class' }
  | { readonly by: 'id'; readonly vendorId: number; readonly productId: number }
  | { readonly by: 'port'; readonly bus: number; readonly port: string };

/** The endpoints of Bulk Serialization Mode, which need not be those of the other mode. */
export interface UsbSerializedSetting {
  readonly alternate: number;
  readonly bulkIn: UsbEndpoint;
  readonly bulkOut: UsbEndpoint;
}

/** The interface that carries HCI, and its endpoints. */
export interface UsbHciInterface {
  readonly number: number;
  /** Undefined where the controller has Legacy Mode alone. */
  readonly serialized?: UsbSerializedSetting | undefined;
  readonly events: UsbEndpoint;
  readonly aclIn: UsbEndpoint;
  readonly aclOut: UsbEndpoint;
}

const SERIALIZED_ALTERNATE = 1;

interface ClassTriple {
  readonly class: number;
  readonly subclass: number;
  readonly protocol: number;
}

/** Wireless Controller, RF Controller, Bluetooth Programming Interface (Vol 4, Part B, 3.1). */
const isBluetooth = (of: ClassTriple): boolean =>
  of.class === 0xe0 && of.subclass === 0x01 && of.protocol === 0x01;

/** Whether a device says of itself, or of one of its interfaces, that it is a Bluetooth controller. */
const isBluetoothDevice = (info: UsbDeviceInfo): boolean =>
  isBluetooth(info) || info.interfaces.some(isBluetooth);

const isIn = (endpoint: UsbEndpoint): boolean => (endpoint.address & 0x80) !== 0;

/** The first endpoint of a kind, if it can carry anything. */
const endpointOf = (
  { endpoints }: UsbInterface,
  type: UsbEndpointType,
  towardsHost: boolean,
): UsbEndpoint | undefined =>
  endpoints.find(
    (endpoint) => endpoint.type === type && isIn(endpoint) === towardsHost && endpoint.maxPacketSize > 0,
  );

const hciEndpoints = (of: UsbInterface): UsbHciInterface | undefined => {
  const events = endpointOf(of, 'interrupt', true);
  const aclIn = endpointOf(of, 'bulk', true);
  const aclOut = endpointOf(of, 'bulk', false);
  if (events === undefined || aclIn === undefined || aclOut === undefined) return undefined;
  return { number: of.number, events, aclIn, aclOut };
};

/** Alternate setting 1 of the interface, if it is what Core 6.2 describes (Vol 4, Part B): it names itself Bluetooth, and has a pair of bulk endpoints and no other. */
const serializedSetting = (info: UsbDeviceInfo, number: number): UsbSerializedSetting | undefined => {
  const setting = info.interfaces.find(
    (one) => one.number === number && one.alternate === SERIALIZED_ALTERNATE,
  );
  if (setting === undefined || !isBluetooth(setting) || setting.endpoints.length !== 2) return undefined;
  const bulkIn = endpointOf(setting, 'bulk', true);
  const bulkOut = endpointOf(setting, 'bulk', false);
  if (bulkIn === undefined || bulkOut === undefined) return undefined;
  return { alternate: setting.alternate, bulkIn, bulkOut };
};

/**
 * The interface to drive: one that names itself Bluetooth if there is one, else, on a chip of a vendor's own class, the first that has
 * the endpoints.
 */
export const findHciInterface = (info: UsbDeviceInfo): UsbHciInterface | undefined => {
  const settings = info.interfaces.filter((setting) => setting.alternate === 0);
  const named = settings.filter(isBluetooth);
  for (const setting of [...named, ...settings]) {
    const found = hciEndpoints(setting);
    if (found !== undefined) return { ...found, serialized: serializedSetting(info, found.number) };
  }
  return undefined;
};

const byPlace = (a: UsbDevice, b: UsbDevice): number =>
  a.info.bus - b.info.bus || portOf(a.info).localeCompare(portOf(b.info), 'en', { numeric: true });

const portOf = (info: UsbDeviceInfo): string => info.ports.join('.');

const hex = (value: number): string => value.toString(16).padStart(4, '0');

/** `0a12:0001`. */
export const usbIdOf = (info: UsbDeviceInfo): string => `${hex(info.vendorId)}:${hex(info.productId)}`;

/** `1-2.3`, or undefined where the system does not tell. */
export const usbPlaceOf = (info: UsbDeviceInfo): string | undefined =>
  info.ports.length === 0 ? undefined : `${info.bus}-${portOf(info)}`;

/** The moniker that a selection was written as. */
export const usbName = (select: UsbSelection): string => {
  switch (select.by) {
    case 'class':
      return 'usb';
    case 'id':
      return `usb:${hex(select.vendorId)}:${hex(select.productId)}`;
    case 'port':
      return `usb:${select.bus}-${select.port}`;
  }
};

const isSelected = (info: UsbDeviceInfo, select: UsbSelection): boolean => {
  switch (select.by) {
    case 'class':
      return isBluetoothDevice(info);
    case 'id':
      return info.vendorId === select.vendorId && info.productId === select.productId;
    case 'port':
      return info.bus === select.bus && portOf(info) === select.port;
  }
};

/** The devices that a selection fits, in the order of the places they are plugged into. */
export const selectDevices = (devices: readonly UsbDevice[], select: UsbSelection): UsbDevice[] =>
  devices.filter((device) => isSelected(device.info, select)).sort(byPlace);

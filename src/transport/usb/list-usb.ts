import type { AdapterProblem, FoundAdapter } from '../found-adapter.ts';
import { explainUsbFault } from './usb-failure.ts';
import { loadUsbPort } from './usb-library.ts';
import { type UsbDevice, UsbError, type UsbFault, type UsbPort } from './usb-port.ts';
import { findHciInterface, selectDevices, usbIdOf, usbPlaceOf } from './usb-select.ts';

const codes: Readonly<Partial<Record<UsbFault, AdapterProblem['code']>>> = {
  access: 'noPermission',
  busy: 'inUse',
  unsupported: 'noDriver',
};

const problemOf = (error: unknown, device: UsbDevice): AdapterProblem => ({
  code: (error instanceof UsbError ? codes[error.fault] : undefined) ?? 'other',
  message: explainUsbFault(error, device.info),
  blocks: true,
});

/** Opens the device for a moment, which disturbs nobody, to see whether it can be, who drives it and what it is called. */
const examine = async (device: UsbDevice): Promise<Pick<FoundAdapter, 'problems' | 'product'>> => {
  const hci = findHciInterface(device.info);
  if (hci === undefined) {
    const message = 'it has no interface with the endpoints of a Bluetooth controller';
    return { product: undefined, problems: [{ code: 'notAController', message, blocks: true }] };
  }
  try {
    device.open();
  } catch (error) {
    return { product: undefined, problems: [problemOf(error, device)] };
  }
  const problems: AdapterProblem[] = [];
  if (device.isKernelDriverActive(hci.number)) {
    const message = "the system's own Bluetooth uses it: opening it takes it over, closing it gives it back";
    problems.push({ code: 'systemDriver', message, blocks: false });
  }
  const product = await device.readProduct();
  try {
    device.close();
  } catch (error) {
    problems.push(problemOf(error, device));
  }
  return { product, problems };
};

/** Every controller on USB, by the class of its device or interface. Rejects with TransportError where the library cannot be loaded. */
export const listUsbAdapters = async (
  load: () => Promise<UsbPort> = loadUsbPort,
): Promise<FoundAdapter[]> => {
  const port = await load();
  const found: FoundAdapter[] = [];
  for (const device of selectDevices(port.devices(), { by: 'class' })) {
    const { info } = device;
    found.push({
      kind: 'usb',
      moniker: `usb:${usbPlaceOf(info) ?? usbIdOf(info)}`,
      manufacturer: undefined,
      vendorId: info.vendorId,
      productId: info.productId,
      ...(await examine(device)),
    });
  }
  return found;
};

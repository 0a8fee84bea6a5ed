import { messageOf } from './connect-failure.ts';
import type { AdapterListing, FoundAdapter } from './found-adapter.ts';
import { listHciDevices } from './hci-socket/list-hci.ts';
import { listSerialPorts } from './serial/list-serial.ts';
import { listUsbAdapters } from './usb/list-usb.ts';

/** The controllers on USB, the serial ports and the hci devices of this machine, with what is wrong about each. Never rejects. */
export const listAdapters = async (
  lookers: readonly (() => Promise<readonly FoundAdapter[]>)[] = [
    () => listUsbAdapters(),
    () => listSerialPorts(),
    () => listHciDevices(),
  ],
): Promise<AdapterListing> => {
  const adapters: FoundAdapter[] = [];
  const unavailable: string[] = [];
  for (const look of lookers) {
    try {
      adapters.push(...(await look()));
    } catch (error) {
      unavailable.push(messageOf(error));
    }
  }
  return { adapters, unavailable };
};

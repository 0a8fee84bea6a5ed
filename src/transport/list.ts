import { messageOf } from './connect-failure.ts';
import type { AdapterListing, FoundAdapter } from './found-adapter.ts';
import { listSerialPorts } from './list-serial.ts';
import { listUsbAdapters } from './list-usb.ts';

/** The controllers on USB and the serial ports of this machine, with what is wrong about each. Never rejects. */
export const listAdapters = async (
  lookers: readonly (() => Promise<readonly FoundAdapter[]>)[] = [
    () => listUsbAdapters(),
    () => listSerialPorts(),
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

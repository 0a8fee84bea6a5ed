import { dirname, join } from 'node:path';
import type { FoundAdapter } from '../found-adapter.ts';

export type UsbOrigin = Pick<FoundAdapter, 'product' | 'manufacturer' | 'vendorId' | 'productId'>;
export const notUsb: UsbOrigin = {
  product: undefined,
  manufacturer: undefined,
  vendorId: undefined,
  productId: undefined,
};

/** From a port or an hci device up to the USB device that it belongs to: the interface and, on some drivers, one folder more lie between. */
const LEVELS_TO_USB_DEVICE = 4;

/** The USB device that a folder of Linux's tree of devices lies in. `read` gives the text of a file, undefined where there is none. */
export const usbOriginOf = async (
  folder: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<UsbOrigin> => {
  const hexOf = async (path: string): Promise<number | undefined> => {
    const text = await read(path);
    return text === undefined ? undefined : Number.parseInt(text, 16);
  };
  let at = folder;
  for (let level = 0; level < LEVELS_TO_USB_DEVICE; level++) {
    const vendorId = await hexOf(join(at, 'idVendor'));
    if (vendorId !== undefined) {
      return {
        vendorId,
        productId: await hexOf(join(at, 'idProduct')),
        product: await read(join(at, 'product')),
        manufacturer: await read(join(at, 'manufacturer')),
      };
    }
    at = dirname(at);
  }
  return notUsb;
};

import process from 'node:process';
import { TransportError } from '../../core/errors.ts';
import { messageOf } from '../connect-failure.ts';
import { UDEV_RELOAD, UDEV_RULES_FILE, udevRule } from './udev-rule.ts';
import { type UsbDeviceInfo, UsbError } from './usb-port.ts';
import { usbIdOf } from './usb-select.ts';

/** What stands in the way, and what the user can do; one of it for each system. */
export const explainUsbFault = (
  error: unknown,
  info: UsbDeviceInfo,
  platform: NodeJS.Platform = process.platform,
): string => {
  const fault = error instanceof UsbError ? error.fault : 'other';
  switch (fault) {
    case 'access':
      if (platform === 'linux') {
        const [vendor = '', product = ''] = usbIdOf(info).split(':');
        return (
          `this user may not open it. Write this line to ${UDEV_RULES_FILE}\n` +
          `  ${udevRule(vendor, product)}\n` +
          `then run: ${UDEV_RELOAD}, and plug it in again`
        );
      }
      if (platform === 'darwin') {
        return 'macOS keeps it for itself: an adapter that is built in cannot be taken over, use one that is plugged in';
      }
      return 'another program or driver holds it: end that, or give the device the WinUSB driver with Zadig (https://zadig.akeo.ie)';
    case 'unsupported':
      return platform === 'win32'
        ? 'it has no WinUSB driver: choose WinUSB for it in Zadig (https://zadig.akeo.ie)'
        : 'the system does not support this';
    case 'busy':
      return 'another program drives it, or this one has it open already: end that first';
    case 'gone':
      return 'it was unplugged';
    default:
      return messageOf(error);
  }
};

export const usbFailure = (name: string, error: unknown, info: UsbDeviceInfo): TransportError =>
  new TransportError(`cannot open ${name} (${usbIdOf(info)}): ${explainUsbFault(error, info)}`, {
    cause: error,
  });

/** Why a transfer could not be begun. A device that is pulled out is found out by whoever wants something of it first. */
export const explainRefusal = (what: string, error: unknown): string =>
  error instanceof UsbError && error.fault === 'gone' ? 'it was unplugged' : `${what}: ${messageOf(error)}`;

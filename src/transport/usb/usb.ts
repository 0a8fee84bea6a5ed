import type { Clock } from '../../core/clock.ts';
import { TransportError } from '../../core/errors.ts';
import { procedure } from '../../core/procedure.ts';
import type { HciTransport } from '../../core/transport.ts';
import { OPEN_TIMEOUT_MS, type OpenTransportOptions } from '../open-options.ts';
import { makeUsbCounters, type UsbCounters } from './usb-counters.ts';
import { usbFailure } from './usb-failure.ts';
import { loadUsbPort } from './usb-library.ts';
import { type UsbDevice, UsbError, type UsbPort } from './usb-port.ts';
import {
  findHciInterface,
  selectDevices,
  type UsbHciInterface,
  type UsbSelection,
  type UsbSerializedSetting,
  usbIdOf,
  usbName,
  usbPlaceOf,
} from './usb-select.ts';
import { UsbTransport } from './usb-transport.ts';

const notFound = (select: UsbSelection): TransportError => {
  const wanted =
    select.by === 'class'
      ? 'no USB Bluetooth adapter (class E0/01/01) is plugged in'
      : `no USB device is ${usbName(select)}`;
  return new TransportError(`${wanted}; jelling adapters lists those that are there`);
};

const nameOf = (device: UsbDevice, select: UsbSelection): string => {
  const place = usbPlaceOf(device.info);
  return select.by === 'id' || place === undefined ? `usb:${usbIdOf(device.info)}` : `usb:${place}`;
};

/**
 * Opens a controller on USB. On Linux the system's own driver is taken off for as long as it is open. An open USB controller keeps the
 * process alive whatever unref() says: the library cannot let go of its reads.
 *
 * Rejects with TransportError, TimeoutError or the reason of the abort.
 */
export const openUsb = (
  select: UsbSelection,
  options: OpenTransportOptions,
  load: () => Promise<UsbPort> = loadUsbPort,
): Promise<HciTransport> =>
  procedure<HciTransport>(
    {
      what: `opening ${usbName(select)}`,
      clock: options.clock,
      defaultTimeoutMs: OPEN_TIMEOUT_MS,
      timeoutMs: options.timeoutMs,
      signal: options.signal,
    },
    (settle) => {
      let givenUp = false;
      load()
        .then(async (port) => {
          if (givenUp) return;
          const transport = await openOn(port, select, options.clock);
          if (givenUp) await transport.close();
          else settle.resolve(transport);
        })
        .catch(settle.reject);
      return () => {
        givenUp = true;
      };
    },
  );

const openOn = async (port: UsbPort, select: UsbSelection, clock: Clock): Promise<HciTransport> => {
  const device = selectDevices(port.devices(), select)[0];
  if (device === undefined) throw notFound(select);
  const name = nameOf(device, select);
  const hci = findHciInterface(device.info);
  if (hci === undefined) {
    throw new TransportError(
      `${name} (${usbIdOf(device.info)}) is no Bluetooth controller that Jelling can drive: no interface of it has an interrupt endpoint ` +
        'for events and a pair of bulk endpoints for data. A board that shows a serial port instead is opened as serial:PATH',
    );
  }
  const kernelDriverDetached = seize(device, hci, name);
  const counters = makeUsbCounters();
  const serialized = await selectMode(device, hci, counters).catch(async (error: unknown) => {
    await letGo(device, hci, kernelDriverDetached);
    throw usbFailure(name, error, device.info);
  });
  return new UsbTransport({ name, device, hci, serialized, kernelDriverDetached, clock, counters });
};

/** Sets a controller that has it to Bulk Serialization Mode. One that refuses stays in the mode that every controller has. */
const selectMode = async (
  device: UsbDevice,
  { number, serialized }: UsbHciInterface,
  counters: UsbCounters,
): Promise<UsbSerializedSetting | undefined> => {
  if (serialized === undefined) return undefined;
  try {
    await device.setAlternateSetting(number, serialized.alternate);
    return serialized;
  } catch (error) {
    if (error instanceof UsbError && error.fault === 'gone') throw error;
    counters.add('serializationRefused');
    // It may have got half of the way.
    await device.setAlternateSetting(number, 0);
    return undefined;
  }
};

/** Opens and claims; says whether the system's own driver had to go. What was begun is undone when it fails. */
const seize = (device: UsbDevice, hci: UsbHciInterface, name: string): boolean => {
  let isOpen = false;
  let detached = false;
  try {
    device.open();
    isOpen = true;
    if (device.isKernelDriverActive(hci.number)) {
      device.detachKernelDriver(hci.number);
      detached = true;
    }
    device.claim(hci.number);
    return detached;
  } catch (error) {
    if (detached) attempt(() => device.attachKernelDriver(hci.number));
    if (isOpen) attempt(() => device.close());
    throw usbFailure(name, error, device.info);
  }
};

/** Of a device that was seized. */
const letGo = async (device: UsbDevice, { number }: UsbHciInterface, detached: boolean): Promise<void> => {
  await device.release(number).catch(() => undefined);
  if (detached) attempt(() => device.attachKernelDriver(number));
  attempt(() => device.close());
};

const attempt = (work: () => void): void => {
  try {
    work();
  } catch {
    // The error that led here says more.
  }
};

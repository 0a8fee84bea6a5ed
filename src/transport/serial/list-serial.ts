import { access, constants, readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { TransportError } from '../../core/errors.ts';
import { messageOf } from '../connect-failure.ts';
import type { AdapterProblem, FoundAdapter } from '../found-adapter.ts';
import { notUsb, usbOriginOf } from '../usb/usb-origin.ts';
import { explainSerialFailure } from './serial-failure.ts';

/** Where Linux keeps what is looked at; tests have a tree of their own. */
export interface SerialPlaces {
  readonly classFolder: string;
  readonly deviceFolder: string;
  /** Rejects, as the system does, where this user may not read and write. */
  readonly access: (path: string) => Promise<void>;
}
const linuxPlaces: SerialPlaces = {
  classFolder: '/sys/class/tty',
  deviceFolder: '/dev',
  access: (path) => access(path, constants.R_OK | constants.W_OK),
};

/** PORT_UNKNOWN: a place for a UART that this machine does not have. */
const NO_UART = '0';

const textOf = async (path: string): Promise<string | undefined> => {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return undefined;
  }
};

const problemsOf = async (path: string, places: SerialPlaces): Promise<AdapterProblem[] | undefined> => {
  try {
    await places.access(path);
    return [];
  } catch (error) {
    // A port without a node in the device folder cannot be opened by anybody.
    if (/ENOENT/.test(messageOf(error))) return undefined;
    return [{ code: 'noPermission', message: explainSerialFailure(path, error), blocks: true }];
  }
};

const isPort = async (classFolder: string, name: string): Promise<boolean> => {
  const folder = join(classFolder, name);
  // Consoles and pseudo-terminals are no devices.
  if (!(await realpath(join(folder, 'device', 'driver')).then(Boolean, () => false))) return false;
  return (await textOf(join(folder, 'type'))) !== NO_UART;
};

/** Linux tells in its own tree what a helper program would tell, and the helper is not on every machine. */
export const listLinuxPorts = async (places: SerialPlaces = linuxPlaces): Promise<FoundAdapter[]> => {
  const names = await readdir(places.classFolder).catch((): string[] => []);
  const found: FoundAdapter[] = [];
  for (const name of names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))) {
    if (!(await isPort(places.classFolder, name))) continue;
    const path = join(places.deviceFolder, name);
    const problems = await problemsOf(path, places);
    if (problems === undefined) continue;
    const device = await realpath(join(places.classFolder, name, 'device')).catch(() => undefined);
    const origin = device === undefined ? notUsb : await usbOriginOf(device, textOf);
    found.push({ kind: 'serial', moniker: `serial:${path}`, ...origin, problems });
  }
  return found;
};

/** What the driver lists of a port, on systems without a tree to look into. */
export interface DriverPort {
  readonly path: string;
  readonly manufacturer?: string | undefined;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
}

const listDriverPorts = async (): Promise<readonly DriverPort[]> => {
  try {
    const { SerialPort } = await import('serialport');
    return await SerialPort.list();
  } catch (error) {
    throw new TransportError(
      `serial ports need the package 'serialport', which cannot be used (${messageOf(error)}); ` +
        'install it beside jelling: npm install serialport @serialport/parser-byte-length',
      { cause: error },
    );
  }
};

const hexNumber = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number.parseInt(text, 16);

/** Every serial port. Which of them have a controller at their end shows only when they are opened. */
export const listSerialPorts = async (
  platform: NodeJS.Platform = process.platform,
  listPorts: () => Promise<readonly DriverPort[]> = listDriverPorts,
): Promise<FoundAdapter[]> => {
  if (platform === 'linux') return listLinuxPorts();
  const ports = await listPorts();
  return ports.map((port) => ({
    kind: 'serial',
    moniker: `serial:${port.path}`,
    product: undefined,
    manufacturer: port.manufacturer,
    vendorId: hexNumber(port.vendorId),
    productId: hexNumber(port.productId),
    problems: [],
  }));
};

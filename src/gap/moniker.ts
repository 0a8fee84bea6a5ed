import { InvalidArgumentError } from '../core/errors.ts';
import type { LineProtocolName } from '../transport/line-protocol.ts';
import type { UsbSelection } from '../transport/usb/usb-select.ts';

/** What the name of an adapter says: one form for each kind of transport. */
export type Moniker =
  | { readonly kind: 'usb'; readonly select: UsbSelection }
  | {
      readonly kind: 'serial';
      readonly path: string;
      /** Absent: the usual rates are tried. */
      readonly baudRate: number | undefined;
      readonly flowControl: boolean;
      readonly protocol: LineProtocolName;
      readonly evenParity: boolean;
      /** Absent: the rate stays as it was found or given. */
      readonly raiseTo: number | undefined;
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | {
      readonly kind: 'hci-socket';
      /** Absent: the first that is there. */
      readonly index: number | undefined;
    }
  | { readonly kind: 'virtual'; readonly air: string | undefined };

const forms = [
  'usb                                    the first USB controller (class E0/01/01)',
  'usb:VID:PID                            one by its identifiers, hexadecimal, e.g. usb:0a12:0001',
  'usb:BUS-PORT                           one by where it is plugged in, e.g. usb:1-2.3',
  'serial:PATH[,BAUD][,rtscts|noflow][,h4|h5[,even]][,raise=BAUD]   e.g. serial:/dev/ttyACM0,1000000',
  'tcp:HOST:PORT                          e.g. tcp:127.0.0.1:9001',
  'unix:PATH                              a Unix socket that speaks H4',
  'hci-socket[:N]                         hciN of Linux, through its user channel; the first without N',
  'virtual[:NAME]                         a virtual controller; no hardware needed',
];

const wrong = (moniker: string, why: string): InvalidArgumentError =>
  new InvalidArgumentError(
    `cannot read the adapter '${moniker}': ${why}. The forms are:\n  ${forms.join('\n  ')}`,
  );

const decimal = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);

const usb = (moniker: string, rest: string): UsbSelection => {
  if (rest === '') return { by: 'class' };
  const id = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(rest);
  if (id?.[1] !== undefined && id[2] !== undefined) {
    return { by: 'id', vendorId: Number.parseInt(id[1], 16), productId: Number.parseInt(id[2], 16) };
  }
  const port = /^(\d+)-(\d+(?:\.\d+)*)$/.exec(rest);
  if (port?.[1] !== undefined && port[2] !== undefined)
    return { by: 'port', bus: Number(port[1]), port: port[2] };
  throw wrong(moniker, `'${rest}' is neither VID:PID nor BUS-PORT`);
};

const serial = (moniker: string, rest: string): Moniker => {
  const [path = '', ...options] = rest.split(',');
  if (path === '') throw wrong(moniker, 'the path of the serial port is missing');
  let baudRate: number | undefined;
  let raiseTo: number | undefined;
  let flowControl: boolean | undefined;
  let protocol: LineProtocolName = 'h4';
  let evenParity = false;
  for (const option of options) {
    const raise = option.startsWith('raise=');
    const rate = decimal(raise ? option.slice('raise='.length) : option);
    if (rate !== undefined && rate > 0) {
      if (raise) raiseTo = rate;
      else baudRate = rate;
    } else if (option === 'rtscts' || option === 'noflow') flowControl = option === 'rtscts';
    else if (option === 'h4' || option === 'h5') protocol = option;
    else if (option === 'even') evenParity = true;
    else {
      throw wrong(
        moniker,
        `'${option}' is neither a baud rate nor rtscts, noflow, h4, h5, even or raise=BAUD`,
      );
    }
  }
  if (protocol === 'h5' && raiseTo !== undefined)
    throw wrong(moniker, 'raise= is for chips that speak H4: with h5 give the baud rate itself');
  if (protocol === 'h4' && evenParity)
    throw wrong(moniker, 'even is for chips that speak H5: H4 has no parity (Vol 4, Part A, 3)');
  return {
    kind: 'serial',
    path,
    baudRate,
    // Three wires are what H5 is for.
    flowControl: flowControl ?? protocol === 'h4',
    protocol,
    evenParity,
    raiseTo,
  };
};

const tcp = (moniker: string, rest: string): Moniker => {
  const colon = rest.lastIndexOf(':');
  const host = rest.slice(0, Math.max(colon, 0)).replace(/^\[(.*)\]$/, '$1');
  const port = decimal(rest.slice(colon + 1));
  if (colon <= 0 || host === '') throw wrong(moniker, 'HOST:PORT is missing');
  if (port === undefined || port < 1 || port > 0xffff) {
    throw wrong(moniker, `the port '${rest.slice(colon + 1)}' is not a number from 1 to 65535`);
  }
  return { kind: 'tcp', host, port };
};

/** Above it are the numbers that mean no device. */
const MAX_HCI_INDEX = 0xfffe;

const hciIndex = (moniker: string, rest: string): number | undefined => {
  if (rest === '') return undefined;
  const index = decimal(rest.replace(/^hci/, ''));
  if (index !== undefined && index <= MAX_HCI_INDEX) return index;
  throw wrong(moniker, `'${rest}' is not the number of an hci device, such as the 0 of hci0`);
};

/** Reads the name of an adapter. Throws InvalidArgumentError, which lists the forms. */
export const parseMoniker = (moniker: string): Moniker => {
  const colon = moniker.indexOf(':');
  const kind = colon < 0 ? moniker : moniker.slice(0, colon);
  const rest = colon < 0 ? '' : moniker.slice(colon + 1);
  switch (kind) {
    case 'usb':
      return { kind: 'usb', select: usb(moniker, rest) };
    case 'serial':
      return serial(moniker, rest);
    case 'tcp':
      return tcp(moniker, rest);
    case 'unix':
      if (rest === '') throw wrong(moniker, 'the path of the socket is missing');
      return { kind: 'unix', path: rest };
    case 'hci-socket':
      return { kind: 'hci-socket', index: hciIndex(moniker, rest) };
    case 'virtual':
      return { kind: 'virtual', air: rest === '' ? undefined : rest };
    default:
      throw wrong(moniker, kind === '' ? 'it is empty' : `'${kind}' is no kind of adapter`);
  }
};

import { UDEV_RELOAD, UDEV_RULES_FILE, udevRule } from '../usb/udev-rule.ts';
import { type Examination, isInGroup, joinGroup, ownerOf } from './examination.ts';
import type { DiagnosedDevice, Finding } from './finding.ts';
import { describeProcess, holdersOf } from './processes.ts';
import { findUdevRule, type UdevRule } from './udev-rules.ts';

const DEVICES = '/sys/bus/usb/devices';
/** `1-2.3`: a device, where `1-2.3:1.0` is one of its interfaces and `usb1` a root hub. */
const DEVICE = /^\d+-[\d.]+$/;

/** Wireless Controller, RF Controller, Bluetooth Programming Interface (Vol 4, Part B, 3.1). */
const BLUETOOTH = 'e0/01/01';

interface FoundDevice {
  readonly place: string;
  readonly vendor: string;
  readonly product: string;
  readonly node: string;
  /** Where it is in the tree of all devices. */
  readonly path: string;
  readonly interfaces: readonly string[];
}

/** Every Bluetooth controller on USB, and what is in its way. */
export const diagnoseUsb = async (examination: Examination): Promise<readonly DiagnosedDevice[]> => {
  const { system } = examination;
  const places = (await system.list(DEVICES)).filter((name) => DEVICE.test(name));
  places.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const diagnosed: DiagnosedDevice[] = [];
  for (const place of places) {
    const device = await findDevice(examination, place);
    if (device === undefined) continue;
    const product = (await system.read(`${DEVICES}/${place}/product`)) ?? '';
    diagnosed.push({
      moniker: `usb:${place}`,
      name: `${device.vendor}:${device.product} ${product}`.trimEnd(),
      findings: [
        ...(await diagnoseNode(examination, device)),
        ...(await diagnoseDrivers(examination, device)),
      ],
    });
  }
  return diagnosed;
};

const findDevice = async ({ system }: Examination, place: string): Promise<FoundDevice | undefined> => {
  const text = async (folder: string, name: string): Promise<string> =>
    (await system.read(`${DEVICES}/${folder}/${name}`)) ?? '';
  const classOf = async (folder: string, prefix: string): Promise<string> =>
    [
      await text(folder, `${prefix}Class`),
      await text(folder, `${prefix}SubClass`),
      await text(folder, `${prefix}Protocol`),
    ].join('/');
  const interfaces = (await system.list(DEVICES)).filter((name) => name.startsWith(`${place}:`));
  const classes = [await classOf(place, 'bDevice')];
  for (const each of interfaces) classes.push(await classOf(each, 'bInterface'));
  if (!classes.includes(BLUETOOTH)) return undefined;
  const number = async (name: string): Promise<string> => (await text(place, name)).padStart(3, '0');
  return {
    place,
    vendor: await text(place, 'idVendor'),
    product: await text(place, 'idProduct'),
    node: `/dev/bus/usb/${await number('busnum')}/${await number('devnum')}`,
    path: (await system.resolve(`${DEVICES}/${place}`)) ?? `${DEVICES}/${place}`,
    interfaces,
  };
};

const diagnoseNode = async (
  examination: Examination,
  { node, vendor, product }: FoundDevice,
): Promise<readonly Finding[]> => {
  const { system } = examination;
  if (await system.mayOpen(node)) return [];
  const heldBy = await ownerOf(examination, node);
  if (heldBy === undefined) {
    const message = `its node ${node} is not there: a container sees only the devices that it is given`;
    return [{ code: 'noPermission', message, mend: [`docker run --device ${node} …`], blocks: true }];
  }
  const rule = await findUdevRule(system, vendor, product);
  if (rule === undefined) {
    return [
      {
        code: 'noPermission',
        message: `this user may not open ${node}, and no rule of udev is for ${vendor}:${product}`,
        heldBy,
        mend: writeRule(examination, vendor, product),
        blocks: true,
      },
    ];
  }
  const { why, mend } = whyNotInForce(examination, rule, vendor, product);
  const message = `this user may not open ${node}, although ${rule.file} has a rule for it: ${why}`;
  return [{ code: 'ruleNotInForce', message, heldBy, mend, blocks: true }];
};

const APPLY = `${UDEV_RELOAD}   # then plug it in again`;

const writeRule = (examination: Examination, vendor: string, product: string): readonly string[] => {
  // udev passes over a group that the machine does not have.
  const hasPlugdev = examination.groups.some(({ name }) => name === 'plugdev');
  const group = hasPlugdev ? 'plugdev' : ownGroup(examination);
  return [
    `echo '${udevRule(vendor, product, group)}' | sudo tee -a ${UDEV_RULES_FILE}`,
    APPLY,
    ...(isInGroup(examination, group) ? [] : joinGroup(examination, group)),
  ];
};

const whyNotInForce = (
  examination: Examination,
  { file, group, uaccess }: UdevRule,
  vendor: string,
  product: string,
): { readonly why: string; readonly mend: readonly string[] } => {
  if (group !== undefined && !isInGroup(examination, group)) {
    const why = `that is for the group ${group}, in which this user is not`;
    return { why, mend: joinGroup(examination, group) };
  }
  const name = file.split('/').pop() ?? '';
  if (group === undefined && uaccess && name >= SEAT_RULES) {
    const why = `a tag uaccess comes too late in a file behind ${SEAT_RULES}, where the tagged devices are handed out`;
    return { why, mend: [`sudo mv ${file} ${UDEV_RULES_FILE}`, APPLY] };
  }
  if (group === undefined && uaccess) {
    const why =
      'that is for whoever sits at the machine, not over SSH and not for a service, or it has not been applied yet';
    return { why, mend: writeRule(examination, vendor, product) };
  }
  return { why: 'it has not been applied since the device was plugged in', mend: [APPLY] };
};

/** Where systemd hands the devices that are tagged by then to whoever sits at the machine. */
const SEAT_RULES = '73-seat-late.rules';

const ownGroup = ({ system, groups }: Examination): string =>
  groups.find(({ gid }) => gid === system.user.groups[0])?.name ?? 'plugdev';

const diagnoseDrivers = async (
  { system, processes, hciDevices }: Examination,
  { node, path, interfaces }: FoundDevice,
): Promise<readonly Finding[]> => {
  const drivers = new Set<string>();
  for (const each of interfaces) {
    const driver = (await system.link(`${DEVICES}/${each}/driver`))?.split('/').pop();
    if (driver !== undefined) drivers.add(driver);
  }
  // The driver that stands for a program which drives the device itself, as this one does.
  if (drivers.delete('usbfs')) {
    const holders = holdersOf([node], processes);
    return [
      {
        code: 'inUse',
        message: 'another program drives it',
        heldBy: holders.map(describeProcess).join(', ') || 'a program of another user',
        mend:
          holders.length === 0
            ? [`sudo fuser -v ${node}   # tells which`]
            : holders.map(({ pid }) => `kill ${pid}`),
        blocks: true,
      },
    ];
  }
  if (drivers.size === 0) return [];
  const adapters = hciDevices.filter((each) => each.path.startsWith(`${path}/`)).map(({ name }) => name);
  const daemon = processes.find(({ name }) => name === 'bluetoothd');
  const holders = [
    `the kernel's ${[...drivers].join(', ')}${adapters.length === 0 ? '' : ` as ${adapters.join(', ')}`}`,
    ...(daemon === undefined ? [] : [describeProcess(daemon)]),
  ];
  return [
    {
      code: 'systemDriver',
      message:
        "the system's own Bluetooth uses it: opening it takes it over, closing it gives it back, and nothing has to be done; what mends it keeps the system away",
      heldBy: holders.join(', for '),
      mend: daemon === undefined ? [] : ['sudo systemctl stop bluetooth'],
      blocks: false,
    },
  ];
};

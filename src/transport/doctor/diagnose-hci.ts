import { type HciDevice, mayUseUserChannel } from '../hci-socket/hci-devices.ts';
import { LET_USE_USER_CHANNEL, letGoOf, SERVICE_CAPABILITY } from '../hci-socket/hci-socket-failure.ts';
import { usbOriginOf } from '../usb/usb-origin.ts';
import type { Examination } from './examination.ts';
import type { DiagnosedDevice, Finding } from './finding.ts';
import { describeProcess, holdersOf } from './processes.ts';
import { describeSwitch, isSwitchedOff, mendSwitch, readRadioSwitches } from './radio-switches.ts';

/** Every controller that Linux drives, and what is in the way of its user channel. */
export const diagnoseHci = async (examination: Examination): Promise<readonly DiagnosedDevice[]> => {
  const { system, hciDevices } = examination;
  const permission = (await mayUseUserChannel(system)) ? [] : [noPermission];
  const holders = await diagnoseSockets(examination);
  const diagnosed: DiagnosedDevice[] = [];
  for (const device of hciDevices) {
    diagnosed.push({
      moniker: device.moniker,
      name: await nameOf(examination, device),
      findings: [
        ...permission,
        ...(await diagnoseSwitch(examination, device)),
        ...diagnoseSystem(examination, device),
        ...holders,
      ],
    });
  }
  return diagnosed;
};

const nameOf = async ({ system }: Examination, { name, path }: HciDevice): Promise<string> => {
  const { vendorId, productId, product } = await usbOriginOf(path, system.read);
  const driver = (await system.link(`${path}/device/driver`))?.split('/').pop();
  const hex = (id: number): string => id.toString(16).padStart(4, '0');
  const ids =
    vendorId === undefined || productId === undefined ? undefined : `${hex(vendorId)}:${hex(productId)}`;
  return [ids, product, driver === undefined ? name : `${name} of ${driver}`]
    .filter((part) => part !== undefined)
    .join(' ');
};

const noPermission: Finding = {
  code: 'noPermission',
  message: 'this process may not use a user channel: it has not the capability CAP_NET_ADMIN',
  mend: LET_USE_USER_CHANNEL,
  advice: `for a service of systemd: ${SERVICE_CAPABILITY} in its section [Service]`,
  blocks: true,
};

const diagnoseSwitch = async ({ system }: Examination, { name }: HciDevice): Promise<readonly Finding[]> =>
  (await readRadioSwitches(system))
    .filter((each) => each.name === name && isSwitchedOff(each))
    .map((each) => ({
      code: 'blocked',
      message: `${name} is switched off`,
      heldBy: describeSwitch(each),
      ...mendSwitch(each),
      blocks: true,
    }));

/** Linux tells in no file whether a controller is up; with bluetoothd it is, unless somebody has switched it off. */
const diagnoseSystem = ({ processes }: Examination, { index, hasLinks }: HciDevice): readonly Finding[] => {
  const daemon = processes.find((each) => each.name === 'bluetoothd');
  if (daemon === undefined && !hasLinks) return [];
  return [
    {
      code: 'systemDriver',
      message: hasLinks
        ? "the system's own Bluetooth has links over it, and while it is up there is no user channel"
        : "the system's own Bluetooth is there for it, and while it is up there is no user channel",
      heldBy: daemon === undefined ? 'the kernel' : describeProcess(daemon),
      mend: letGoOf(index),
      blocks: true,
    },
  ];
};

/** Who has HCI sockets open, as far as this user may see. Of which controller, and whether it is the user channel, Linux does not tell. */
const diagnoseSockets = async ({ system, processes }: Examination): Promise<readonly Finding[]> => {
  const [, ...lines] = ((await system.read('/proc/net/hci')) ?? '').split('\n');
  const sockets = lines.map((line) => `socket:[${line.trim().split(/\s+/)[5] ?? ''}]`);
  return holdersOf(sockets, processes)
    .filter(({ name }) => name !== 'bluetoothd')
    .map((holder) => ({
      code: 'inUse',
      message:
        'a program has an HCI socket open: if that is the user channel of this controller, it has to end first',
      heldBy: describeProcess(holder),
      mend: [`kill ${holder.pid}   # with sudo where it is another user's`],
      blocks: false,
    }));
};

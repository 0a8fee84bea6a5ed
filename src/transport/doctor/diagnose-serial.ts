import { type Examination, isInGroup, joinGroup, ownerOf } from './examination.ts';
import type { DiagnosedDevice, Finding } from './finding.ts';
import { describeProcess, holdersOf, type RunningProcess } from './processes.ts';

const PORTS = '/sys/class/tty';
/** PORT_UNKNOWN: a place for a UART that this machine does not have. */
const NO_UART = '0';
/** Permission bits that let a group read and write. */
const GROUP_MAY = 0o060;

/** Every serial port, and what is in its way. Whether a controller is at its end shows only when it is opened. */
export const diagnoseSerial = async (examination: Examination): Promise<readonly DiagnosedDevice[]> => {
  const { system } = examination;
  const names = [...(await system.list(PORTS))];
  names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const diagnosed: DiagnosedDevice[] = [];
  for (const name of names) {
    const node = `/dev/${name}`;
    // Consoles and pseudo-terminals have no driver of a device.
    if ((await system.link(`${PORTS}/${name}/device/driver`)) === undefined) continue;
    if ((await system.read(`${PORTS}/${name}/type`)) === NO_UART) continue;
    if ((await system.owner(node)) === undefined) continue;
    const aliases = await aliasesOf(examination, node);
    diagnosed.push({
      moniker: `serial:${node}`,
      name: aliases.join(' '),
      findings: [
        ...(await diagnoseNode(examination, node)),
        ...(await diagnoseHolders(examination, name, [node, ...aliases])),
      ],
    });
  }
  return diagnosed;
};

/** The names that Raspberry Pi OS has for its two UARTs. */
const aliasesOf = async ({ system }: Examination, node: string): Promise<readonly string[]> => {
  const aliases: string[] = [];
  for (const alias of ['/dev/serial0', '/dev/serial1']) {
    if ((await system.resolve(alias)) === node) aliases.push(alias);
  }
  return aliases;
};

const diagnoseNode = async (examination: Examination, node: string): Promise<readonly Finding[]> => {
  const { system, groups } = examination;
  if (await system.mayOpen(node)) return [];
  const owner = await system.owner(node);
  const group = groups.find(({ gid }) => gid === owner?.gid)?.name;
  const groupMay = owner !== undefined && (owner.mode & GROUP_MAY) === GROUP_MAY && group !== undefined;
  const mend =
    groupMay && !isInGroup(examination, group)
      ? joinGroup(examination, group)
      : [`sudo chmod g+rw ${node}   # until it is plugged in again`];
  return [
    {
      code: 'noPermission',
      message: `this user may not open ${node}`,
      heldBy: await ownerOf(examination, node),
      mend,
      blocks: true,
    },
  ];
};

/** The service behind a program, where ending the program alone does not help: it comes again. */
const services: Readonly<Record<string, (port: string) => string>> = {
  ModemManager: () => 'sudo systemctl stop ModemManager',
  hciattach: () => 'sudo systemctl stop hciuart',
  agetty: (port) => `sudo systemctl disable --now serial-getty@${port}`,
};

const mendHolder = ({ name, pid }: RunningProcess, port: string): string =>
  services[name]?.(port) ?? `kill ${pid}   # with sudo where it is another user's`;

const diagnoseHolders = async (
  { system, processes }: Examination,
  name: string,
  paths: readonly string[],
): Promise<readonly Finding[]> => {
  const findings: Finding[] = holdersOf(paths, processes).map((holder) => ({
    code: 'inUse',
    message: 'another program has it open',
    heldBy: describeProcess(holder),
    mend: [mendHolder(holder, name)],
    blocks: true,
  }));
  const consoles = ((await system.read(`${PORTS}/console/active`)) ?? '').split(/\s+/);
  if (consoles.includes(name)) {
    findings.push({
      code: 'console',
      message: 'the kernel writes its messages to it, and a controller takes them for commands',
      heldBy: 'the kernel, by console= of its command line',
      mend: [],
      advice: `take console=${name} (on a Raspberry Pi console=serial0) out of the kernel's command line and restart; a Raspberry Pi has it in /boot/firmware/cmdline.txt`,
      blocks: true,
    });
  }
  const modems = processes.find((each) => each.name === 'ModemManager');
  const isModemLike = /^tty(ACM|USB)\d+$/.test(name);
  if (modems !== undefined && isModemLike && findings.length === 0) {
    findings.push({
      code: 'modemProbe',
      message: 'ModemManager opens every new port of this kind for some seconds to see whether it is a modem',
      heldBy: describeProcess(modems),
      mend: ['sudo systemctl stop ModemManager'],
      blocks: false,
    });
  }
  return findings;
};

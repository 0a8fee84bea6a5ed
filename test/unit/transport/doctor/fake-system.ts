import { dirname, posix } from 'node:path';
import type { NodeOwner, SystemView } from '../../../../src/transport/doctor/system-view.ts';

/** `root:dialout 660`. */
export const owner = (gid: number, mode = 0o660): NodeOwner => ({ uid: 0, gid, mode });

interface Tree {
  /** Texts of files, by their paths; a link is written as `-> target`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Nodes of the device folder. Only root opens them, and the groups that their mode lets. */
  readonly nodes?: Readonly<Record<string, NodeOwner>>;
  readonly groups?: readonly number[];
  readonly platform?: NodeJS.Platform;
}

const LINK = '-> ';

/** A system made of paths and texts. The user is `ada`, of the group 1000. */
export const fakeSystem = ({
  files = {},
  nodes = {},
  groups = [1000],
  platform = 'linux',
}: Tree): SystemView => {
  const linkAt = (path: string): string | undefined => {
    const text = files[path];
    return text?.startsWith(LINK) ? text.slice(LINK.length) : undefined;
  };
  /** Follows the links on the way, as the kernel does. */
  const follow = (path: string): string => {
    let at = '/';
    for (const part of path.split('/').filter(Boolean)) {
      const next = posix.join(at, part);
      const target = linkAt(next);
      at = target === undefined ? next : follow(posix.resolve(at, target));
    }
    return at;
  };
  const paths = [...Object.keys(files), ...Object.keys(nodes)];
  const isThere = (path: string): boolean =>
    paths.some((each) => each === path || each.startsWith(`${path}/`));
  return {
    platform,
    user: { name: 'ada', groups },
    list: async (path) => {
      const folder = `${follow(path)}/`;
      const below = paths.filter((each) => each.startsWith(folder));
      return [...new Set(below.map((each) => each.slice(folder.length).split('/')[0] ?? ''))];
    },
    read: async (path) => files[follow(path)]?.trim(),
    link: async (path) => linkAt(posix.join(follow(dirname(path)), posix.basename(path))),
    resolve: async (path) => (isThere(follow(path)) ? follow(path) : undefined),
    owner: async (path) => nodes[follow(path)],
    mayOpen: async (path) => {
      const found = nodes[follow(path)];
      if (found === undefined) return false;
      if ((found.mode & 0o006) === 0o006) return true;
      return (found.mode & 0o060) === 0o060 && groups.includes(found.gid);
    },
  };
};

export const GROUPS = 'root:x:0:\ndialout:x:20:\nplugdev:x:46:\nada:x:1000:\n';

/** A CSR dongle in the second socket of the first bus, which the kernel drives as hci0. */
export const dongle: Readonly<Record<string, string>> = {
  '/sys/bus/usb/devices/usb1': '-> /sys/devices/usb1',
  '/sys/bus/usb/devices/1-2': '-> /sys/devices/usb1/1-2',
  '/sys/bus/usb/devices/1-2:1.0': '-> /sys/devices/usb1/1-2/1-2:1.0',
  '/sys/devices/usb1/bDeviceClass': '09\n',
  '/sys/devices/usb1/1-2/bDeviceClass': 'e0\n',
  '/sys/devices/usb1/1-2/bDeviceSubClass': '01\n',
  '/sys/devices/usb1/1-2/bDeviceProtocol': '01\n',
  '/sys/devices/usb1/1-2/idVendor': '0a12\n',
  '/sys/devices/usb1/1-2/idProduct': '0001\n',
  '/sys/devices/usb1/1-2/product': 'CSR8510 A10\n',
  '/sys/devices/usb1/1-2/busnum': '1\n',
  '/sys/devices/usb1/1-2/devnum': '7\n',
  '/sys/devices/usb1/1-2/1-2:1.0/bInterfaceClass': 'e0\n',
  '/sys/devices/usb1/1-2/1-2:1.0/driver': '-> /sys/bus/usb/drivers/btusb',
  '/sys/devices/usb1/1-2/1-2:1.0/bluetooth/hci0/address': '\n',
  '/sys/class/bluetooth/hci0': '-> /sys/devices/usb1/1-2/1-2:1.0/bluetooth/hci0',
};
export const DONGLE_NODE = '/dev/bus/usb/001/007';

export const port = (name: string, type?: string): Readonly<Record<string, string>> => ({
  [`/sys/class/tty/${name}/device/driver`]: '-> /sys/bus/drivers/some',
  ...(type === undefined ? {} : { [`/sys/class/tty/${name}/type`]: type }),
});

export const running = (pid: number, name: string, ...command: readonly string[]) => ({
  [`/proc/${pid}/comm`]: `${name}\n`,
  [`/proc/${pid}/cmdline`]: [name, ...command, ''].join('\0'),
});

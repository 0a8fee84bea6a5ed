import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../src/transport/doctor/diagnose.ts';
import { hostSystem } from '../../../../src/transport/doctor/system-view.ts';
import { DONGLE_NODE, dongle, fakeSystem, GROUPS, owner, port, running } from './fake-system.ts';

const RULE =
  'SUBSYSTEM=="usb", ATTRS{idVendor}=="0a12", ATTRS{idProduct}=="0001", MODE="0660", GROUP="plugdev", TAG+="uaccess"';
const APPLY = 'sudo udevadm control --reload && sudo udevadm trigger   # then plug it in again';

/** The one device of a tree, with its findings; not the same controller as an hci device. */
const only = async (tree: Parameters<typeof fakeSystem>[0]) => {
  const { devices: all, system } = await diagnose(fakeSystem(tree));
  const devices = all.filter(({ moniker }) => !moniker.startsWith('hci-socket'));
  expect(system).toEqual([]);
  expect(devices).toHaveLength(1);
  return devices[0];
};

describe('a dongle', () => {
  const undriven = { ...dongle, '/sys/devices/usb1/1-2/1-2:1.0/driver': '' };
  const closed = { [DONGLE_NODE]: owner(0, 0o664) };

  it('that may be opened and that nobody drives has nothing in its way', async () => {
    const found = await only({ files: undriven, nodes: { [DONGLE_NODE]: owner(1000) } });
    expect(found).toEqual({ moniker: 'usb:1-2', name: '0a12:0001 CSR8510 A10', findings: [] });
  });

  it('that belongs to root gets a rule for its identifiers and the group for it', async () => {
    const found = await only({ files: { ...undriven, '/etc/group': GROUPS }, nodes: closed });
    expect(found?.findings).toEqual([
      {
        code: 'noPermission',
        message: `this user may not open ${DONGLE_NODE}, and no rule of udev is for 0a12:0001`,
        heldBy: 'root:root, mode 664',
        mend: [
          `echo '${RULE}' | sudo tee -a /etc/udev/rules.d/70-jelling.rules`,
          APPLY,
          'sudo usermod -aG plugdev ada   # then log in again',
        ],
        blocks: true,
      },
    ]);
  });

  it("gets a rule for the user's own group where the machine has no plugdev", async () => {
    const files = { ...undriven, '/etc/group': 'root:x:0:\nada:x:1000:\n' };
    const [finding] = (await only({ files, nodes: closed }))?.findings ?? [];
    expect(finding?.mend[0]).toContain('GROUP="ada"');
    expect(finding?.mend).toHaveLength(2);
  });

  it.each([
    [
      'is for a group that the user is not in',
      '70-x',
      RULE,
      [1000],
      /group plugdev/,
      ['sudo usermod -aG plugdev ada   # then log in again'],
    ],
    ['has not been applied', '70-x', RULE, [1000, 46], /not been applied/, [APPLY]],
    [
      'tags too late',
      '99-x',
      RULE.replace('GROUP="plugdev", ', ''),
      [1000],
      /too late/,
      ['sudo mv /etc/udev/rules.d/99-x.rules /etc/udev/rules.d/70-jelling.rules', APPLY],
    ],
    [
      'is for those at the machine alone',
      '70-x',
      RULE.replace('GROUP="plugdev", ', ''),
      [1000, 46],
      /whoever sits at the machine/,
      [`echo '${RULE}' | sudo tee -a /etc/udev/rules.d/70-jelling.rules`, APPLY],
    ],
  ] as const)('whose rule %s says so', async (_what, name, rule, groups, message, mend) => {
    const files = {
      ...undriven,
      '/etc/group': GROUPS,
      [`/etc/udev/rules.d/${name}.rules`]: `# of 0a12\n${rule}\n`,
    };
    const [finding] = (await only({ files, nodes: closed, groups }))?.findings ?? [];
    expect(finding).toMatchObject({ code: 'ruleNotInForce', blocks: true, mend });
    expect(finding?.message).toMatch(message);
    expect(finding?.message).toContain(`/etc/udev/rules.d/${name}.rules`);
  });

  it('is not thought to have a rule by one for another, by a comment or in a file that udev does not read', async () => {
    const files = {
      ...undriven,
      '/etc/udev/rules.d/70-x.rules': `${RULE.replace('0001', '0002')}\n# ${RULE}\n`,
      '/etc/udev/rules.d/70-y.rules.bak': RULE,
    };
    expect((await only({ files, nodes: closed }))?.findings).toMatchObject([{ code: 'noPermission' }]);
  });

  it('that the system drives tells as what and for whom, and is usable', async () => {
    const nodes = { [DONGLE_NODE]: owner(1000) };
    const alone = await only({ files: dongle, nodes });
    expect(alone?.findings).toMatchObject([
      { code: 'systemDriver', heldBy: "the kernel's btusb as hci0", mend: [], blocks: false },
    ]);
    const served = await only({ files: { ...dongle, ...running(321, 'bluetoothd') }, nodes });
    expect(served?.findings).toMatchObject([
      {
        heldBy: "the kernel's btusb as hci0, for bluetoothd (process 321)",
        mend: ['sudo systemctl stop bluetooth'],
      },
    ]);
  });

  it('that another program drives names it where it can be seen', async () => {
    const driven = { ...dongle, '/sys/devices/usb1/1-2/1-2:1.0/driver': '-> /sys/bus/usb/drivers/usbfs' };
    const nodes = { [DONGLE_NODE]: owner(1000) };
    const hidden = await only({ files: driven, nodes });
    expect(hidden?.findings).toMatchObject([
      {
        code: 'inUse',
        heldBy: 'a program of another user',
        mend: [`sudo fuser -v ${DONGLE_NODE}   # tells which`],
      },
    ]);
    const files = { ...driven, ...running(77, 'node'), '/proc/77/fd/20': `-> ${DONGLE_NODE}` };
    expect((await only({ files, nodes }))?.findings).toMatchObject([
      { code: 'inUse', heldBy: 'node (process 77)', mend: ['kill 77'], blocks: true },
    ]);
  });

  it('without a node is one of a container', async () => {
    expect((await only({ files: undriven }))?.findings).toMatchObject([
      { code: 'noPermission', mend: [`docker run --device ${DONGLE_NODE} …`] },
    ]);
  });
});

describe('a serial port', () => {
  const node = '/dev/ttyACM0';
  const files = { ...port('ttyACM0'), '/etc/group': GROUPS };
  const open = { [node]: owner(1000) };
  const findingsOf = async (more: Readonly<Record<string, string>>, nodes = open) =>
    (await only({ files: { ...files, ...more }, nodes }))?.findings;

  it('of a group that the user is not in says which to join', async () => {
    const nodes = { [node]: owner(20) };
    expect(await findingsOf({}, nodes)).toEqual([
      {
        code: 'noPermission',
        message: `this user may not open ${node}`,
        heldBy: 'root:dialout, mode 660',
        mend: ['sudo usermod -aG dialout ada   # then log in again'],
        blocks: true,
      },
    ]);
    expect(await findingsOf({ '/etc/group': 'dialout:x:20:bob,ada\n' }, nodes)).toMatchObject([
      { mend: ['newgrp dialout   # for this shell; for all others log in again'] },
    ]);
    expect(await findingsOf({}, { [node]: owner(0, 0o600) })).toMatchObject([
      { mend: [`sudo chmod g+rw ${node}   # until it is plugged in again`] },
    ]);
  });

  it.each([
    ['ModemManager', 'sudo systemctl stop ModemManager'],
    ['minicom', "kill 9   # with sudo where it is another user's"],
  ])('that %s has open says so', async (name, line) => {
    expect(await findingsOf({ ...running(9, name), '/proc/9/fd/5': `-> ${node}` })).toMatchObject([
      { code: 'inUse', heldBy: `${name} (process 9)`, mend: [line], blocks: true },
    ]);
  });

  it('may be probed by ModemManager, if it is of the kind that has modems', async () => {
    expect(await findingsOf(running(9, 'ModemManager'))).toMatchObject([
      { code: 'modemProbe', blocks: false, mend: ['sudo systemctl stop ModemManager'] },
    ]);
    const other = await only({
      files: { ...port('ttyAMA0', '32'), ...running(9, 'ModemManager') },
      nodes: { '/dev/ttyAMA0': owner(1000) },
    });
    expect(other?.findings).toEqual([]);
  });

  it('of a Raspberry Pi is found under its other name, and what is attached to it', async () => {
    const pi = {
      ...port('ttyAMA0', '32'),
      '/dev/serial1': '-> ttyAMA0',
      ...running(5, 'hciattach', '/dev/serial1', 'bcm43xx', '3000000', 'flow', '-'),
    };
    expect(await only({ files: pi, nodes: { '/dev/ttyAMA0': owner(1000) } })).toMatchObject({
      moniker: 'serial:/dev/ttyAMA0',
      name: '/dev/serial1',
      findings: [{ heldBy: 'hciattach (process 5)', mend: ['sudo systemctl stop hciuart'] }],
    });
  });

  it('with a console or a log-in on it says so', async () => {
    const console = {
      ...port('ttyS0', '4'),
      '/sys/class/tty/console/active': 'tty1 ttyS0\n',
      ...running(6, 'agetty', '-o', '-p', '115200', 'ttyS0', 'vt220'),
    };
    const found = await only({ files: console, nodes: { '/dev/ttyS0': owner(1000) } });
    expect(found?.findings).toMatchObject([
      { code: 'inUse', mend: ['sudo systemctl disable --now serial-getty@ttyS0'] },
      { code: 'console', blocks: true },
    ]);
  });

  it('is none without a driver, a UART or a node', async () => {
    const none = {
      ...files,
      ...port('ttyS1', '0'),
      ...port('ttyS2', '4'),
      '/sys/class/tty/tty1/dev': '4:1\n',
    };
    const nodes = { ...open, '/dev/ttyS1': owner(1000), '/dev/tty1': owner(1000) };
    expect((await only({ files: none, nodes }))?.moniker).toBe(`serial:${node}`);
  });
});

describe('a controller that Linux drives', () => {
  const diagnosed = async (more: Readonly<Record<string, string>>) => {
    const { devices } = await diagnose(fakeSystem({ files: { ...dongle, ...more } }));
    return devices.find(({ moniker }) => moniker.startsWith('hci-socket'));
  };
  const findingsOf = async (more: Readonly<Record<string, string>>) => (await diagnosed(more))?.findings;
  const capabilities = (effective: string) => ({
    '/proc/self/status': `Name:\tnode\nCapInh:\t0000000000000000\nCapEff:\t${effective}\n`,
  });
  const radio = (entry: string, name: string, soft: string, hard: string, type = 'bluetooth') => ({
    [`/sys/class/rfkill/${entry}/type`]: `${type}\n`,
    [`/sys/class/rfkill/${entry}/name`]: `${name}\n`,
    [`/sys/class/rfkill/${entry}/soft`]: `${soft}\n`,
    [`/sys/class/rfkill/${entry}/hard`]: `${hard}\n`,
  });

  it('is named by its device, its number and its driver', async () => {
    const driver = {
      '/sys/devices/usb1/1-2/1-2:1.0/bluetooth/hci0/device': '-> ../..',
      ...capabilities('0000000000001000'),
    };
    expect(await diagnosed(driver)).toEqual({
      moniker: 'hci-socket:0',
      name: '0a12:0001 CSR8510 A10 hci0 of btusb',
      findings: [],
    });
    const virtual = {
      '/sys/class/bluetooth/hci10': '-> /sys/devices/virtual/bluetooth/hci10',
      '/sys/class/bluetooth/hci2': '-> /sys/devices/virtual/bluetooth/hci2',
      '/sys/devices/virtual/bluetooth/hci10/uevent': '',
      '/sys/devices/virtual/bluetooth/hci2/uevent': '',
    };
    const { devices } = await diagnose(fakeSystem({ files: virtual }));
    expect(devices.map(({ moniker, name }) => [moniker, name])).toEqual([
      ['hci-socket:2', 'hci2'],
      ['hci-socket:10', 'hci10'],
    ]);
  });

  it('needs a capability', async () => {
    expect(await findingsOf(capabilities('000001ffffffffff'))).toEqual([]);
    expect(await findingsOf(capabilities('000001ffffffefff'))).toMatchObject([
      {
        code: 'noPermission',
        mend: [
          'sudo env "PATH=$PATH" node PROGRAM   # for once',
          'sudo setcap cap_net_admin=ep "$(readlink -f "$(command -v node)")"   # for every program that this node runs',
        ],
        advice: 'for a service of systemd: AmbientCapabilities=CAP_NET_ADMIN in its section [Service]',
        blocks: true,
      },
    ]);
  });

  it('may be switched off, by its own switch', async () => {
    const others = { ...radio('rfkill0', 'phy0', '1', '0', 'wlan'), ...radio('rfkill1', 'hci1', '1', '0') };
    expect(await findingsOf({ ...others, ...radio('rfkill2', 'hci0', '0', '0') })).toEqual([]);
    expect(await findingsOf({ ...others, ...radio('rfkill2', 'hci0', '1', '0') })).toMatchObject([
      {
        code: 'blocked',
        heldBy: 'rfkill, switch hci0: soft blocked',
        mend: ['sudo rfkill unblock bluetooth'],
        advice: undefined,
        blocks: true,
      },
    ]);
    expect(await findingsOf(radio('rfkill2', 'hci0', '1', '1'))).toMatchObject([
      {
        heldBy: 'rfkill, switch hci0: soft blocked and hard blocked',
        mend: ['sudo rfkill unblock bluetooth'],
        advice: expect.stringContaining('switch on the case'),
      },
    ]);
    expect(await findingsOf(radio('rfkill2', 'hci0', '0', '1'))).toMatchObject([{ mend: [] }]);
  });

  it("is held by the system's own Bluetooth", async () => {
    expect(await findingsOf(running(8, 'bluetoothd'))).toMatchObject([
      {
        code: 'systemDriver',
        heldBy: 'bluetoothd (process 8)',
        mend: [
          'sudo systemctl stop bluetooth   # or: bluetoothctl power off',
          'sudo hciconfig hci0 down   # or: sudo btmgmt --index 0 power off',
        ],
        blocks: true,
      },
    ]);
    const link = {
      '/sys/class/bluetooth/hci0:64': '-> /sys/devices/hci0:64',
      '/sys/devices/hci0:64/uevent': '',
    };
    expect(await findingsOf(link)).toMatchObject([
      { heldBy: 'the kernel', message: expect.stringContaining('has links over it') },
    ]);
  });

  it('tells who has HCI sockets open', async () => {
    const files = {
      '/proc/net/hci':
        'sk               RefCnt Rmem   Wmem   User   Inode  Parent\n000000000b5ec681 2      0      0      0      10196  0     \n',
      ...running(9, 'node'),
      '/proc/9/fd/20': '-> socket:[10196]',
      ...running(10, 'sshd'),
      '/proc/10/fd/3': '-> socket:[10197]',
    };
    expect(await findingsOf(files)).toMatchObject([
      {
        code: 'inUse',
        heldBy: 'node (process 9)',
        mend: ["kill 9   # with sudo where it is another user's"],
        blocks: false,
      },
    ]);
  });

  it('may have no power by a switch of the machine', async () => {
    const { system } = await diagnose(
      fakeSystem({ files: { ...dongle, ...radio('rfkill0', 'tpacpi_bluetooth_sw', '1', '0') } }),
    );
    expect(system).toMatchObject([
      {
        code: 'blocked',
        heldBy: 'rfkill, switch tpacpi_bluetooth_sw: soft blocked',
        mend: ['sudo rfkill unblock bluetooth'],
        blocks: false,
      },
    ]);
    const others = { ...radio('rfkill0', 'hci0', '1', '0'), ...radio('rfkill1', 'phy0', '1', '0', 'wlan') };
    const own = await diagnose(fakeSystem({ files: { ...dongle, ...others } }));
    expect(own.system).toEqual([]);
  });
});

describe('the machine', () => {
  it('tells of a chip that the kernel drives without a port', async () => {
    const files = {
      '/sys/class/bluetooth/hci0': '-> /sys/devices/soc/serial0/serial0-0/bluetooth/hci0',
      '/sys/devices/soc/serial0/serial0-0/bluetooth/hci0/uevent': '',
    };
    const pi = { ...files, '/proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4\0' };
    expect((await diagnose(fakeSystem({ files: pi }))).system).toMatchObject([
      {
        code: 'kernelUart',
        heldBy: "the kernel's hci_uart as hci0",
        message: expect.stringContaining('but hci-socket:0 opens it'),
        blocks: false,
        mend: ['echo dtparam=krnbt=off | sudo tee -a /boot/firmware/config.txt   # then restart'],
      },
    ]);
    const [other] = (await diagnose(fakeSystem({ files }))).system;
    expect(other).toMatchObject({ mend: [], advice: expect.stringContaining('device tree') });
  });

  it('with no device at all says so', async () => {
    expect(await diagnose(fakeSystem({}))).toMatchObject({ devices: [], system: [{ code: 'noDevices' }] });
  });

  it.each([
    ['darwin', /bluetoothHostControllerSwitchBehavior=never/],
    ['win32', /WinUSB/],
  ] as const)('of another system (%s) gets what can be said', async (platform, line) => {
    const { devices, system } = await diagnose(fakeSystem({ platform, files: dongle }));
    expect(devices).toEqual([]);
    expect(system.every(({ code, blocks }) => code === 'notLookedAt' && !blocks)).toBe(true);
    expect(system.flatMap(({ mend, advice }) => [...mend, advice]).join()).toMatch(line);
  });
});

describe('the view of this machine', () => {
  it('reads files, links and folders, and finds nothing where nothing is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jelling-test-'));
    try {
      const file = join(folder, 'file');
      await writeFile(file, ' text\n');
      await symlink('file', join(folder, 'link'));
      const view = hostSystem();
      expect(await view.read(file)).toBe('text');
      expect([...(await view.list(folder))].sort()).toEqual(['file', 'link']);
      expect(await view.link(join(folder, 'link'))).toBe('file');
      expect(await view.resolve(join(folder, 'link'))).toBe(await view.resolve(file));
      expect(await view.owner(file)).toMatchObject({ uid: expect.any(Number), mode: expect.any(Number) });
      expect(await view.mayOpen(file)).toBe(true);
      const missing = join(folder, 'missing');
      expect(await view.list(missing)).toEqual([]);
      expect(await view.mayOpen(missing)).toBe(false);
      for (const look of [view.read, view.link, view.resolve, view.owner])
        expect(await look(missing)).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

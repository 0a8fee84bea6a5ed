import { access, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { TransportError } from '../../../src/core/errors.ts';
import { listHciDevices } from '../../../src/transport/hci-socket/list-hci.ts';
import { listAdapters } from '../../../src/transport/list.ts';
import { listLinuxPorts, listSerialPorts } from '../../../src/transport/serial/list-serial.ts';
import { explainSerialFailure } from '../../../src/transport/serial/serial-failure.ts';
import { listUsbAdapters } from '../../../src/transport/usb/list-usb.ts';
import { dongle, fakeSystem } from './doctor/fake-system.ts';
import { csr, FakeUsb } from './usb/fake-usb.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A tree as Linux has it: an nRF board on USB, a UART of the machine, a place without one, a console, and a port without a node. */
const tree = async () => {
  const root = await mkdtemp(join(tmpdir(), 'jelling-test-'));
  cleanups.push(() => rm(root, { recursive: true }));
  const classFolder = join(root, 'class');
  const deviceFolder = join(root, 'dev');
  const usb = join(root, 'devices', 'usb1', '1-2');
  const driver = join(root, 'drivers', 'some');
  for (const folder of [
    classFolder,
    deviceFolder,
    driver,
    join(usb, '1-2:1.0'),
    join(root, 'devices', 'uart'),
  ]) {
    await mkdir(folder, { recursive: true });
  }
  const files = {
    idVendor: '1915\n',
    idProduct: 'c00a\n',
    product: 'Zephyr HCI UART\n',
    manufacturer: 'Nordic\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(usb, name), text);
  for (const folder of [join(usb, '1-2:1.0'), join(root, 'devices', 'uart')])
    await symlink(driver, join(folder, 'driver'));
  const port = async (
    name: string,
    device: string | undefined,
    type: string | undefined,
    hasNode: boolean,
  ) => {
    await mkdir(join(classFolder, name));
    if (device !== undefined) await symlink(device, join(classFolder, name, 'device'));
    if (type !== undefined) await writeFile(join(classFolder, name, 'type'), `${type}\n`);
    if (hasNode) await writeFile(join(deviceFolder, name), '');
  };
  const uart = join(root, 'devices', 'uart');
  await port('ttyACM10', join(usb, '1-2:1.0'), undefined, true);
  await port('ttyACM2', join(usb, '1-2:1.0'), undefined, true);
  await port('ttyS0', uart, '4', true);
  await port('ttyS1', uart, '0', true);
  await port('ttyS2', uart, '4', false);
  await port('tty1', undefined, undefined, true);
  return { classFolder, deviceFolder, access: (path: string) => access(path) };
};

describe('serial ports on Linux', () => {
  it('are those that have a device and a node, with the USB device they belong to', async () => {
    const places = await tree();
    const found = await listLinuxPorts(places);
    expect(found.map((port) => port.moniker)).toEqual(
      ['ttyACM2', 'ttyACM10', 'ttyS0'].map((name) => `serial:${places.deviceFolder}/${name}`),
    );
    expect(found[0]).toEqual({
      kind: 'serial',
      moniker: `serial:${places.deviceFolder}/ttyACM2`,
      vendorId: 0x1915,
      productId: 0xc00a,
      product: 'Zephyr HCI UART',
      manufacturer: 'Nordic',
      problems: [],
    });
    expect(found[2]).toMatchObject({ vendorId: undefined, product: undefined });
  });

  it('show that this user may not open them', async () => {
    const places = await tree();
    const denied = async (path: string) => {
      if (path.endsWith('ttyS0')) throw new Error(`EACCES: permission denied, access '${path}'`);
      await places.access(path);
    };
    const found = await listLinuxPorts({ ...places, access: denied });
    expect(found.map((port) => port.problems.map((problem) => [problem.code, problem.blocks]))).toEqual([
      [],
      [],
      [['noPermission', true]],
    ]);
  });

  it('are none where the tree is missing', async () => {
    expect(await listLinuxPorts({ ...(await tree()), classFolder: '/nonexistent' })).toEqual([]);
  });

  it('tell which group to join', () => {
    expect(explainSerialFailure('/dev/ttyS0', new Error('EACCES: permission denied'), 'linux')).toMatch(
      /ls -l \/dev\/ttyS0; dialout on Debian/,
    );
    expect(explainSerialFailure('COM3', new Error('Opening COM3: Access denied'), 'win32')).toBe(
      'another program has it open: end that first',
    );
  });
});

describe('serial ports elsewhere', () => {
  it('are what the driver lists', async () => {
    const found = await listSerialPorts('darwin', async () => [
      { path: '/dev/tty.usbmodem1', vendorId: '1915', productId: 'c00a', manufacturer: 'Nordic' },
      { path: '/dev/tty.Bluetooth' },
    ]);
    expect(found).toMatchObject([
      { moniker: 'serial:/dev/tty.usbmodem1', vendorId: 0x1915, productId: 0xc00a, manufacturer: 'Nordic' },
      { moniker: 'serial:/dev/tty.Bluetooth', vendorId: undefined },
    ]);
  });
});

describe('USB controllers', () => {
  it('are examined and closed again', async () => {
    const usb = new FakeUsb({ product: 'CSR8510 A10' });
    expect(await listUsbAdapters(usb.load)).toEqual([
      {
        kind: 'usb',
        moniker: 'usb:1-2',
        vendorId: 0x0a12,
        productId: 1,
        product: 'CSR8510 A10',
        manufacturer: undefined,
        problems: [],
      },
    ]);
    expect(usb.log).toEqual(['open', 'close']);
  });

  it('that the system drives are no less usable', async () => {
    const usb = new FakeUsb({ kernelDriver: true });
    const [found] = await listUsbAdapters(usb.load);
    expect(found?.problems).toMatchObject([{ code: 'systemDriver', blocks: false }]);
    expect(usb.kernelDriver).toBe(true);
  });

  it.each([
    ['access', 'noPermission'],
    ['busy', 'inUse'],
    ['unsupported', 'noDriver'],
    ['gone', 'other'],
  ] as const)('that cannot be opened for %s are told as %s', async (failOpen, code) => {
    const [found] = await listUsbAdapters(new FakeUsb({ failOpen }).load);
    expect(found?.problems).toMatchObject([{ code, blocks: true }]);
    expect(found?.problems[0]?.message).not.toBe('');
  });

  it('without the endpoints are told, and not opened', async () => {
    const usb = new FakeUsb({ info: { ...csr, interfaces: [] } });
    const [found] = await listUsbAdapters(usb.load);
    expect(found?.problems).toMatchObject([{ code: 'notAController', blocks: true }]);
    expect(usb.log).toEqual([]);
  });

  it('are only those of the Bluetooth class', async () => {
    const usb = new FakeUsb({ info: { ...csr, class: 9, interfaces: [] } });
    expect(await listUsbAdapters(usb.load)).toEqual([]);
  });
});

describe('controllers that Linux drives', () => {
  it('are listed by their number, with the device behind them and what keeps them from use', async () => {
    const files = {
      ...dongle,
      '/proc/self/status': 'CapEff:\t0000000000000000\n',
      '/sys/class/rfkill/rfkill1/type': 'bluetooth\n',
      '/sys/class/rfkill/rfkill1/name': 'hci0\n',
      '/sys/class/rfkill/rfkill1/soft': '1\n',
    };
    const [device, ...others] = await listHciDevices(fakeSystem({ files }));
    expect(others).toEqual([]);
    expect(device).toMatchObject({
      kind: 'hci-socket',
      moniker: 'hci-socket:0',
      vendorId: 0x0a12,
      productId: 1,
      product: 'CSR8510 A10',
    });
    expect(device?.problems.map(({ code, blocks }) => [code, blocks])).toEqual([
      ['noPermission', true],
      ['blocked', true],
    ]);
    expect(device?.problems[0]?.message).toContain('AmbientCapabilities=CAP_NET_ADMIN');
    expect(device?.problems[1]?.message).toContain('sudo rfkill unblock bluetooth');
  });

  it('have nothing in their way, or are none', async () => {
    expect(await listHciDevices(fakeSystem({ files: dongle }))).toMatchObject([{ problems: [] }]);
    expect(await listHciDevices(fakeSystem({ files: dongle, platform: 'darwin' }))).toEqual([]);
  });
});

describe('listAdapters', () => {
  it('gives what can be found and says what could not be looked for', async () => {
    const usb = new FakeUsb();
    const listing = await listAdapters([
      () => Promise.reject(new TransportError("serial ports need the package 'serialport'")),
      () => listUsbAdapters(usb.load),
    ]);
    expect(listing.adapters.map((adapter) => adapter.moniker)).toEqual(['usb:1-2']);
    expect(listing.unavailable).toEqual(["serial ports need the package 'serialport'"]);
  });
});

import {
  AttError,
  AttErrorCode,
  Characteristic,
  InvalidArgumentError,
  type LogRecord,
  MemoryIdentityStore,
  open,
  Service,
  TransportError,
} from 'jelling';
import { createAir } from 'jelling/virtual';
import { describe, expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';
import { codeOf, failureOf, scene, text } from './scene.ts';

const connect = () => createAir().createController().connect();
const identityStore = new MemoryIdentityStore();

describe('aioble 1, config', () => {
  test("config('mac'): the address and its type are properties of the adapter", async () => {
    await using ble = await open(connect(), { identityStore });
    expect(ble.address).toMatch(/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/);
    expect(['public', 'random']).toContain(ble.addressType);
  });

  test('config(gap_name=...): name, at open() and later, read by any client and not advertised by itself', async () => {
    await using hosts = new Hosts();
    const peripheral = await hosts.host({ open: { name: 'first' } });
    const central = await hosts.host();
    expect(peripheral.ble.name).toBe('first');
    const { atCentral } = await linked(hosts, central, peripheral);
    const nameOf = async () => {
      const service = await atCentral.service(0x1800);
      return text(await (await service.characteristic(0x2a00)).read());
    };
    expect(await hosts.run(nameOf())).toBe('first');
    peripheral.ble.name = 'second';
    expect(await hosts.run(nameOf())).toBe('second');
    expect(() => {
      peripheral.ble.name = 'x'.repeat(249);
    }).toThrow(InvalidArgumentError);
    peripheral.ble.appearance = 768;
    expect(peripheral.ble.appearance).toBe(768);
  });

  test('config(mtu=...): the MTU to offer is an option of open(), for its own links alone', async () => {
    await using hosts = new Hosts();
    const small = await hosts.host({ open: { mtu: 100 } });
    const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), small);
    expect([atCentral.mtu, atPeripheral.mtu]).toEqual([100, 100]);
    const { atCentral: other } = await linked(hosts, await hosts.host(), await hosts.host());
    expect(other.mtu).toBe(517);
    for (const mtu of [22, 518, 100.5]) {
      await expect(open(connect(), { identityStore, mtu })).rejects.toThrow(InvalidArgumentError);
    }
  });

  test('what is no option is an error before it runs: the compiler knows them', async () => {
    // @ts-expect-error: rxbuf has no meaning here, for nothing is lost between controller and program.
    await using ble = await open(connect(), { identityStore, rxbuf: 100 });
    expect(ble.info.transport).toContain('virtual');
  });
});

describe('aioble 1, ensure_active', () => {
  test('nothing is switched on by an import or a call in passing: open() does it, and says when it is done', async () => {
    await using ble = await open(connect(), { identityStore });
    expect(ble.signal.aborted).toBe(false);
    // Two at a time are two adapters, where there is one for a whole MicroPython board.
    await using other = await open(connect(), { identityStore });
    expect(other.signal).not.toBe(ble.signal);
  });
});

describe('aioble 1, stop', () => {
  test('close() ends what waits, each with the reason; nothing hangs', async () => {
    await using at = await scene();
    const { atPeripheral, local, peripheral, remote } = at;
    const waits = [
      peripheral.ble.scan().next(),
      peripheral.ble.advertise(),
      atPeripheral.disconnected(),
      atPeripheral.l2capAccept({ psm: 0x80 }),
      local.written(),
      local.subscribed(atPeripheral),
    ].map(codeOf);
    const atTheOtherEnd = failureOf(remote.notified());
    await at.wait(10);
    await at.run(peripheral.ble.close());
    expect(await at.run(Promise.all(waits))).toEqual([
      'BLE_TRANSPORT',
      'BLE_TRANSPORT',
      'resolved',
      'BLE_DISCONNECTED',
      'BLE_TRANSPORT',
      'BLE_DISCONNECTED',
    ]);
    expect(await at.run(atTheOtherEnd)).toMatchObject({ code: 'BLE_DISCONNECTED', reason: 0x13 });
    expect(peripheral.ble.signal.reason).toBeInstanceOf(TransportError);
  });

  test('what is opened again is the same device, and its old objects are done', async () => {
    await using hosts = new Hosts();
    const store = new MemoryIdentityStore();
    let host = await hosts.host({ profile: 'zephyr', open: { identityStore: store } });
    const service = () => {
      const made = new Service(0x180f);
      new Characteristic(made, 0x2a19, { read: true, initial: Uint8Array.of(50) });
      return made;
    };
    const addresses = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const { ble } = host;
      addresses.add(`${ble.address} ${ble.addressType}`);
      ble.registerServices(service());
      await hosts.run(ble.close());
      await expect(ble.advertise()).rejects.toThrow(TransportError);
      expect(() => ble.advertising()).toThrow(TransportError);
      await ble.close();
      host = await hosts.hostOn(host.controller, { identityStore: store });
    }
    expect(addresses.size).toBe(1);
  });
});

describe('aioble 1, GattError', () => {
  test('AttError has the code of the specification, the same on every controller, its name and the handle', async () => {
    await using at = await scene({
      characteristic: {
        read: true,
        onRead: () => {
          throw new AttError('no', 0x80);
        },
      },
    });
    const refused = await at.failure(at.remote.read());
    expect(refused).toBeInstanceOf(AttError);
    // NimBLE would say 0x180.
    expect(refused).toMatchObject({ status: 0x80, handle: at.remote.handle, code: 'BLE_ATT' });
    expect(AttErrorCode.insufficientAuthentication).toBe(0x05);
    expect(AttErrorCode.insufficientEncryption).toBe(0x0f);
    expect(AttErrorCode.readNotPermitted).toBe(0x02);
  });
});

describe('aioble 1, log', () => {
  test('log_level: a listener per adapter instead of prints, and no text is made without one', async () => {
    const records: LogRecord[] = [];
    await using hosts = new Hosts();
    const host = await hosts.host({ open: { log: (record) => void records.push(record) } });
    host.controller.faults.inject(Uint8Array.of(0x04, 0x05, 0x09, 0x00));
    await hosts.clock.advance(0);
    expect(records).toContainEqual({
      level: 'warn',
      layer: 'hci',
      message: expect.stringContaining('dropped'),
    });
  });
});

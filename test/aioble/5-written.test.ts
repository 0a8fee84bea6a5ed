import { Characteristic, Service } from 'jelling';
import { describe, expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';
import { codeOf, scene, text } from './scene.ts';

describe('aioble 5, written', () => {
  test('written() gives the connection of the latest write, and earlier ones in between are one', async () => {
    await using at = await scene();
    await at.run(at.remote.write('1'));
    await at.run(at.remote.write('2'));
    expect(await at.run(at.local.written())).toBe(at.atPeripheral);
    expect(text(at.local.read())).toBe('2');
    const waiting = at.local.written();
    await at.run(at.remote.write('3'));
    expect(await at.run(waiting)).toBe(at.atPeripheral);
    expect(await at.run(codeOf(at.local.written({ timeoutMs: 100 })))).toBe('BLE_TIMEOUT');
  });

  test('what clients cannot write says so, instead of returning at once', async () => {
    await using at = await scene({ characteristic: { read: true } });
    expect(await codeOf(at.local.written())).toBe('BLE_INVALID_STATE');
  });

  test('with { connection } it ends with that link', async () => {
    await using at = await scene();
    const waiting = codeOf(at.local.written({ connection: at.atPeripheral }));
    await at.run(at.atCentral.disconnect());
    expect(await at.run(waiting)).toBe('BLE_DISCONNECTED');
  });
});

/** A service of two characteristics that capture what a client writes. */
const capturing = async (hosts: Hosts) => {
  const [central, peripheral] = [await hosts.host(), await hosts.host()];
  const service = new Service(0x181a);
  const first = new Characteristic(service, 0x2a6e, { write: true, writeNoResponse: true, capture: true });
  const second = new Characteristic(service, 0x2a6f, { write: true, writeNoResponse: true, capture: true });
  peripheral.ble.registerServices(service);
  const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
  const found = await hosts.run(atCentral.service(0x181a));
  const remoteFirst = await hosts.run(found.characteristic(0x2a6e));
  const remoteSecond = await hosts.run(found.characteristic(0x2a6f));
  return { peripheral, service, first, second, remoteFirst, remoteSecond, atPeripheral };
};

describe('aioble 5, capture', () => {
  test('capture=True keeps every write with its value, ten unless told, the oldest goes and is counted', async () => {
    await using hosts = new Hosts();
    const { first, remoteFirst, atPeripheral } = await capturing(hosts);
    for (let i = 0; i < 14; i++) await hosts.run(remoteFirst.write(`${i}`));
    expect(first.droppedWrites).toBe(4);
    for (let i = 4; i < 14; i++) {
      const { connection, value } = await hosts.run(first.written());
      expect([connection, text(value)]).toEqual([atPeripheral, `${i}`]);
    }
  });

  test('characteristics capture apart: one that nobody reads holds up no other, and pushes nobody out', async () => {
    await using hosts = new Hosts();
    const { peripheral, first, second, remoteFirst, remoteSecond } = await capturing(hosts);
    await hosts.run(remoteFirst.write('first'));
    for (let i = 0; i < 30; i++) await hosts.run(remoteSecond.write('flood'));
    expect(text((await hosts.run(first.written())).value)).toBe('first');
    expect([first.droppedWrites, second.droppedWrites]).toEqual([0, 20]);
    expect(peripheral.ble.counters['gattWritesDropped']).toBe(20);
  });

  test('it needs something that can be written', () => {
    expect(() => new Characteristic(new Service(0x181a), 0x2a6e, { read: true, capture: true })).toThrow(
      'clients cannot write it',
    );
  });
});

import { type Connection, InvalidArgumentError, type Service } from 'jelling';
import { batteryService, deviceInformationService } from 'jelling/services';
import { describe, expect, test } from 'vitest';
import { Hosts, linked } from '../../support/hosts.ts';

/** What a client sees of services that are registered. */
const seenBy = async (hosts: Hosts, ...services: readonly Service[]): Promise<Connection> => {
  const server = await hosts.host();
  server.ble.registerServices(...services);
  return (await linked(hosts, await hosts.host(), server)).atCentral;
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the Battery service', () => {
  test('can be read, and tells those who subscribe of each change', async () => {
    await using hosts = new Hosts();
    const battery = batteryService({ level: 80 });
    const client = await seenBy(hosts, battery);
    const service = await hosts.run(client.service(0x180f));
    const level = await hosts.run(service.characteristic(0x2a19));
    expect(level.properties).toMatchObject({ read: true, notify: true, write: false, indicate: false });
    expect(await hosts.run(level.read())).toEqual(Uint8Array.of(80));

    await hosts.run(level.subscribe());
    battery.level = 79;
    battery.level = 79;
    battery.level = 0;
    expect(battery.level).toBe(0);
    expect(await hosts.run(level.notified())).toEqual(Uint8Array.of(79));
    expect(await hosts.run(level.notified())).toEqual(Uint8Array.of(0));
    expect(await hosts.run(level.read())).toEqual(Uint8Array.of(0));
  });

  test('of one battery of several says which (BAS, 3.1.2.1)', async () => {
    await using hosts = new Hosts();
    const client = await seenBy(
      hosts,
      batteryService({ level: 50, description: 1 }),
      batteryService({ level: 60, description: 0x0203 }),
    );
    const formats: string[] = [];
    for (const service of await hosts.run(client.services())) {
      if (service.uuid !== '180f') continue;
      const level = await hosts.run(service.characteristic(0x2a19));
      formats.push(hex(await hosts.run((await hosts.run(level.descriptor(0x2904))).read())));
    }
    // uint8, exponent 0, 0x27AD percentage, namespace of the SIG, and the description.
    expect(formats).toEqual(['0400ad27010100', '0400ad27010302']);
  });

  test.each([-1, 101, 1.5, Number.NaN])('has no level of %s', (level) => {
    expect(() => batteryService({ level })).toThrow(InvalidArgumentError);
    const battery = batteryService({ level: 100 });
    expect(() => {
      battery.level = level;
    }).toThrow(InvalidArgumentError);
    expect(battery.level).toBe(100);
  });

  test('has no description of more than 16 bits', () => {
    expect(() => batteryService({ level: 1, description: 0x1_0000 })).toThrow(InvalidArgumentError);
  });
});

describe('the Device Information service', () => {
  test('has a characteristic for each thing that is told, and no other', async () => {
    await using hosts = new Hosts();
    const client = await seenBy(
      hosts,
      deviceInformationService({
        manufacturerName: 'Harald',
        modelNumber: 'Stone',
        serialNumber: '965',
        hardwareRevision: 'granite',
        firmwareRevision: 'runes',
        softwareRevision: 'younger futhark',
        pnpId: { vendorIdSource: 'usb', vendorId: 0x0a12, productId: 0x0001, productVersion: 0x0123 },
      }),
    );
    const service = await hosts.run(client.service(0x180a));
    const values = new Map<string, string>();
    for (const each of await hosts.run(service.characteristics())) {
      expect(each.properties).toMatchObject({ read: true, write: false, notify: false });
      const value = await hosts.run(each.read());
      values.set(each.uuid, each.uuid === '2a50' ? hex(value) : new TextDecoder().decode(value));
    }
    expect([...values]).toEqual([
      ['2a29', 'Harald'],
      ['2a24', 'Stone'],
      ['2a25', '965'],
      ['2a27', 'granite'],
      ['2a26', 'runes'],
      ['2a28', 'younger futhark'],
      ['2a50', '02120a01002301'],
    ]);
  });

  test('may tell one thing alone', async () => {
    await using hosts = new Hosts();
    const pnpId = { vendorIdSource: 'bluetooth', vendorId: 0xffff, productId: 0, productVersion: 0 } as const;
    const client = await seenBy(hosts, deviceInformationService({ pnpId }));
    const service = await hosts.run(client.service(0x180a));
    const [only, ...more] = await hosts.run(service.characteristics());
    expect([only?.uuid, more]).toEqual(['2a50', []]);
    expect(hex(await hosts.run(only?.read() ?? Promise.reject(new Error('none'))))).toBe('01ffff00000000');
  });

  test('refuses what has no 16 bits', () => {
    const pnpId = { vendorIdSource: 'usb', vendorId: 1, productId: 1, productVersion: 0x1_0000 } as const;
    expect(() => deviceInformationService({ pnpId })).toThrow(/productVersion.*65535/);
  });
});

import { Characteristic, open, Service } from 'jelling';
import { createAir, type ProfileName } from 'jelling/virtual';
import { expect, test } from 'vitest';

/** Those that are of use without firmware, or have it. */
const personalities: readonly ProfileName[] = [
  '4.0',
  '4.2',
  '5.x',
  'csr8510',
  'ats2851',
  'zephyr',
  'softdevice',
  'esp32',
  'intel-7260',
];

test.each(personalities)(
  'a controller that passes for %s does the main job in both roles',
  async (profile) => {
    const air = createAir();
    const host = (kind: ProfileName) => open(air.createController({ profile: kind }).connect());
    for (const [under, beside] of [
      [profile, '5.x'],
      ['5.x', profile],
    ] as const) {
      await using peripheral = await host(under);
      await using central = await host(beside);
      const service = new Service(0x181a);
      new Characteristic(service, 0x2a6e, { read: true, initial: Uint8Array.of(1, 2) });
      peripheral.registerServices(service);
      const incoming = peripheral.advertise({ name: 'sensor', intervalMs: 20 });
      await using scanner = central.scan({ active: true });
      const { value: found } = await scanner.next();
      await scanner.close();
      expect(found?.address).toBe(peripheral.address);
      await using connection = await central.device(peripheral.address, peripheral.addressType).connect();
      await using atPeripheral = await incoming;
      expect(atPeripheral.device.address).toBe(central.address);
      const remote = await (await connection.service(0x181a)).characteristic(0x2a6e);
      expect(await remote.read()).toEqual(Uint8Array.of(1, 2));
    }
  },
);

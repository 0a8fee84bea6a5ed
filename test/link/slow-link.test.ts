import { Characteristic, Service } from 'jelling';
import { expect, test } from 'vitest';
import { Hosts } from '../support/hosts.ts';

test('the defaults leave a link whose peer is heard every 4 s the time it needs', async () => {
  await using hosts = new Hosts({ model: 'timed' });
  const [central, peripheral] = [await hosts.host(), await hosts.host()];
  const service = new Service(0x181a);
  const temperature = new Characteristic(service, 0x2a6e, { read: true, indicate: true });
  peripheral.ble.registerServices(service);
  temperature.write(Uint8Array.of(21));
  const incoming = peripheral.ble.advertise({ intervalMs: 20 });
  const atCentral = await hosts.run(
    central.ble
      .device(peripheral.ble.address)
      .connect({ minIntervalMs: 4_000, maxIntervalMs: 4_000, supervisionTimeoutMs: 20_000 }),
  );
  const atPeripheral = await hosts.run(incoming);
  expect(atCentral.parameters.intervalMs).toBe(4_000);
  expect(atCentral.mtu).toBe(517);

  const remote = await hosts.run(
    atCentral.service(0x181a).then((found) => found.characteristic(0x2a6e)),
    300_000,
  );
  const startedMs = hosts.clock.now();
  expect(await hosts.run(remote.read())).toEqual(Uint8Array.of(21));
  expect(hosts.clock.now() - startedMs).toBeGreaterThan(1_000);
  await hosts.run(remote.subscribe({ indicate: true }));
  await hosts.run(temperature.indicate(atPeripheral));
  // An update takes at least six connection events.
  await hosts.run(atCentral.updateParameters({ minIntervalMs: 3_000, supervisionTimeoutMs: 20_000 }));
  expect(atPeripheral.parameters.intervalMs).toBe(3_000);
  await hosts.run(atPeripheral.disconnect());
});

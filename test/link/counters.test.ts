import { Characteristic, Service } from 'jelling';
import { expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';

test('what a link counts is told by it, and by its adapter over all links, those that have ended too', async () => {
  await using hosts = new Hosts();
  const central = await hosts.host();
  const peripheral = await hosts.host();
  const service = new Service(0x181a);
  const temperature = new Characteristic(service, 0x2a6e, { notify: true });
  peripheral.ble.registerServices(service);
  for (const links of [1, 2]) {
    const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
    // Nobody has asked for it, so that nobody there knows the handle.
    await hosts.run(temperature.notify(atPeripheral, { force: true }));
    await hosts.clock.advance(100);
    expect(atCentral.counters).toMatchObject({
      gattUnknownHandles: 1,
      attMalformedPdus: 0,
      l2capUnknownCids: 0,
    });
    expect(central.ble.counters).toMatchObject({ gattUnknownHandles: links, linksUnclaimed: 0 });
    await hosts.run(atCentral.disconnect());
    await hosts.run(atPeripheral.disconnected());
    expect(central.ble.counters).toMatchObject({ gattUnknownHandles: links, gattCommandsDropped: 0 });
  }
});

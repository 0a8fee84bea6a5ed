import { expect, test } from 'vitest';
import { Hosts } from '../support/hosts.ts';

/** A peripheral whose host says nothing more, while its controller advertises and connects. */
const silentPeer = async (hosts: Hosts) => {
  const central = await hosts.host();
  const peripheral = await hosts.host();
  const stop = new AbortController();
  const incoming = peripheral.ble.advertise({ intervalMs: 20, signal: stop.signal });
  incoming.catch(() => undefined);
  await hosts.clock.advance(100);
  peripheral.controller.faults.stall();
  const over = async (): Promise<void> => {
    peripheral.controller.faults.resume();
    stop.abort();
    await hosts.clock.advance(100);
  };
  return { central, device: central.ble.device(peripheral.ble.address), over };
};

test('an abort during the MTU exchange ends the link before it rejects', async () => {
  await using hosts = new Hosts();
  const { central, device, over } = await silentPeer(hosts);
  const stop = new AbortController();
  const attempt = device.connect({ signal: stop.signal });
  attempt.catch(() => undefined);
  await hosts.clock.advance(100);
  expect(central.ble.connections).toHaveLength(1);
  stop.abort('enough');
  await expect(hosts.run(attempt)).rejects.toBe('enough');
  expect(central.ble.connections).toEqual([]);
  await over();
});

test('the MTU exchange takes no more than what is left of the deadline', async () => {
  await using hosts = new Hosts();
  const { device, over } = await silentPeer(hosts);
  const startedMs = hosts.clock.now();
  const connection = await hosts.run(device.connect({ timeoutMs: 300 }));
  expect(hosts.clock.now() - startedMs).toBeLessThanOrEqual(300);
  expect(connection.mtu).toBe(23);
  await hosts.run(connection.disconnect());
  await over();
});

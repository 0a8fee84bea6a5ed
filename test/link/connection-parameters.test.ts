import { DisconnectedError, InvalidArgumentError, InvalidStateError, TimeoutError } from 'jelling';
import { expect, test } from 'vitest';
import { HciEvent } from '../../src/hci/codec/events.ts';
import { isEvent } from '../support/hci-packets.ts';
import { Hosts, linked } from '../support/hosts.ts';

test('an update that the peer asked for does not pass for one of our own', async () => {
  await using hosts = new Hosts();
  const peripheral = await hosts.host();
  const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), peripheral);
  // The peripheral's host asks for 30 ms before it has heard of the 50 ms that the central has set.
  peripheral.controller.faults.stall();
  await hosts.run(atCentral.updateParameters({ minIntervalMs: 50 }));
  const asked = atPeripheral.updateParameters({ minIntervalMs: 30 });
  peripheral.controller.faults.resume();
  expect((await hosts.run(asked)).intervalMs).toBe(30);
  expect(atCentral.parameters.intervalMs).toBe(30);
});

test('an update is told to who waits for it, whoever has asked, and a link that ends tells of its end', async () => {
  await using hosts = new Hosts();
  const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), await hosts.host());
  const told = [
    atCentral.parametersUpdated(),
    atCentral.parametersUpdated(),
    atPeripheral.parametersUpdated(),
  ];
  await hosts.run(atPeripheral.updateParameters({ minIntervalMs: 75 }));
  for (const { intervalMs } of await hosts.run(Promise.all(told))) expect(intervalMs).toBe(75);
  await expect(hosts.run(atCentral.parametersUpdated({ timeoutMs: 100 }))).rejects.toThrow(TimeoutError);
  const lost = atCentral.parametersUpdated();
  lost.catch(() => undefined);
  await hosts.run(atPeripheral.disconnect());
  await expect(hosts.run(lost)).rejects.toThrow(DisconnectedError);
});

test('what the controller chose of a range is an answer', async () => {
  await using hosts = new Hosts();
  const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), await hosts.host());
  const { intervalMs } = await hosts.run(
    atPeripheral.updateParameters({ minIntervalMs: 30, maxIntervalMs: 60 }),
  );
  expect(intervalMs).toBeGreaterThanOrEqual(30);
  expect(intervalMs).toBeLessThanOrEqual(60);
  expect(atCentral.parameters.intervalMs).toBe(intervalMs);
});

test('what the controller chose may stand in one chunk with its answer to the command', async () => {
  await using hosts = new Hosts();
  const central = await hosts.host();
  const { atCentral } = await linked(hosts, central, await hosts.host());
  const { faults, handles } = central.controller;
  const [connectionHandle = 0] = handles;
  faults.toHost = (packet) => {
    if (isEvent(packet, HciEvent.leConnectionUpdateComplete)) return 'drop';
    const chosen = { connectionInterval: 16, peripheralLatency: 0, supervisionTimeout: 400 };
    if (isEvent(packet, HciEvent.commandStatus))
      queueMicrotask(() =>
        faults.inject(HciEvent.leConnectionUpdateComplete.encode({ status: 0, connectionHandle, ...chosen })),
      );
    return undefined;
  };
  expect((await hosts.run(atCentral.updateParameters({ minIntervalMs: 30 }))).intervalMs).toBe(20);
});

test('a peripheral asks the host of a central whose link layer does not know the request', async () => {
  await using hosts = new Hosts();
  const old = await hosts.host({ profile: '4.0' });
  const { atCentral, atPeripheral } = await linked(hosts, old, await hosts.host());
  const { intervalMs } = await hosts.run(atPeripheral.updateParameters({ minIntervalMs: 75 }));
  expect(intervalMs).toBe(75);
  expect(atCentral.parameters.intervalMs).toBe(75);
});

test('parameters that do not go together, and a second update beside the first, are refused', async () => {
  await using hosts = new Hosts();
  const { atCentral } = await linked(hosts, await hosts.host(), await hosts.host());
  await expect(atCentral.updateParameters({ minIntervalMs: 4_000 })).rejects.toThrow(InvalidArgumentError);
  const first = atCentral.updateParameters({ minIntervalMs: 50 });
  await expect(atCentral.updateParameters({ minIntervalMs: 60 })).rejects.toThrow(InvalidStateError);
  expect((await hosts.run(first)).intervalMs).toBe(50);
  expect((await hosts.run(atCentral.updateParameters({ minIntervalMs: 60 }))).intervalMs).toBe(60);
});

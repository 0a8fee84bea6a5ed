import { DisconnectedError, HciError, InvalidStateError, TimeoutError } from 'jelling';
import { expect, test } from 'vitest';
import { HciEvent } from '../../src/hci/codec/events.ts';
import { isEvent } from '../support/hci-packets.ts';
import { Hosts, linked } from '../support/hosts.ts';

test('either side changes the PHY, each direction by itself, and both know of it', async () => {
  await using hosts = new Hosts({ model: 'timed' });
  const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), await hosts.host());
  expect(await hosts.run(atCentral.readPhy())).toEqual({ tx: '1M', rx: '1M' });
  expect(await hosts.run(atCentral.setPhy({ tx: '2M', rx: '2M' }))).toEqual({ tx: '2M', rx: '2M' });
  expect(await hosts.run(atPeripheral.readPhy())).toEqual({ tx: '2M', rx: '2M' });
  expect(await hosts.run(atPeripheral.setPhy({ tx: 'coded', coding: 'S2' }))).toMatchObject({ tx: 'coded' });
  expect(await hosts.run(atCentral.readPhy())).toMatchObject({ rx: 'coded' });
});

test('what is in force already is an answer too', async () => {
  await using hosts = new Hosts();
  const { atCentral } = await linked(hosts, await hosts.host(), await hosts.host());
  expect(await hosts.run(atCentral.setPhy({ tx: '1M', rx: '1M' }))).toEqual({ tx: '1M', rx: '1M' });
});

test('a peer that knows of no PHYs leaves it as it is, and says so', async () => {
  await using hosts = new Hosts();
  const { atCentral } = await linked(hosts, await hosts.host(), await hosts.host({ profile: '4.2' }));
  const refusal = await hosts.run(atCentral.setPhy({ tx: '2M' }).catch((error: unknown) => error));
  expect(refusal).toBeInstanceOf(HciError);
  expect(refusal).toMatchObject({ status: 0x1a, message: expect.stringContaining('keeps its PHY') });
  expect(await hosts.run(atCentral.readPhy())).toEqual({ tx: '1M', rx: '1M' });
});

test('a controller that has no other has 1M, and cannot change it', async () => {
  await using hosts = new Hosts();
  const { atCentral } = await linked(hosts, await hosts.host({ profile: '4.2' }), await hosts.host());
  expect(await hosts.run(atCentral.readPhy())).toEqual({ tx: '1M', rx: '1M' });
  await expect(hosts.run(atCentral.setPhy({ tx: '2M' }))).rejects.toThrow(InvalidStateError);
});

test('one change at a time; a peer that does not agree in time is a timeout, and a lost link ends the wait', async () => {
  await using hosts = new Hosts();
  const central = await hosts.host();
  const { atCentral } = await linked(hosts, central, await hosts.host());
  central.controller.faults.toHost = (packet) =>
    isEvent(packet, HciEvent.lePhyUpdateComplete) ? 'drop' : undefined;
  const first = atCentral.setPhy({ tx: '2M' });
  await expect(atCentral.setPhy({ tx: '2M' })).rejects.toThrow(InvalidStateError);
  await expect(hosts.run(first)).rejects.toThrow(TimeoutError);
  const second = atCentral.setPhy({ tx: '1M' });
  second.catch(() => undefined);
  await hosts.run(atCentral.disconnect());
  await expect(second).rejects.toThrow(DisconnectedError);
  await expect(atCentral.setPhy({ tx: '2M' })).rejects.toThrow(DisconnectedError);
  await expect(atCentral.readPhy()).rejects.toThrow(DisconnectedError);
});

test('a change that the peer has made is not the one that was asked for here', async () => {
  await using hosts = new Hosts();
  const central = await hosts.host();
  const { atCentral, atPeripheral } = await linked(hosts, central, await hosts.host());
  // The central's host asks for the coded PHY before it has heard of the 2M that the peripheral has set.
  central.controller.faults.stall();
  await hosts.run(atPeripheral.setPhy({ tx: '2M', rx: '2M' }));
  const asked = atCentral.setPhy({ tx: 'coded', rx: 'coded' });
  central.controller.faults.resume();
  expect(await hosts.run(asked)).toEqual({ tx: 'coded', rx: 'coded' });
});

test('the answer that says that a change has begun may stand in one chunk with what came of it', async () => {
  await using hosts = new Hosts();
  const central = await hosts.host();
  const { atCentral } = await linked(hosts, central, await hosts.host());
  const { faults, handles } = central.controller;
  const [connectionHandle = 0] = handles;
  faults.toHost = (packet) => {
    if (isEvent(packet, HciEvent.lePhyUpdateComplete)) return 'drop';
    if (isEvent(packet, HciEvent.commandStatus))
      queueMicrotask(() =>
        faults.inject(
          HciEvent.lePhyUpdateComplete.encode({ status: 0, connectionHandle, txPhy: 1, rxPhy: 1 }),
        ),
      );
    return undefined;
  };
  expect(await hosts.run(atCentral.setPhy({ tx: '2M', rx: '2M' }))).toEqual({ tx: '1M', rx: '1M' });
});

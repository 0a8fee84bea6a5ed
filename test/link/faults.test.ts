import {
  BleError,
  Characteristic,
  type Connection,
  DisconnectedError,
  type RemoteCharacteristic,
  Service,
  TimeoutError,
  TransportError,
} from 'jelling';
import { describe, expect, test } from 'vitest';
import { type Host, Hosts, linked } from '../support/hosts.ts';

interface Scene {
  readonly hosts: Hosts;
  readonly central: Host;
  readonly peripheral: Host;
  readonly atCentral: Connection;
  readonly atPeripheral: Connection;
  readonly remote: RemoteCharacteristic;
  readonly value: Characteristic;
}

const SECOND = 1_000;

/** Two hosts with a link on which all has been discovered. */
const scene = async (hosts: Hosts): Promise<Scene> => {
  const central = await hosts.host();
  const peripheral = await hosts.host();
  const service = new Service(0x181a);
  const value = new Characteristic(service, 0x2a6e, {
    read: true,
    write: true,
    writeNoResponse: true,
    notify: true,
    indicate: true,
    initial: Uint8Array.of(1, 2, 3),
  });
  peripheral.ble.registerServices(service);
  const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
  const found = await hosts.run(atCentral.service(0x181a));
  const remote = await hosts.run(found.characteristic(0x2a6e));
  await hosts.run(remote.subscribe({ notify: true, indicate: true }));
  return { hosts, central, peripheral, atCentral, atPeripheral, remote, value };
};

/** Calls of the side whose controller is at fault, and whether they need an answer of the peer or of the controller. */
const calls: Readonly<
  Record<string, { readonly needs: 'peer' | 'controller'; run(scene: Scene): Promise<unknown> }>
> = {
  read: { needs: 'peer', run: ({ remote }) => remote.read() },
  write: { needs: 'peer', run: ({ remote }) => remote.write('x', { response: true }) },
  subscribe: { needs: 'peer', run: ({ remote }) => remote.subscribe({ notify: true }) },
  services: { needs: 'peer', run: ({ atCentral }) => atCentral.services() },
  service: { needs: 'peer', run: ({ atCentral }) => atCentral.service(0x180f) },
  readRssi: { needs: 'controller', run: ({ atCentral }) => atCentral.readRssi() },
  disconnect: { needs: 'controller', run: ({ atCentral }) => atCentral.disconnect() },
  connect: {
    needs: 'controller',
    run: ({ central }) => central.ble.device('C0:00:00:00:00:09', 'random').connect(),
  },
  broadcast: {
    needs: 'controller',
    run: ({ central }) => central.ble.broadcast({ name: 'x', durationMs: 5_000 }),
  },
};

const settledAt = async (
  { hosts }: Scene,
  promise: Promise<unknown>,
): Promise<{ readonly outcome: unknown; readonly afterMs: number }> => {
  const began = hosts.clock.now();
  const outcome = await hosts.run(
    promise.then(
      () => 'resolved',
      (error: unknown) => error,
    ),
    60 * SECOND,
  );
  return { outcome, afterMs: hosts.clock.now() - began };
};

/** Both find each other as on the first day. */
const worksAgain = async (scene: Scene): Promise<void> => {
  const { hosts, central, peripheral, value } = scene;
  for (const { controller } of [central, peripheral]) {
    controller.faults.toHost = undefined;
    controller.faults.fromHost = undefined;
    controller.faults.resume();
  }
  await hosts.run(Promise.all(central.ble.connections.map((link) => link.disconnect())));
  await hosts.run(Promise.all(peripheral.ble.connections.map((link) => link.disconnected())));
  const { atCentral } = await linked(hosts, central, peripheral);
  const found = await hosts.run(atCentral.service(0x181a));
  const remote = await hosts.run(found.characteristic(0x2a6e));
  expect(await hosts.run(remote.read())).toEqual(value.read());
};

const names = Object.keys(calls);
const callOf = (name: string) => {
  const call = calls[name];
  if (call === undefined) throw new Error(name);
  return call;
};

describe.each(names)('%s', (name) => {
  const { run } = callOf(name);

  test('rejects at once with TransportError when the cable is pulled', async () => {
    await using hosts = new Hosts();
    const at = await scene(hosts);
    const pending = settledAt(at, run(at));
    at.central.controller.faults.unplug();
    const { outcome, afterMs } = await pending;
    // A link that is gone is disconnected.
    if (name === 'disconnect' && outcome === 'resolved') return;
    expect(outcome).toBeInstanceOf(TransportError);
    expect(afterMs).toBe(0);
  });

  test('rejects at once with TransportError on a hardware error', async () => {
    await using hosts = new Hosts();
    const at = await scene(hosts);
    at.peripheral.controller.faults.fromHost = () => 'drop';
    const pending = settledAt(at, run(at));
    at.central.controller.faults.inject(Uint8Array.of(4, 0x10, 1, 0x42));
    const { outcome, afterMs } = await pending;
    if (name === 'disconnect' && outcome === 'resolved') return;
    expect(String(outcome)).toContain('hardware error 0x42');
    expect(afterMs).toBe(0);
  });

  test('is bounded by its own deadline when the controller falls silent', async () => {
    await using hosts = new Hosts();
    const at = await scene(hosts);
    at.central.controller.faults.stall();
    const { outcome, afterMs } = await settledAt(at, run(at));
    expect(outcome === 'resolved' || outcome instanceof BleError).toBe(true);
    // The controller counts as failed after 2 s; a wait for the peer alone may end before, or a little after on a slow link.
    expect(afterMs).toBeLessThanOrEqual(2.2 * SECOND);
    expect(afterMs).toBeGreaterThanOrEqual(SECOND);
  });

  test('gets through a flood of garbage', async () => {
    await using hosts = new Hosts();
    const at = await scene(hosts);
    const { faults } = at.central.controller;
    const flood = (): void => {
      for (let i = 0; i < 300; i++) {
        faults.inject(Uint8Array.of(4, i & 0xff, 7, i, 2, 3));
        faults.inject(Uint8Array.of(2, i & 0xff, 0x0e, 9, 0, 1, 2));
        faults.inject(Uint8Array.of(4, 0x13, 5, 1, i & 0xff, 0x0e, 0xff, 0xff));
        faults.inject(Uint8Array.of(i & 1 ? 7 : 0, i));
      }
    };
    flood();
    const pending = settledAt(at, run(at));
    flood();
    const { outcome } = await pending;
    if (name === 'connect') expect(outcome).toBeInstanceOf(TimeoutError);
    else if (name === 'service') expect(String(outcome)).toContain('has no service 180f');
    else expect(outcome).toBe('resolved');
    expect(at.central.ble.signal.aborted).toBe(false);
    await worksAgain(at);
  });
});

describe.each(names.filter((name) => callOf(name).needs === 'peer'))('%s of a peer', (name) => {
  const { run } = callOf(name);

  test('times out when the peer never answers, and the link goes on', async () => {
    await using hosts = new Hosts();
    const at = await scene(hosts);
    at.peripheral.controller.faults.fromHost = (packet) => (packet[0] === 2 ? 'drop' : undefined);
    const { outcome, afterMs } = await settledAt(at, run(at));
    expect(outcome).toBeInstanceOf(TimeoutError);
    expect(afterMs).toBeLessThanOrEqual(2.5 * SECOND);
    expect(at.atCentral.isConnected).toBe(true);
    // The peer owes an answer, and the link ends when 30 s are over (Vol 3, Part F, 3.3.3).
    await hosts.clock.advance(31 * SECOND);
    expect(at.atCentral.isConnected).toBe(false);
    await worksAgain(at);
  });

  test('rejects with DisconnectedError when the peer is gone', async () => {
    await using hosts = new Hosts();
    const at = await scene(hosts);
    const pending = settledAt(at, run(at));
    at.peripheral.controller.faults.unplug();
    const { outcome } = await pending;
    expect(outcome).toBeInstanceOf(DisconnectedError);
    expect(at.central.ble.signal.aborted).toBe(false);
  });
});

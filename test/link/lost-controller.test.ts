import { InvalidStateError, ManualClock, MemoryIdentityStore, open, TransportError } from 'jelling';
import { createAir } from 'jelling/virtual';
import { describe, expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';

const settled = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => error,
  );

describe('a controller that is lost', () => {
  test('everything that waits rejects with one TransportError, and later calls too', async () => {
    await using hosts = new Hosts();
    const host = await hosts.host();
    const other = await hosts.host();
    const { atCentral, atPeripheral } = await linked(hosts, host, other);
    const { ble, controller } = host;
    const { signal } = ble;
    // The peer answers nothing more.
    other.controller.faults.fromHost = () => 'drop';
    const scanner = ble.scan();
    const advertising = ble.advertising({ name: 'x' });
    const waits = [
      scanner.next(),
      advertising.next(),
      ble.broadcast({ name: 'y' }).catch((error: unknown) => {
        // One set may be all that the controller has.
        if (error instanceof InvalidStateError) throw new TransportError(error.message);
        throw error;
      }),
      ble.device('C0:00:00:00:00:09', 'random').connect(),
      atCentral.disconnected(),
      atCentral.service(0x1234),
    ].map(settled);
    await hosts.clock.advance(0);
    controller.faults.unplug();
    for (const outcome of await hosts.run(Promise.all(waits))) expect(outcome).toBeInstanceOf(TransportError);
    expect(signal.reason).toBeInstanceOf(TransportError);
    other.controller.faults.fromHost = undefined;
    expect((await hosts.run(atPeripheral.disconnected())).reason).toBe(0x08);
    expect(await settled(ble.device('C0:00:00:00:00:09', 'random').connect())).toBeInstanceOf(TransportError);
    expect(await settled(ble.scan().next())).toBeInstanceOf(TransportError);
    expect(await settled(ble.advertise())).toBeInstanceOf(TransportError);
    await hosts.run(ble.close());
  });

  test('one that falls silent counts as failed after 2 s', async () => {
    await using hosts = new Hosts();
    const { ble, controller } = await hosts.host();
    controller.faults.stall();
    const began = hosts.clock.now();
    const outcome = await hosts.run(settled(ble.device('C0:00:00:00:00:09', 'random').connect()));
    expect(outcome).toBeInstanceOf(TransportError);
    expect(hosts.clock.now() - began).toBe(2_000);
  });

  test('a close ends what waits, and is idempotent', async () => {
    await using hosts = new Hosts();
    const host = await hosts.host();
    const other = await hosts.host();
    const { atPeripheral } = await linked(hosts, host, other);
    const waits = [host.ble.scan().next(), host.ble.advertise()].map(settled);
    await hosts.clock.advance(0);
    await hosts.run(Promise.all([host.ble.close(), host.ble.close()]));
    for (const outcome of await Promise.all(waits)) expect(outcome).toBeInstanceOf(TransportError);
    expect((await hosts.run(atPeripheral.disconnected())).reason).toBe(0x13);
    await host.ble.close();
  });
});

describe('opening', () => {
  const clock = new ManualClock();
  const options = { clock, identityStore: new MemoryIdentityStore() };

  test('a controller that never answers', async () => {
    const controller = createAir({ clock }).createController();
    controller.faults.fromHost = () => 'drop';
    const opening = open(controller.connect(), options);
    await expect(clock.run(opening)).rejects.toThrow(TransportError);
    expect(clock.pending).toBe(0);
  });

  test('an abort closes what was half open', async () => {
    const controller = createAir({ clock }).createController();
    controller.faults.fromHost = () => 'drop';
    const stop = new AbortController();
    const opening = open(controller.connect(), { ...options, signal: stop.signal });
    opening.catch(() => undefined);
    await clock.advance(10);
    stop.abort('not today');
    await expect(clock.run(opening)).rejects.toBe('not today');
    expect(clock.pending).toBe(0);
  });

  test('garbage instead of answers', async () => {
    const controller = createAir({ clock }).createController();
    controller.faults.toHost = () => ({ replaceWith: Uint8Array.of(4, 0x0e, 1, 0xff) });
    await expect(clock.run(open(controller.connect(), options))).rejects.toThrow(TransportError);
  });

  test('a controller without a public address gets a static one, made once and kept', async () => {
    const air = createAir({ clock });
    const first = air.createController({ address: null });
    const once = await clock.run(open(first.connect(), options));
    expect([once.addressType, Number.parseInt(once.address.slice(0, 2), 16) >> 6]).toEqual(['random', 3]);
    await clock.run(once.close());
    const again = await clock.run(open(first.connect(), options));
    expect(again.address).toBe(once.address);
    await clock.run(again.close());
  });
});

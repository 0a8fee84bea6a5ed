import { Characteristic, Service } from 'jelling';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WaitScope } from '../../src/core/wait-scope.ts';
import { type Host, Hosts } from '../support/hosts.ts';

/** Rounds of ten simulated minutes; days of them by hand. */
const ROUNDS = 18;
const WARM_UP = 2;
const ROUND_MS = 600_000;
const NOTIFICATIONS = 40;

/** Everything that waits on something which lives longer than a link shows here if it is never taken back. */
const scopes = new Set<WaitScope>();
const { add } = WaitScope.prototype;
beforeEach(() => {
  WaitScope.prototype.add = function (onEnd) {
    scopes.add(this);
    return add.call(this, onEnd);
  };
});
afterEach(() => {
  WaitScope.prototype.add = add;
  scopes.clear();
});

const waitsHeld = (): number => {
  let held = 0;
  for (const scope of scopes) {
    if (scope.error === undefined) held += scope.size;
    else scopes.delete(scope);
  }
  return held;
};

const serve = (host: Host) => {
  const service = new Service(0x181a);
  const value = new Characteristic(service, 0x2a6e, {
    read: true,
    write: true,
    notify: true,
    indicate: true,
    initial: new Uint8Array(200),
  });
  host.ble.registerServices(service);
  return value;
};

/** A client comes, reads, writes, is notified, slows its link down, stays for a while and leaves. */
const round = async (hosts: Hosts, central: Host, peripheral: Host, value: ReturnType<typeof serve>) => {
  const { clock } = hosts;
  const endMs = clock.now() + ROUND_MS;
  const incoming = peripheral.ble.advertise({ name: 'soak', services: [0x181a], intervalMs: 100 });
  await using scanner = central.ble.scan({ active: true, durationMs: 60_000 });
  for await (const { device, name } of scanner) {
    if (name !== 'soak') continue;
    await scanner.close();
    await using connection = await device.connect({ timeoutMs: 60_000 });
    await using atPeripheral = await incoming;
    const remote = await (await connection.service(0x181a)).characteristic(0x2a6e, { timeoutMs: 10_000 });
    await remote.read({ timeoutMs: 10_000 });
    await remote.write(Uint8Array.of(1, 2, 3), { timeoutMs: 10_000 });
    await remote.subscribe({ notify: true, indicate: true, timeoutMs: 10_000 });
    await value.subscribed(atPeripheral, { timeoutMs: 10_000 });
    for (let i = 0; i < NOTIFICATIONS; i++) {
      await value.notify(atPeripheral, { value: Uint8Array.of(i), timeoutMs: 10_000 });
      expect(await remote.notified({ timeoutMs: 10_000 })).toEqual(Uint8Array.of(i));
    }
    const indicated = remote.indicated({ timeoutMs: 10_000 });
    await value.indicate(atPeripheral, { value: Uint8Array.of(9), timeoutMs: 10_000 });
    expect(await indicated).toEqual(Uint8Array.of(9));
    await connection.updateParameters(
      { minIntervalMs: 1_000, supervisionTimeoutMs: 20_000 },
      { timeoutMs: 30_000 },
    );
    await connection.disconnected({ timeoutMs: 200_000 }).catch(() => undefined);
    expect(connection.isConnected).toBe(true);
    await connection.disconnect({ timeoutMs: 30_000 });
    await atPeripheral.disconnected({ timeoutMs: 30_000 });
    await new Promise<void>((resolve) => clock.after(endMs - clock.now(), resolve));
    return;
  }
  throw new Error('the peripheral was not heard within a minute');
};

test('hours of clients that come and go on a lossy air leave nothing behind', async () => {
  await using hosts = new Hosts({ model: 'timed', loss: 0.1 });
  const central = await hosts.host();
  const peripheral = await hosts.host({ profile: '4.2' });
  const value = serve(peripheral);
  let held: unknown;
  for (let i = 0; i < ROUNDS; i++) {
    await hosts.run(round(hosts, central, peripheral, value), 2 * ROUND_MS);
    const now = [central, peripheral].map(({ ble, controller }) => ({
      connections: ble.connections.length,
      // Each link finds what the one before has kept of the server, and between two links the controllers say nothing.
      counters: { ...ble.counters, gattCacheHits: 0, silenceChecks: 0 },
      handles: controller.handles,
      usedBuffers: controller.usedBuffers,
    }));
    const all = { now, timers: hosts.clock.pending, waits: waitsHeld() };
    if (i === WARM_UP) held = all;
    if (i > WARM_UP) expect(all).toEqual(held);
  }
  expect(held).toMatchObject({
    now: [
      { connections: 0, handles: [] },
      { connections: 0, handles: [] },
    ],
    // Each host looks whether its controller has fallen silent.
    timers: 2,
  });
  expect(hosts.clock.now()).toBeGreaterThan(ROUNDS * ROUND_MS * 0.9);
}, 30_000);

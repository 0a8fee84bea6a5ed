import { MemoryBondStore, TransportError } from 'jelling';
import { expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';

const REMOTE_USER_TERMINATED = 0x13;

/** So slow that it takes a second or two to be ended. */
const slowly = { minIntervalMs: 1_000, maxIntervalMs: 1_000, supervisionTimeoutMs: 10_000 };

test('a central that comes while others are being disconnected finds nobody, and is not left to a supervision timeout', async () => {
  await using hosts = new Hosts({ model: 'timed' });
  const [peripheral, first, second] = [await hosts.host(), await hosts.host(), await hosts.host()];
  const advertising = peripheral.ble.advertising({ intervalMs: 20 });
  const incoming = advertising.next();
  const held = await hosts.run(first.ble.device(peripheral.ble.address).connect(slowly));
  await hosts.run(incoming);
  const next = advertising.next();
  next.catch(() => undefined);
  await hosts.clock.advance(100);

  const closing = peripheral.ble.close();
  const late = second.ble.device(peripheral.ble.address).connect({ timeoutMs: 8_000 });
  late.catch(() => undefined);
  const startedMs = hosts.clock.now();
  expect((await hosts.run(held.disconnected())).reason).toBe(REMOTE_USER_TERMINATED);
  expect(hosts.clock.now() - startedMs).toBeGreaterThan(100);
  await hosts.run(closing);
  await expect(next).rejects.toThrow(TransportError);
  await expect(hosts.run(late)).rejects.toThrow('timed out');
  expect(second.ble.counters['disconnectionUnknownHandle']).toBe(0);
});

test.each(['5.x', '4.2'] as const)(
  'links that come up at the moment of the close are ended in order, those of either role (%s)',
  async (profile) => {
    // Whether a connection is made before or after the radio has been told to rest depends on the moment.
    for (let waitMs = 0; waitMs <= 40; waitMs += 4) {
      await using hosts = new Hosts({ model: 'timed' });
      const closes = await hosts.host({ profile });
      const [central, peripheral] = [await hosts.host(), await hosts.host()];
      const incoming = closes.ble.advertise({ intervalMs: 20 });
      const asPeripheral = central.ble.device(closes.ble.address).connect({ timeoutMs: 2_000 });
      const outgoing = closes.ble.device(peripheral.ble.address).connect();
      const asCentral = peripheral.ble.advertise({ intervalMs: 20, timeoutMs: 2_000 });
      await hosts.clock.advance(waitMs);
      const calls = [incoming, asPeripheral, outgoing, asCentral];
      const settled = hosts.run(Promise.allSettled(calls));
      await hosts.run(closes.ble.close());
      for (const outcome of await settled) {
        if (outcome.status === 'rejected') continue;
        expect([0x13, 0x16]).toContain((await hosts.run(outcome.value.disconnected())).reason);
      }
      expect(central.controller.handles).toEqual([]);
      expect(peripheral.controller.handles).toEqual([]);
    }
  },
);

test('close is idempotent, and ends a scan, a broadcast and a connect with the reason', async () => {
  await using hosts = new Hosts();
  const { ble } = await hosts.host();
  const calls = [
    ble.scan().next(),
    ble.broadcast({ intervalMs: 100 }),
    ble.device('C0:00:00:00:00:01', 'random').connect(),
  ];
  for (const call of calls) call.catch(() => undefined);
  await hosts.clock.advance(100);
  await hosts.run(Promise.all([ble.close(), ble.close()]));
  for (const call of calls) await expect(call).rejects.toThrow('was closed');
});

test('a controller that answers nothing any more is closed all the same', async () => {
  await using hosts = new Hosts();
  const [central, peripheral] = [await hosts.host(), await hosts.host()];
  const { atCentral } = await linked(hosts, central, peripheral);
  const incoming = peripheral.ble.advertise();
  incoming.catch(() => undefined);
  await hosts.clock.advance(100);
  peripheral.controller.faults.stall();
  const startedMs = hosts.clock.now();
  await hosts.run(peripheral.ble.close());
  expect(hosts.clock.now() - startedMs).toBeLessThanOrEqual(4_000);
  await expect(incoming).rejects.toThrow(TransportError);
  await hosts.run(atCentral.disconnect());
});

test('what is being kept of peers is kept before the adapter is closed, unless the store does not answer', async () => {
  for (const answers of [true, false]) {
    await using hosts = new Hosts();
    let answer = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      answer = resolve;
    });
    class SlowStore extends MemoryBondStore {
      override async save(...args: Parameters<MemoryBondStore['save']>): Promise<void> {
        await slow;
        return super.save(...args);
      }
    }
    const central = await hosts.host();
    const peripheral = await hosts.host({ open: { security: {}, bonds: new SlowStore() } });
    const { atCentral } = await linked(hosts, central, peripheral);
    await hosts.run(atCentral.pair());
    let isClosed = false;
    const closing = peripheral.ble.close().then(() => {
      isClosed = true;
    });
    await hosts.clock.advance(1_000);
    expect(isClosed).toBe(false);
    if (answers) answer();
    await hosts.run(closing);
    expect(peripheral.ble.bonds).toHaveLength(answers ? 1 : 0);
    answer();
  }
});

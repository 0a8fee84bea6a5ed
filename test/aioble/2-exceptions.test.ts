import {
  type Connection,
  DisconnectedError,
  HciPacketType,
  InvalidStateError,
  L2capError,
  TimeoutError,
} from 'jelling';
import { describe, expect, test } from 'vitest';
import type { HciEventType } from '../../src/hci/codec/event.ts';
import { HciEvent } from '../../src/hci/codec/events.ts';
import { isEvent } from '../support/hci-packets.ts';
import { Hosts } from '../support/hosts.ts';
import { codeOf, type Scene, scene } from './scene.ts';

interface Wait {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** An operation on a link, which the peer does not answer. */
interface Operation {
  readonly name: string;
  begin(at: Scene, wait: Wait): Promise<unknown>;
  /** Its default deadline; undefined where it has none. */
  readonly defaultMs?: number;
  /** Whose call it is, where it is not the central's. */
  readonly side?: 'peripheral';
  /** The event without which it does not end, where it waits for the controller and not for the peer's host. */
  readonly event?: HciEventType;
}

const operations: readonly Operation[] = [
  { name: 'read', begin: ({ remote }, wait) => remote.read(wait), defaultMs: 1_000 },
  {
    name: 'write with response',
    begin: ({ remote }, wait) => remote.write('x', { response: true, ...wait }),
    defaultMs: 1_000,
  },
  {
    name: 'a long write',
    begin: ({ remote }, wait) => remote.write(new Uint8Array(512), { response: true, ...wait }),
    defaultMs: 1_000,
  },
  { name: 'notified', begin: ({ remote }, wait) => remote.notified(wait) },
  { name: 'indicated', begin: ({ remote }, wait) => remote.indicated(wait) },
  { name: 'a loop over notifications', begin: ({ remote }, wait) => remote.notifications(wait).next() },
  { name: 'subscribe', begin: ({ remote }, wait) => remote.subscribe(wait), defaultMs: 2_000 },
  { name: 'service', begin: ({ atCentral }, wait) => atCentral.service(0x1234, wait), defaultMs: 2_000 },
  { name: 'services', begin: ({ atCentral }, wait) => atCentral.services(wait), defaultMs: 2_000 },
  { name: 'descriptors', begin: ({ remote }, wait) => remote.descriptors(wait), defaultMs: 2_000 },
  { name: 'descriptor', begin: ({ remote }, wait) => remote.descriptor(0x2901, wait), defaultMs: 2_000 },
  {
    name: 'server indicate',
    begin: ({ local, atPeripheral }, wait) => local.indicate(atPeripheral, { force: true, ...wait }),
    defaultMs: 1_000,
    side: 'peripheral',
  },
  {
    name: 'subscribed',
    begin: ({ local, atPeripheral }, wait) => local.subscribed(atPeripheral, wait),
    side: 'peripheral',
  },
  {
    name: 'written of that client',
    begin: ({ local, atPeripheral }, wait) => local.written({ connection: atPeripheral, ...wait }),
    side: 'peripheral',
  },
  {
    name: 'l2capAccept',
    begin: ({ atPeripheral }, wait) => atPeripheral.l2capAccept({ psm: 0x80, ...wait }),
    side: 'peripheral',
  },
  {
    name: 'l2capConnect',
    begin: ({ atCentral }, wait) => atCentral.l2capConnect({ psm: 0x80, ...wait }),
    defaultMs: 1_000,
  },
  { name: 'discover', begin: ({ atCentral }, wait) => atCentral.discover(wait), defaultMs: 2_000 },
  {
    name: 'readByUuid',
    begin: ({ atCentral }, wait) => atCentral.readByUuid(0x2a00, wait),
    defaultMs: 1_000,
  },
  {
    name: 'readMultiple',
    begin: ({ atCentral, remote }, wait) => atCentral.readMultiple([remote, remote], wait),
    defaultMs: 1_000,
  },
  {
    name: 'writeReliably',
    begin: ({ atCentral, remote }, wait) => atCentral.writeReliably([[remote, 'x']], wait),
    defaultMs: 1_000,
  },
  {
    name: 'l2capConnectEnhanced',
    begin: ({ atCentral }, wait) => atCentral.l2capConnectEnhanced({ psm: 0x80, ...wait }),
    defaultMs: 1_000,
  },
  { name: 'parametersUpdated', begin: ({ atCentral }, wait) => atCentral.parametersUpdated(wait) },
  { name: 'pair', begin: ({ atCentral }, wait) => atCentral.pair(wait), defaultMs: 20_000 },
  {
    name: 'pair as peripheral',
    begin: ({ atPeripheral }, wait) => atPeripheral.pair(wait),
    defaultMs: 20_000,
    side: 'peripheral',
  },
  {
    name: 'setPhy',
    begin: ({ atCentral }, wait) => atCentral.setPhy({ tx: '2M' }, wait),
    defaultMs: 5_000,
    event: HciEvent.lePhyUpdateComplete,
  },
  {
    name: 'updateParameters',
    begin: ({ atCentral }, wait) => atCentral.updateParameters({ minIntervalMs: 100 }, wait),
    defaultMs: 5_000,
    event: HciEvent.leConnectionUpdateComplete,
  },
];

/** A scene in which what the operation waits for does not come, though the link lives. */
const hushed = async ({ side, event }: Operation): Promise<Scene> => {
  const at = await scene();
  const far = side === 'peripheral' ? at.central : at.peripheral;
  if (event === undefined) {
    // The peer's host says nothing more to us.
    far.controller.faults.fromHost = (packet) => (packet[0] === HciPacketType.acl ? 'drop' : undefined);
  } else {
    at.central.controller.faults.toHost = (packet) => (isEvent(packet, event) ? 'drop' : undefined);
  }
  return at;
};

describe.each(operations)('aioble 2, exceptions of $name', (operation) => {
  const { begin, defaultMs } = operation;

  test('the deadline gives TimeoutError, also the default one', async () => {
    for (const timeoutMs of [200, undefined]) {
      if (timeoutMs === undefined && defaultMs === undefined) continue;
      await using at = await hushed(operation);
      const startedMs = at.hosts.clock.now();
      const outcome = await at.failure(begin(at, timeoutMs === undefined ? {} : { timeoutMs }));
      expect(outcome).toBeInstanceOf(TimeoutError);
      // Defaults are longer by what the link may need.
      expect(at.hosts.clock.now() - startedMs).toBeLessThanOrEqual(timeoutMs ?? (defaultMs ?? 0) * 1.2);
    }
  });

  test('a link that is lost meanwhile gives DisconnectedError, whoever has lost it', async () => {
    for (const ends of ['atCentral', 'atPeripheral'] as const) {
      await using at = await hushed(operation);
      const outcome = at.failure(begin(at, { timeoutMs: Number.POSITIVE_INFINITY }));
      await at.wait(10);
      await at.run(at[ends].disconnect());
      expect(await outcome).toBeInstanceOf(DisconnectedError);
    }
  });

  test('a link that has ended already gives DisconnectedError at once', async () => {
    await using at = await scene();
    await at.run(at.atCentral.disconnect());
    await at.run(at.atPeripheral.disconnected());
    const startedMs = at.hosts.clock.now();
    expect(await at.failure(begin(at, {}))).toBeInstanceOf(DisconnectedError);
    expect(at.hosts.clock.now()).toBe(startedMs);
  });

  test('an abort gives its own reason', async () => {
    await using at = await hushed(operation);
    const stop = new AbortController();
    const outcome = at.run(
      begin(at, { signal: stop.signal }).then(
        () => 'resolved',
        (error: unknown) => error,
      ),
    );
    await at.wait(10);
    stop.abort('enough');
    expect(await outcome).toBe('enough');
  });
});

describe('aioble 2, exceptions of what does not wait for the peer', () => {
  const ended = async (act: (at: Scene) => Promise<unknown>): Promise<string> => {
    await using at = await scene();
    await at.run(at.atCentral.disconnect());
    await at.run(at.atPeripheral.disconnected());
    return await at.run(codeOf(act(at)));
  };

  test.each<readonly [string, (at: Scene) => Promise<unknown>]>([
    ['write without response', ({ remote }) => remote.write('x', { response: false })],
    ['server notify', ({ local, atPeripheral }) => local.notify(atPeripheral)],
    ['exchange_mtu', ({ atCentral }) => atCentral.exchangeMtu()],
    ['withTimeout', ({ atCentral }) => atCentral.withTimeout(1_000, async () => 5)],
    ['readRssi', ({ atCentral }) => atCentral.readRssi()],
    ['readPhy', ({ atCentral }) => atCentral.readPhy()],
  ])('%s on a link that has ended: DisconnectedError, not a TypeError', async (_, act) => {
    expect(await ended(act)).toBe('BLE_DISCONNECTED');
  });

  test('a notification that had come before the end is given, then DisconnectedError: no hanging', async () => {
    await using at = await scene();
    await at.run(at.remote.subscribe({ notify: true }));
    await at.run(at.local.notify(at.atPeripheral, { value: 'last' }));
    await at.wait(10);
    await at.run(at.atPeripheral.disconnect());
    await at.run(at.atCentral.disconnected());
    expect(await at.run(at.remote.notified())).toEqual(new TextEncoder().encode('last'));
    expect(await at.failure(at.remote.notified())).toBeInstanceOf(DisconnectedError);
  });

  test('written() of any client is no matter of one link, and ends with the adapter', async () => {
    await using at = await scene();
    const waiting = codeOf(at.local.written());
    await at.run(at.atCentral.disconnect());
    await at.wait(1_000);
    await at.run(at.peripheral.ble.close());
    expect(await at.run(waiting)).toBe('BLE_TRANSPORT');
    expect(await at.run(codeOf(at.local.written({ timeoutMs: 10 })))).toBe('BLE_TRANSPORT');
  });
});

describe('aioble 2, exceptions of advertise and connect', () => {
  test('advertise: TimeoutError, and advertising has stopped', async () => {
    await using hosts = new Hosts();
    const { ble, controller } = await hosts.host();
    expect(await hosts.run(codeOf(ble.advertise({ timeoutMs: 500 })))).toBe('BLE_TIMEOUT');
    expect(hosts.clock.now()).toBe(500);
    // Whoever advertises next finds the set free.
    expect(await hosts.run(codeOf(ble.advertise({ timeoutMs: 500 })))).toBe('BLE_TIMEOUT');
    expect(controller.violations).toEqual([]);
  });

  test('advertise cancelled: the reason is thrown, not swallowed, and advertising has stopped', async () => {
    await using hosts = new Hosts();
    const [peripheral, central] = [await hosts.host(), await hosts.host()];
    const stop = new AbortController();
    const outcome = peripheral.ble.advertise({ intervalMs: 20, signal: stop.signal }).then(
      () => 'resolved',
      (error: unknown) => error,
    );
    await hosts.clock.advance(100);
    stop.abort('enough');
    expect(await hosts.run(outcome)).toBe('enough');
    const late = central.ble.device(peripheral.ble.address).connect({ timeoutMs: 500 });
    expect(await hosts.run(codeOf(late))).toBe('BLE_TIMEOUT');
  });

  test('connect: TimeoutError says what can be wrong', async () => {
    await using hosts = new Hosts();
    const { ble } = await hosts.host();
    const attempt = ble.device('C0:00:00:00:00:01', 'random').connect({ timeoutMs: 100 });
    await expect(hosts.run(attempt)).rejects.toThrow(
      /timed out after 100 ms while connecting to C0:00:00:00:00:01 .*out of reach/,
    );
  });
});

describe('aioble 2, exceptions of L2CAP channels', () => {
  const channels = async (at: Scene) => {
    const accepted = at.atPeripheral.l2capAccept({ psm: 0x80, mtu: 128 });
    const opened = at.atCentral.l2capConnect({ psm: 0x80, mtu: 128 });
    return { here: await at.run(opened), there: await at.run(accepted) };
  };

  test('recvinto, flush and a stalled send: TimeoutError', async () => {
    await using at = await scene();
    const { here } = await channels(at);
    expect(await at.run(codeOf(here.receiveInto(new Uint8Array(8), { timeoutMs: 100 })))).toBe('BLE_TIMEOUT');
    // Nobody reads at the other end.
    const stalled = here.send(new Uint8Array(100_000), { timeoutMs: 500 });
    const flushing = codeOf(here.flush({ timeoutMs: 100 }));
    expect(await at.run(flushing)).toBe('BLE_TIMEOUT');
    await expect(at.run(stalled)).rejects.toThrow(/octets/);
    // How much has left can be asked.
    expect(here.sent.octets).toBeGreaterThan(0);
    expect(here.sent.octets).toBeLessThan(100_000);
  });

  test('recvinto, flush and send when the channel or the link ends: DisconnectedError', async () => {
    for (const what of ['the channel', 'the link']) {
      await using at = await scene();
      const { here, there } = await channels(at);
      const three = Array.from({ length: 3 }, () => 'BLE_DISCONNECTED');
      const calls = () =>
        Promise.all(
          [here.receiveInto(new Uint8Array(8)), here.send(new Uint8Array(100_000)), here.flush()].map(codeOf),
        );
      const waiting = calls();
      await at.wait(10);
      await at.run(what === 'the link' ? at.atPeripheral.disconnect() : there.disconnect());
      expect(await at.run(waiting)).toEqual(three);
      expect(await at.run(calls())).toEqual(three);
      // And to close what is closed is nothing.
      await here.disconnect();
    }
  });

  test('l2cap refused: L2capError with the result of the specification', async () => {
    await using at = await scene();
    const refused = await at.failure(at.atCentral.l2capConnect({ psm: 0x85 }));
    expect(refused).toBeInstanceOf(L2capError);
    expect(refused).toMatchObject({ result: 0x0002 });
  });

  test('a second wait for the same SPSM is told so', async () => {
    await using at = await scene();
    const first = codeOf(at.atPeripheral.l2capAccept({ psm: 0x80, timeoutMs: 100 }));
    await expect(at.atPeripheral.l2capAccept({ psm: 0x80 })).rejects.toThrow(InvalidStateError);
    expect(await at.run(first)).toBe('BLE_TIMEOUT');
    // And the first, given up, is in nobody's way.
    await channels(at);
  });
});

test('aioble 2, exceptions: one class for each thing that goes wrong, all of them errors of Jelling', async () => {
  await using at = await scene();
  const connection: Connection = at.atCentral;
  await at.run(connection.disconnect());
  const error = await at.failure(connection.services());
  expect(error).toMatchObject({ name: 'DisconnectedError', code: 'BLE_DISCONNECTED' });
});

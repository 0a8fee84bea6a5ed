import { InvalidArgumentError, open, TimeoutError, TransportError } from 'jelling';
import { createAir, type VirtualController } from 'jelling/virtual';
import { describe, expect, test } from 'vitest';
import { Hosts, linked } from '../../support/hosts.ts';
import { recoveringHost, settled } from '../../support/recovering.ts';

const HARDWARE_ERROR = Uint8Array.of(4, 0x10, 1, 0x42);
const device = { address: 'C0:00:00:00:00:09', type: 'random' } as const;

/** The ways in which a controller is lost, and what its host says of it. */
const losses: Readonly<
  Record<
    string,
    { readonly afterMs: number; readonly says: string; lose(controller: VirtualController): void }
  >
> = {
  'pulled out': { afterMs: 0, says: 'was lost', lose: ({ faults }) => faults.unplug() },
  'that reports an error of its hardware': {
    afterMs: 0,
    says: 'hardware error 0x42',
    lose: ({ faults }) => faults.inject(HARDWARE_ERROR),
  },
  'that falls silent': { afterMs: 2_000, says: 'did not answer', lose: ({ faults }) => faults.stall() },
};

describe.each(Object.entries(losses))('a controller %s', (_name, { afterMs, says, lose }) => {
  test('rejects what waits, says so, and is opened again', async () => {
    await using hosts = new Hosts();
    const host = await recoveringHost(hosts);
    const { ble, controller, states } = host;
    const errors: unknown[] = [];
    ble.on('state', (_state, error) => errors.push(error));
    lose(controller);
    const waits = [
      ble.device(device.address, device.type).connect(),
      ble.advertise(),
      ble.l2capListen({ psm: 0x80 }).accept(),
    ].map(settled);
    await hosts.clock.advance(afterMs);
    for (const wait of waits) expect(await wait).toBeInstanceOf(TransportError);
    expect([ble.state, ...states]).toEqual(['lost', 'lost']);
    expect(String(errors[0])).toContain(says);
    expect(String(errors[0])).toContain('opened again as soon as it can be');
    expect(ble.signal.aborted).toBe(false);
    // What is asked of a controller that is away is refused at once.
    expect(await settled(ble.device(device.address, device.type).connect())).toBe(errors[0]);
    expect(await settled(ble.broadcast())).toBe(errors[0]);
    const began = hosts.clock.now();
    await hosts.run(ble.ready());
    expect(hosts.clock.now() - began).toBeLessThanOrEqual(500);
    expect([ble.state, ...states]).toEqual(['ready', 'lost', 'ready']);
    expect(errors[1]).toBeUndefined();
    const other = await hosts.host();
    const { atCentral } = await linked(hosts, host, other);
    expect(atCentral.isConnected).toBe(true);
    // A scope of the lost controller holds nobody any more.
    expect(host.log.filter((line) => line.endsWith('is back'))).toHaveLength(1);
  });

  test('closes an adapter that is not to get it back', async () => {
    await using hosts = new Hosts();
    const { ble, controller } = await hosts.host();
    const states: unknown[] = [];
    ble.on('state', (...change) => states.push(change));
    const scanning = settled(ble.scan().next());
    lose(controller);
    const ready = settled(ble.device(device.address, device.type).connect());
    await hosts.clock.advance(afterMs);
    expect(await scanning).toBeInstanceOf(TransportError);
    expect(await ready).toBeInstanceOf(TransportError);
    expect(states).toEqual([['closed', expect.any(TransportError)]]);
    expect(ble.signal.reason).toBe((states[0] as unknown[])[1]);
    await hosts.clock.advance(1_000);
    expect(controller.connected).toBe(false);
    expect(await settled(ble.ready())).toBeInstanceOf(TransportError);
    await ble.close();
  });
});

describe('looking for the controller', () => {
  test('goes on until the port can be opened', async () => {
    await using hosts = new Hosts();
    const host = await recoveringHost(hosts);
    let tries = 0;
    const shut = (): never => {
      tries++;
      throw new TransportError('cannot open the port');
    };
    host.ways.push(...Array.from({ length: 10 }, () => shut));
    host.controller.faults.unplug();
    const began = hosts.clock.now();
    await hosts.run(host.ble.ready(), 300_000);
    expect(tries).toBe(10);
    const tookMs = hosts.clock.now() - began;
    // 500 ms, doubled to 30 s for the last five, each up to a quarter shorter.
    expect(tookMs).toBeLessThanOrEqual(181_500);
    expect(tookMs).toBeGreaterThanOrEqual(136_125);
    expect(host.log.filter((line) => line.includes('is not back: cannot open the port'))).toHaveLength(10);
    expect(host.states).toEqual(['lost', 'ready']);
  });

  test('gets over every moment at which it is lost while it starts', async () => {
    await using hosts = new Hosts();
    const host = await recoveringHost(hosts, { profile: '5.x' });
    const scanner = host.ble.scan();
    const result = scanner.next();
    let lostAt = 0;
    for (let survived = false; !survived; lostAt++) {
      let left = lostAt;
      let lost = false;
      host.controller.faults.fromHost = () => {
        if (left-- > 0 || lost) return undefined;
        lost = true;
        host.controller.faults.unplug();
        return 'drop';
      };
      host.controller.faults.unplug();
      await hosts.clock.advance(0);
      expect(host.ble.state).toBe('lost');
      await hosts.run(host.ble.ready());
      await hosts.clock.advance(0);
      // A start-up that was cut short was made up for by the next one.
      survived = !lost;
      host.controller.faults.fromHost = undefined;
      if (lost) await hosts.clock.advance(100_000);
    }
    expect(lostAt).toBeGreaterThan(15);
    const other = await hosts.host();
    const advertising = settled(other.ble.advertise());
    expect((await hosts.run(result)).value?.device.address).toBe(other.ble.address);
    await hosts.run(Promise.all([scanner.close(), other.ble.close()]));
    await advertising;
  });

  test('a controller that never answers is tried again and again', async () => {
    await using hosts = new Hosts();
    const host = await recoveringHost(hosts);
    host.controller.faults.fromHost = () => 'drop';
    host.controller.faults.unplug();
    await hosts.clock.advance(60_000);
    expect(host.ble.state).toBe('lost');
    expect(host.log.filter((line) => line.includes('is not back')).length).toBeGreaterThan(3);
    host.controller.faults.fromHost = undefined;
    await hosts.run(host.ble.ready());
  });

  test('ends at once with close(), in a wait and in a try', async () => {
    await using hosts = new Hosts();
    for (const silent of [false, true]) {
      const host = await recoveringHost(hosts);
      if (silent) host.controller.faults.fromHost = () => 'drop';
      host.controller.faults.unplug();
      const waits = [host.ble.ready(), host.ble.scan().next()].map(settled);
      await hosts.clock.advance(silent ? 1_000 : 100);
      expect(host.controller.connected).toBe(silent);
      const began = hosts.clock.now();
      await hosts.run(Promise.all([host.ble.close(), host.ble.close()]));
      expect(hosts.clock.now() - began).toBeLessThanOrEqual(500);
      for (const wait of waits) expect(String(await wait)).toContain('closed');
      expect(host.states).toEqual(['lost', 'closed']);
      expect(host.controller.connected).toBe(false);
    }
  });

  test('ends at once with close(), whatever the controller owes an answer to', async () => {
    await using hosts = new Hosts();
    let silentFrom = 0;
    for (let survived = false; !survived; silentFrom++) {
      const host = await recoveringHost(hosts, { open: { privacy: true } });
      let left = silentFrom;
      host.controller.faults.fromHost = () => (left-- > 0 ? undefined : 'drop');
      host.controller.faults.unplug();
      await hosts.clock.advance(600);
      survived = left >= 0;
      const began = hosts.clock.now();
      await hosts.run(host.ble.close());
      expect(hosts.clock.now() - began).toBeLessThanOrEqual(500);
      expect(host.controller.connected).toBe(false);
    }
    expect(silentFrom).toBeGreaterThan(15);
  });

  test('a maker that does not give up keeps nobody from closing, and what it makes late is closed', async () => {
    await using hosts = new Hosts();
    const controller = hosts.air.createController();
    let made: (() => void) | undefined;
    const { ble } = await hosts.hostOn(controller, {
      recover: () =>
        new Promise((resolve) => {
          made = () => resolve(controller.connect());
        }),
    });
    controller.faults.unplug();
    await hosts.clock.advance(1_000);
    expect(made).toBeDefined();
    await hosts.run(ble.close());
    made?.();
    await hosts.clock.advance(0);
    expect(controller.connected).toBe(false);
  });

  test('ready() has a deadline where one is given, and tells why it waits', async () => {
    await using hosts = new Hosts();
    const host = await recoveringHost(hosts);
    await hosts.run(host.ble.ready());
    host.ways.push(() => {
      throw new TransportError('no');
    });
    host.controller.faults.unplug();
    const outcome = await hosts.run(settled(host.ble.ready({ timeoutMs: 200 })));
    expect(outcome).toBeInstanceOf(TimeoutError);
    expect(String(outcome)).toContain('was unplugged');
    const stop = new AbortController();
    const waiting = settled(host.ble.ready({ signal: stop.signal }));
    stop.abort('enough');
    expect(await waiting).toBe('enough');
    await hosts.run(host.ble.ready());
  });
});

describe('state', () => {
  test('is told to every listener, whatever others throw, and no more to one that is taken back', async () => {
    await using hosts = new Hosts();
    const host = await recoveringHost(hosts);
    const heard: string[] = [];
    const off = host.ble.on('state', () => {
      throw new Error('oh');
    });
    host.ble.on('state', async () => {
      throw new Error('later');
    });
    host.ble.on('state', (state) => heard.push(state));
    host.controller.faults.unplug();
    await hosts.run(host.ble.ready());
    expect(heard).toEqual(['lost', 'ready']);
    expect(host.log.filter((line) => line.includes('listener failed: Error: oh'))).toHaveLength(2);
    expect(host.log.filter((line) => line.includes('listener failed: Error: later'))).toHaveLength(2);
    off();
    off();
    host.controller.faults.unplug();
    await hosts.run(host.ble.ready());
    expect(host.log.filter((line) => line.includes('listener failed: Error: oh'))).toHaveLength(2);
    expect(() => host.ble.on('stat' as 'state', () => undefined)).toThrow(InvalidArgumentError);
  });
});

test('a transport of the user takes a function to be recovered with', async () => {
  const transport = createAir().createController().connect();
  await expect(open(transport, { recover: true })).rejects.toThrow(InvalidArgumentError);
  await transport.close();
});

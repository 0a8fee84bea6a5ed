import {
  Characteristic,
  Descriptor,
  InvalidArgumentError,
  InvalidStateError,
  NotFoundError,
  Service,
} from 'jelling';
import { describe, expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';
import { codeOf, ramp, scene, text } from './scene.ts';

/** A link to a peripheral with two services of one UUID and characteristics of several. */
const discoverable = async (hosts: Hosts) => {
  const [central, peripheral] = [await hosts.host(), await hosts.host()];
  const first = new Service(0x181a);
  const temperature = new Characteristic(first, 0x2a6e, { read: true, notify: true });
  new Descriptor(temperature, 0x2901, { read: true, initial: 'described' });
  new Characteristic(first, 0x2a6f, { read: true, initial: 'humidity' });
  const second = new Service(0x181a);
  new Characteristic(second, 0x2a6e, { read: true, initial: 'the other' });
  peripheral.ble.registerServices(first, second);
  return { central, peripheral, ...(await linked(hosts, central, peripheral)) };
};

describe('aioble 6, discovery', () => {
  test('connection.services() is a list, in the order of the handles, kept until the peer changes it', async () => {
    await using hosts = new Hosts();
    const { atCentral } = await discoverable(hosts);
    const services = await hosts.run(atCentral.services());
    expect(services.map(({ uuid }) => uuid)).toEqual(['1800', '1801', '181a', '181a']);
    const handles = services.map(({ handle }) => handle);
    expect(handles).toEqual([...handles].sort((a, b) => a - b));
    // The same objects again, without a word on the air.
    const startedMs = hosts.clock.now();
    expect(await atCentral.services()).toEqual(services);
    expect(hosts.clock.now()).toBe(startedMs);
    expect(await hosts.run(atCentral.service(0x181a))).toBe(services[2]);
  });

  test('service(uuid), characteristic(uuid), descriptor(uuid): the first match, and NotFoundError that lists what there is', async () => {
    await using hosts = new Hosts();
    const { atCentral } = await discoverable(hosts);
    const service = await hosts.run(atCentral.service(0x181a));
    const characteristic = await hosts.run(service.characteristic(0x2a6e));
    expect(characteristic.service).toBe(service);
    expect(text(await hosts.run((await hosts.run(characteristic.descriptor(0x2901))).read()))).toBe(
      'described',
    );
    await expect(hosts.run(atCentral.service(0x180f))).rejects.toThrow(/has no service 180f: it has .*181a/);
    await expect(hosts.run(service.characteristic(0x2a19))).rejects.toThrow(NotFoundError);
    await expect(hosts.run(characteristic.descriptor(0x2904))).rejects.toThrow(/it has 2902, 2901/);
  });

  test('characteristics(uuid=None) and descriptors() give all, those of one UUID where it is named', async () => {
    await using hosts = new Hosts();
    const { atCentral } = await discoverable(hosts);
    const service = await hosts.run(atCentral.service(0x181a));
    const all = await hosts.run(service.characteristics());
    expect(all.map(({ uuid }) => uuid)).toEqual(['2a6e', '2a6f']);
    expect(await hosts.run(service.characteristics({ uuid: 0x2a6f }))).toEqual([all[1]]);
    expect((await hosts.run(all[0]?.descriptors() ?? Promise.resolve([]))).map(({ uuid }) => uuid)).toEqual([
      '2902',
      '2901',
    ]);
  });

  test('a loop over what was found may be left at any time, and two discoveries may run at once', async () => {
    await using hosts = new Hosts();
    const { atCentral } = await discoverable(hosts);
    const loop = async (): Promise<string> => {
      for (const service of await atCentral.services()) {
        for (const characteristic of await service.characteristics()) {
          if (characteristic.uuid === '2a6e') return characteristic.uuid;
        }
      }
      return '';
    };
    expect(
      await hosts.run(Promise.all([loop(), loop(), atCentral.service(0x181a).then(({ uuid }) => uuid)])),
    ).toEqual(['2a6e', '2a6e', '181a']);
    expect(await hosts.run(loop())).toBe('2a6e');
  });

  test('timeout_ms counts, an abort ends it, and an error of the peer is thrown and not made None', async () => {
    await using hosts = new Hosts();
    const { atCentral, peripheral } = await discoverable(hosts);
    peripheral.controller.faults.stall();
    expect(await hosts.run(codeOf(atCentral.services({ timeoutMs: 300 })))).toBe('BLE_TIMEOUT');
    const stop = new AbortController();
    const aborted = atCentral.service(0x181a, { signal: stop.signal }).catch((error: unknown) => error);
    stop.abort('enough');
    expect(await hosts.run(aborted)).toBe('enough');
    peripheral.controller.faults.resume();
    // Nothing is jammed by either.
    expect(await hosts.run(atCentral.services())).toHaveLength(4);
  });
});

describe('aioble 6, read', () => {
  test('read() gives the whole value, however long, at any MTU', async () => {
    for (const mtu of [23, 100, 517]) {
      await using at = await scene({ peripheral: { open: { mtu } } });
      for (const length of [0, 1, 22, 23, 99, 100, 300, 512]) {
        at.local.write(ramp(length));
        expect(await at.run(at.remote.read())).toEqual(ramp(length));
      }
    }
  });

  test('what cannot be read says so', async () => {
    await using at = await scene({ characteristic: { write: true } });
    await expect(at.remote.read()).rejects.toThrow(InvalidStateError);
  });

  test('reads of one characteristic may overlap, and each gets the answer to its own', async () => {
    let count = 0;
    await using at = await scene({ characteristic: { read: true, onRead: () => `${count++}` } });
    const values = await at.run(Promise.all([at.remote.read(), at.remote.read(), at.remote.read()]));
    expect(values.map(text)).toEqual(['0', '1', '2']);
  });

  test("an answer that comes too late is nobody's", async () => {
    let answer: (value: string) => void = () => undefined;
    let first = true;
    await using at = await scene({
      characteristic: {
        read: true,
        onRead: () => {
          if (!first) return 'second';
          first = false;
          return new Promise<string>((resolve) => {
            answer = resolve;
          });
        },
      },
    });
    expect(await at.run(codeOf(at.remote.read({ timeoutMs: 100 })))).toBe('BLE_TIMEOUT');
    const next = at.remote.read({ timeoutMs: 5_000 });
    await at.wait(10);
    answer('first');
    expect(text(await at.run(next))).toBe('second');
  });
});

describe('aioble 6, write', () => {
  test('response: by default only where the peer must answer, or the value needs it', async () => {
    const seen = async (
      options: { write: boolean; writeNoResponse: boolean },
      length: number,
    ): Promise<string | undefined> => {
      await using at = await scene({
        characteristic: { read: true, ...options },
        peripheral: { open: { mtu: 50 } },
      });
      at.peripheral.controller.faults.stall();
      const written = at.remote.write(ramp(length), { timeoutMs: 50 });
      const outcome = await at.run(codeOf(written));
      at.peripheral.controller.faults.resume();
      // A peer that says nothing shows whether it is waited for.
      return outcome === 'resolved' ? 'command' : 'request';
    };
    expect(await seen({ write: true, writeNoResponse: false }, 1)).toBe('request');
    expect(await seen({ write: false, writeNoResponse: true }, 1)).toBe('command');
    expect(await seen({ write: true, writeNoResponse: true }, 1)).toBe('command');
    expect(await seen({ write: true, writeNoResponse: true }, 60)).toBe('request');
  });

  test('a longer value is written whole, in parts where it must be, or not at all: nothing is cut', async () => {
    for (const mtu of [23, 200]) {
      await using at = await scene({ peripheral: { open: { mtu } } });
      for (const length of [0, mtu - 3, mtu - 2, 290, 512]) {
        await at.run(at.remote.write(ramp(length), { response: true }));
        expect(at.local.read()).toEqual(ramp(length));
      }
      await expect(at.run(at.remote.write(ramp(513)))).rejects.toThrow(InvalidArgumentError);
      await expect(at.run(at.remote.write(ramp(mtu - 2), { response: false }))).rejects.toThrow(
        InvalidArgumentError,
      );
      expect(at.local.read()).toEqual(ramp(512));
    }
  });

  test('what cannot be written, or not in that way, says so', async () => {
    await using none = await scene({ characteristic: { read: true } });
    await expect(none.remote.write('x')).rejects.toThrow(InvalidStateError);
    await using at = await scene({ characteristic: { write: true } });
    await expect(at.remote.write('x', { response: false })).rejects.toThrow(InvalidStateError);
    await using only = await scene({ characteristic: { writeNoResponse: true } });
    await expect(only.remote.write('x', { response: true })).rejects.toThrow(InvalidStateError);
  });

  test('a write without response waits for room, so that a flood arrives whole and in order', async () => {
    const got: number[] = [];
    await using at = await scene({
      timed: true,
      central: { aclCount: 2 },
      characteristic: { writeNoResponse: true, onWrite: (value) => void got.push(value.length) },
    });
    const flood = async (): Promise<void> => {
      for (let i = 0; i < 200; i++) await at.remote.write(ramp(i % 100), { response: false });
    };
    await at.run(flood());
    await at.wait(1_000);
    expect(got).toEqual(Array.from({ length: 200 }, (_, i) => i % 100));
  });

  test('text is written as UTF-8', async () => {
    await using at = await scene();
    await at.run(at.remote.write('é', { response: true }));
    expect(at.local.read()).toEqual(Uint8Array.of(0xc3, 0xa9));
  });
});

describe('aioble 6, subscribe', () => {
  test('subscribe(notify=True, indicate=False) is subscribe({ notify, indicate }); unsubscribe() for neither', async () => {
    await using at = await scene();
    await at.run(at.remote.subscribe({ notify: true }));
    expect(at.local.subscription(at.atPeripheral)).toEqual({ notify: true, indicate: false });
    await at.run(at.remote.subscribe({ indicate: true }));
    expect(at.local.subscription(at.atPeripheral)).toEqual({ notify: false, indicate: true });
    await at.run(at.remote.subscribe());
    expect(at.local.subscription(at.atPeripheral)).toEqual({ notify: true, indicate: false });
    await at.run(at.remote.unsubscribe());
    expect(at.local.subscription(at.atPeripheral)).toEqual({ notify: false, indicate: false });
    await expect(at.remote.subscribe({ notify: false })).rejects.toThrow(InvalidArgumentError);
  });

  test('what does not notify says so; one deadline for all of it', async () => {
    await using at = await scene({ characteristic: { read: true } });
    await expect(at.remote.subscribe()).rejects.toThrow(InvalidStateError);
    await using slow = await scene();
    slow.peripheral.controller.faults.stall();
    const startedMs = slow.hosts.clock.now();
    expect(await slow.run(codeOf(slow.remote.subscribe({ timeoutMs: 300 })))).toBe('BLE_TIMEOUT');
    expect(slow.hosts.clock.now() - startedMs).toBe(300);
    slow.peripheral.controller.faults.resume();
  });
});

describe('aioble 6, notified and indicated', () => {
  test('every value is kept from the subscription on, in order, up to the depth', async () => {
    await using at = await scene();
    await at.run(at.remote.subscribe({ notify: true, depth: 3 }));
    for (let i = 0; i < 5; i++) await at.run(at.local.notify(at.atPeripheral, { value: `${i}` }));
    await at.wait(10);
    expect(at.remote.dropped).toBe(2);
    const got = [await at.remote.notified(), await at.remote.notified(), await at.remote.notified()];
    expect(got.map(text)).toEqual(['2', '3', '4']);
    expect(await at.run(codeOf(at.remote.notified({ timeoutMs: 100 })))).toBe('BLE_TIMEOUT');
  });

  test('without a subscription a value goes to who waits for it', async () => {
    await using at = await scene();
    const waiting = at.remote.notified();
    await at.wait(0);
    await at.run(at.local.notify(at.atPeripheral, { value: 'x', force: true }));
    expect(text(await at.run(waiting))).toBe('x');
  });

  test('a loop over notifications() ends by close, by unsubscribe, and with the error of a lost link', async () => {
    await using at = await scene();
    await at.run(at.remote.subscribe({ notify: true }));
    const collect = async (): Promise<string[]> => {
      const got: string[] = [];
      try {
        for await (const value of at.remote.notifications()) got.push(text(value));
      } catch (error) {
        got.push((error as { code: string }).code);
      }
      return got;
    };
    const loop = collect();
    await at.run(at.local.notify(at.atPeripheral, { value: 'a' }));
    await at.wait(10);
    await at.run(at.remote.unsubscribe());
    expect(await at.run(loop)).toEqual(['a']);
    await at.run(at.remote.subscribe({ notify: true }));
    const lost = collect();
    await at.run(at.local.notify(at.atPeripheral, { value: 'b' }));
    await at.wait(10);
    await at.run(at.atPeripheral.disconnect());
    expect(await at.run(lost)).toEqual(['b', 'BLE_DISCONNECTED']);
  });

  test("what is sent after the subscription has ended is nobody's, and counted", async () => {
    await using at = await scene();
    await at.run(at.remote.subscribe({ notify: true }));
    await at.run(at.remote.unsubscribe());
    await at.run(at.local.notify(at.atPeripheral, { value: 'late', force: true }));
    await at.wait(10);
    expect(at.atCentral.counters['gattValuesUnwanted']).toBe(1);
    await at.run(at.remote.subscribe({ notify: true }));
    expect(await at.run(codeOf(at.remote.notified({ timeoutMs: 100 })))).toBe('BLE_TIMEOUT');
  });

  test('what has no such property says so', async () => {
    await using at = await scene({ characteristic: { read: true, notify: true } });
    await expect(at.remote.indicated()).rejects.toThrow(InvalidStateError);
    expect(() => at.remote.indications()).toThrow(InvalidStateError);
  });
});

test('aioble 6, both roles: a peripheral is a client of its central, on the same link', async () => {
  await using at = await scene();
  const service = new Service(0x180f);
  new Characteristic(service, 0x2a19, { read: true, initial: Uint8Array.of(77) });
  at.central.ble.registerServices(service);
  const level = async () => (await (await at.atPeripheral.service(0x180f)).characteristic(0x2a19)).read();
  expect(await at.run(level())).toEqual(Uint8Array.of(77));
});

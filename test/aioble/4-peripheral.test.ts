import { InvalidArgumentError, InvalidStateError, type ScanResult } from 'jelling';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../support/hex.ts';
import { type Host, Hosts } from '../support/hosts.ts';
import { codeOf } from './scene.ts';

type AdvertiseOptions = NonNullable<Parameters<Host['ble']['advertise']>[0]>;

/** Runs while a host advertises, and ends that. */
const whileAdvertising = async <T>(
  hosts: Hosts,
  { ble }: Host,
  options: AdvertiseOptions,
  work: () => Promise<T>,
): Promise<T> => {
  const stop = new AbortController();
  const over = codeOf(ble.advertise({ intervalMs: 20, ...options, signal: stop.signal }));
  const outcome = await hosts.run(work());
  stop.abort();
  await hosts.run(over);
  return outcome;
};

/** The last that an active scan hears of what is advertised. */
const heard = async (
  options: AdvertiseOptions,
  profile: '5.x' | '4.2' = '5.x',
): Promise<ScanResult<unknown>> => {
  await using hosts = new Hosts();
  const [sends, scans] = [await hosts.host({ profile }), await hosts.host()];
  let last: ScanResult<unknown> | undefined;
  await whileAdvertising(hosts, sends, options, async () => {
    await using scanner = scans.ble.scan({ active: true, durationMs: 200 });
    for await (const result of scanner) last = result;
  });
  if (last === undefined) throw new Error('nothing heard');
  return last;
};

describe('aioble 4, advertise', () => {
  test('advertise(interval_us, name=...) is advertise({ intervalMs, name }), and resolves with the connection', async () => {
    await using hosts = new Hosts();
    const [peripheral, central] = [await hosts.host(), await hosts.host()];
    const incoming = peripheral.ble.advertise({
      intervalMs: 250,
      name: 'temp-sense',
      services: [0x181a],
      appearance: 768,
      manufacturer: [0xabcd, Uint8Array.of(1, 2)],
    });
    const atCentral = await hosts.run(central.ble.device(peripheral.ble.address).connect());
    const connection = await hosts.run(incoming);
    expect(connection).toMatchObject({ role: 'peripheral', isConnected: true });
    expect(connection.device.address).toBe(central.ble.address);
    // Advertising has stopped by itself.
    const other = await hosts.host();
    expect(
      await hosts.run(codeOf(other.ble.device(peripheral.ble.address).connect({ timeoutMs: 300 }))),
    ).toBe('BLE_TIMEOUT');
    await hosts.run(atCentral.disconnect());
  });

  test('the fields that aioble takes: flags, UUIDs of every width, name, appearance, manufacturer', async () => {
    const result = await heard({
      name: 'abc',
      services: [0x180f, 0x181a, '32314241', '00000001-1000-2000-3000-123456789abc'],
      appearance: 0x0341,
      manufacturer: [0xabcd, Uint8Array.of(1, 2)],
    });
    expect(result.flags).toBe(0x06);
    expect([...result.services].sort()).toEqual([
      '00000001-1000-2000-3000-123456789abc',
      '180f',
      '181a',
      '32314241-0000-1000-8000-00805f9b34fb',
    ]);
    expect(result).toMatchObject({ name: 'abc', appearance: 0x0341, manufacturer: [{ companyId: 0xabcd }] });
  });

  test.each([
    ['general discoverable, as without a word', {}, 0x06],
    ['limited_disc=True', { discoverable: 'limited' }, 0x05],
    ['neither', { discoverable: false }, 0x04],
  ] as const)('flags: %s', async (_, options, flags) => {
    expect((await heard({ name: 'x', ...options })).flags).toBe(flags);
  });

  test('limited discoverable mode ends after 180 s, as the specification has it', async () => {
    await using hosts = new Hosts();
    const { ble } = await hosts.host();
    expect(
      await hosts.run(codeOf(ble.advertise({ discoverable: 'limited', intervalMs: 1_000 })), 200_000),
    ).toBe('BLE_TIMEOUT');
    expect(hosts.clock.now()).toBe(180_000);
  });

  test('adv_data and resp_data are advertisingData and scanResponseData: sent as they are, and none beside fields', async () => {
    const advertisingData = fromHex('02 01 06 05 ff cdab 0102');
    const scanResponseData = fromHex('04 09 61 62 63');
    const result = await heard({ advertisingData, scanResponseData });
    expect([result.advertisingData, result.scanResponseData]).toEqual([advertisingData, scanResponseData]);
    await using hosts = new Hosts();
    const { ble } = await hosts.host();
    await expect(ble.advertise({ advertisingData, name: 'x' })).rejects.toThrow(InvalidArgumentError);
    await expect(ble.advertise({ advertisingData: new Uint8Array(32) })).rejects.toThrow(
      InvalidArgumentError,
    );
  });

  test('payloads are filled to the last of their 31 octets, and fields placed so that all fit', async () => {
    // 29 octets of text are a field of 31.
    const name = 'n'.repeat(29);
    expect((await heard({ name })).name).toBe(name);
    // In the order given, the first fit would fail: 3 + 18, then 12 and 19 in the other payload.
    const both = await heard({
      services: ['00000001-1000-2000-3000-123456789abc'],
      name: 'ten octets',
      manufacturer: [0xabcd, new Uint8Array(15)],
    });
    expect(both).toMatchObject({ name: 'ten octets', manufacturer: [{ companyId: 0xabcd }] });
    expect(both.services).toHaveLength(1);
  });

  test('what does not fit in any way is refused before anything is sent, with what to do', async () => {
    await using hosts = new Hosts();
    const { ble } = await hosts.host();
    await expect(
      ble.advertise({ name: 'n'.repeat(29), manufacturer: [1, new Uint8Array(25)], services: [0x180f] }),
    ).rejects.toThrow(InvalidArgumentError);
  });

  test.each(['5.x', '4.2'] as const)(
    'a payload of an earlier advertiser does not live on (%s)',
    async (profile) => {
      await using hosts = new Hosts();
      const [sends, scans] = [await hosts.host({ profile }), await hosts.host()];
      await whileAdvertising(
        hosts,
        sends,
        { name: 'n'.repeat(28), manufacturer: [0xabcd, new Uint8Array(20)] },
        () => hosts.clock.advance(100),
      );
      let last: ScanResult<unknown> | undefined;
      await whileAdvertising(hosts, sends, { discoverable: false, name: 'b' }, async () => {
        await using scanner = scans.ble.scan({ active: true, durationMs: 200 });
        for await (const result of scanner) last = result;
      });
      expect(last).toMatchObject({ name: 'b', manufacturer: [] });
      expect(last?.scanResponseData).toEqual(new Uint8Array(0));
    },
  );

  test('a second advertise() where the controller has one set says so, and the first goes on', async () => {
    await using hosts = new Hosts();
    const [peripheral, central] = [await hosts.host({ profile: '4.2' }), await hosts.host()];
    const first = peripheral.ble.advertise({ intervalMs: 20, name: 'first' });
    await expect(peripheral.ble.advertise({ name: 'second' })).rejects.toThrow(InvalidStateError);
    const atCentral = await hosts.run(central.ble.device(peripheral.ble.address).connect());
    expect((await hosts.run(first)).isConnected).toBe(true);
    await hosts.run(atCentral.disconnect());
  });

  test('where the controller has several sets, each advertises what it was told, and has its own connection', async () => {
    await using hosts = new Hosts();
    const peripheral = await hosts.host();
    const centrals = [await hosts.host(), await hosts.host()];
    const incoming = [
      peripheral.ble.advertise({ intervalMs: 20, name: 'one' }),
      peripheral.ble.advertise({ intervalMs: 20, name: 'two' }),
    ];
    for (const { ble } of centrals) await hosts.run(ble.device(peripheral.ble.address).connect());
    const connections = await hosts.run(Promise.all(incoming));
    expect(new Set(connections.map(({ device }) => device.address))).toEqual(
      new Set(centrals.map(({ ble }) => ble.address)),
    );
  });

  test('several centrals: advertise again, or iterate over advertising(), which holds its set meanwhile', async () => {
    await using hosts = new Hosts();
    const peripheral = await hosts.host();
    await using advertising = peripheral.ble.advertising({ intervalMs: 20, name: 'many' });
    for (let i = 0; i < 4; i++) {
      const next = advertising.next();
      const central = await hosts.host();
      await hosts.run(central.ble.device(peripheral.ble.address).connect());
      expect((await hosts.run(next)).value?.device.address).toBe(central.ble.address);
    }
    expect(peripheral.ble.connections).toHaveLength(4);
  });

  test('a central never connects while nobody waits: no connection is kept for a later call', async () => {
    await using hosts = new Hosts();
    const [peripheral, central] = [await hosts.host(), await hosts.host()];
    await using advertising = peripheral.ble.advertising({ intervalMs: 20 });
    const first = advertising.next();
    const atCentral = await hosts.run(central.ble.device(peripheral.ble.address).connect());
    await hosts.run(first);
    const other = await hosts.host();
    expect(
      await hosts.run(codeOf(other.ble.device(peripheral.ble.address).connect({ timeoutMs: 500 }))),
    ).toBe('BLE_TIMEOUT');
    await hosts.run(atCentral.disconnect());
  });
});

describe('aioble 4, connectable=False', () => {
  test('is broadcast(), which nobody can connect to and which ends by itself, by its deadline or its signal', async () => {
    await using hosts = new Hosts();
    const [sends, scans] = [await hosts.host(), await hosts.host()];
    const over = sends.ble.broadcast({ intervalMs: 100, name: 'beacon', durationMs: 1_000 });
    await using scanner = scans.ble.scan();
    const { value } = await hosts.run(scanner.next());
    expect(value).toMatchObject({ connectable: false, scannable: false, name: 'beacon' });
    await hosts.run(over);
    expect(hosts.clock.now()).toBe(1_000);
    expect(await hosts.run(codeOf(sends.ble.broadcast({ timeoutMs: 100 })))).toBe('BLE_TIMEOUT');
  });

  test('with a scan response where one is asked for or needed', async () => {
    await using hosts = new Hosts();
    const [sends, scans] = [await hosts.host(), await hosts.host()];
    const over = sends.ble.broadcast({
      intervalMs: 100,
      name: 'n'.repeat(29),
      services: [0x181a],
      durationMs: 1_000,
    });
    await using scanner = scans.ble.scan({ active: true });
    let result: ScanResult<unknown> | undefined;
    do {
      result = (await hosts.run(scanner.next())).value;
    } while ((result?.scanResponseData.length ?? 0) === 0);
    expect(result).toMatchObject({
      connectable: false,
      scannable: true,
      name: 'n'.repeat(29),
      services: ['181a'],
    });
    await hosts.run(over);
  });
});

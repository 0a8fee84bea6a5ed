import { InvalidArgumentError, InvalidStateError, type ScanResult } from 'jelling';
import { describe, expect, test } from 'vitest';
import { HciCommand } from '../../src/hci/codec/commands.ts';
import { isCommand } from '../support/hci-packets.ts';
import { fromHex } from '../support/hex.ts';
import { type Host, Hosts, linked } from '../support/hosts.ts';
import { codeOf } from './scene.ts';

/** A host that listens and one that can be heard. */
const pair = async (hosts: Hosts): Promise<{ readonly scans: Host; readonly sends: Host }> => ({
  scans: await hosts.host(),
  sends: await hosts.host(),
});

/** What a scan of half a second hears, one result for each change. */
const heardIn = async (
  hosts: Hosts,
  { ble }: Host,
  options: { active?: boolean; durationMs?: number } = {},
) => {
  const results: ScanResult<unknown>[] = [];
  const loop = async (): Promise<void> => {
    await using scanner = ble.scan({ durationMs: 500, ...options });
    for await (const result of scanner) results.push(result);
  };
  await hosts.run(loop());
  return results;
};

type BroadcastOptions = NonNullable<Parameters<Host['ble']['broadcast']>[0]>;

const broadcasting = (host: Host, options: BroadcastOptions): (() => Promise<unknown>) => {
  const stop = new AbortController();
  const over = codeOf(host.ble.broadcast({ intervalMs: 20, ...options, signal: stop.signal }));
  return () => {
    stop.abort();
    return over;
  };
};

describe('aioble 3, scan', () => {
  test('scan(duration_ms, active=True) is scan({ durationMs, active }), a loop that ends by itself', async () => {
    await using hosts = new Hosts();
    const { scans, sends } = await pair(hosts);
    const stop = broadcasting(sends, { name: 'beacon' });
    const [result] = await heardIn(hosts, scans);
    expect(result).toMatchObject({ address: sends.ble.address, name: 'beacon', connectable: false });
    expect(hosts.clock.now()).toBe(500);
    await hosts.run(stop());
  });

  test('interval_us and window_us are intervalMs and windowMs, and what does not fit is refused at once', async () => {
    await using hosts = new Hosts();
    const seen: Uint8Array[] = [];
    const { ble } = await hosts.host({
      profile: '4.2',
      fromHost: (packet) => {
        if (isCommand(packet, HciCommand.leSetScanParameters)) seen.push(packet.slice(4));
        return undefined;
      },
    });
    await using scanner = ble.scan({ intervalMs: 1_280, windowMs: 11.25, durationMs: 10 });
    await hosts.run(scanner.next());
    // 0.625 ms each.
    expect(seen.at(-1)?.subarray(1, 5)).toEqual(fromHex('0008 1200'));
    expect(() => ble.scan({ intervalMs: 10, windowMs: 20 })).toThrow(InvalidArgumentError);
    expect(() => ble.scan({ intervalMs: 1 })).toThrow(InvalidArgumentError);
    expect(() => ble.scan({ durationMs: 0 })).toThrow(InvalidArgumentError);
  });

  test('for ever is no durationMs, not 0; close() is cancel(), and leaving the loop or the block stops it too', async () => {
    await using hosts = new Hosts();
    const { scans, sends } = await pair(hosts);
    const stop = broadcasting(sends, { name: 'beacon' });
    const scanner = scans.ble.scan();
    await hosts.run(scanner.next());
    const waiting = scanner.next();
    await hosts.clock.advance(30_000);
    await hosts.run(scanner.close());
    expect(await waiting).toEqual({ done: true, value: undefined });
    const left = scans.ble.scan();
    const loop = async (): Promise<void> => {
      for await (const _ of left) break;
    };
    await hosts.run(loop());
    expect(await left.next()).toEqual({ done: true, value: undefined });
    await hosts.run(stop());
  });

  test('several scans at a time, each with its own results; one reader each', async () => {
    await using hosts = new Hosts();
    const { scans, sends } = await pair(hosts);
    const stop = broadcasting(sends, { name: 'beacon' });
    await using first = scans.ble.scan();
    await using second = scans.ble.scan({ active: true });
    const both = await hosts.run(Promise.all([first.next(), second.next()]));
    expect(both.map(({ value }) => value?.name)).toEqual(['beacon', 'beacon']);
    const waiting = first.next();
    await expect(first.next()).rejects.toThrow(InvalidStateError);
    await hosts.run(first.close());
    await waiting;
    await hosts.run(stop());
  });

  test('a result for each change of an advertiser: a frozen picture of that moment, and the newest where nobody read in between', async () => {
    await using hosts = new Hosts();
    const { scans, sends } = await pair(hosts);
    await using scanner = scans.ble.scan({ active: true });
    const first = scanner.next();
    await hosts.clock.advance(0);
    const one = broadcasting(sends, { name: 'one' });
    expect((await hosts.run(first)).value?.name).toBe('one');
    await hosts.run(one());
    for (const name of ['two', 'three']) {
      const stop = broadcasting(sends, { name });
      await hosts.clock.advance(100);
      await hosts.run(stop());
    }
    const { value } = await hosts.run(scanner.next());
    expect(value?.name).toBe('three');
    expect(Object.isFrozen(value)).toBe(true);
    expect((await first).value?.name).toBe('one');
  });

  test('results come in the order in which they were heard', async () => {
    await using hosts = new Hosts({ model: 'timed' });
    const scans = await hosts.host();
    const all = await Promise.all(Array.from({ length: 5 }, () => hosts.host()));
    const stops: (() => Promise<unknown>)[] = [];
    await using scanner = scans.ble.scan({ intervalMs: 60, windowMs: 60 });
    const first = scanner.next();
    await hosts.clock.advance(10);
    for (const host of all) {
      stops.push(broadcasting(host, {}));
      await hosts.clock.advance(200);
    }
    const order = [(await hosts.run(first)).value?.address];
    while (order.length < 5) {
      const address = (await hosts.run(scanner.next())).value?.address;
      if (!order.includes(address)) order.push(address);
    }
    expect(order).toEqual(all.map(({ ble }) => ble.address));
    for (const stop of stops) await hosts.run(stop());
  });

  test('the number of devices that are remembered has a bound', async () => {
    await using hosts = new Hosts();
    const scans = await hosts.host();
    const all = await Promise.all(Array.from({ length: 4 }, () => hosts.host()));
    await using scanner = scans.ble.scan({ maxDevices: 2 });
    const first = scanner.next();
    await hosts.clock.advance(0);
    const stops = all.map((host) => broadcasting(host, { name: 'x' }));
    await hosts.run(first);
    await hosts.clock.advance(1_000);
    expect(scans.ble.counters['advertisersDropped']).toBeGreaterThan(0);
    for (const stop of stops) await hosts.run(stop());
    expect(() => scans.ble.scan({ maxDevices: 0 })).toThrow(InvalidArgumentError);
  });
});

describe('aioble 3, ScanResult', () => {
  test('device, rssi, adv_data, resp_data, connectable; both payloads stay apart, and the fields look through both', async () => {
    await using hosts = new Hosts({ model: 'timed' });
    const { scans, sends } = await pair(hosts);
    const incoming = sends.ble.advertise({
      intervalMs: 20,
      name: 'a name for the scan response',
      services: [0x181a],
      manufacturer: [0xabcd, Uint8Array.of(1, 2)],
    });
    await using scanner = scans.ble.scan({ active: true, intervalMs: 60, windowMs: 60 });
    let result: ScanResult<unknown> | undefined;
    while ((result?.scanResponseData.length ?? 0) === 0) result = (await hosts.run(scanner.next())).value;
    expect(result).toMatchObject({
      address: sends.ble.address,
      connectable: true,
      scannable: true,
      name: 'a name for the scan response',
      services: ['181a'],
      flags: 0x06,
    });
    expect(result?.rssi).toBeLessThan(0);
    expect(result?.advertisingData.length).toBeLessThanOrEqual(31);
    expect(result?.manufacturer).toEqual([{ companyId: 0xabcd, data: Uint8Array.of(1, 2) }]);
    await scanner.close();
    await hosts.run(linkAndEnd(hosts, scans, sends));
    await hosts.run(incoming);
  });

  const linkAndEnd = async (hosts: Hosts, scans: Host, sends: Host): Promise<void> => {
    const connection = await hosts.run(scans.ble.device(sends.ble.address).connect());
    await hosts.run(connection.disconnect());
  };

  const parsed = async (advertisingData: string, scanResponseData = ''): Promise<ScanResult<unknown>> => {
    await using hosts = new Hosts();
    const { scans, sends } = await pair(hosts);
    const stop = broadcasting(sends, {
      advertisingData: fromHex(advertisingData),
      scanResponseData: fromHex(scanResponseData),
      scannable: true,
    });
    const results = await heardIn(hosts, scans, { active: true });
    await hosts.run(stop());
    const last = results.at(-1);
    if (last === undefined) throw new Error('nothing heard');
    return last;
  };

  test('name(): complete before shortened, undefined where there is none, and octets that are no UTF-8 do no harm', async () => {
    expect((await parsed('03 08 61 62', '04 09 61 62 63')).name).toBe('abc');
    expect((await parsed('03 08 61 62')).name).toBe('ab');
    expect((await parsed('02 01 06')).name).toBeUndefined();
    expect((await parsed('01 09')).name).toBe('');
    expect((await parsed('04 09 61 ff 62')).name).toBe('a\ufffdb');
  });

  test('services(): UUIDs of all widths out of both payloads, each once', async () => {
    const result = await parsed(
      '05 02 0d18 1a18  05 05 41423132',
      `03 03 1a18  11 07 ${'000102030405060708090a0b0c0d0e0f'}`,
    );
    expect(result.services).toEqual([
      '180d',
      '181a',
      '32314241-0000-1000-8000-00805f9b34fb',
      '0f0e0d0c-0b0a-0908-0706-050403020100',
    ]);
  });

  test('manufacturer(filter): a list to choose from; fields too short for a company are left out', async () => {
    const { manufacturer } = await parsed('05 ff cdab 0102  02 ff 01', '03 ff 4c00');
    expect(manufacturer).toEqual([
      { companyId: 0xabcd, data: Uint8Array.of(1, 2) },
      { companyId: 0x004c, data: new Uint8Array(0) },
    ]);
    expect(manufacturer.filter(({ companyId }) => companyId === 0x004c)).toHaveLength(1);
  });

  test('what aioble leaves to the reader: flags, appearance, power, service data, solicited services, URI', async () => {
    const result = await parsed(
      '02 01 06  03 19 0003  02 0a fc  05 16 1a18 0708  03 14 0f18',
      '07 24 17 2f2f78 2e79',
    );
    expect(result).toMatchObject({
      flags: 6,
      appearance: 0x0300,
      txPower: -4,
      solicitedServices: ['180f'],
      serviceData: [{ uuid: '181a', data: Uint8Array.of(7, 8) }],
    });
    expect(result.uri).toContain('//x.y');
  });

  test('a payload that breaks off gives what stands before the damage', async () => {
    const result = await parsed('02 01 06  03 03 1a18  09 09 61');
    expect(result).toMatchObject({ flags: 6, services: ['181a'], name: undefined });
  });

  test('a result can be printed, and its device connected to', async () => {
    await using hosts = new Hosts();
    const { scans, sends } = await pair(hosts);
    const incoming = sends.ble.advertise({ name: 'sensor', intervalMs: 20 });
    await using scanner = scans.ble.scan({ active: true });
    const { value } = await hosts.run(scanner.next());
    expect(JSON.parse(JSON.stringify(value))).toMatchObject({ address: sends.ble.address, name: 'sensor' });
    await scanner.close();
    const connection = await hosts.run(value?.device.connect() ?? Promise.reject(new Error('no device')));
    expect(connection.device.address).toBe(sends.ble.address);
    await hosts.run(incoming);
  });
});

test('aioble 3, scan: an adapter that is connected scans on, and finds what comes', async () => {
  await using hosts = new Hosts();
  const { scans, sends } = await pair(hosts);
  const third = await hosts.host();
  await linked(hosts, scans, sends);
  const stop = broadcasting(third, { name: 'third' });
  const [result] = await heardIn(hosts, scans);
  expect(result?.name).toBe('third');
  await hosts.run(stop());
});

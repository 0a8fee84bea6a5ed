import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  HciError,
  InvalidArgumentError,
  InvalidStateError,
  TransportError,
} from '../../../../src/core/errors.ts';
import { ScanManager } from '../../../../src/gap/scanning/scan.ts';
import type { Scanner } from '../../../../src/gap/scanning/scanner.ts';
import { peerOf, type RadioBench, radioBench } from '../../../support/fake-radio.ts';

const a = peerOf('00:00:00:00:00:0A');
const b = peerOf('C0:00:00:00:00:0B', 'random');
const named = (name: string): readonly number[] => [name.length + 1, 9, ...new TextEncoder().encode(name)];
const SCAN_RSP = 4;

let bench: RadioBench;
let scans: ScanManager<string>;

beforeEach(() => {
  bench = radioBench();
  scans = new ScanManager(bench.radio, (address, type) => `${type} ${address}`);
});
afterEach(() => {
  expect(bench.fake.faults).toEqual([]);
  bench.end();
});

/** Starts a scanner; the reader waits for its first result. */
const started = async (scanner: Scanner<string>) => {
  const first = scanner.next();
  await bench.settle();
  return first;
};

const resultOf = async (scanner: Scanner<string>) => {
  const { value } = await scanner.next();
  if (value === undefined) throw new Error('the scan is over');
  return value;
};

/** A scanner that is running and has given its first result. */
const running = async (options = {}): Promise<Scanner<string>> => {
  const scanner = scans.scan(options);
  const first = scanner.next();
  await bench.settle();
  bench.fake.report({ from: peerOf('00:00:00:00:00:01') });
  await first;
  bench.fake.take();
  return scanner;
};

describe('life', () => {
  test('nothing happens before the first next()', async () => {
    scans.scan();
    await bench.settle();
    expect(bench.fake.take()).toEqual([]);
  });

  test('the first next() scans with the parameters given, close() stops', async () => {
    const scanner = scans.scan({ active: true, intervalMs: 100, windowMs: 50, filterDuplicates: true });
    const first = scanner.next();
    await bench.settle();
    expect(bench.fake.steps.slice(1)).toEqual([
      {
        op: 'setScanParameters',
        ownType: 'random',
        scan: { active: true, interval: 160, window: 80, filterDuplicates: true },
        filtered: false,
      },
      { op: 'enableScan', filterDuplicates: true },
    ]);
    await scanner.close();
    expect(bench.fake.scanning).toBe(false);
    expect(await first).toEqual({ done: true, value: undefined });
    await scanner.close();
  });

  test('close() wakes next(), and the loop ends', async () => {
    const scanner = scans.scan();
    const loop = (async () => {
      for await (const _ of scanner);
      return 'over';
    })();
    await bench.settle();
    await scanner.close();
    expect(await loop).toBe('over');
  });

  test('leaving the loop stops the radio', async () => {
    const scanner = await running();
    bench.fake.report({ from: a });
    for await (const _ of scanner) break;
    expect(bench.fake.scanning).toBe(false);
    expect(await scanner.next()).toEqual({ done: true, value: undefined });
  });

  test('durationMs ends the loop; what was heard is handed out first', async () => {
    const scanner = await running({ durationMs: 1_000 });
    bench.fake.report({ from: a }, { from: b });
    await bench.clock.advance(1_000);
    expect((await resultOf(scanner)).address).toBe(a.address);
    expect((await resultOf(scanner)).address).toBe(b.address);
    expect((await scanner.next()).done).toBe(true);
    expect(bench.fake.scanning).toBe(false);
  });

  test('the signal ends it with its reason, once', async () => {
    const abort = new AbortController();
    const scanner = scans.scan({ signal: abort.signal });
    const first = scanner.next();
    await bench.settle();
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(first).rejects.toBe(reason);
    expect((await scanner.next()).done).toBe(true);
  });

  test('a signal that was aborted before starts nothing', async () => {
    const scanner = scans.scan({ signal: AbortSignal.abort(new Error('before')) });
    await expect(scanner.next()).rejects.toThrow('before');
    await bench.settle();
    expect(bench.fake.take()).toEqual([]);
  });

  test('a lost controller throws, whether the reader waits or not', async () => {
    const waiting = scans.scan();
    const busy = await running();
    bench.fake.report({ from: a });
    const first = waiting.next();
    await bench.settle();
    bench.fake.lose();
    await expect(first).rejects.toBeInstanceOf(TransportError);
    expect((await resultOf(busy)).address).toBe(a.address);
    await expect(busy.next()).rejects.toBeInstanceOf(TransportError);
    await expect(scans.scan().next()).rejects.toBeInstanceOf(TransportError);
  });

  test('a refusal of the controller rejects, and the next scanner tries anew', async () => {
    bench.fake.refusals.set('enableScan', [0x11]);
    await expect(scans.scan().next()).rejects.toBeInstanceOf(HciError);
    const scanner = await running();
    await scanner.close();
  });

  test('one reader at a time', async () => {
    const scanner = scans.scan();
    const first = scanner.next();
    await expect(scanner.next()).rejects.toBeInstanceOf(InvalidStateError);
    await scanner.close();
    await first;
  });

  test.each([
    [{ intervalMs: 1 }],
    [{ intervalMs: 50, windowMs: 60 }],
    [{ durationMs: 0 }],
    [{ durationMs: Number.NaN }],
    [{ maxDevices: 0 }],
  ])('%j is refused at once', (options) => {
    expect(() => scans.scan(options)).toThrow(InvalidArgumentError);
  });
});

describe('results', () => {
  test('say what was heard', async () => {
    const scanner = scans.scan();
    const first = started(scanner);
    await bench.settle();
    bench.fake.report({ from: b, rssi: -70, data: [2, 1, 6, ...named('x'), 3, 3, 0x0d, 0x18] });
    const { value } = await first;
    expect(value).toMatchObject({
      device: `random ${b.address}`,
      address: b.address,
      addressType: 'random',
      rssi: -70,
      name: 'x',
      services: ['180d'],
      flags: 6,
      connectable: true,
      scannable: true,
      legacy: true,
    });
    expect(JSON.parse(JSON.stringify(value))).toMatchObject({ address: b.address, name: 'x' });
    expect(Object.isFrozen(value)).toBe(true);
    expect(value?.device).toBe(value?.device);
    await scanner.close();
  });

  test('merge advertisement and scan response; the reader gets both of one event together', async () => {
    const scanner = await running({ active: true });
    const next = scanner.next();
    bench.fake.report({ from: a, data: [2, 1, 6] }, { from: a, eventType: SCAN_RSP, data: named('late') });
    const { value } = await next;
    expect([value?.flags, value?.name, value?.connectable]).toEqual([6, 'late', true]);
    await scanner.close();
  });

  test('are snapshots: what comes later changes nothing in them', async () => {
    const scanner = await running();
    bench.fake.report({ from: a, rssi: -40, data: named('one') });
    const one = await resultOf(scanner);
    bench.fake.report({ from: a, rssi: -50, data: named('two') });
    const two = await resultOf(scanner);
    expect([one.name, one.rssi, two.name, two.rssi]).toEqual(['one', -40, 'two', -50]);
    one.advertisingData.fill(0);
    bench.fake.report({ from: a, rssi: -51, data: named('two') });
    expect((await resultOf(scanner)).name).toBe('two');
    await scanner.close();
  });

  test('come when something has changed, and only then', async () => {
    const scanner = await running({ active: true });
    const report = { from: a, rssi: -40, data: named('a') };
    bench.fake.report(report);
    await resultOf(scanner);
    bench.fake.report(report, report);
    expect(scans.held.waiting).toBe(0);
    for (const change of [
      { ...report, rssi: -41 },
      { ...report, rssi: -41, eventType: 2 },
      { ...report, rssi: -41, eventType: 2, data: named('b') },
      { ...report, rssi: -41, eventType: SCAN_RSP, data: named('c') },
    ]) {
      bench.fake.report(change);
      expect(scans.held.waiting).toBe(1);
      await resultOf(scanner);
    }
    bench.fake.report({ from: a, rssi: -41, eventType: SCAN_RSP, data: [] });
    expect(scans.held.waiting).toBe(0);
    await scanner.close();
  });

  test('coalesce while nobody reads: the newest of each device, in the order of the first change', async () => {
    const scanner = await running();
    for (let i = 0; i < 1_000; i++)
      bench.fake.report({ from: a, rssi: -30 - (i % 50) }, { from: b, rssi: -40 - (i % 50) });
    expect(scans.held.waiting).toBe(2);
    const [one, two] = [await resultOf(scanner), await resultOf(scanner)];
    expect([one.address, one.rssi, two.address, two.rssi]).toEqual([a.address, -79, b.address, -89]);
    await scanner.close();
  });

  test('an RSSI of 127 is none', async () => {
    const scanner = await running();
    bench.fake.report({ from: a, rssi: 127 });
    expect((await resultOf(scanner)).rssi).toBeUndefined();
    await scanner.close();
  });

  const flags = (octet: number, ...more: number[]): readonly number[] => [2, 1, octet, ...more];
  const c = peerOf('C0:00:00:00:00:0C', 'random');

  test.each([
    ['limited', [b.address]],
    ['general', [a.address, b.address]],
  ] as const)('who is discovered in %s mode', async (discoverable, expected) => {
    const scanner = scans.scan({ discoverable });
    const first = scanner.next();
    await bench.settle();
    const end = peerOf('00:00:00:00:00:FF');
    bench.fake.report(
      { from: c, data: named('no flags') },
      { from: peerOf('00:00:00:00:00:0D'), data: flags(0x04) },
      // A scan response may have no flags, and what stands there counts for nothing.
      { from: c, eventType: SCAN_RSP, data: flags(0x06) },
      { from: a, data: flags(0x06) },
      { from: b, data: flags(0x05) },
      { from: end, data: flags(0x03) },
    );
    const found: string[] = [];
    for (let { value } = await first; value !== undefined; { value } = await scanner.next()) {
      if (value.address === end.address) break;
      found.push(value.address);
    }
    expect(found).toEqual(expected);
    await scanner.close();
  });

  test('who is no longer discoverable when it is read, and who has become it', async () => {
    const scanner = scans.scan({ discoverable: 'limited' });
    const first = scanner.next();
    await bench.settle();
    bench.fake.report({ from: c, data: flags(0x05) });
    await first;
    bench.fake.report({ from: a, data: flags(0x06) }, { from: b, data: flags(0x05) });
    bench.fake.report({ from: b, data: flags(0x04) }, { from: a, data: flags(0x05) });
    expect((await resultOf(scanner)).address).toBe(a.address);
    await scanner.close();
  });

  test('a mode that is none is refused', () => {
    expect(() => scans.scan({ discoverable: 'yes' as 'general' })).toThrow(InvalidArgumentError);
  });

  test('directed advertising does not wipe out what was known', async () => {
    const scanner = await running();
    bench.fake.report({ from: a, eventType: 3, data: named('a') });
    expect((await resultOf(scanner)).connectable).toBe(false);
    bench.fake.report({ from: a, eventType: 1 });
    const directed = await resultOf(scanner);
    expect([directed.name, directed.connectable]).toEqual(['a', true]);
    await scanner.close();
  });

  test('the same address public and random is two devices', async () => {
    const scanner = await running();
    bench.fake.report({ from: peerOf('C0:00:00:00:00:01') }, { from: peerOf('C0:00:00:00:00:01', 'random') });
    expect(scans.held.waiting).toBe(2);
    await scanner.close();
  });
});

describe('several scanners', () => {
  test('share the radio: active if one is, as often and as long as the keenest', async () => {
    const one = await running({ intervalMs: 100, windowMs: 20 });
    const two = scans.scan({ active: true, intervalMs: 200, windowMs: 40 });
    const next = two.next();
    await bench.settle();
    expect(bench.fake.steps).toContainEqual({
      op: 'setScanParameters',
      ownType: 'random',
      scan: { active: true, interval: 160, window: 64, filterDuplicates: false },
      filtered: false,
    });
    await two.close();
    await next;
    await bench.settle();
    expect(bench.fake.scanning).toBe(true);
    await one.close();
    expect(bench.fake.scanning).toBe(false);
  });

  test('each hears all for itself; a passive one hears no scan responses', async () => {
    const passive = await running();
    const active = scans.scan({ active: true });
    const next = active.next();
    await bench.settle();
    bench.fake.report({ from: a }, { from: a, eventType: SCAN_RSP, data: named('a') });
    expect((await next).value?.name).toBe('a');
    expect((await resultOf(passive)).name).toBeUndefined();
    await Promise.all([passive.close(), active.close()]);
  });

  test('with duplicates filtered, a newcomer makes scanning start anew', async () => {
    const one = await running({ filterDuplicates: true });
    const two = scans.scan({ filterDuplicates: true });
    const next = two.next();
    await bench.settle();
    expect(bench.fake.take()).toEqual(['disableScan', 'setScanParameters', 'enableScan']);
    await Promise.all([one.close(), two.close()]);
    await next;
  });
});

describe('bounds', () => {
  test('devices beyond the limit push out the oldest that has been read', async () => {
    const scanner = await running({ maxDevices: 4 });
    for (let i = 0; i < 100; i++) {
      bench.fake.report({ from: peerOf(`00:00:00:00:01:${i.toString(16).padStart(2, '0')}`) });
      await resultOf(scanner);
    }
    expect(scans.held.advertisers).toBe(4);
    expect(scans.counters.get('advertisersDropped')).toBe(0);
    await scanner.close();
  });

  test('a flood while nobody reads is dropped and counted', async () => {
    const scanner = await running({ maxDevices: 4 });
    for (let i = 0; i < 100; i++) {
      bench.fake.report({ from: peerOf(`00:00:00:00:01:${i.toString(16).padStart(2, '0')}`) });
    }
    expect(scans.held.advertisers).toBe(4);
    expect(scans.counters.get('advertisersDropped')).toBe(96);
    await scanner.close();
  });

  test('a report that is cut short keeps those before it, and is counted', async () => {
    const scanner = await running();
    bench.fake.reportBytes('legacy', Uint8Array.of(4, 0x3e, 0x0d, 2, 2, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0xd8, 0));
    expect((await resultOf(scanner)).address).toBe(a.address);
    expect(scans.counters.get('reportsMalformed')).toBe(1);
    await scanner.close();
  });
});

describe('extended reports', () => {
  const COMPLETE = 0x01;
  const MORE = 0x21;
  const TRUNCATED = 0x41;
  const long = (length: number, value: number): number[] => Array.from({ length }, () => value);

  test('fragments become one result', async () => {
    const scanner = await running();
    bench.fake.reportExtended({ from: a, eventType: MORE, sid: 1, data: long(200, 1) });
    bench.fake.reportExtended({ from: b, eventType: MORE, sid: 1, data: long(10, 9) });
    expect(scans.held.waiting).toBe(0);
    bench.fake.reportExtended({ from: a, eventType: COMPLETE, sid: 1, data: long(100, 2) });
    const result = await resultOf(scanner);
    expect([...result.advertisingData]).toEqual([...long(200, 1), ...long(100, 2)]);
    expect([result.legacy, result.advertisingSid]).toEqual([false, 1]);
    await scanner.close();
  });

  test('truncated data is given as far as it came', async () => {
    const scanner = await running();
    bench.fake.reportExtended({ from: a, eventType: MORE, data: long(200, 1) });
    bench.fake.reportExtended({ from: a, eventType: TRUNCATED, data: [] });
    expect((await resultOf(scanner)).advertisingData.length).toBe(200);
    await scanner.close();
  });

  test('a chain longer than an advertiser can send is dropped whole', async () => {
    const scanner = await running();
    for (let i = 0; i < 8; i++) bench.fake.reportExtended({ from: a, eventType: MORE, data: long(229, i) });
    bench.fake.reportExtended({ from: a, eventType: COMPLETE, data: long(10, 0) });
    expect(scans.held.waiting).toBe(0);
    expect(scans.counters.get('chainsDropped')).toBe(1);
    bench.fake.reportExtended({ from: a, eventType: COMPLETE, data: long(10, 0) });
    expect(scans.held.waiting).toBe(1);
    await scanner.close();
  });

  test('1650 octets are not too many', async () => {
    const scanner = await running();
    for (let i = 0; i < 7; i++) bench.fake.reportExtended({ from: a, eventType: MORE, data: long(229, i) });
    bench.fake.reportExtended({ from: a, eventType: COMPLETE, data: long(47, 0) });
    expect((await resultOf(scanner)).advertisingData.length).toBe(1650);
    await scanner.close();
  });

  test('half chains of ten thousand advertisers hold 64 at most', async () => {
    const scanner = await running();
    for (let i = 0; i < 10_000; i++) {
      const tail = i.toString(16).padStart(4, '0');
      bench.fake.reportExtended({
        from: peerOf(`00:00:00:00:${tail.slice(0, 2)}:${tail.slice(2)}`),
        eventType: MORE,
        data: [1, 2, 3],
      });
    }
    expect(scans.counters.get('chainsDropped')).toBe(10_000 - 64);
    expect(scans.held.chains).toBe(64);
    await scanner.close();
  });

  test('a chain that stopped long ago is not continued', async () => {
    const scanner = await running();
    bench.fake.reportExtended({ from: a, eventType: MORE, data: long(5, 1) });
    await bench.clock.advance(11_000);
    bench.fake.reportExtended({ from: a, eventType: COMPLETE, data: long(5, 2) });
    expect((await resultOf(scanner)).advertisingData).toEqual(Uint8Array.from(long(5, 2)));
    await scanner.close();
  });

  test('sets of one advertiser are told apart', async () => {
    const scanner = await running();
    bench.fake.reportExtended(
      { from: a, eventType: COMPLETE, sid: 0, data: named('zero') },
      { from: a, eventType: COMPLETE, sid: 1, data: named('one') },
    );
    expect([(await resultOf(scanner)).name, (await resultOf(scanner)).name]).toEqual(['zero', 'one']);
    await scanner.close();
  });

  test('advertisers without an address are counted', async () => {
    const scanner = await running();
    bench.fake.reportExtended({ from: a, addressType: 0xff });
    expect(scans.held.waiting).toBe(0);
    expect(scans.counters.get('reportsAnonymous')).toBe(1);
    await scanner.close();
  });
});

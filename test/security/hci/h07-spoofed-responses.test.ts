import { afterEach, beforeEach, expect, test } from 'vitest';
import { ScanManager } from '../../../src/gap/scanning/scan.ts';
import type { ScanResult } from '../../../src/gap/scanning/scan-result.ts';
import type { Scanner } from '../../../src/gap/scanning/scanner.ts';
import { type FakeExtendedReport, peerOf, type RadioBench, radioBench } from '../../support/fake-radio.ts';

const address = 'C0:00:00:00:00:0B';
const honest = peerOf(address, 'random');
const named = (name: string): readonly number[] => [name.length + 1, 9, ...new TextEncoder().encode(name)];
const ADV_IND = 0x13;
const SCAN_RSP = 0x1b;
const EXTENDED = 0x01;
const EXTENDED_SCAN_RSP = 0x08;
const MORE = 0x20;
const TRUNCATED = 0x40;

type Next = Promise<IteratorResult<ScanResult<string>, undefined>>;

let bench: RadioBench;
let scanner: Scanner<string>;
let next: Next;

beforeEach(async () => {
  bench = radioBench({ extended: true });
  scanner = new ScanManager(bench.radio, (at, type) => `${type} ${at}`).scan({ active: true });
  next = scanner.next();
  await bench.settle();
});
afterEach(async () => {
  await scanner.close();
  bench.end();
});

/** Who is heard by these reports, under what name, and of which set. */
const hear = async (...reports: readonly FakeExtendedReport[]) => {
  for (const report of reports) bench.fake.reportExtended(report);
  const seen: [string, string | undefined, number | undefined][] = [];
  for (;;) {
    const got = await Promise.race([next, bench.settle()]);
    const result = got?.value;
    if (result === undefined) return seen;
    seen.push([result.device, result.name, result.advertisingSid]);
    next = scanner.next();
  }
};

test('H7 a scan response from another address says nothing of the advertiser', async () => {
  const seen = await hear(
    { from: honest, eventType: ADV_IND },
    { from: peerOf('C0:00:00:00:00:0C', 'random'), eventType: SCAN_RSP, data: named('evil') },
  );
  expect(seen.find(([device]) => device === `random ${address}`)?.[1]).toBe(undefined);
});

test('H7 the same number as another type of address is another advertiser', async () => {
  const seen = await hear(
    { from: honest, eventType: ADV_IND, data: named('good') },
    { from: peerOf(address), eventType: SCAN_RSP, data: named('evil') },
  );
  expect(seen).toEqual([
    [`random ${address}`, 'good', undefined],
    [`public ${address}`, 'evil', undefined],
  ]);
});

test('H7 a response belongs to its advertising set', async () => {
  const seen = await hear(
    { from: honest, eventType: EXTENDED, sid: 1, data: named('one') },
    { from: honest, eventType: EXTENDED | EXTENDED_SCAN_RSP, sid: 2, data: named('two') },
    { from: honest, eventType: ADV_IND, data: named('legacy') },
  );
  expect(seen).toEqual([
    [`random ${address}`, 'one', 1],
    [`random ${address}`, 'two', 2],
    [`random ${address}`, 'legacy', undefined],
  ]);
});

test('H7 fragments of two sets, or of data and response, never join', async () => {
  const seen = await hear(
    { from: honest, eventType: EXTENDED | MORE, sid: 1, data: [9, 9, 0x41] },
    { from: honest, eventType: EXTENDED, sid: 2, data: named('two') },
    { from: honest, eventType: EXTENDED | EXTENDED_SCAN_RSP, sid: 1, data: named('response') },
    { from: peerOf(address), eventType: EXTENDED, sid: 1, data: named('other') },
    { from: honest, eventType: EXTENDED, sid: 1, data: [...new TextEncoder().encode('BCDEFGH')] },
  );
  expect(seen.map(([device, name, sid]) => `${device.split(' ')[0]} ${name} ${sid}`)).toEqual([
    'random two 2',
    'random ABCDEFGH 1',
    'public other 1',
  ]);
});

test('H7 data that the controller has cut off is given as far as it goes', async () => {
  const seen = await hear({
    from: honest,
    eventType: EXTENDED | TRUNCATED,
    sid: 1,
    data: [...named('good'), 30, 9, 0x41],
  });
  expect(seen).toEqual([[`random ${address}`, 'good', 1]]);
});

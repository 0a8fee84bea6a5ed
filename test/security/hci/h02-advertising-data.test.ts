import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { adStructures } from '../../../src/gap/codec/advertising-data.ts';
import { ScanManager } from '../../../src/gap/scanning/scan.ts';
import {
  CHAIN_STALE_MS,
  LONGEST_ADVERTISING_DATA,
  MAX_CHAINS,
  ScanReassembly,
} from '../../../src/gap/scanning/scan-reassembly.ts';
import { peerOf, radioBench } from '../../support/fake-radio.ts';
import { fromHex } from '../../support/hex.ts';

/** Of an extended event type: more data is to come. */
const MORE = 0x20;
const EXTENDED = 0x01;

const typesOf = (hex: string): number[] => adStructures(fromHex(hex)).map(({ type }) => type);

test.each([
  ['a length of 0 ends it', '020106 00 0309 4142', [1]],
  ['a length past the end', '020106 ff09 4142', [1]],
  ['a length just past the end', '020106 0409 4142', [1]],
  ['a length alone', '020106 05', [1]],
  ['nothing but a length', '1e', []],
  ['nothing', '', []],
])('H2 an AD structure that lies, %s: what stood before it is kept', (_name, hex, types) => {
  expect(typesOf(hex)).toEqual(types);
});

const peer = (n: number) =>
  peerOf(
    `C0:00:00:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 0xff).toString(16).padStart(2, '0')}`.toUpperCase(),
    'random',
  );

const scanning = async () => {
  const bench = radioBench({ extended: true });
  const scans = new ScanManager<string>(bench.radio, (address) => address);
  const scanner = scans.scan();
  const first = scanner.next();
  await bench.settle();
  return { bench, scanner, first };
};

test('H2 10,000 advertisers with chains that never end take no more than their share', async () => {
  const { bench, scanner, first } = await scanning();
  for (let n = 0; n < 10_000; n++)
    bench.fake.reportExtended({
      from: peer(n),
      eventType: EXTENDED | MORE,
      sid: 1,
      data: new Uint8Array(200),
    });
  // One that says all it has to say is heard through it.
  bench.fake.reportExtended({ from: peer(10_001), eventType: EXTENDED, sid: 1, data: fromHex('0309 4142') });
  const { value } = await first;
  expect(value?.name).toBe('AB');
  expect(value?.device).toBe(peer(10_001).address);
  await scanner.close();
  bench.end();
});

test('H2 the chains that are kept are few, short and young', async () => {
  const clock = new ManualClock();
  let dropped = 0;
  const reassembly = new ScanReassembly(clock, () => dropped++);
  const fragment = (addressKey: number, dataStatus: number, length = 229) =>
    reassembly.dataOf({
      addressKey,
      advertisingSid: 0,
      eventType: 0,
      dataStatus,
      data: new Uint8Array(length),
    });
  for (let n = 0; n < 10_000; n++) fragment(n, 1);
  expect(reassembly.size).toBe(MAX_CHAINS);
  expect(dropped).toBe(10_000 - MAX_CHAINS);
  // More than an advertiser can send is given to nobody.
  reassembly.clear();
  for (let sent = 0; sent <= LONGEST_ADVERTISING_DATA; sent += 229) fragment(1, 1);
  expect(fragment(1, 0)).toBe(undefined);
  // A chain that has rested for too long does not go on.
  fragment(2, 1, 10);
  await clock.advance(CHAIN_STALE_MS + 1);
  expect(fragment(2, 0, 5)?.length).toBe(5);
  expect(reassembly.size).toBe(0);
});

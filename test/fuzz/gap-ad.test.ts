import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalBytes } from '../../src/core/bytes.ts';
import { InvalidArgumentError } from '../../src/core/errors.ts';
import { ManualClock } from '../../src/core/manual-clock.ts';
import { parseUuid } from '../../src/core/uuid.ts';
import {
  adStructures,
  appearanceIn,
  flagsIn,
  manufacturerDataIn,
  nameIn,
  serviceDataIn,
  servicesIn,
  solicitedServicesIn,
  txPowerIn,
  uriIn,
} from '../../src/gap/codec/advertising-data.ts';
import { buildAdvertisingData } from '../../src/gap/codec/advertising-data-builder.ts';
import { type AdItem, packAdvertisingData } from '../../src/gap/codec/advertising-data-packing.ts';
import {
  CHAIN_STALE_MS,
  LONGEST_ADVERTISING_DATA,
  MAX_CHAINS,
  ScanReassembly,
} from '../../src/gap/scanning/scan-reassembly.ts';

const seeded = { seed: 7, numRuns: 500 };
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });

describe('any payload', () => {
  test('is read without an error, and nothing is read past its end', () => {
    fc.assert(
      fc.property(bytes(64), bytes(64), (a, b) => {
        for (const read of [nameIn, flagsIn, appearanceIn, txPowerIn, uriIn, servicesIn, solicitedServicesIn])
          read(a, b);
        manufacturerDataIn(a, b);
        serviceDataIn(a, b);
        const read = adStructures(a).reduce((sum, { data }) => sum + 2 + data.length, 0);
        expect(read).toBeLessThanOrEqual(a.length);
      }),
      seeded,
    );
  });

  test('cut anywhere gives what stands before the cut', () => {
    fc.assert(
      fc.property(bytes(64), fc.nat(64), (payload, at) => {
        const whole = adStructures(payload);
        const cut = adStructures(payload.subarray(0, at));
        expect(cut).toEqual(whole.slice(0, cut.length));
      }),
      seeded,
    );
  });
});

const uuid = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }),
  fc.integer({ min: 0x1_0000, max: 0xffff_ffff }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
);

const fields = fc.record(
  {
    name: fc.string({ maxLength: 12, unit: 'grapheme' }),
    services: fc.array(uuid, { maxLength: 4 }),
    appearance: fc.integer({ min: 0, max: 0xffff }),
    manufacturer: fc.array(fc.tuple(fc.integer({ min: 0, max: 0xffff }), bytes(6)), { maxLength: 2 }),
    serviceData: fc.array(fc.tuple(uuid, bytes(6)), { maxLength: 2 }),
    txPower: fc.integer({ min: -127, max: 127 }),
  },
  { requiredKeys: [] },
);

describe('what the builder makes', () => {
  test('is read back, and neither payload is too long', () => {
    let built = 0;
    fc.assert(
      fc.property(fields, (given) => {
        const options = {
          discoverable: 'general',
          advertisingCapacity: 31,
          scanResponseCapacity: 31,
        } as const;
        let made: ReturnType<typeof buildAdvertisingData>;
        try {
          made = buildAdvertisingData(given, options);
        } catch (error) {
          if (!(error instanceof InvalidArgumentError)) throw error;
          return;
        }
        built++;
        const { advertisingData: a, scanResponseData: r } = made;
        expect(Math.max(a.length, r.length)).toBeLessThanOrEqual(31);
        expect(flagsIn(a)).toBe(6);
        expect(nameIn(a, r)).toBe(given.name);
        expect(appearanceIn(a, r)).toBe(given.appearance);
        expect(txPowerIn(a, r)).toBe(given.txPower);
        expect(new Set(servicesIn(a, r))).toEqual(new Set((given.services ?? []).map(parseUuid)));
        const companies = manufacturerDataIn(a, r).map(({ companyId }) => companyId);
        const wanted = (given.manufacturer ?? []).map(([companyId]) => companyId);
        expect([...companies].sort()).toEqual([...wanted].sort());
        expect(serviceDataIn(a, r).length).toBe(given.serviceData?.length ?? 0);
      }),
      seeded,
    );
    expect(built).toBeGreaterThan(100);
  });
});

describe('packing', () => {
  const item = (size: number): AdItem => ({
    what: 'x',
    type: 0xff,
    splitType: undefined,
    parts: [new Uint8Array(size)],
    forced: false,
  });

  /** Whether any of the distributions fits: all are tried. */
  const fits = (sizes: readonly number[]): boolean => {
    for (let mask = 0; mask < 1 << sizes.length; mask++) {
      const sums = [0, 0];
      for (const [i, size] of sizes.entries()) {
        const place = (mask >>> i) & 1;
        sums[place] = (sums[place] ?? 0) + size + 2;
      }
      if (sums.every((sum) => sum <= 31)) return true;
    }
    return false;
  };

  test('finds a distribution exactly where there is one', () => {
    let good = 0;
    let bad = 0;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 14 }), { minLength: 1, maxLength: 8 }), (sizes) => {
        const possible = fits(sizes);
        possible ? good++ : bad++;
        const pack = (): unknown => packAdvertisingData(sizes.map(item), 31, 31);
        if (possible) expect(pack).not.toThrow();
        else expect(pack).toThrow(InvalidArgumentError);
      }),
      seeded,
    );
    expect(Math.min(good, bad)).toBeGreaterThan(50);
  });
});

describe('reassembly', () => {
  const report = fc.record({
    addressKey: fc.integer({ min: 0, max: 100 }),
    advertisingSid: fc.integer({ min: 0, max: 1 }),
    eventType: fc.constantFrom(0, 8),
    dataStatus: fc.integer({ min: 0, max: 3 }),
    data: bytes(229),
    waitMs: fc.constantFrom(0, 0, 0, 1, CHAIN_STALE_MS + 1),
  });

  test('holds no more than it says, and gives nothing longer than an advertiser can send', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(report, { maxLength: 200 }), async (reports) => {
        const clock = new ManualClock();
        const reassembly = new ScanReassembly(clock, () => undefined);
        for (const one of reports) {
          if (one.waitMs > 0) await clock.advance(one.waitMs);
          const data = reassembly.dataOf(one);
          expect(data?.length ?? 0).toBeLessThanOrEqual(LONGEST_ADVERTISING_DATA);
          if (data !== undefined)
            expect(equalBytes(data.subarray(data.length - one.data.length), one.data)).toBe(true);
          expect(reassembly.size).toBeLessThanOrEqual(MAX_CHAINS);
        }
      }),
      { seed: 7, numRuns: 60 },
    );
  });
});

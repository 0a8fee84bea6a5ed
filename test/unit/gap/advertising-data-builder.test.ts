import { describe, expect, test } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { InvalidArgumentError } from '../../../src/core/errors.ts';
import {
  advertisingIntervalMsIn,
  appearanceIn,
  leSupportedFeaturesIn,
  manufacturerDataIn,
  nameIn,
  peripheralConnectionIntervalRangeIn,
  publicTargetAddressesIn,
  randomTargetAddressesIn,
  serviceDataIn,
  servicesIn,
  solicitedServicesIn,
  txPowerIn,
  uriIn,
} from '../../../src/gap/codec/advertising-data.ts';
import {
  type AdvertisingFields,
  type BuildOptions,
  buildAdvertisingData,
} from '../../../src/gap/codec/advertising-data-builder.ts';

const build = (fields: AdvertisingFields, options: Partial<BuildOptions> = {}) =>
  buildAdvertisingData(fields, {
    discoverable: 'general',
    advertisingCapacity: 31,
    scanResponseCapacity: 31,
    ...options,
  });

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidArgumentError);
    return (error as Error).message;
  }
  throw new Error('it fits');
};

describe('octets', () => {
  test('of the sensor in the documentation', () => {
    const { advertisingData, scanResponseData } = build({
      name: 'temp-sense',
      services: [0x181a],
      appearance: 768,
      manufacturer: [0xabcd, Uint8Array.of(1, 2)],
    });
    expect(toHex(advertisingData)).toBe('02010603031a1805ffcdab0102031900030b0974656d702d73656e7365');
    expect(toHex(scanResponseData)).toBe('');
  });

  test('flags by mode', () => {
    expect(toHex(build({}, { discoverable: 'general' }).advertisingData)).toBe('020106');
    expect(toHex(build({}, { discoverable: 'limited' }).advertisingData)).toBe('020105');
    expect(toHex(build({}, { discoverable: false }).advertisingData)).toBe('020104');
    expect(toHex(build({}, { discoverable: undefined }).advertisingData)).toBe('');
  });

  test('a list for each width of UUID, duplicates once', () => {
    const services = [0x180d, '180d', 0x12345678, 0x180f];
    expect(toHex(build({ services }).advertisingData)).toBe('02010605030d180f18050578563412');
  });
});

describe('to the last octet', () => {
  test('a name of 29 octets fills a scan response', () => {
    const name = 'n'.repeat(29);
    const { scanResponseData } = build({ name });
    expect(scanResponseData.length).toBe(31);
    expect(nameIn(scanResponseData)).toBe(name);
  });

  test('a name of 26 octets fills the advertising data beside the flags', () => {
    expect(build({ name: 'n'.repeat(26) }).advertisingData.length).toBe(31);
    expect(build({ name: 'n'.repeat(26) }).scanResponseData.length).toBe(0);
  });

  test('both payloads can be full', () => {
    const { advertisingData, scanResponseData } = build({
      name: 'n'.repeat(29),
      manufacturer: [1, new Uint8Array(24)],
    });
    expect([advertisingData.length, scanResponseData.length]).toEqual([31, 31]);
  });

  test('a distribution is found where first fit in order finds none', () => {
    // 3 + 10 + 18 and 16 + 15: taking 10 and 15 first leaves no room for both 18 and 16.
    const { advertisingData, scanResponseData } = build({
      manufacturer: [
        [1, new Uint8Array(6)],
        [2, new Uint8Array(11)],
        [3, new Uint8Array(14)],
        [4, new Uint8Array(12)],
      ],
    });
    expect([advertisingData.length, scanResponseData.length]).toEqual([31, 31]);
    const companies = manufacturerDataIn(advertisingData, scanResponseData).map(({ companyId }) => companyId);
    expect(companies.sort()).toEqual([1, 2, 3, 4]);
  });

  test('a list of UUIDs is divided when nothing else helps, and then says that it is incomplete', () => {
    const services = Array.from({ length: 27 }, (_, i) => 0x1800 + i);
    const { advertisingData, scanResponseData } = build({ services });
    expect(servicesIn(advertisingData, scanResponseData).length).toBe(27);
    expect(advertisingData[4]).toBe(0x02);
    expect(scanResponseData[1]).toBe(0x02);
  });

  test('one UUID more does not fit', () => {
    const services = Array.from({ length: 28 }, (_, i) => 0x1800 + i);
    expect(messageOf(() => build({ services }))).toContain('services of 16 bits 58');
  });

  test('very many fields are placed too', () => {
    const manufacturer = Array.from({ length: 14 }, (_, i) => [i, new Uint8Array(0)] as const);
    const { advertisingData, scanResponseData } = build({ manufacturer });
    expect(manufacturerDataIn(advertisingData, scanResponseData).length).toBe(14);
  });
});

describe('what does not fit', () => {
  test('is an error that names each field with its size', () => {
    const text = messageOf(() => build({ name: 'n'.repeat(30), services: [0x180d] }));
    expect(text).toBe(
      'the advertising fields do not fit: flags 3, services of 16 bits 4, name 32 (octets with their headers, 39 together); 31 octets of advertising data and 31 of scan response are there',
    );
  });

  test('counts octets of UTF-8, not letters', () => {
    expect(messageOf(() => build({ name: 'å'.repeat(15) }))).toContain('name 32');
  });

  test('without a scan response there is half the room', () => {
    const text = messageOf(() => build({ name: 'n'.repeat(27) }, { scanResponseCapacity: 0 }));
    expect(text).toContain('no scan response');
  });

  test('a structure longer than its length octet can say, whatever the room', () => {
    const text = messageOf(() =>
      build({ manufacturer: [1, new Uint8Array(300)] }, { advertisingCapacity: 1650 }),
    );
    expect(text).toContain('manufacturer 304');
  });
});

test('every field comes back', () => {
  const fields = {
    name: 'å',
    services: [0x180d],
    solicitedServices: [0x180f],
    appearance: 0x0341,
    txPower: -4,
    serviceData: [[0x180f, Uint8Array.of(100)]],
    uri: 'https://a.b',
  } as const;
  const { advertisingData: a, scanResponseData: r } = build(fields);
  expect(nameIn(a, r)).toBe('å');
  expect(servicesIn(a, r)).toEqual(['180d']);
  expect(solicitedServicesIn(a, r)).toEqual(['180f']);
  expect(appearanceIn(a, r)).toBe(0x0341);
  expect(txPowerIn(a, r)).toBe(-4);
  expect(serviceDataIn(a, r)).toEqual([{ uuid: '180f', data: Uint8Array.of(100) }]);
  expect(uriIn(a, r)).toBe('https://a.b');
});

test('what concerns links comes back', () => {
  const fields = {
    peripheralConnectionIntervalRange: { minIntervalMs: 7.5, maxIntervalMs: 4_000 },
    publicTargetAddresses: ['C0:FF:EE:00:00:01'],
    randomTargetAddresses: ['40:00:01:00:00:00', 'FF:FF:FF:FF:FF:FE'],
    advertisingIntervalMs: 100,
    leSupportedFeatures: Uint8Array.of(0xfd, 0, 1, 0, 0, 0, 0, 0),
  } as const;
  const { advertisingData: a, scanResponseData: r } = build(fields);
  expect(peripheralConnectionIntervalRangeIn(a, r)).toEqual(fields.peripheralConnectionIntervalRange);
  expect(publicTargetAddressesIn(a, r)).toEqual(fields.publicTargetAddresses);
  expect(randomTargetAddressesIn(a, r)).toEqual(fields.randomTargetAddresses);
  expect(advertisingIntervalMsIn(a, r)).toBe(100);
  expect(leSupportedFeaturesIn(a, r)).toEqual(Uint8Array.of(0xfd, 0, 1));
});

test.each([
  [{ peripheralConnectionIntervalRange: {} }, '0512ffffffff'],
  [{ peripheralConnectionIntervalRange: { maxIntervalMs: 20 } }, '0512ffff1000'],
  [{ publicTargetAddresses: ['C0:FF:EE:00:00:01', 'c0ffee000001'] }, '0717010000eeffc0'],
  [{ publicTargetAddresses: [] }, ''],
  [{ advertisingIntervalMs: 40_959.375 }, '031affff'],
  [{ advertisingIntervalMs: 40_960 }, '042f000001'],
  [{ advertisingIntervalMs: 10_485_759.375 }, '042fffffff'],
  [{ leSupportedFeatures: new Uint8Array(8) }, '0127'],
])('%j is %s', (fields: AdvertisingFields, payload) => {
  expect(toHex(build(fields, { discoverable: undefined }).advertisingData)).toBe(payload);
});

test.each([
  [{ appearance: 0x1_0000 }],
  [{ appearance: 1.5 }],
  [{ txPower: 128 }],
  [{ manufacturer: [-1, new Uint8Array(0)] as const }],
  [{ services: ['heart'] }],
  [{ peripheralConnectionIntervalRange: { minIntervalMs: 6 } }],
  [{ peripheralConnectionIntervalRange: { maxIntervalMs: 4_001 } }],
  [{ peripheralConnectionIntervalRange: { minIntervalMs: 50, maxIntervalMs: 40 } }],
  [{ publicTargetAddresses: ['C0:FF:EE'] }],
  [{ randomTargetAddresses: ['80:00:00:00:00:01'] }],
  [{ randomTargetAddresses: ['00:00:00:00:00:00'] }],
  [{ randomTargetAddresses: ['FF:FF:FF:FF:FF:FF'] }],
  [{ randomTargetAddresses: ['40:00:00:12:34:56'] }],
  [{ randomTargetAddresses: ['7F:FF:FF:12:34:56'] }],
  [{ advertisingIntervalMs: 19 }],
  [{ advertisingIntervalMs: 10_485_760 }],
])('%j is refused', (fields: AdvertisingFields) => {
  expect(() => build(fields)).toThrow(InvalidArgumentError);
});

import { describe, expect, test } from 'vitest';
import { parseUuid } from '../../../src/core/uuid.ts';
import {
  adStructures,
  advertisingIntervalMsIn,
  appearanceIn,
  flagsIn,
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

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const none = new Uint8Array(0);

describe('structures', () => {
  test('are read in order', () => {
    expect(adStructures(bytes('020106 03ff0102'))).toEqual([
      { type: 0x01, data: bytes('06') },
      { type: 0xff, data: bytes('0102') },
    ]);
  });

  test('a length of zero ends the payload', () => {
    expect(adStructures(bytes('020106 00 020a05')).map(({ type }) => type)).toEqual([1]);
  });

  test('a length past the end keeps what came before', () => {
    expect(adStructures(bytes('020106 0909 4142')).map(({ type }) => type)).toEqual([1]);
    expect(nameIn(bytes('020106 0909 4142'))).toBeUndefined();
  });

  test('a structure may be a type alone', () => {
    expect(adStructures(bytes('0109'))).toEqual([{ type: 9, data: none }]);
    expect(nameIn(bytes('0109'))).toBe('');
  });

  test('a lonely last octet is let be', () => {
    expect(adStructures(bytes('020106 03')).length).toBe(1);
  });
});

describe('name', () => {
  test('complete before shortened, whichever payload they stand in', () => {
    expect(nameIn(bytes('0308 4142'), bytes('0409 414243'))).toBe('ABC');
    expect(nameIn(bytes('0308 4142'), none)).toBe('AB');
    expect(nameIn(none, none)).toBeUndefined();
  });

  test('advertising data before scan response', () => {
    expect(nameIn(bytes('0209 41'), bytes('0209 42'))).toBe('A');
  });

  test('what is no UTF-8 is replaced', () => {
    expect(nameIn(bytes('0509 41ff c342'))).toBe('A\ufffd\ufffdB');
  });
});

describe('services', () => {
  test('of every width, complete and not, each once, in order', () => {
    const data = bytes('0502 0d18 0f18 0504 04030201');
    const response = bytes('0303 0d18 1107 fb349b5f80000080001000001a180000');
    expect(servicesIn(data, response)).toEqual([
      '180d',
      '180f',
      '01020304-0000-1000-8000-00805f9b34fb',
      '181a',
    ]);
  });

  test('an incomplete last UUID is left out', () => {
    expect(servicesIn(bytes('0403 0d18 0f'))).toEqual(['180d']);
  });

  test('solicited ones are others', () => {
    expect(solicitedServicesIn(bytes('0314 0d18 0303 0f18'))).toEqual(['180d']);
  });
});

test('manufacturer data: all of them, copies, without what is too short for a company', () => {
  const payload = bytes('05ff cdab 0102 02ff 01 03ff 4c00');
  const found = manufacturerDataIn(payload);
  expect(found).toEqual([
    { companyId: 0xabcd, data: bytes('0102') },
    { companyId: 0x4c, data: none },
  ]);
  payload.fill(0);
  expect(found[0]?.data).toEqual(bytes('0102'));
});

test('service data of every width', () => {
  const payload = bytes('0416 0f18 64 0620 04030201 07 1221 000102030405060708090a0b0c0d0e0f 09 0216 0f');
  expect(serviceDataIn(payload)).toEqual([
    { uuid: '180f', data: bytes('64') },
    { uuid: '01020304-0000-1000-8000-00805f9b34fb', data: bytes('07') },
    { uuid: parseUuid('0f0e0d0c-0b0a-0908-0706-050403020100'), data: bytes('09') },
  ]);
});

test('flags, appearance and TX power, too short ones passed over', () => {
  expect(flagsIn(bytes('0101 020106'))).toBe(6);
  expect(appearanceIn(bytes('0219 40 0319 4003'))).toBe(0x0340);
  expect(txPowerIn(bytes('020aec'))).toBe(-20);
  expect(flagsIn(none)).toBeUndefined();
  expect(appearanceIn(none)).toBeUndefined();
  expect(txPowerIn(none)).toBeUndefined();
});

test('a URI with the scheme that its first code point stands for', () => {
  expect(uriIn(bytes('0824 172f2f612e6263'))).toBe('https://a.bc');
  expect(uriIn(bytes('0524 01613a62'))).toBe('a:b');
});

describe('a preferred range of connection intervals', () => {
  test('is read in milliseconds', () => {
    expect(peripheralConnectionIntervalRangeIn(bytes('0512 0600 800c'))).toEqual({
      minIntervalMs: 7.5,
      maxIntervalMs: 4_000,
    });
  });

  test.each(['0512 ffff ffff', '0512 0500 810c'])('has an open end for what names none: %s', (payload) => {
    expect(peripheralConnectionIntervalRangeIn(bytes(payload))).toEqual({
      minIntervalMs: undefined,
      maxIntervalMs: undefined,
    });
  });

  test('is passed over where it is too short', () => {
    expect(peripheralConnectionIntervalRangeIn(bytes('0412 060080'))).toBeUndefined();
  });
});

test('target addresses: each once, without what is too short for one', () => {
  const payload = bytes('0f17 010203040506 010203040506 0708 0718 1112131415d6');
  expect(publicTargetAddressesIn(payload)).toEqual(['06:05:04:03:02:01']);
  expect(randomTargetAddressesIn(payload)).toEqual(['D6:15:14:13:12:11']);
  expect(randomTargetAddressesIn(none)).toEqual([]);
});

test.each([
  ['031a a000', 100],
  ['042f 000001', 40_960],
  ['052f 00000001', 10_485_760],
  ['052f ffffffff', 2_684_354_559.375],
  ['031a 2000 042f 000001', 20],
  ['021a a0', undefined],
  ['032f 0000', undefined],
])('the advertising interval of %s is %j ms', (payload, ms) => {
  expect(advertisingIntervalMsIn(bytes(payload))).toBe(ms);
});

test('LE features, as many octets as there are', () => {
  const payload = bytes('0427 fd5966');
  const features = leSupportedFeaturesIn(payload);
  payload.fill(0);
  expect(features).toEqual(bytes('fd5966'));
  expect(leSupportedFeaturesIn(bytes('0127'))).toEqual(none);
  expect(leSupportedFeaturesIn(none)).toBeUndefined();
});

import { expect, test } from 'vitest';
import { aesCmac } from '../../../src/crypto/aes-cmac.ts';
import { octetsOf, sampleData } from '../sample-data.ts';

const data = sampleData('aes_cmac');
const key = octetsOf(data, 'key');
const cases = data['cases'] as readonly Record<string, unknown>[];

test.each(cases.map((each) => [octetsOf(each, 'm').length, each] as const))(
  'AES-CMAC of %i octets (Vol 3, Part H, D.1)',
  (_length, each) => {
    expect(aesCmac(key, octetsOf(each, 'm'))).toEqual(octetsOf(each, 'mac'));
  },
);

test('the GATT database hash of the sample database (Vol 3, Part G, Appendix B)', () => {
  const { message, hash } = sampleData('gatt_database_hash');
  const entry = { message, hash };
  expect(aesCmac(new Uint8Array(16), octetsOf(entry, 'message'))).toEqual(octetsOf(entry, 'hash'));
});

import { expect, test } from 'vitest';
import { ah, c1, f4, f5, f6, g2, h6, h7, s1 } from '../../../src/crypto/toolbox.ts';
import { octetsOf, sampleData } from '../sample-data.ts';

/** A reader of the fields of one entry. */
const of = (name: string) => {
  const entry = sampleData(name);
  return (field: string) => octetsOf(entry, field);
};

const addressOf = (entry: Record<string, unknown>, type: string, field: string) =>
  Uint8Array.of(Number(entry[type]), ...octetsOf(entry, field));

test('c1 (Vol 3, Part H, 2.2.3)', () => {
  const entry = sampleData('c1');
  const octets = of('c1');
  const input = {
    pairingRequest: octets('preq'),
    pairingResponse: octets('pres'),
    initiator: addressOf(entry, 'iat', 'ia'),
    responder: addressOf(entry, 'rat', 'ra'),
  };
  expect(c1(octets('k'), octets('r'), input)).toEqual(octets('out'));
});

test('s1 (Vol 3, Part H, 2.2.4)', () => {
  const octets = of('s1');
  expect(s1(octets('k'), octets('r1'), octets('r2'))).toEqual(octets('out'));
});

test('f4 (Vol 3, Part H, D.2)', () => {
  const octets = of('f4');
  expect(f4(octets('u'), octets('v'), octets('x'), octets('z')[0] ?? 0)).toEqual(octets('out'));
});

test('f5 (Vol 3, Part H, D.3)', () => {
  const octets = of('f5');
  expect(f5(octets('w'), octets('n1'), octets('n2'), octets('a1'), octets('a2'))).toEqual({
    macKey: octets('mackey'),
    ltk: octets('ltk'),
  });
});

test('f6 (Vol 3, Part H, D.4)', () => {
  const octets = of('f6');
  const facts = ['mackey', 'n1', 'n2', 'r', 'iocap', 'a1', 'a2'].map(octets) as Parameters<typeof f6>;
  expect(f6(...facts)).toEqual(octets('out'));
});

test('g2 (Vol 3, Part H, D.5)', () => {
  const octets = of('g2');
  expect(g2(octets('u'), octets('v'), octets('x'), octets('y'))).toBe(sampleData('g2')['display']);
});

test('h6 (Vol 3, Part H, D.6)', () => {
  const octets = of('h6');
  expect(h6(octets('key'), octets('keyid'))).toEqual(octets('out'));
});

test('ah (Vol 3, Part H, D.7)', () => {
  const octets = of('ah');
  expect(ah(octets('irk'), octets('prand'))).toEqual(octets('hash'));
});

test('h7 (Vol 3, Part H, D.8)', () => {
  const octets = of('h7');
  expect(h7(octets('salt'), octets('key'))).toEqual(octets('out'));
});

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const salt = (keyId: string): Uint8Array => Uint8Array.of(...new Uint8Array(12), ...ascii(keyId));

test.each([
  ['ltk_to_linkkey', 'ltk', 'tmp1', 'lebr'],
  ['linkkey_to_ltk', 'key', 'tmp2', 'brle'],
])(
  'keys for the other transport by h6 and by h7: %s (Vol 3, Part H, D.9 to D.12)',
  (name, field, first, last) => {
    const entry = sampleData('ctkd')[name] as Record<string, unknown>;
    const key = octetsOf(entry, field);
    expect(h6(h6(key, ascii(first)), ascii(last))).toEqual(octetsOf(entry, 'h6'));
    expect(h6(h7(salt(first), key), ascii(last))).toEqual(octetsOf(entry, 'h7'));
  },
);

import { expect, test } from 'vitest';
import { sign, verifiedCounter } from '../../src/smp/data-signing.ts';
import { octetsOf, sampleData } from './sample-data.ts';

test('the signature of a signed write (Vol 3, Part F, 3.4.5.4)', () => {
  const entry = sampleData('signed_write');
  const [value, message, signature] = ['key', 'message', 'signature'].map((name) => octetsOf(entry, name));
  if (value === undefined || message === undefined || signature === undefined) throw new Error('incomplete');
  const counter = Number(entry['counter']);
  expect(sign({ value, counter }, message)).toEqual(signature);
  expect(verifiedCounter({ value, counter }, message, signature)).toBe(counter);
});

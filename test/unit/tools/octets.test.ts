import { describe, expect, test } from 'vitest';
import { octetsOf, readOctets } from '../../../tools/octets.ts';

describe('a number of octets', () => {
  test.each([
    [0, '0 octets'],
    [1, '1 octet'],
    [999, '999 octets'],
    [1_000, '1.00 kB'],
    [9_994, '9.99 kB'],
    [9_996, '10.0 kB'],
    [15_622, '15.6 kB'],
    [99_960, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [2e9, '2.00 GB'],
    [5e15, '5000 TB'],
  ])('%d is told as %s', (octets, text) => {
    expect(octetsOf(octets)).toBe(text);
  });

  test.each([
    ['0', 0],
    ['500', 500],
    ['20k', 20_000],
    ['1.5M', 1_500_000],
    ['2GB', 2e9],
    ['7b', 7],
  ])('%s is read', (text, octets) => {
    expect(readOctets(text)).toBe(octets);
  });

  test.each(['', 'k', '1 k', '-1', '1T', '1.', '0x10'])('%j is none', (text) => {
    expect(() => readOctets(text)).toThrow('is no number of octets');
  });
});

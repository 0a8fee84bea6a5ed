import { describe, expect, test } from 'vitest';
import { parseFault } from '../../../tools/virtual-fault.ts';

describe('a fault', () => {
  test.each([
    ['cut:after=20k', { afterOctets: 20_000, forMs: 6_000 }],
    ['cut:for=500ms,after=0', { afterOctets: 0, forMs: 500 }],
    ['cut:after=1,for=forever', { afterOctets: 1, forMs: Number.POSITIVE_INFINITY }],
  ])('%s', (given, fault) => {
    expect(parseFault(given)).toEqual(fault);
  });

  test.each([
    ['', "'' is no fault"],
    ['drop:after=1', 'is no fault'],
    ['cut:', "'' is no part of a cut"],
    ['cut:for=1', 'does not say when'],
    ['cut:after=', 'is no part of a cut'],
    ['cut:after=1,after', "'after' is no part of a cut"],
    ['cut:after=x', 'is no number of octets'],
    ['cut:after=1,for=x', 'is no duration'],
  ])('%j is none', (given, message) => {
    expect(() => parseFault(given)).toThrow(message);
  });
});

import { describe, expect, test } from 'vitest';
import { InvalidArgumentError } from '../../../../src/core/errors.ts';
import {
  type ConnectParameters,
  toInitiatingParameters,
} from '../../../../src/gap/connecting/connect-parameters.ts';
import { advertisingInterval, checkDurationMs, fromSlots, toSlots } from '../../../../src/gap/intervals.ts';
import { toScanWant, unionOfScans } from '../../../../src/gap/scanning/scan-parameters.ts';

describe('slots', () => {
  test('the nearest number is taken', () => {
    expect(toSlots(100, advertisingInterval)).toBe(160);
    expect(toSlots(100.3, advertisingInterval)).toBe(160);
    expect(toSlots(100.4, advertisingInterval)).toBe(161);
    expect(fromSlots(161, advertisingInterval)).toBe(100.625);
  });

  test.each([19, 10_241, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    '%d ms is no advertising interval',
    (ms) => {
      expect(() => toSlots(ms, advertisingInterval)).toThrow(InvalidArgumentError);
      expect(() => toSlots(ms, advertisingInterval)).toThrow('between 20 and 10240 ms');
    },
  );

  test('both ends of the range are in it', () => {
    expect(toSlots(20, advertisingInterval)).toBe(0x20);
    expect(toSlots(10_240, advertisingInterval)).toBe(0x4000);
  });
});

test('a duration is above 0, and without one it is for ever', () => {
  expect(checkDurationMs()).toBe(Number.POSITIVE_INFINITY);
  for (const wrong of [0, -1, Number.NaN]) expect(() => checkDurationMs(wrong)).toThrow(InvalidArgumentError);
});

describe('parameters of a connection', () => {
  test('defaults', () => {
    expect(toInitiatingParameters({})).toEqual({
      scanInterval: 96,
      scanWindow: 96,
      intervalMin: 24,
      intervalMax: 40,
      peripheralLatency: 0,
      supervisionTimeout: 400,
    });
  });

  test('one end of the interval moves the other where it must', () => {
    expect(toInitiatingParameters({ minIntervalMs: 100 })).toMatchObject({
      intervalMin: 80,
      intervalMax: 80,
    });
    expect(toInitiatingParameters({ maxIntervalMs: 15 })).toMatchObject({ intervalMin: 12, intervalMax: 12 });
  });

  test.each<[ConnectParameters, string]>([
    [{ minIntervalMs: 5 }, 'connection interval'],
    [{ maxIntervalMs: 5_000 }, 'connection interval'],
    [{ minIntervalMs: 50, maxIntervalMs: 30 }, 'above maxIntervalMs'],
    [{ peripheralLatency: 500 }, 'peripheralLatency'],
    [{ peripheralLatency: 0.5 }, 'peripheralLatency'],
    [{ supervisionTimeoutMs: 90 }, 'supervision timeout'],
    [{ peripheralLatency: 99, maxIntervalMs: 50 }, 'which is 10000 ms'],
    [{ scanIntervalMs: 30, scanWindowMs: 60 }, 'scanWindowMs 60 is above'],
  ])('%j is refused', (given, text) => {
    expect(() => toInitiatingParameters(given)).toThrow(InvalidArgumentError);
    expect(() => toInitiatingParameters(given)).toThrow(text);
  });
});

describe('parameters of scanning', () => {
  test('defaults are those of the specification for a user who waits', () => {
    expect(toScanWant({})).toEqual({ active: false, interval: 96, window: 48, filterDuplicates: false });
  });

  test('one of interval and window moves the other where it must', () => {
    expect(toScanWant({ intervalMs: 10 })).toMatchObject({ interval: 16, window: 16 });
    expect(toScanWant({ windowMs: 100 })).toMatchObject({ interval: 160, window: 160 });
  });

  test('the union is as often, as long and as active as the keenest, filtered only if all are', () => {
    const one = { active: false, interval: 100, window: 10, filterDuplicates: true };
    const two = { active: true, interval: 20, window: 20, filterDuplicates: false };
    expect(unionOfScans([one, two])).toEqual({
      active: true,
      interval: 20,
      window: 20,
      filterDuplicates: false,
    });
    expect(unionOfScans([one])).toBe(one);
    expect(unionOfScans([])).toBeUndefined();
  });
});

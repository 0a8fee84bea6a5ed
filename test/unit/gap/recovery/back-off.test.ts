import { describe, expect, test } from 'vitest';
import { BACK_OFF_LONGEST_MS, backOffMs, failuresAfter } from '../../../../src/gap/back-off.ts';

describe('the wait before a try', () => {
  test('is short at first, doubles, and never grows above 30 s', () => {
    const waits = Array.from({ length: 12 }, (_, failures) => backOffMs(failures, 0));
    expect(waits.slice(0, 9)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(backOffMs(100_000, 0)).toBe(BACK_OFF_LONGEST_MS);
  });

  test('is up to a quarter shorter by chance', () => {
    expect(backOffMs(2, 0.5)).toBe(875);
    expect(backOffMs(50, 0.999_999)).toBe(22_500);
  });

  test('begins afresh for what has worked for long, and goes on growing for what has not', () => {
    expect(failuresAfter(9, 30_000)).toBe(0);
    expect(failuresAfter(9, 29_999)).toBe(10);
  });
});

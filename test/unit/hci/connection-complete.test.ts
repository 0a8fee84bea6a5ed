import { expect, test } from 'vitest';
import { paceMs } from '../../../src/hci/connection-complete.ts';

test('the pace of a link is its interval and the events that may be skipped, and never more than a link can have', () => {
  expect(paceMs(30, 0)).toBe(30);
  expect(paceMs(1_000, 4)).toBe(5_000);
  expect(paceMs(0xffff * 1.25, 0xffff)).toBe(16_000);
});

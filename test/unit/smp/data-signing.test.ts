import { describe, expect, test } from 'vitest';
import { readU16 } from '../../../src/core/bytes.ts';
import { USED_UP_COUNTER } from '../../../src/smp/bond-check.ts';
import { afterCounter, sign, verifiedCounter } from '../../../src/smp/data-signing.ts';
import { keyOf } from '../../support/bonds.ts';

const key = { value: keyOf(1), counter: 7 };
const message = Uint8Array.of(0xd2, 3, 0, 1, 2, 3);
const signed = (by = key): Uint8Array => sign(by, message) ?? new Uint8Array(0);

describe('a signature', () => {
  test('has the counter of its key in front, and is right for that key and message alone', () => {
    expect(readU16(signed(), 0)).toBe(7);
    expect(verifiedCounter(key, message, signed())).toBe(7);
    expect(verifiedCounter({ ...key, value: keyOf(2) }, message, signed())).toBeUndefined();
    expect(verifiedCounter(key, message.subarray(1), signed())).toBeUndefined();
  });

  test('is wrong with any bit changed, in the counter or in the MAC', () => {
    const right = signed();
    for (let bit = 0; bit < 96; bit++) {
      const wrong = right.slice();
      wrong[bit >>> 3] = (wrong[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifiedCounter({ ...key, counter: 0 }, message, wrong)).toBeUndefined();
    }
  });

  test('of another length is wrong', () => {
    for (const length of [0, 4, 11]) {
      expect(verifiedCounter(key, message, signed().subarray(0, length))).toBeUndefined();
    }
    expect(verifiedCounter(key, message, Uint8Array.of(...signed(), 0))).toBeUndefined();
  });

  test('is of no use where its counter has been used, and may leave counters out', () => {
    expect(verifiedCounter(afterCounter(key, 7), message, signed())).toBeUndefined();
    expect(verifiedCounter({ ...key, counter: 0 }, message, signed())).toBe(7);
    expect(afterCounter({ ...key, counter: 0 }, 7)).toEqual({ ...key, counter: 8 });
  });

  test('can be made and taken with the last counter, and with none behind it', () => {
    const last = { ...key, counter: USED_UP_COUNTER - 1 };
    expect(verifiedCounter(last, message, signed(last))).toBe(0xffff_ffff);
    const usedUp = afterCounter(last, 0xffff_ffff);
    expect(sign(usedUp, message)).toBeUndefined();
    expect(verifiedCounter(usedUp, message, signed(last))).toBeUndefined();
    expect(verifiedCounter(usedUp, message, signed({ ...key, counter: 0 }))).toBeUndefined();
  });
});

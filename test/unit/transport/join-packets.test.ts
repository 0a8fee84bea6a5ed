import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { joinPackets } from '../../../src/transport/join-packets.ts';

const slab = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

describe('joinPackets', () => {
  it('gives a lone packet back as it is', () => {
    const packet = slab.subarray(2, 4);
    expect(joinPackets([packet], 2)).toBe(packet);
  });

  it('sees packets that already lie one behind the other', () => {
    const joined = joinPackets([slab.subarray(1, 3), slab.subarray(3, 4), slab.subarray(4, 7)], 6);
    expect(joined.buffer).toBe(slab.buffer);
    expect(toHex(joined)).toBe('020304050607');
  });

  it.each([
    ['a gap', [slab.subarray(1, 3), slab.subarray(4, 5)], '020305'],
    ['another order', [slab.subarray(3, 4), slab.subarray(1, 3)], '040203'],
    ['an overlap', [slab.subarray(1, 3), slab.subarray(2, 4)], '02030304'],
    ['another buffer', [slab.subarray(1, 3), Uint8Array.of(9, 9, 9, 9).subarray(3)], '020309'],
  ])('copies over %s', (_, packets, hex) => {
    const joined = joinPackets(packets, hex.length / 2);
    expect(joined.buffer).not.toBe(slab.buffer);
    expect(toHex(joined)).toBe(hex);
  });
});

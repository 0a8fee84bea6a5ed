import { expect, test } from 'vitest';
import { allocatePacket, PacketOffset } from '../../../src/core/packet.ts';
import { laterFragments } from '../../../src/l2cap/fragmentation.ts';

test.each([1, 4, 5, 23, 27, 251])(
  'fragments of at most %i octets join to the PDU, each with its own room',
  (maxLength) => {
    for (const payloadLength of [0, 1, 19, 23, 24, 50, 247, 512]) {
      const packet = allocatePacket(payloadLength);
      packet.forEach((_, index) => {
        packet[index] = index * 3;
      });
      const whole = Array.from(packet.subarray(PacketOffset.l2cap));
      const first = packet.subarray(PacketOffset.l2cap, PacketOffset.l2cap + maxLength);
      const later = laterFragments(packet, maxLength).map((fragment) => {
        const data = fragment.subarray(PacketOffset.l2cap);
        expect(data.length).toBeGreaterThan(0);
        expect(data.length).toBeLessThanOrEqual(maxLength);
        expect(fragment.length).toBe(PacketOffset.l2cap + data.length);
        // The lower headers of a fragment go into its own room.
        const copy = Array.from(data);
        fragment.fill(0xdd, 0, PacketOffset.l2cap);
        expect(Array.from(data)).toEqual(copy);
        return copy;
      });
      expect([...first, ...later.flat()]).toEqual(whole);
    }
  },
);

/**
 * One buffer that holds the packets in order. Packets that were cut one after the other from the same allocation already lie so in memory,
 * and are then given back as one view without a copy.
 */
export const joinPackets = (packets: readonly Uint8Array[], totalLength: number): Uint8Array => {
  const first = packets[0];
  if (first === undefined) return new Uint8Array(0);
  if (packets.length === 1) return first;
  if (areAdjacent(packets)) return new Uint8Array(first.buffer, first.byteOffset, totalLength);
  const joined = new Uint8Array(totalLength);
  let at = 0;
  for (const packet of packets) {
    joined.set(packet, at);
    at += packet.length;
  }
  return joined;
};

const areAdjacent = (packets: readonly Uint8Array[]): boolean => {
  const buffer = packets[0]?.buffer;
  let next = packets[0]?.byteOffset;
  for (const packet of packets) {
    if (packet.buffer !== buffer || packet.byteOffset !== next) return false;
    next += packet.length;
  }
  return true;
};

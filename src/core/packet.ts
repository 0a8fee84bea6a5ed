/**
 * Octets kept free in front of an L2CAP payload, so that every lower header is written into the same allocation:
 * H4 packet indicator (1), HCI ACL Data header (4), L2CAP basic header (4).
 */
export const PACKET_HEADROOM = 9;

/** Where each header of an outgoing data packet begins. */
export const PacketOffset = { indicator: 0, acl: 1, l2cap: 5, payload: PACKET_HEADROOM } as const;

const SLAB_SIZE = 64 * 1024;
let slab = new Uint8Array(SLAB_SIZE);
let used = 0;

/**
 * An uninitialised packet with room for `payloadLength` octets behind the headroom.
 * Small packets are cut from a slab: one allocation of the engine then serves hundreds of packets. They never reach the user.
 */
export const allocatePacket = (payloadLength: number): Uint8Array => {
  const length = PACKET_HEADROOM + payloadLength;
  if (length > SLAB_SIZE >>> 3) return new Uint8Array(length);
  if (used + length > SLAB_SIZE) {
    slab = new Uint8Array(SLAB_SIZE);
    used = 0;
  }
  const packet = new Uint8Array(slab.buffer, used, length);
  used += length;
  return packet;
};

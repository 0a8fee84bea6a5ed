import { allocatePacket, PACKET_HEADROOM, PacketOffset } from '../core/packet.ts';

/** Octets of L2CAP header that a first fragment carries and a continuation does not. */
const HEADER_ONLY_IN_FIRST = PACKET_HEADROOM - PacketOffset.l2cap;

/**
 * What follows the first fragment of a packet: packets of their own, each with PacketOffset.l2cap octets of room and at most `maxLength` octets
 * of data. The first is the packet itself, cut at PacketOffset.l2cap + maxLength.
 */
export const laterFragments = (packet: Uint8Array, maxLength: number): Uint8Array[] => {
  const fragments: Uint8Array[] = [];
  for (let at = PacketOffset.l2cap + maxLength; at < packet.length; at += maxLength) {
    const length = Math.min(maxLength, packet.length - at);
    const fragment = allocatePacket(length - HEADER_ONLY_IN_FIRST);
    fragment.set(packet.subarray(at, at + length), PacketOffset.l2cap);
    fragments.push(fragment);
  }
  return fragments;
};

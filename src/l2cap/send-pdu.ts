import { writeU16 } from '../core/bytes.ts';
import { PACKET_HEADROOM, PacketOffset } from '../core/packet.ts';
import type { WaitOptions } from '../core/procedure.ts';
import type { AclLink } from '../hci/acl-link.ts';
import { laterFragments } from './fragmentation.ts';

/** Writes the basic header (Vol 3, Part A, 3.1) into a packet made by allocatePacket() and sends it, cut where the controller needs it. */
export const sendPdu = (
  acl: AclLink,
  cid: number,
  packet: Uint8Array,
  options?: WaitOptions,
): Promise<void> => {
  writeU16(packet, PacketOffset.l2cap, packet.length - PACKET_HEADROOM);
  writeU16(packet, PacketOffset.l2cap + 2, cid);
  const limit = acl.maxFragmentLength;
  if (packet.length - PacketOffset.l2cap <= limit) return acl.send(packet, undefined, options);
  const later = laterFragments(packet, limit);
  return acl.send(packet.subarray(0, PacketOffset.l2cap + limit), later, options);
};

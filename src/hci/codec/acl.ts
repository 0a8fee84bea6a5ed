import { readU16, viewOf, writeU16 } from '../../core/bytes.ts';
import { PacketOffset } from '../../core/packet.ts';
import { HciPacketType } from '../../core/transport.ts';

/** Octets in front of the data: indicator, handle with flags, length (Vol 4, Part E, 5.4.2). */
export const ACL_HEADER_LENGTH = 5;

/** Packet_Boundary_Flag (Vol 4, Part E, 5.4.2), as it stands above the handle. */
export const BoundaryFlag = {
  /** First fragment from host to controller. */
  firstNonFlushable: 0b00,
  continuing: 0b01,
  /** First fragment from controller to host. */
  firstFlushable: 0b10,
} as const;

/** Writes indicator and header in front of the data of a packet whose L2CAP octets begin at PacketOffset.l2cap and reach to its end. */
export const writeAclHeader = (packet: Uint8Array, handle: number, boundaryFlag: number): void => {
  packet[PacketOffset.indicator] = HciPacketType.acl;
  writeU16(packet, PacketOffset.acl, handle | (boundaryFlag << 12));
  writeU16(packet, PacketOffset.acl + 2, packet.length - ACL_HEADER_LENGTH);
};

/** Whether a whole packet has a header and its length field tells the truth. The other readers rely on it. */
export const isAclPacket = (packet: Uint8Array): boolean =>
  packet.length >= ACL_HEADER_LENGTH && readU16(packet, 3) === packet.length - ACL_HEADER_LENGTH;

export const aclHandle = (packet: Uint8Array): number => readU16(packet, 1) & 0x0fff;

export const aclBoundaryFlag = (packet: Uint8Array): number => ((packet[2] ?? 0) >>> 4) & 0b11;

/** Whether the packet begins an L2CAP PDU. Either first flag counts, for controllers are found to use both. */
export const isAclFirst = (packet: Uint8Array): boolean =>
  aclBoundaryFlag(packet) !== BoundaryFlag.continuing;

/** A view on the data. */
export const aclData = (packet: Uint8Array): Uint8Array =>
  viewOf(packet, ACL_HEADER_LENGTH, packet.length - ACL_HEADER_LENGTH);

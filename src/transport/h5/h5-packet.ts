import { dataIntegrityCheck } from './h5-crc.ts';

/** Packet types that HCI packets do not use (Vol 4, Part D, 4.5); theirs are the indicators of `HciPacketType`. */
export const H5PacketType = { acknowledgment: 0, vendorSpecific: 14, linkControl: 15 } as const;

export const H5_HEADER_LENGTH = 4;
export const H5_CHECK_LENGTH = 2;
export const H5_MAX_PAYLOAD = 0xfff;
/** The longest packet without its SLIP escapes. */
export const H5_MAX_LENGTH = H5_HEADER_LENGTH + H5_MAX_PAYLOAD + H5_CHECK_LENGTH;

/** A packet of the three-wire transport (Vol 4, Part D, 4). */
export interface H5Packet {
  /** Whether it has to be acknowledged; only then the sequence number means something. */
  readonly reliable: boolean;
  /** 0 to 7. */
  readonly sequence: number;
  /** The sequence number that the sender expects next, 0 to 7. */
  readonly acknowledge: number;
  /** An indicator of `HciPacketType`, or one of `H5PacketType`. */
  readonly type: number;
  /** Whether a Data Integrity Check stands behind the payload. */
  readonly checked: boolean;
  readonly payload: Uint8Array;
}

/** Why a packet has to be discarded (Vol 4, Part D, 6.1 to 6.3). */
export type H5Fault = 'headerChecksum' | 'payloadLength' | 'dataIntegrity';

/** Octets of the packet without SLIP escapes. */
const lengthOf = ({ checked, payload }: H5Packet): number =>
  H5_HEADER_LENGTH + payload.length + (checked ? H5_CHECK_LENGTH : 0);

/** The packet before it goes through the SLIP layer. `room`, where it is given, is written to, and what comes back is a view of it. */
export const encodeH5 = (packet: H5Packet, room = new Uint8Array(lengthOf(packet))): Uint8Array => {
  const { reliable, sequence, acknowledge, type, checked, payload } = packet;
  const bytes = room.subarray(0, lengthOf(packet));
  const first = sequence | (acknowledge << 3) | (checked ? 0x40 : 0) | (reliable ? 0x80 : 0);
  const second = type | ((payload.length & 0x0f) << 4);
  const third = payload.length >> 4;
  bytes[0] = first;
  bytes[1] = second;
  bytes[2] = third;
  // All four octets add up to 0xff (4.7).
  bytes[3] = 0xff - ((first + second + third) & 0xff);
  bytes.set(payload, H5_HEADER_LENGTH);
  if (checked) {
    const end = H5_HEADER_LENGTH + payload.length;
    const check = dataIntegrityCheck(bytes, end);
    bytes[end] = check >> 8;
    bytes[end + 1] = check & 0xff;
  }
  return bytes;
};

/** What came through the SLIP layer; the payload is a view. */
export const decodeH5 = (bytes: Uint8Array): H5Packet | H5Fault => {
  if (bytes.length < H5_HEADER_LENGTH) return 'payloadLength';
  const first = bytes[0] ?? 0;
  const second = bytes[1] ?? 0;
  const third = bytes[2] ?? 0;
  if (((first + second + third + (bytes[3] ?? 0)) & 0xff) !== 0xff) return 'headerChecksum';
  const checked = (first & 0x40) !== 0;
  const end = H5_HEADER_LENGTH + ((second >> 4) | (third << 4));
  if (bytes.length !== end + (checked ? H5_CHECK_LENGTH : 0)) return 'payloadLength';
  if (checked) {
    const check = ((bytes[end] ?? 0) << 8) | (bytes[end + 1] ?? 0);
    if (check !== dataIntegrityCheck(bytes, end)) return 'dataIntegrity';
  }
  return {
    reliable: (first & 0x80) !== 0,
    sequence: first & 0x07,
    acknowledge: (first >> 3) & 0x07,
    type: second & 0x0f,
    checked,
    payload: bytes.subarray(H5_HEADER_LENGTH, end),
  };
};

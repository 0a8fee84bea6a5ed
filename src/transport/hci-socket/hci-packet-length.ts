import { readU16 } from '../../core/bytes.ts';
import { HciPacketType } from '../../core/transport.ts';

/** Indicator and header together, by indicator (Vol 4, Part E, 5.4). */
export const headerLengths: Readonly<Record<number, number>> = {
  [HciPacketType.command]: 4,
  [HciPacketType.acl]: 5,
  [HciPacketType.sco]: 4,
  [HciPacketType.event]: 3,
  [HciPacketType.iso]: 5,
};
export const LONGEST_HEADER = 5;
const WHOLE_EVENT_HEADER = 3;

/** Length of the packet at `at`, indicator included. Its header is there in full. */
export const packetLengthAt = (bytes: Uint8Array, at: number): number => {
  switch (bytes[at]) {
    case HciPacketType.event:
      return WHOLE_EVENT_HEADER + (bytes[at + 2] ?? 0);
    case HciPacketType.acl:
      return LONGEST_HEADER + readU16(bytes, at + 3);
    case HciPacketType.iso:
      return LONGEST_HEADER + (readU16(bytes, at + 3) & 0x3fff);
    default:
      return 4 + (bytes[at + 3] ?? 0);
  }
};

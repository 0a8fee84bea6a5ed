import { readU16 } from '../../core/bytes.ts';
import { EVENT_HEADER_LENGTH } from './event.ts';

/**
 * Walks a whole HCI_Number_Of_Completed_Packets (Vol 4, Part E, 7.7.19) without allocating. False, and no visit at all, where the count
 * of handles reaches past its end.
 */
export const visitCompletedPackets = (
  packet: Uint8Array,
  visit: (handle: number, completed: number) => void,
): boolean => {
  const first = EVENT_HEADER_LENGTH + 1;
  const end = first + 4 * (packet[EVENT_HEADER_LENGTH] ?? 0);
  if (packet.length < first || end > packet.length) return false;
  for (let at = first; at < end; at += 4) visit(readU16(packet, at) & 0x0fff, readU16(packet, at + 2));
  return true;
};

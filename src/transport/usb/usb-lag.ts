import type { UsbEndpoint } from './usb-port.ts';

/** LE Enhanced Connection Complete [v2] with its header, the longest event that tells of a link or of its encryption (Vol 4, Part E, 7.7.65.10). */
const LONGEST_LINK_EVENT = 36;
/** Host controllers tell of what has come once in a frame, so that the order of what came within one is lost. */
const FRAME_MS = 1;
const MICROFRAME_MS = 0.125;
/** Bulk packets of a high-speed device have 512 octets, of a faster one more; those of a full-speed device at most 64 (USB 2.0, 5.8.3). */
const HIGH_SPEED_BULK_OCTETS = 512;
/** Where a descriptor asks for polls so seldom that waiting for one would hold links up. */
export const MAX_EVENT_LAG_MS = 50;

/** How often an interrupt endpoint is polled (USB 2.0, 9.6.6): in frames at full speed, as an exponent of microframes above. */
const pollIntervalMs = ({ bInterval }: UsbEndpoint, isHighSpeed: boolean): number =>
  isHighSpeed ? MICROFRAME_MS * 2 ** (Math.min(Math.max(bInterval, 1), 16) - 1) : Math.max(bInterval, 1);

/** How long an event may be behind data: a poll for each packet of it, and the frame in which both were read. */
export const eventLagMs = (events: UsbEndpoint, aclIn: UsbEndpoint): number => {
  const polls = Math.ceil(LONGEST_LINK_EVENT / Math.max(events.maxPacketSize, 1));
  const intervalMs = pollIntervalMs(events, aclIn.maxPacketSize >= HIGH_SPEED_BULK_OCTETS);
  return Math.min(polls * intervalMs + FRAME_MS, MAX_EVENT_LAG_MS);
};

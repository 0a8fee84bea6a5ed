/** Start bit, eight of data, stop bit. */
const BITS_PER_OCTET = 10;
/** The largest packet that is reckoned with (Vol 4, Part D, 12.1): the longest ACL packet of BR/EDR. */
const LARGEST_PACKET = 1030;
/** An end that is busy for a moment is not told everything twice, however fast the line is. */
const LEAST_RESEND_MS = 50;

/** For the last packets to be acknowledged when a line is closed. */
export const SETTLE_LIMIT_MS = 250;

/** An end that acknowledges nothing for so long is gone. */
export const SILENCE_LIMIT_MS = 5_000;

const onLineMs = (octets: number, baudRate: number): number => (octets * BITS_PER_OCTET * 1000) / baudRate;

/**
 * When what is under way is sent again: three times what the largest packet takes (Vol 4, Part D, 12.1.2), counted from when the last of it has left, for which
 * the octets under way are reckoned.
 */
export const resendAfterMs = (baudRate: number, octetsUnderWay: number): number =>
  Math.max(
    LEAST_RESEND_MS,
    Math.ceil(3 * onLineMs(LARGEST_PACKET, baudRate) + onLineMs(octetsUnderWay, baudRate)),
  );

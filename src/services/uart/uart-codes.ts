import { parseUuid } from '../../core/uuid.ts';

/** The Nordic UART service: two octet streams, one each way. */
export const NORDIC_UART_SERVICE = parseUuid('6e400001-b5a3-f393-e0a9-e50e24dcca9e');
/** What the client writes, with or without response. */
export const UART_RX = parseUuid('6e400002-b5a3-f393-e0a9-e50e24dcca9e');
/** What the server notifies. */
export const UART_TX = parseUuid('6e400003-b5a3-f393-e0a9-e50e24dcca9e');

/** Octets that wait to be read before the peer is asked to pause. */
export const UART_HIGH_WATER = 8_192;
/** Octets that wait to be read at the most. What a peer sends that does not pause is lost from here on, and so the channel ends. */
export const UART_LIMIT = 65_536;
/** Octets that a client writes without response before it writes some with response, which the server keeps back until there is room. */
export const UART_UNANSWERED = 4_096;
/** How long the server keeps a response back before it says that there is no room: well within the 30 s of a transaction (Vol 3, Part F, 3.3.3). */
export const UART_HOLD_MS = 4_000;
/** How long the client waits before it tries that again. */
export const UART_PAUSE_MS = 100;
/** Calls of send() that may wait on a channel. More is a sender that does not await. */
export const UART_QUEUED_SENDS = 64;

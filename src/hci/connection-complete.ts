import { type Address, parseAddress } from '../core/address.ts';
import type { EventParameters } from './codec/event.ts';
import { HciEvent } from './codec/events.ts';

/** What the three forms of Connection Complete tell (Vol 4, Part E, 7.7.65.1 and 7.7.65.10). */
export interface ConnectionComplete {
  /** Success, or why there is no connection: Unknown Connection Identifier after a cancel, Advertising Timeout after directed advertising. */
  readonly status: number;
  readonly connectionHandle: number;
  readonly role: 'central' | 'peripheral';
  /** As received: 0 public, 1 random, 2 and 3 identities that the controller resolved. */
  readonly peerAddressType: number;
  readonly peerAddress: Address;
  /** The private addresses in use where the controller resolved them. */
  readonly localResolvablePrivateAddress: Address | undefined;
  readonly peerResolvablePrivateAddress: Address | undefined;
  /** In units of 1.25 ms. */
  readonly connectionInterval: number;
  /** Connection events that the peripheral may sleep through. */
  readonly peripheralLatency: number;
  /** In units of 10 ms. */
  readonly supervisionTimeout: number;
  readonly centralClockAccuracy: number;
}

const none = parseAddress('00:00:00:00:00:00');
const present = (address: Address): Address | undefined => (address === none ? undefined : address);

type Plain = EventParameters<typeof HciEvent.leConnectionComplete>;
type Enhanced = EventParameters<typeof HciEvent.leEnhancedConnectionComplete>;

const normalise = (event: Plain | Enhanced): ConnectionComplete => ({
  status: event.status,
  connectionHandle: event.connectionHandle,
  role: event.role === 0 ? 'central' : 'peripheral',
  peerAddressType: event.peerAddressType,
  peerAddress: event.peerAddress,
  localResolvablePrivateAddress:
    'localResolvablePrivateAddress' in event ? present(event.localResolvablePrivateAddress) : undefined,
  peerResolvablePrivateAddress:
    'peerResolvablePrivateAddress' in event ? present(event.peerResolvablePrivateAddress) : undefined,
  connectionInterval: event.connectionInterval,
  peripheralLatency: event.peripheralLatency,
  supervisionTimeout: event.supervisionTimeout,
  centralClockAccuracy: event.centralClockAccuracy,
});

/** The events that a connection may be told by, each with its reader. */
export const connectionEvents = [
  {
    type: HciEvent.leConnectionComplete,
    read: (packet: Uint8Array): ConnectionComplete => normalise(HciEvent.leConnectionComplete.decode(packet)),
  },
  {
    type: HciEvent.leEnhancedConnectionComplete,
    read: (packet: Uint8Array): ConnectionComplete =>
      normalise(HciEvent.leEnhancedConnectionComplete.decode(packet)),
  },
  {
    type: HciEvent.leEnhancedConnectionCompleteV2,
    read: (packet: Uint8Array): ConnectionComplete =>
      normalise(HciEvent.leEnhancedConnectionCompleteV2.decode(packet)),
  },
] as const;

/** Half of the longest supervision timeout, 32 s: what a link may be slow by (Vol 4, Part E, 7.8.12). */
const LONGEST_PACE_MS = 16_000;

/**
 * The longest that a peripheral may be silent without being late, in milliseconds. A controller that tells of parameters which no link can have stretches
 * nobody's deadline beyond what those of a real one do.
 */
export const paceMs = (intervalMs: number, peripheralLatency: number): number =>
  Math.min(LONGEST_PACE_MS, intervalMs * (1 + peripheralLatency));

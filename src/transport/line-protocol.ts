import { HciPacketType } from '../core/transport.ts';

/** Which end of the line this is. */
export type LineSide = 'host' | 'controller';

/** The indicators of what may come from the other end. */
export const arrivingIndicators: Readonly<Record<LineSide, readonly number[]>> = {
  host: [HciPacketType.acl, HciPacketType.sco, HciPacketType.event, HciPacketType.iso],
  controller: [HciPacketType.command, HciPacketType.acl, HciPacketType.sco, HciPacketType.iso],
};

/** The line as a protocol on it sees it. No method throws. */
export interface Line {
  /** One whole packet for the layer above, indicator first; the view is valid until the call returns. */
  packet(packet: Uint8Array): void;
  /** Octets came that are no packet, and nothing is delivered until a Reset has gone through: see `HciTransportSink`. */
  lostSync(what: string): void;
  /** Octets that leave at the end of the turn, in one write with all others. */
  write(octets: Uint8Array): void;
  /** Asks for the end of the turn to be told although nothing has been written. */
  wake(): void;
  /** The line is of no more use; `advice` says what the user can do. */
  lose(what: string, advice?: string): void;
  /** The other end has started anew. */
  peerReset(): void;
}

/** The protocols by the names that users give them. */
export type LineProtocolName = 'h4' | 'h5';

/** How HCI packets lie in a stream of octets: H4 or H5. */
export interface LineProtocol {
  /** The line is read from now on. Called once. */
  start?(): void;
  /** Octets from the other end, in whatever chunks; they may be overwritten. */
  push(chunk: Uint8Array): void;
  /** Takes ownership of the packet. */
  send(packet: Uint8Array): void;
  /** The last call before what was written in this turn leaves. */
  turnEnds?(): void;
  /** Octets of packets that have not been written yet, or may have to be written again. */
  readonly pendingBytes: number;
  /** Resolves when nothing is pending any more, or cannot be helped. Never rejects. */
  settled?(): Promise<void>;
  /** Delivers, writes and waits for nothing more. Idempotent. */
  stop(): void;
  readonly counters: Readonly<Record<string, number>>;
}

/** Which way a packet went, as the host sees it. */
export type Direction = 'sent' | 'received';

/** One packet of a capture. */
export interface SnoopRecord {
  readonly direction: Direction;
  /** Microseconds since the start of 1970, UTC. */
  readonly timestampUs: number;
  /** H4: the indicator first. */
  readonly packet: Uint8Array;
  /** Packets lost to the capture from its start up to here. */
  readonly dropped: number;
}

/** How a kind of capture file is written. */
export interface SnoopFormat {
  header(): Uint8Array;
  encode(record: SnoopRecord): Uint8Array;
}

/** Takes packets as they pass. The packet is valid until the call returns. Nothing it does throws. */
export interface PacketWriter {
  record(direction: Direction, packet: Uint8Array): void;
  /** Idempotent; never rejects. */
  close(): Promise<void>;
}

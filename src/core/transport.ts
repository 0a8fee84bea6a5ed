/** The first octet of every packet between host and controller (Vol 4, Part A, 2). */
export const HciPacketType = { command: 1, acl: 2, sco: 3, event: 4, iso: 5 } as const;
export type HciPacketType = (typeof HciPacketType)[keyof typeof HciPacketType];

/** Where a transport delivers what the controller sends. Its methods do not throw. */
export interface HciTransportSink {
  /** One whole HCI packet, indicator first. The view is valid until the call returns. */
  packet(packet: Uint8Array): void;
  /**
   * Octets arrived that are no HCI packet. The transport drops everything until the controller has answered a Reset, which is all
   * that may be sent now. `what` says what was seen.
   */
  lostSync(what: string): void;
  /** The way to the controller is gone; called once, and nothing after it. `error` is absent after a local close(). */
  closed(error?: Error): void;
}

export interface SerialRate {
  readonly baudRate: number;
  /** What the user has asked for beyond the rate at which the chip answers first. */
  readonly raisedTo?: number | undefined;
  /** Lets what was sent leave, and changes the rate. Rejects with TransportError when the line is lost. */
  setBaudRate(baudRate: number): Promise<void>;
}

/**
 * A way to one controller; `open()` takes one of your own in the place of a name. Packets carry the H4 indicator as their first octet on every
 * kind of transport, so that a packet is allocated once whatever it travels on: USB picks its endpoint by that octet and leaves it out.
 * A loss is told by the sink's `closed`; no method throws.
 */
export interface HciTransport {
  /**
   * What a user would call it, for messages: `tcp:127.0.0.1:9001`. The address that is made for a controller without one of its own is
   * kept under it, so that it should be the same on every run.
   */
  readonly name: string;
  /**
   * How long an event may be behind data that the controller sent after it, in milliseconds: on USB they come by different ways. 0 says that everything comes in
   * order, undefined that nothing is known of it.
   */
  readonly eventLagMs?: number | undefined;
  /** What kind of line it is, where that matters for what the controller is: undefined for one that may lead to any. */
  readonly bus?: 'usb' | 'uart' | undefined;
  /** The maker of a device on USB, as the USB knows it. */
  readonly usbVendorId?: number | undefined;
  /**
   * From now on commands with this opcode leave by the way of data, and what comes by that way are events, until it is called with undefined: so boot loaders on USB have it.
   * Undefined for transports on which everything takes one way.
   */
  readonly bootLoaderMode?: ((opcode: number | undefined) => void) | undefined;
  /** The host's end of a serial line. Undefined where the line has no rate, or none that can be changed. */
  readonly line?: SerialRate | undefined;
  /** Begins delivery. Called once. A line that is lost by then is told as one that is lost later. */
  start(sink: HciTransportSink): void;
  /** Takes ownership of the packet. All that is sent in one turn of the event loop leaves in one write. Ignored after closing. */
  send(packet: Uint8Array): void;
  /** Octets handed over and not yet with the operating system: whoever feeds a slow line looks here. */
  readonly pendingBytes: number;
  /** Stops and resumes reading, so that a host that cannot follow bounds its memory down to the controller. */
  pause(): void;
  resume(): void;
  /** Whether this transport keeps the process alive. Every transport does until told otherwise. */
  ref(): void;
  unref(): void;
  /** What was lost or cut on the way, by name. */
  readonly counters: Readonly<Record<string, number>>;
  /** Lets what was sent leave, ends the line, and tells the sink, if there is one. Idempotent; never rejects. */
  close(): Promise<void>;
}

/** The way to the host, as the controller sees it. */
export interface HostLine {
  /** Whether the host takes more data now. Events are delivered all the same. */
  readonly writable: boolean;
  /** One whole packet, indicator first. The view is the receiver's until it returns. */
  deliver(packet: Uint8Array): void;
  /** The controller is gone. */
  lost(error: Error): void;
}

/** Why Linux refused, as far as it changes what is done about it. */
export type HciSocketFault =
  | 'noDevice'
  | 'access'
  /** It is up, or in use as a user channel. */
  | 'busy'
  /** The kernel is still setting it up, as it does for a moment after it was plugged in. */
  | 'starting'
  /** By rfkill. */
  | 'blocked'
  /** No Bluetooth in the kernel, or none in this network namespace. */
  | 'unsupported'
  | 'other';

/** What an HciSocketPort and an HciSocket throw. */
export class HciSocketError extends Error {
  readonly fault: HciSocketFault;

  constructor(message: string, fault: HciSocketFault, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HciSocketError';
    this.fault = fault;
  }
}

/** An open user channel. */
export interface HciSocket {
  /** Hands one whole packet, indicator first, to the kernel; false where it has no room now. Throws HciSocketError. */
  write(packet: Uint8Array): boolean;
  /** Never throws, and tells nobody. */
  close(): void;
}

/** Where an open user channel delivers. */
export interface HciSocketListener {
  /** What the kernel gave for one packet, indicator first. The octets are the listener's own. */
  packet(octets: Uint8Array): void;
  /** The device is gone; the socket is closed by then. */
  gone(): void;
}

/** The kernel's HCI sockets, as far as a controller is driven by them. Everything that can fail throws HciSocketError. */
export interface HciSocketPort {
  /** The numbers of the devices that the kernel has. */
  devices(): readonly number[];
  /** Opens the user channel of a device, which the kernel then leaves alone. A device that is up is left as it is and refused. */
  open(index: number, listener: HciSocketListener): HciSocket;
}

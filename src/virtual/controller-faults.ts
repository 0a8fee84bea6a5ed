/** What a script does to one packet between host and controller. A packet in its place is a lie. */
export type PacketFault =
  | 'drop'
  | { readonly delayMs: number }
  | { readonly replaceWith: Uint8Array }
  /** Turns the bits of its last octet over. */
  | 'corrupt';

export type PacketScript = (packet: Uint8Array) => PacketFault | undefined;

/** What goes wrong between one controller and its host, by script. */
export class ControllerFaults {
  /** Decides for each packet of the host, indicator first; undefined lets it pass. */
  fromHost: PacketScript | undefined;
  /** Decides for each packet to the host, indicator first; undefined lets it pass. */
  toHost: PacketScript | undefined;
  readonly #control: FaultControl;

  constructor(control: FaultControl) {
    this.#control = control;
  }

  /** The controller stops to read what its host sends and to send anything, until resume(). */
  stall(): void {
    this.#control.stall(true);
  }

  resume(): void {
    this.#control.stall(false);
  }

  /** The cable is pulled: the transport closes with an error, and the radio falls silent. */
  unplug(): void {
    this.#control.unplug();
  }

  /** The host gets this packet, true or not; indicator first, see HciPacketType. */
  inject(packet: Uint8Array): void {
    this.#control.inject(packet);
  }
}

export interface FaultControl {
  stall(on: boolean): void;
  unplug(): void;
  inject(packet: Uint8Array): void;
}

/** A packet as a fault leaves it: undefined where it is gone. */
export const damaged = (
  packet: Uint8Array,
  fault: Exclude<PacketFault, { readonly delayMs: number }>,
): Uint8Array | undefined => {
  if (fault === 'drop') return undefined;
  if (fault !== 'corrupt') return fault.replaceWith;
  const copy = new Uint8Array(packet);
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 0xff;
  return copy;
};

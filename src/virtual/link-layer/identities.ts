import type { DeviceAddress } from './device-address.ts';

export interface Identified {
  /** The identity where the address was resolved, else the address itself. */
  readonly device: DeviceAddress;
  readonly resolved: boolean;
}

/** Who is behind an address. */
export interface Identities {
  /** Undefined for a packet that has to be ignored: a peer that shows the identity it has to hide. */
  identify(onAir: DeviceAddress): Identified | undefined;
  /** Whether a resolvable address was made with a key of this side. */
  calls(target: DeviceAddress): boolean;
}

import { Phy } from '../propagation.ts';
import type { DataLengths } from './control-pdu.ts';
import type { LinkOwner } from './link-owner.ts';

/** What every link begins with (Vol 6, Part B, 4.5.10). */
export const DEFAULT_OCTETS = 27;
export const DEFAULT_TIME = 328;

const SHORTEST: DataLengths = {
  maxRxOctets: DEFAULT_OCTETS,
  maxRxTime: DEFAULT_TIME,
  maxTxOctets: DEFAULT_OCTETS,
  maxTxTime: DEFAULT_TIME,
};

/** Octets of a packet that are not payload, MIC included, in microseconds at 1 Mb/s. */
const OVERHEAD_OCTETS = 14;

/** How long the data packets of one side of a link may be. */
export class DataLength {
  readonly maxRxOctets: number;
  readonly maxRxTime: number;
  maxTxOctets: number;
  maxTxTime: number;
  #remote: DataLengths = SHORTEST;
  #told: DataLengths = SHORTEST;

  constructor(owner: LinkOwner) {
    this.maxRxOctets = owner.capabilities.maxRxOctets;
    this.maxRxTime = owner.capabilities.maxRxTime;
    this.maxTxOctets = Math.min(owner.suggestedTxOctets, owner.capabilities.maxTxOctets);
    this.maxTxTime = Math.min(owner.suggestedTxTime, owner.capabilities.maxTxTime);
  }

  get local(): DataLengths {
    return {
      maxRxOctets: this.maxRxOctets,
      maxRxTime: this.maxRxTime,
      maxTxOctets: this.maxTxOctets,
      maxTxTime: this.maxTxTime,
    };
  }

  /** What both sides can do. */
  get effective(): DataLengths {
    return {
      maxTxOctets: Math.min(this.maxTxOctets, this.#remote.maxRxOctets),
      maxTxTime: Math.min(this.maxTxTime, this.#remote.maxRxTime),
      maxRxOctets: Math.min(this.maxRxOctets, this.#remote.maxTxOctets),
      maxRxTime: Math.min(this.maxRxTime, this.#remote.maxTxTime),
    };
  }

  /** Whether packets on the air have become longer or shorter since this was asked last. */
  changed(): boolean {
    const before = this.#told;
    const after = this.effective;
    this.#told = after;
    return (
      before.maxTxOctets !== after.maxTxOctets ||
      before.maxTxTime !== after.maxTxTime ||
      before.maxRxOctets !== after.maxRxOctets ||
      before.maxRxTime !== after.maxRxTime
    );
  }

  setRemote(remote: DataLengths): void {
    this.#remote = remote;
  }

  /** Octets of host data that one packet carries: bounded by count and by airtime (Vol 6, Part B, 4.5.10). */
  fragmentLength(phy: number): number {
    const octets = Math.min(this.maxTxOctets, this.#remote.maxRxOctets);
    if (phy === Phy.coded) return octets;
    const time = Math.min(this.maxTxTime, this.#remote.maxRxTime);
    const byTime = Math.floor(time / (phy === Phy.le2M ? 4 : 8)) - OVERHEAD_OCTETS;
    return Math.max(DEFAULT_OCTETS, Math.min(octets, byTime));
  }
}

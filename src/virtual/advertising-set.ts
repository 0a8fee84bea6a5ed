import type { Address } from '../core/address.ts';
import { AssembledData } from './assembled-data.ts';
import type { Advertiser } from './link-layer/advertiser.ts';

/** Advertising_Event_Properties (Vol 4, Part E, 7.8.53). */
export const EventProperty = {
  connectable: 1 << 0,
  scannable: 1 << 1,
  directed: 1 << 2,
  highDuty: 1 << 3,
  legacy: 1 << 4,
  anonymous: 1 << 5,
  includeTxPower: 1 << 6,
  /** Those known here; decision-based and later ones are not. */
  all: 0x7f,
} as const;

/** The properties that a set with legacy PDUs may have: one for each type of legacy advertising. */
export const LEGACY_PROPERTIES: ReadonlySet<number> = new Set([0x10, 0x12, 0x13, 0x15, 0x1d]);

export const MAX_ADVERTISING_DATA = 1650;
/** What connectable advertising can carry, for it may not be continued in a second packet (Vol 6, Part B, 2.3.4.2). */
export const MAX_CONNECTABLE_DATA = 245;
export const MAX_LEGACY_DATA = 31;

export interface SetParameters {
  readonly properties: number;
  readonly intervalMin: number;
  readonly channelMap: number;
  readonly ownAddressType: number;
  readonly peerAddressType: number;
  readonly peerAddress: Address;
  readonly filterPolicy: number;
  readonly primaryPhy: number;
  readonly secondaryPhy: number;
  readonly sid: number;
  readonly notifyScans: boolean;
}

/** One advertising set of the host (Vol 4, Part E, 7.8.53). */
export class AdvertisingSet {
  readonly handle: number;
  parameters: SetParameters;
  randomAddress: Address | undefined;
  readonly data = new AssembledData(MAX_ADVERTISING_DATA);
  readonly scanResponse = new AssembledData(MAX_ADVERTISING_DATA);
  advertiser: Advertiser | undefined;

  constructor(handle: number, parameters: SetParameters) {
    this.handle = handle;
    this.parameters = parameters;
  }

  has(property: number): boolean {
    return (this.parameters.properties & property) !== 0;
  }

  get legacy(): boolean {
    return this.has(EventProperty.legacy);
  }
}

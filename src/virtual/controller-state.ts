import type { Address } from '../core/address.ts';
import type { Clock } from '../core/clock.ts';
import { AclBuffers, HostBuffers } from './acl-buffers.ts';
import type { AdvertisingSet } from './advertising-set.ts';
import type { Advertiser } from './link-layer/advertiser.ts';
import { DEFAULT_OCTETS, DEFAULT_TIME } from './link-layer/data-length.ts';
import { FilterAcceptList } from './link-layer/filter-list.ts';
import type { Initiator } from './link-layer/initiator.ts';
import type { LinkEnd } from './link-layer/link-end.ts';
import type { ListenTimes } from './link-layer/scanner.ts';
import type { Profile } from './profile.ts';
import { ResolvingList } from './resolving-list.ts';
import type { TimedScan } from './timed-scan.ts';

export interface LegacyAdvertisingParameters {
  readonly intervalMin: number;
  readonly type: number;
  readonly ownAddressType: number;
  readonly peerAddressType: number;
  readonly peerAddress: Address;
  readonly channelMap: number;
  readonly filterPolicy: number;
}

export interface LegacyScanParameters {
  readonly active: boolean;
  readonly interval: number;
  readonly window: number;
  readonly ownAddressType: number;
  readonly filterPolicy: number;
}

export interface ExtendedScanParameters {
  readonly ownAddressType: number;
  readonly filterPolicy: number;
  readonly phys: readonly (ListenTimes & { readonly active: boolean })[];
}

const NOBODY = '00:00:00:00:00:00' as Address;

/** Page 1 as after a reset: LE Meta is not in it (Vol 4, Part E, 7.3.1). */
const DEFAULT_EVENT_MASK = 0x0000_1fff_ffff_ffffn;
/** Vol 4, Part E, 7.8.1. */
const DEFAULT_LE_EVENT_MASK = 0x1fn;

/** All that a reset forgets. */
export class ControllerState {
  eventMask = DEFAULT_EVENT_MASK;
  eventMaskPage2 = 0n;
  leEventMask = DEFAULT_LE_EVENT_MASK;
  leHostSupported = false;
  /** Legacy and extended commands may not be mixed (Vol 4, Part E, 3.1.1): which of them the host began with. */
  dialect: 'legacy' | 'extended' | undefined;
  randomAddress: Address | undefined;
  readonly acceptList: FilterAcceptList;
  readonly resolvingList: ResolvingList;
  readonly acl: AclBuffers;
  readonly hostBuffers = new HostBuffers();

  advertising: LegacyAdvertisingParameters = {
    intervalMin: 0x0800,
    type: 0,
    ownAddressType: 0,
    peerAddressType: 0,
    peerAddress: NOBODY,
    channelMap: 7,
    filterPolicy: 0,
  };
  advertisingData: Uint8Array = new Uint8Array(0);
  scanResponseData: Uint8Array = new Uint8Array(0);
  advertiser: Advertiser | undefined;
  readonly sets = new Map<number, AdvertisingSet>();

  scan: LegacyScanParameters = {
    active: false,
    interval: 0x10,
    window: 0x10,
    ownAddressType: 0,
    filterPolicy: 0,
  };
  extendedScan: ExtendedScanParameters = {
    ownAddressType: 0,
    filterPolicy: 0,
    phys: [{ phy: 1, active: false, intervalMs: 10, windowMs: 10 }],
  };
  /** The scan under way, begun by either kind of command. */
  scanning: TimedScan | undefined;

  initiator: Initiator | undefined;

  readonly links = new Map<number, LinkEnd>();
  /** Handles that were in use and are not any more: data for them may still be on its way. */
  readonly pastHandles = new Set<number>();
  /** Data channels that the host has not ruled out (Vol 4, Part E, 7.8.19). */
  channels: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x1f);
  suggestedTxOctets: number = DEFAULT_OCTETS;
  suggestedTxTime: number = DEFAULT_TIME;
  preferredTxPhys: number;
  preferredRxPhys: number;

  constructor(profile: Profile, clock: Clock, randomBytes: (length: number) => Uint8Array) {
    this.resolvingList = new ResolvingList(profile.resolvingListSize, clock, randomBytes);
    this.acceptList = new FilterAcceptList(profile.acceptListSize);
    this.acl = new AclBuffers(profile.aclLength, profile.aclCount);
    this.preferredTxPhys = profile.phys;
    this.preferredRxPhys = profile.phys;
  }
}

import { HciCommand } from '../../hci/codec/commands.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { HciEvent } from '../../hci/codec/events.ts';
import { type AdvertisingSet, EventProperty, MAX_CONNECTABLE_DATA } from '../advertising-set.ts';
import { acceptConnection, mayConnect } from '../connect.ts';
import type { ControllerCore } from '../controller-core.ts';
import { Advertiser } from '../link-layer/advertiser.ts';
import type { DeviceAddress } from '../link-layer/device-address.ts';
import type { Identified } from '../link-layer/identities.ts';
import {
  DISALLOWED,
  deviceOf,
  HIGH_DUTY_INTERVAL_MS,
  INVALID,
  identityTypeToHci,
  OK,
  SLOT_MS,
  speaks,
} from './checks.ts';
import { complete, type Handler } from './handler.ts';

const DURATION_UNIT_MS = 10;
/** 1.28 s in units of 10 ms: the longest high duty advertising. */
const HIGH_DUTY_DURATION = 128;
/** Num_Completed_Extended_Advertising_Events has an octet. */
const MOST_EVENTS = 0xff;

interface Enabling {
  readonly set: AdvertisingSet;
  readonly duration: number;
  readonly maxEvents: number;
}

/** Why a set cannot advertise as it is, or what it will advertise as (7.8.56). */
const prepare = (
  core: ControllerCore,
  wanted: {
    readonly advertisingHandle: number;
    readonly duration: number;
    readonly maxExtendedAdvertisingEvents: number;
  },
): Enabling | number => {
  const set = core.state.sets.get(wanted.advertisingHandle);
  if (set === undefined) return HciErrorCode.unknownAdvertisingIdentifier;
  const { duration } = wanted;
  if (set.has(EventProperty.highDuty) && (duration === 0 || duration > HIGH_DUTY_DURATION)) return INVALID;
  if (set.data.unfinished || set.scanResponse.unfinished) return DISALLOWED;
  if (!set.legacy && set.has(EventProperty.scannable) && set.scanResponse.value.length === 0)
    return DISALLOWED;
  const connectable = set.has(EventProperty.connectable);
  if (!set.legacy && connectable && set.data.value.length > MAX_CONNECTABLE_DATA)
    return HciErrorCode.packetTooLong;
  if (connectable && core.state.links.size >= core.profile.maxLinks)
    return HciErrorCode.connectionLimitExceeded;
  if (ownAddressOf(core, set) === undefined) return INVALID;
  return { set, duration, maxEvents: wanted.maxExtendedAdvertisingEvents };
};

const stop = (set: AdvertisingSet): void => {
  set.advertiser?.stop();
  set.advertiser = undefined;
};

const enable = complete('5.0', HciCommand.leSetExtendedAdvertisingEnable, (core, p) => {
  if (!speaks(core, 'extended')) return DISALLOWED;
  const { sets } = core.state;
  const handles = p.sets.map(({ advertisingHandle }) => advertisingHandle);
  if (p.enable > 1 || new Set(handles).size !== handles.length) return INVALID;
  if (p.enable === 0) {
    const chosen = handles.length === 0 ? [...sets.keys()] : handles;
    if (chosen.some((handle) => !sets.has(handle))) return HciErrorCode.unknownAdvertisingIdentifier;
    for (const handle of chosen) {
      const set = sets.get(handle);
      if (set !== undefined) stop(set);
    }
    return OK;
  }
  if (handles.length === 0) return INVALID;
  // All or none of them.
  const enablings: Enabling[] = [];
  for (const wanted of p.sets) {
    const enabling = prepare(core, wanted);
    if (typeof enabling === 'number') return enabling;
    enablings.push(enabling);
  }
  for (const enabling of enablings) start(core, enabling);
  return OK;
});

const peerOf = ({ parameters }: AdvertisingSet): DeviceAddress =>
  deviceOf(parameters.peerAddressType, parameters.peerAddress);

const ownAddressOf = (core: ControllerCore, set: AdvertisingSet): DeviceAddress | undefined =>
  core.ownAddress(set.parameters.ownAddressType, peerOf(set), set.randomAddress);

const start = (core: ControllerCore, { set, duration, maxEvents }: Enabling): void => {
  stop(set);
  const { parameters } = set;
  const directed = set.has(EventProperty.directed);
  const peer = peerOf(set);
  // An address that was there when the set was enabled can only have been replaced by another.
  const own = (): DeviceAddress => ownAddressOf(core, set) ?? peer;
  const advertiser: Advertiser = new Advertiser({
    medium: core.medium,
    station: core.station,
    legacy: set.legacy,
    connectable: set.has(EventProperty.connectable),
    scannable: set.has(EventProperty.scannable),
    highDuty: set.has(EventProperty.highDuty),
    intervalMs: set.has(EventProperty.highDuty) ? HIGH_DUTY_INTERVAL_MS : parameters.intervalMin * SLOT_MS,
    channelMap: parameters.channelMap,
    primaryPhy: parameters.primaryPhy,
    secondaryPhy: parameters.secondaryPhy,
    sid: set.legacy ? undefined : parameters.sid,
    txPowerDbm: set.has(EventProperty.includeTxPower) ? core.station.txPowerDbm : undefined,
    own,
    anonymous: set.has(EventProperty.anonymous),
    target: directed ? peer : undefined,
    targetOnAir: () => (directed ? core.targetAddress(parameters.ownAddressType, peer) : undefined),
    identities: core.state.resolvingList,
    acceptList: core.state.acceptList,
    filterPolicy: parameters.filterPolicy,
    data: () => set.data.value,
    scanResponse: () => set.scanResponse.value,
    durationMs: duration === 0 ? Number.POSITIVE_INFINITY : duration * DURATION_UNIT_MS,
    maxEvents: maxEvents === 0 ? Number.POSITIVE_INFINITY : maxEvents,
    onScanned: parameters.notifyScans ? (by) => reportScan(core, set, by) : undefined,
    mayConnect: (device) => mayConnect(core, device),
    onConnect: (request) => {
      set.advertiser = undefined;
      const { handle } = acceptConnection(core, own(), request);
      reportTerminated(core, set, HciErrorCode.success, handle, advertiser.events);
    },
    onTimeout: (reason) => {
      set.advertiser = undefined;
      const status = reason === 'events' ? HciErrorCode.limitReached : HciErrorCode.advertisingTimeout;
      reportTerminated(core, set, status, 0, advertiser.events);
    },
  });
  set.advertiser = advertiser;
  advertiser.start();
};

const reportTerminated = (
  core: ControllerCore,
  set: AdvertisingSet,
  status: number,
  connectionHandle: number,
  events: number,
): void => {
  core.event(HciEvent.leAdvertisingSetTerminated, {
    status,
    advertisingHandle: set.handle,
    connectionHandle,
    numCompletedExtendedAdvertisingEvents: Math.min(events, MOST_EVENTS),
  });
};

const reportScan = (core: ControllerCore, set: AdvertisingSet, by: Identified): void => {
  core.event(HciEvent.leScanRequestReceived, {
    advertisingHandle: set.handle,
    scannerAddressType: identityTypeToHci(by),
    scannerAddress: by.device.address,
  });
};

/** Starting and ending sets (Vol 4, Part E, 7.8.56). */
export const advertisingSetEnableHandlers: readonly Handler[] = [enable];

import { HciCommand } from '../../hci/codec/commands.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import {
  AdvertisingSet,
  EventProperty,
  LEGACY_PROPERTIES,
  MAX_ADVERTISING_DATA,
  MAX_LEGACY_DATA,
  type SetParameters,
} from '../advertising-set.ts';
import { type AssembledData, DataOperation } from '../assembled-data.ts';
import type { ControllerCore } from '../controller-core.ts';
import { PhyMask } from '../link-layer/phy-choice.ts';
import { Phy } from '../propagation.ts';
import { DISALLOWED, INVALID, OK, speaks, validOwnAddressType } from './checks.ts';
import { complete, type Handler } from './handler.ts';

const UNKNOWN_SET = HciErrorCode.unknownAdvertisingIdentifier;
const HIGHEST_HANDLE = 0xef;
const HIGHEST_SID = 0x0f;
const SHORTEST_INTERVAL = 0x20;

/** The mask bit of a PHY by its number. */
const phyBit = (phy: number): number => (phy >= Phy.le1M && phy <= Phy.coded ? 1 << (phy - 1) : 0);

const validProperties = (properties: number): boolean => {
  if ((properties & EventProperty.legacy) !== 0) return LEGACY_PROPERTIES.has(properties);
  if ((properties & ~EventProperty.all) !== 0 || (properties & EventProperty.highDuty) !== 0) return false;
  const twoWay = properties & (EventProperty.connectable | EventProperty.scannable);
  // Extended events are connectable or scannable, and who hides its address is neither.
  if (twoWay === (EventProperty.connectable | EventProperty.scannable)) return false;
  return (properties & EventProperty.anonymous) === 0 || twoWay === 0;
};

/** Data in a set that a new kind of event could not carry. */
const dataFits = (set: AdvertisingSet | undefined, properties: number): boolean => {
  if (set === undefined) return true;
  const data = set.data.value.length;
  const scanResponse = set.scanResponse.value.length;
  if ((properties & EventProperty.legacy) !== 0)
    return data <= MAX_LEGACY_DATA && scanResponse <= MAX_LEGACY_DATA;
  const scannable = (properties & EventProperty.scannable) !== 0;
  return scannable ? data === 0 : scanResponse === 0;
};

const setParameters = complete('5.0', HciCommand.leSetExtendedAdvertisingParameters, (core, p) => {
  if (!speaks(core, 'extended')) return DISALLOWED;
  const { sets } = core.state;
  const set = sets.get(p.advertisingHandle);
  if (set?.advertiser !== undefined) return DISALLOWED;
  const properties = p.advertisingEventProperties;
  if (p.advertisingHandle > HIGHEST_HANDLE || p.advertisingSid > HIGHEST_SID) return INVALID;
  if (!validProperties(properties) || !dataFits(set, properties)) return INVALID;
  const { primaryAdvertisingIntervalMin: min, primaryAdvertisingIntervalMax: max } = p;
  const intervalsMatter = (properties & EventProperty.highDuty) === 0;
  if (intervalsMatter && (min < SHORTEST_INTERVAL || min > max)) return INVALID;
  if (p.primaryAdvertisingChannelMap === 0 || p.primaryAdvertisingChannelMap > 7) return INVALID;
  if (!validOwnAddressType(core, p.ownAddressType) || p.peerAddressType > 1 || p.advertisingFilterPolicy > 3)
    return INVALID;
  if (p.scanRequestNotificationEnable > 1) return INVALID;
  const legacy = (properties & EventProperty.legacy) !== 0;
  const primary = p.primaryAdvertisingPhy;
  if ((primary !== Phy.le1M && primary !== Phy.coded) || (legacy && primary !== Phy.le1M)) return INVALID;
  if (!legacy && phyBit(p.secondaryAdvertisingPhy) === 0) return INVALID;
  const wanted = phyBit(primary) | (legacy ? PhyMask.le1M : phyBit(p.secondaryAdvertisingPhy));
  if ((wanted & ~core.profile.phys) !== 0) return HciErrorCode.unsupportedFeatureOrParameterValue;
  if (set === undefined && sets.size >= core.profile.advertisingSets)
    return HciErrorCode.memoryCapacityExceeded;
  const parameters: SetParameters = {
    properties,
    intervalMin: min,
    channelMap: p.primaryAdvertisingChannelMap,
    ownAddressType: p.ownAddressType,
    peerAddressType: p.peerAddressType,
    peerAddress: p.peerAddress,
    filterPolicy: p.advertisingFilterPolicy,
    primaryPhy: primary,
    secondaryPhy: legacy ? 0 : p.secondaryAdvertisingPhy,
    sid: p.advertisingSid,
    notifyScans: p.scanRequestNotificationEnable === 1,
  };
  if (set === undefined) sets.set(p.advertisingHandle, new AdvertisingSet(p.advertisingHandle, parameters));
  else set.parameters = parameters;
  // The radio of the model has one power.
  return { selectedTxPower: core.station.txPowerDbm };
});

const setRandomAddress = complete('5.0', HciCommand.leSetAdvertisingSetRandomAddress, (core, p) => {
  if (!speaks(core, 'extended')) return DISALLOWED;
  const set = core.state.sets.get(p.advertisingHandle);
  if (set === undefined) return UNKNOWN_SET;
  if (set.advertiser !== undefined && set.has(EventProperty.connectable)) return DISALLOWED;
  set.randomAddress = p.randomAddress;
  return OK;
});

interface DataPart {
  readonly operation: number;
  readonly fragmentPreference: number;
  readonly part: Uint8Array;
}

/** The rules that advertising data and scan response data share (7.8.54, 7.8.55). */
const takeData = (set: AdvertisingSet, into: AssembledData, carried: boolean, p: DataPart): number => {
  const { operation, part } = p;
  if (operation > DataOperation.unchanged || p.fragmentPreference > 1) return INVALID;
  if (operation === DataOperation.unchanged) {
    // Nothing but a new identifier for the same data, for scanners that filter duplicates by it.
    if (into === set.scanResponse || set.advertiser === undefined) return INVALID;
    return set.legacy || into.value.length === 0 || part.length > 0 ? INVALID : OK;
  }
  if (set.legacy && (operation !== DataOperation.complete || part.length > MAX_LEGACY_DATA)) return INVALID;
  if (!carried && part.length > 0) return INVALID;
  if (operation !== DataOperation.complete) {
    if (set.advertiser !== undefined) return DISALLOWED;
    if (part.length === 0) return INVALID;
    const continues = operation !== DataOperation.first;
    if (continues && !into.unfinished) return DISALLOWED;
  }
  return into.take(operation, new Uint8Array(part)) ? OK : HciErrorCode.memoryCapacityExceeded;
};

const setData = complete('5.0', HciCommand.leSetExtendedAdvertisingData, (core, p) => {
  if (!speaks(core, 'extended')) return DISALLOWED;
  const set = core.state.sets.get(p.advertisingHandle);
  if (set === undefined) return UNKNOWN_SET;
  // Extended scannable events have all their data in the scan response; directed legacy ones have none.
  const carried = set.legacy ? !set.has(EventProperty.directed) : !set.has(EventProperty.scannable);
  return takeData(set, set.data, carried, { ...p, part: p.advertisingData });
});

const setScanResponse = complete('5.0', HciCommand.leSetExtendedScanResponseData, (core, p) => {
  if (!speaks(core, 'extended')) return DISALLOWED;
  const set = core.state.sets.get(p.advertisingHandle);
  if (set === undefined) return UNKNOWN_SET;
  const scannable = set.has(EventProperty.scannable);
  if (set.advertiser !== undefined && scannable && !set.legacy && p.scanResponseData.length === 0)
    return DISALLOWED;
  return takeData(set, set.scanResponse, scannable, { ...p, part: p.scanResponseData });
});

const isEnabled = (core: ControllerCore): boolean =>
  [...core.state.sets.values()].some(({ advertiser }) => advertiser !== undefined);

/** Advertising sets and what is in them (Vol 4, Part E, 7.8.52 to 7.8.60). */
export const advertisingSetHandlers: readonly Handler[] = [
  setParameters,
  setRandomAddress,
  setData,
  setScanResponse,
  complete('5.0', HciCommand.leReadMaximumAdvertisingDataLength, (core) =>
    speaks(core, 'extended') ? { maxAdvertisingDataLength: MAX_ADVERTISING_DATA } : DISALLOWED,
  ),
  complete('5.0', HciCommand.leReadNumberOfSupportedAdvertisingSets, (core) =>
    speaks(core, 'extended') ? { numSupportedAdvertisingSets: core.profile.advertisingSets } : DISALLOWED,
  ),
  complete('5.0', HciCommand.leRemoveAdvertisingSet, (core, p) => {
    if (!speaks(core, 'extended')) return DISALLOWED;
    const set = core.state.sets.get(p.advertisingHandle);
    if (set === undefined) return UNKNOWN_SET;
    if (set.advertiser !== undefined) return DISALLOWED;
    core.state.sets.delete(p.advertisingHandle);
    return OK;
  }),
  complete('5.0', HciCommand.leClearAdvertisingSets, (core) => {
    if (!speaks(core, 'extended') || isEnabled(core)) return DISALLOWED;
    core.state.sets.clear();
    return OK;
  }),
  complete('5.0', HciCommand.leReadTransmitPower, ({ station }) => ({
    minTxPower: station.txPowerDbm,
    maxTxPower: station.txPowerDbm,
  })),
];

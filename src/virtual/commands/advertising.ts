import { HciCommand } from '../../hci/codec/commands.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { CoreVersion } from '../../hci/codec/version.ts';
import { acceptConnection, mayConnect } from '../connect.ts';
import type { ControllerCore } from '../controller-core.ts';
import { Advertiser } from '../link-layer/advertiser.ts';
import type { DeviceAddress } from '../link-layer/device-address.ts';
import {
  DISALLOWED,
  deviceOf,
  HIGH_DUTY_INTERVAL_MS,
  INVALID,
  OK,
  SLOT_MS,
  speaks,
  validOwnAddressType,
} from './checks.ts';
import { complete, type Handler } from './handler.ts';

/** Advertising_Type (Vol 4, Part E, 7.8.5). */
const Type = { advInd: 0, directHighDuty: 1, advScanInd: 2, advNonconnInd: 3, directLowDuty: 4 } as const;

const SHORTEST_INTERVAL = 0x0020;
const LONGEST_INTERVAL = 0x4000;
/** The longest high duty cycle advertising (Vol 6, Part B, 4.4.2.4.3). */
const HIGH_DUTY_MS = 1280;

const setParameters = complete('4.0', HciCommand.leSetAdvertisingParameters, (core, p) => {
  if (!speaks(core, 'legacy') || core.state.advertiser !== undefined) return DISALLOWED;
  const intervalsMatter = p.advertisingType !== Type.directHighDuty;
  if (intervalsMatter) {
    if (p.advertisingIntervalMin < SHORTEST_INTERVAL || p.advertisingIntervalMax > LONGEST_INTERVAL)
      return INVALID;
    if (p.advertisingIntervalMin > p.advertisingIntervalMax) return INVALID;
    if (p.advertisingIntervalMin < shortestInterval(core, p.advertisingType)) return INVALID;
  }
  if (p.advertisingType > Type.directLowDuty || !validOwnAddressType(core, p.ownAddressType)) return INVALID;
  if (p.peerAddressType > 1 || p.advertisingFilterPolicy > 3) return INVALID;
  if (p.advertisingChannelMap === 0 || p.advertisingChannelMap > 7) return INVALID;
  core.state.advertising = {
    intervalMin: p.advertisingIntervalMin,
    type: p.advertisingType,
    ownAddressType: p.ownAddressType,
    peerAddressType: p.peerAddressType,
    peerAddress: p.peerAddress,
    channelMap: p.advertisingChannelMap,
    filterPolicy: p.advertisingFilterPolicy,
  };
  return OK;
});

/** Before 5.0, what cannot be connected to kept a distance of 100 ms. */
const shortestInterval = (core: ControllerCore, type: number): number => {
  const unconnectable = type === Type.advScanInd || type === Type.advNonconnInd;
  return unconnectable && core.profile.hciVersion < CoreVersion['5.0'] ? 0x00a0 : SHORTEST_INTERVAL;
};

const enable = complete('4.0', HciCommand.leSetAdvertisingEnable, (core, p) => {
  if (!speaks(core, 'legacy')) return DISALLOWED;
  if (p.advertisingEnable > 1) return INVALID;
  const { state } = core;
  if (p.advertisingEnable === 0) {
    state.advertiser?.stop();
    state.advertiser = undefined;
    return OK;
  }
  // Enabling what is enabled may change the random address in use, which cannot have changed meanwhile.
  if (state.advertiser !== undefined) return OK;
  const { ownAddressType, peerAddressType, peerAddress } = state.advertising;
  const own = core.ownAddress(ownAddressType, deviceOf(peerAddressType, peerAddress));
  if (own === undefined) return INVALID;
  const connectable =
    state.advertising.type !== Type.advScanInd && state.advertising.type !== Type.advNonconnInd;
  if (connectable && state.links.size >= core.profile.maxLinks) return HciErrorCode.connectionLimitExceeded;
  const advertiser = makeAdvertiser(core, own, connectable);
  state.advertiser = advertiser;
  advertiser.start();
  return OK;
});

const makeAdvertiser = (core: ControllerCore, first: DeviceAddress, connectable: boolean): Advertiser => {
  const { type, intervalMin, channelMap, filterPolicy, ownAddressType } = core.state.advertising;
  const peer = deviceOf(core.state.advertising.peerAddressType, core.state.advertising.peerAddress);
  const highDuty = type === Type.directHighDuty;
  const directed = highDuty || type === Type.directLowDuty;
  const own = (): DeviceAddress => core.ownAddress(ownAddressType, peer) ?? first;
  const advertiser = new Advertiser({
    medium: core.medium,
    station: core.station,
    legacy: true,
    connectable,
    scannable: type === Type.advInd || type === Type.advScanInd,
    highDuty,
    intervalMs: highDuty ? HIGH_DUTY_INTERVAL_MS : intervalMin * SLOT_MS,
    channelMap,
    primaryPhy: 1,
    secondaryPhy: 0,
    sid: undefined,
    txPowerDbm: undefined,
    own,
    anonymous: false,
    target: directed ? peer : undefined,
    targetOnAir: () => (directed ? core.targetAddress(ownAddressType, peer) : undefined),
    identities: core.state.resolvingList,
    acceptList: core.state.acceptList,
    filterPolicy,
    data: () => (directed ? NO_DATA : core.state.advertisingData),
    scanResponse: () => core.state.scanResponseData,
    durationMs: highDuty ? HIGH_DUTY_MS : Number.POSITIVE_INFINITY,
    maxEvents: Number.POSITIVE_INFINITY,
    mayConnect: (device) => mayConnect(core, device),
    onConnect: (request) => {
      core.state.advertiser = undefined;
      acceptConnection(core, own(), request);
    },
    onTimeout: () => {
      core.state.advertiser = undefined;
      core.reports.connectFailed(HciErrorCode.advertisingTimeout);
    },
  });
  return advertiser;
};

const NO_DATA = new Uint8Array(0);

/** Legacy advertising (Vol 4, Part E, 7.8.4 to 7.8.9). */
export const advertisingHandlers: readonly Handler[] = [
  complete('4.0', HciCommand.leSetRandomAddress, (core, p) => {
    const { advertiser, scanning, initiator } = core.state;
    // Only a legacy advertiser uses this address; sets have their own.
    if (advertiser !== undefined || scanning !== undefined || initiator !== undefined) return DISALLOWED;
    core.state.randomAddress = p.randomAddress;
    return OK;
  }),
  setParameters,
  complete('4.0', HciCommand.leReadAdvertisingPhysicalChannelTxPower, (core) =>
    speaks(core, 'legacy') ? { txPowerLevel: core.station.txPowerDbm } : DISALLOWED,
  ),
  complete('4.0', HciCommand.leSetAdvertisingData, (core, p) => {
    if (!speaks(core, 'legacy')) return DISALLOWED;
    core.state.advertisingData = new Uint8Array(p.advertisingData);
    return OK;
  }),
  complete('4.0', HciCommand.leSetScanResponseData, (core, p) => {
    if (!speaks(core, 'legacy')) return DISALLOWED;
    core.state.scanResponseData = new Uint8Array(p.scanResponseData);
    return OK;
  }),
  enable,
];

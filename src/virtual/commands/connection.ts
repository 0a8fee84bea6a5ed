import { HciCommand } from '../../hci/codec/commands.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { bitOf, LeFeature } from '../../hci/codec/features.ts';
import type { ControllerCore } from '../controller-core.ts';
import { DEFAULT_OCTETS, DEFAULT_TIME } from '../link-layer/data-length.ts';
import { keyWanted } from '../link-layer/encryption.ts';
import type { LinkEnd } from '../link-layer/link-end.ts';
import { validParameters } from '../link-layer/link-parameters.ts';
import { clampRssi } from '../propagation.ts';
import { DISALLOWED, INVALID, OK, rangeOf } from './checks.ts';
import { complete, type Handler, status } from './handler.ts';

const NO_LINK = HciErrorCode.unknownConnectionIdentifier;
/** RSSI that was not measured. */
const NO_RSSI = 127;
const LONGEST_OCTETS = 251;
const LONGEST_TIME = 0x4290;

/** There are 37 data channels, of which a link needs two (Vol 6, Part B, 1.4.1). */
const LAST_OCTET_OF_CHANNELS = 0x1f;
const FEWEST_CHANNELS = 2;

/** Reasons that Disconnect may give (Vol 4, Part E, 7.1.6). */
const REASONS = new Set([0x05, 0x13, 0x14, 0x15, 0x1a, 0x29, 0x3b]);

const linkOf = (core: ControllerCore, p: { readonly connectionHandle: number }): LinkEnd | undefined =>
  core.state.links.get(p.connectionHandle);

const disconnect = status('4.0', HciCommand.disconnect, (core, p) => {
  const end = linkOf(core, p);
  if (end === undefined) return NO_LINK;
  if (!REASONS.has(p.reason)) return INVALID;
  if (end.procedures.terminating) return DISALLOWED;
  return () => end.procedures.terminate(p.reason);
});

const connectionUpdate = status('4.0', HciCommand.leConnectionUpdate, (core, p) => {
  const end = linkOf(core, p);
  if (end === undefined) return NO_LINK;
  const range = rangeOf(p);
  if (!validParameters(range) || p.minCeLength > p.maxCeLength) return INVALID;
  if (end.role === 'peripheral') {
    if (!bitOf(core.profile.leFeatures, LeFeature.connectionParametersRequest)) return DISALLOWED;
    const remote = end.procedures.remoteFeatures;
    if (remote !== undefined && !bitOf(remote, LeFeature.connectionParametersRequest)) {
      return HciErrorCode.unsupportedRemoteFeature;
    }
  }
  return () => end.procedures.parameters.change(range);
});

const readRemoteFeatures = status('4.0', HciCommand.leReadRemoteFeatures, (core, p) => {
  const end = linkOf(core, p);
  if (end === undefined) return NO_LINK;
  const may =
    end.role === 'central' || bitOf(core.profile.leFeatures, LeFeature.peripheralInitiatedFeaturesExchange);
  return may ? () => end.procedures.readFeatures() : DISALLOWED;
});

const parameterReply = complete('4.1', HciCommand.leRemoteConnectionParameterRequestReply, (core, p) => {
  const end = linkOf(core, p);
  if (end === undefined) return NO_LINK;
  const range = {
    intervalMin: p.intervalMin,
    intervalMax: p.intervalMax,
    latency: p.maxLatency,
    supervisionTimeout: p.timeout,
  };
  if (!validParameters(range) || p.minCeLength > p.maxCeLength) return INVALID;
  if (end.procedures.parameters.asked === undefined) return DISALLOWED;
  core.afterAnswer(() => end.procedures.parameters.answer(range, OK));
  return OK;
});

const parameterRefusal = complete(
  '4.1',
  HciCommand.leRemoteConnectionParameterRequestNegativeReply,
  (core, p) => {
    const end = linkOf(core, p);
    if (end === undefined) return NO_LINK;
    if (end.procedures.parameters.asked === undefined) return DISALLOWED;
    core.afterAnswer(() => end.procedures.parameters.answer(undefined, p.reason));
    return OK;
  },
);

const validLength = (octets: number, time: number): boolean =>
  octets >= DEFAULT_OCTETS && octets <= LONGEST_OCTETS && time >= DEFAULT_TIME && time <= LONGEST_TIME;

const setDataLength = complete('4.2', HciCommand.leSetDataLength, (core, p) => {
  const end = linkOf(core, p);
  if (end === undefined) return NO_LINK;
  if (!validLength(p.txOctets, p.txTime)) return INVALID;
  const remote = end.procedures.remoteFeatures;
  if (remote !== undefined && !bitOf(remote, LeFeature.dataPacketLengthExtension)) {
    return HciErrorCode.unsupportedRemoteFeature;
  }
  core.afterAnswer(() => end.procedures.changeLength(p.txOctets, p.txTime));
  return OK;
});

/** All_PHYs: a set bit says that the host has no preference there (Vol 4, Part E, 7.8.48). */
const preferenceOf = (core: ControllerCore, p: { allPhys: number; txPhys: number; rxPhys: number }) => {
  const all = core.profile.phys;
  const txPhys = (p.allPhys & 1) === 0 ? p.txPhys : all;
  const rxPhys = (p.allPhys & 2) === 0 ? p.rxPhys : all;
  if (p.allPhys > 3 || txPhys === 0 || rxPhys === 0) return INVALID;
  if (((txPhys | rxPhys) & ~all) !== 0) return HciErrorCode.unsupportedFeatureOrParameterValue;
  return { txPhys, rxPhys };
};

const setPhy = status('5.0', HciCommand.leSetPhy, (core, p) => {
  const end = linkOf(core, p);
  if (end === undefined) return NO_LINK;
  const preference = preferenceOf(core, p);
  if (typeof preference === 'number') return preference;
  if (p.phyOptions > 2) return INVALID;
  return () => end.procedures.changePhy(preference, true);
});

const enableEncryption = status('4.0', HciCommand.leEnableEncryption, (core, p) => {
  const end = linkOf(core, p);
  if (end === undefined) return NO_LINK;
  if (end.role === 'peripheral' || end.procedures.encrypting) return DISALLOWED;
  const request = {
    rand: new Uint8Array(p.randomNumber),
    ediv: p.encryptedDiversifier,
    key: new Uint8Array(p.longTermKey),
  };
  return () => end.procedures.encrypt({ type: 'enable', request });
});

const keyReply = complete('4.0', HciCommand.leLongTermKeyRequestReply, (core, p) => {
  const end = linkOf(core, p);
  if (end === undefined) return NO_LINK;
  if (!keyWanted(end.procedures.encryption)) return DISALLOWED;
  const key = new Uint8Array(p.longTermKey);
  core.afterAnswer(() => end.procedures.answerKey(key));
  return OK;
});

const keyRefusal = complete('4.0', HciCommand.leLongTermKeyRequestNegativeReply, (core, p) => {
  const end = linkOf(core, p);
  if (end === undefined) return NO_LINK;
  if (!keyWanted(end.procedures.encryption)) return DISALLOWED;
  core.afterAnswer(() => end.procedures.answerKey(undefined));
  return OK;
});

/** What is asked of one link (Vol 4, Part E, 7.1, 7.5, 7.8.18 to 7.8.49). */
export const connectionHandlers: readonly Handler[] = [
  disconnect,
  status('4.0', HciCommand.readRemoteVersionInformation, (core, p) => {
    const end = linkOf(core, p);
    return end === undefined ? NO_LINK : () => end.procedures.readVersion();
  }),
  complete('4.0', HciCommand.readTransmitPowerLevel, (core, p) => {
    if (linkOf(core, p) === undefined) return NO_LINK;
    return p.type > 1
      ? INVALID
      : { connectionHandle: p.connectionHandle, txPowerLevel: core.station.txPowerDbm };
  }),
  complete('4.0', HciCommand.readRssi, (core, p) => {
    const end = linkOf(core, p);
    if (end === undefined) return NO_LINK;
    const power = core.medium.rssi(end.other.owner.station, core.station);
    return { connectionHandle: p.connectionHandle, rssi: power === undefined ? NO_RSSI : clampRssi(power) };
  }),
  connectionUpdate,
  readRemoteFeatures,
  parameterReply,
  parameterRefusal,
  complete('4.0', HciCommand.leSetHostChannelClassification, (core, p) => {
    const [, , , , last = 0] = p.channelMap;
    const used = p.channelMap.reduce((sum, octet) => sum + octet.toString(2).replaceAll('0', '').length, 0);
    if (last > LAST_OCTET_OF_CHANNELS || used < FEWEST_CHANNELS) return INVALID;
    const channels = new Uint8Array(p.channelMap);
    core.state.channels = channels;
    core.afterAnswer(() => {
      for (const end of core.state.links.values()) {
        if (end.role === 'central') end.procedures.changeChannels(channels);
      }
    });
    return OK;
  }),
  complete('4.0', HciCommand.leReadChannelMap, (core, p) => {
    const end = linkOf(core, p);
    if (end === undefined) return NO_LINK;
    return { connectionHandle: p.connectionHandle, channelMap: end.link.channelMap };
  }),
  setDataLength,
  complete('4.2', HciCommand.leReadSuggestedDefaultDataLength, ({ state }) => ({
    suggestedMaxTxOctets: state.suggestedTxOctets,
    suggestedMaxTxTime: state.suggestedTxTime,
  })),
  complete('4.2', HciCommand.leWriteSuggestedDefaultDataLength, (core, p) => {
    if (!validLength(p.suggestedMaxTxOctets, p.suggestedMaxTxTime)) return INVALID;
    core.state.suggestedTxOctets = p.suggestedMaxTxOctets;
    core.state.suggestedTxTime = p.suggestedMaxTxTime;
    return OK;
  }),
  complete('4.2', HciCommand.leReadMaximumDataLength, ({ profile }) => ({
    supportedMaxTxOctets: profile.maxTxOctets,
    supportedMaxTxTime: profile.maxTxTime,
    supportedMaxRxOctets: profile.maxTxOctets,
    supportedMaxRxTime: profile.maxTxTime,
  })),
  complete('5.0', HciCommand.leReadPhy, (core, p) => {
    const end = linkOf(core, p);
    if (end === undefined) return NO_LINK;
    return { connectionHandle: p.connectionHandle, txPhy: end.txPhy, rxPhy: end.rxPhy };
  }),
  complete('5.0', HciCommand.leSetDefaultPhy, (core, p) => {
    const preference = preferenceOf(core, p);
    if (typeof preference === 'number') return preference;
    core.state.preferredTxPhys = preference.txPhys;
    core.state.preferredRxPhys = preference.rxPhys;
    return OK;
  }),
  setPhy,
  enableEncryption,
  keyReply,
  keyRefusal,
];

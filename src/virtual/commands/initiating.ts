import type { Address } from '../../core/address.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { mayConnect } from '../connect.ts';
import type { ControllerCore } from '../controller-core.ts';
import type { DeviceAddress } from '../link-layer/device-address.ts';
import { ANYBODY_ANONYMOUS } from '../link-layer/filter-list.ts';
import { Initiator, type InitiatorOptions } from '../link-layer/initiator.ts';
import { type LinkParameters, type ParameterRange, validParameters } from '../link-layer/link-parameters.ts';
import { PhyMask } from '../link-layer/phy-choice.ts';
import type { ListenTimes } from '../link-layer/scanner.ts';
import { Phy } from '../propagation.ts';
import {
  DISALLOWED,
  deviceOf,
  INVALID,
  isConnectedTo,
  OK,
  rangeOf,
  SLOT_MS,
  speaks,
  validOwnAddressType,
  validPeerAddressType,
} from './checks.ts';
import { physOf } from './extended-scanning.ts';
import { complete, type Handler, status } from './handler.ts';
import { validScanTimes } from './scanning.ts';

const LONGEST_EXTENDED_SCAN = 0xffff;
/** Stands where a command without a PHY has been refused already. */
const SLOW: ParameterRange = { intervalMin: 24, intervalMax: 40, latency: 0, supervisionTimeout: 42 };
/** Address_Type of anonymous advertisers on the accept list (Vol 4, Part E, 7.8.16). */
const ANONYMOUS = 0xff;

const createConnection = status('4.0', HciCommand.leCreateConnection, (core, p) => {
  const { state } = core;
  if (!speaks(core, 'legacy') || state.initiator !== undefined) return DISALLOWED;
  if (!validScanTimes(p.leScanInterval, p.leScanWindow) || p.initiatorFilterPolicy > 1) return INVALID;
  if (
    !validOwnAddressType(core, p.ownAddressType) ||
    (p.initiatorFilterPolicy === 0 && !validPeerAddressType(core, p.peerAddressType))
  )
    return INVALID;
  const range = rangeOf(p);
  if (!validParameters(range) || p.minCeLength > p.maxCeLength) return INVALID;
  const peer = p.initiatorFilterPolicy === 1 ? undefined : deviceOf(p.peerAddressType, p.peerAddress);
  const base = core.ownAddress(p.ownAddressType, peer);
  if (base === undefined) return INVALID;
  const refusal = refusalOf(core, peer);
  if (refusal !== undefined) return refusal;
  return () =>
    initiate(core, {
      times: [{ phy: Phy.le1M, intervalMs: p.leScanInterval * SLOT_MS, windowMs: p.leScanWindow * SLOT_MS }],
      extended: false,
      phys: PhyMask.le1M,
      own: (device) => core.ownAddress(p.ownAddressType, device) ?? base,
      peer,
      parametersOn: () => linkParameters(range, Phy.le1M),
    });
});

const linkParameters = (range: ParameterRange, phy: number): LinkParameters => ({
  interval: range.intervalMin,
  latency: range.latency,
  supervisionTimeout: range.supervisionTimeout,
  phy,
});

type Attempt = Pick<InitiatorOptions, 'times' | 'extended' | 'phys' | 'own' | 'peer' | 'parametersOn'>;

const initiate = (core: ControllerCore, attempt: Attempt): void => {
  const { state } = core;
  const initiator = new Initiator({
    ...attempt,
    medium: core.medium,
    station: core.station,
    acceptList: state.acceptList,
    mayConnect: (device) => mayConnect(core, device),
    identities: state.resolvingList,
    side: (own) => {
      state.initiator = undefined;
      return { owner: core.reports, address: own, handle: core.freeHandle() };
    },
  });
  state.initiator = initiator;
  initiator.start();
};

const extendedCreate = status('5.0', HciCommand.leExtendedCreateConnection, (core, p) => {
  if (!speaks(core, 'extended') || core.state.initiator !== undefined) return DISALLOWED;
  const phys = physOf(p.initiatingPhys);
  if (phys.length !== p.phys.length || p.initiatingPhys > PhyMask.all || p.initiatorFilterPolicy > 1)
    return INVALID;
  const listening = phys.filter((phy) => phy !== Phy.le2M);
  if (listening.length === 0) return INVALID;
  if ((p.initiatingPhys & ~core.profile.phys) !== 0) return HciErrorCode.unsupportedFeatureOrParameterValue;
  if (!validOwnAddressType(core, p.ownAddressType)) return INVALID;
  if (p.initiatorFilterPolicy === 0 && !validPeerAddressType(core, p.peerAddressType)) return INVALID;
  const ranges = new Map<number, ParameterRange>();
  const times: ListenTimes[] = [];
  for (const [i, item] of p.phys.entries()) {
    const phy = phys[i] ?? Phy.le1M;
    const range = rangeOf(item);
    if (!validParameters(range) || item.minCeLength > item.maxCeLength) return INVALID;
    ranges.set(phy, range);
    if (phy === Phy.le2M) continue;
    if (!validScanTimes(item.scanInterval, item.scanWindow, LONGEST_EXTENDED_SCAN)) return INVALID;
    times.push({ phy, intervalMs: item.scanInterval * SLOT_MS, windowMs: item.scanWindow * SLOT_MS });
  }
  const peer = p.initiatorFilterPolicy === 1 ? undefined : deviceOf(p.peerAddressType, p.peerAddress);
  const base = core.ownAddress(p.ownAddressType, peer);
  if (base === undefined) return INVALID;
  const refusal = refusalOf(core, peer);
  if (refusal !== undefined) return refusal;
  if (core.profile.feignsExtendedCommands) return () => undefined;
  const fallback = [...ranges.values()][0];
  return () =>
    initiate(core, {
      times,
      extended: true,
      phys: p.initiatingPhys,
      own: (device) => core.ownAddress(p.ownAddressType, device) ?? base,
      peer,
      parametersOn: (phy) => linkParameters(ranges.get(phy) ?? fallback ?? SLOW, phy),
    });
});

/** Why a connection cannot even be tried. */
const refusalOf = (core: ControllerCore, peer: DeviceAddress | undefined): number | undefined => {
  if (core.state.links.size >= core.profile.maxLinks) return HciErrorCode.connectionLimitExceeded;
  if (peer !== undefined && isConnectedTo(core, peer)) return HciErrorCode.connectionAlreadyExists;
  return undefined;
};

const cancel = complete('4.0', HciCommand.leCreateConnectionCancel, (core) => {
  const { initiator } = core.state;
  if (initiator === undefined) return DISALLOWED;
  initiator.stop();
  core.state.initiator = undefined;
  core.afterAnswer(() => core.reports.connectFailed(HciErrorCode.unknownConnectionIdentifier));
  return OK;
});

const entryOf = (p: { readonly addressType: number; readonly address: Address }) => {
  if (p.addressType === ANONYMOUS) return ANYBODY_ANONYMOUS;
  return p.addressType > 1 ? undefined : deviceOf(p.addressType, p.address);
};

/** Connecting, and whom to listen to (Vol 4, Part E, 7.8.12 to 7.8.17). */
export const initiatingHandlers: readonly Handler[] = [
  createConnection,
  extendedCreate,
  cancel,
  complete('4.0', HciCommand.leReadFilterAcceptListSize, ({ state }) => ({
    filterAcceptListSize: state.acceptList.size,
  })),
  complete('4.0', HciCommand.leClearFilterAcceptList, (core) => {
    if (core.acceptListInUse) return DISALLOWED;
    core.state.acceptList.clear();
    return OK;
  }),
  complete('4.0', HciCommand.leAddDeviceToFilterAcceptList, (core, p) => {
    if (core.acceptListInUse) return DISALLOWED;
    const entry = entryOf(p);
    if (entry === undefined) return INVALID;
    const added = core.state.acceptList.add(entry);
    return added ? OK : HciErrorCode.memoryCapacityExceeded;
  }),
  complete('4.0', HciCommand.leRemoveDeviceFromFilterAcceptList, (core, p) => {
    if (core.acceptListInUse) return DISALLOWED;
    const entry = entryOf(p);
    if (entry === undefined) return INVALID;
    core.state.acceptList.remove(entry);
    return OK;
  }),
];

import type { Address } from '../../core/address.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { mayConnect } from '../connect.ts';
import type { ControllerCore } from '../controller-core.ts';
import type { DeviceAddress } from '../link-layer/device-address.ts';
import { ANYBODY_ANONYMOUS } from '../link-layer/filter-list.ts';
import { Initiator } from '../link-layer/initiator.ts';
import { validParameters } from '../link-layer/link-parameters.ts';
import { DISALLOWED, deviceOf, INVALID, isConnectedTo, OK, speaks, validOwnAddressType } from './checks.ts';
import { complete, type Handler, status } from './handler.ts';
import { validScanTimes } from './scanning.ts';

const UNIT_MS = 0.625;
/** Address_Type of anonymous advertisers on the accept list (Vol 4, Part E, 7.8.16). */
const ANONYMOUS = 0xff;

const createConnection = status('4.0', HciCommand.leCreateConnection, (core, p) => {
  const { state } = core;
  if (!speaks(core, 'legacy') || state.initiator !== undefined) return DISALLOWED;
  if (!validScanTimes(p.leScanInterval, p.leScanWindow) || p.initiatorFilterPolicy > 1) return INVALID;
  if (!validOwnAddressType(p.ownAddressType) || (p.initiatorFilterPolicy === 0 && p.peerAddressType > 1))
    return INVALID;
  const range = {
    intervalMin: p.connectionIntervalMin,
    intervalMax: p.connectionIntervalMax,
    latency: p.maxLatency,
    supervisionTimeout: p.supervisionTimeout,
  };
  if (!validParameters(range) || p.minCeLength > p.maxCeLength) return INVALID;
  const own = core.ownAddress(p.ownAddressType);
  if (own === undefined) return INVALID;
  const peer = p.initiatorFilterPolicy === 1 ? undefined : deviceOf(p.peerAddressType, p.peerAddress);
  const refusal = refusalOf(core, peer);
  if (refusal !== undefined) return refusal;
  return () => {
    const initiator: Initiator = new Initiator({
      medium: core.medium,
      station: core.station,
      mayConnect: (device) => mayConnect(core, device),
      side: () => {
        state.initiator = undefined;
        return { owner: core.reports, address: own, handle: core.freeHandle() };
      },
      times: [{ phy: 1, intervalMs: p.leScanInterval * UNIT_MS, windowMs: p.leScanWindow * UNIT_MS }],
      extended: false,
      own,
      peer,
      acceptList: state.acceptList,
      parametersOn: (phy) => ({
        interval: range.intervalMin,
        latency: range.latency,
        supervisionTimeout: range.supervisionTimeout,
        phy,
      }),
    });
    state.initiator = initiator;
    initiator.start();
  };
});

/** Why a connection cannot even be tried. */
export const refusalOf = (core: ControllerCore, peer: DeviceAddress | undefined): number | undefined => {
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

/** The accept list may not change while anything filters by it (Vol 4, Part E, 7.8.15). */
const acceptListInUse = ({ state }: ControllerCore): boolean =>
  (state.advertiser !== undefined && state.advertising.filterPolicy !== 0) ||
  (state.scanner !== undefined && (state.scan.filterPolicy & 1) !== 0) ||
  state.initiator?.usesAcceptList === true;

/** Connecting, and whom to listen to (Vol 4, Part E, 7.8.12 to 7.8.17). */
export const initiatingHandlers: readonly Handler[] = [
  createConnection,
  cancel,
  complete('4.0', HciCommand.leReadFilterAcceptListSize, ({ state }) => ({
    filterAcceptListSize: state.acceptList.size,
  })),
  complete('4.0', HciCommand.leClearFilterAcceptList, (core) => {
    if (acceptListInUse(core)) return DISALLOWED;
    core.state.acceptList.clear();
    return OK;
  }),
  complete('4.0', HciCommand.leAddDeviceToFilterAcceptList, (core, p) => {
    if (acceptListInUse(core)) return DISALLOWED;
    const entry = entryOf(p);
    if (entry === undefined) return INVALID;
    const added = core.state.acceptList.add(entry);
    return added ? OK : HciErrorCode.memoryCapacityExceeded;
  }),
  complete('4.0', HciCommand.leRemoveDeviceFromFilterAcceptList, (core, p) => {
    if (acceptListInUse(core)) return DISALLOWED;
    const entry = entryOf(p);
    if (entry === undefined) return INVALID;
    core.state.acceptList.remove(entry);
    return OK;
  }),
];

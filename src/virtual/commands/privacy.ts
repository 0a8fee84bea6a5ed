import type { Address } from '../../core/address.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import type { ControllerCore } from '../controller-core.ts';
import type { DeviceAddress } from '../link-layer/device-address.ts';
import { PrivacyMode } from '../resolving-list.ts';
import { DISALLOWED, deviceOf, INVALID, OK } from './checks.ts';
import { complete, type Handler } from './handler.ts';

const NOT_LISTED = HciErrorCode.unknownConnectionIdentifier;
const NO_ADDRESS = '00:00:00:00:00:00' as Address;
/** Seconds (7.8.45). */
const LONGEST_TIMEOUT = 0x0e10;

/** While addresses are resolved and the radio uses them, the list may not change (7.8.38). */
const isLocked = (core: ControllerCore): boolean =>
  core.state.resolvingList.enabled && core.advertisesScansOrInitiates;

const peerOf = (p: {
  readonly peerIdentityAddressType: number;
  readonly peerIdentityAddress: Address;
}): DeviceAddress | undefined =>
  p.peerIdentityAddressType > 1 ? undefined : deviceOf(p.peerIdentityAddressType, p.peerIdentityAddress);

/** Resolvable private addresses in the controller (Vol 4, Part E, 7.8.38 to 7.8.45 and 7.8.77). */
export const privacyHandlers: readonly Handler[] = [
  complete('4.2', HciCommand.leAddDeviceToResolvingList, (core, p) => {
    const list = core.state.resolvingList;
    const peer = peerOf(p);
    if (peer === undefined) return INVALID;
    if (isLocked(core)) return DISALLOWED;
    if (list.full) return HciErrorCode.memoryCapacityExceeded;
    return list.add(peer, new Uint8Array(p.peerIrk), new Uint8Array(p.localIrk)) ? OK : INVALID;
  }),
  complete('4.2', HciCommand.leRemoveDeviceFromResolvingList, (core, p) => {
    const peer = peerOf(p);
    if (peer === undefined) return INVALID;
    if (isLocked(core)) return DISALLOWED;
    return core.state.resolvingList.remove(peer) ? OK : NOT_LISTED;
  }),
  complete('4.2', HciCommand.leClearResolvingList, (core) => {
    if (isLocked(core)) return DISALLOWED;
    core.state.resolvingList.clear();
    return OK;
  }),
  complete('4.2', HciCommand.leReadResolvingListSize, ({ state }) => ({
    resolvingListSize: state.resolvingList.size,
  })),
  complete('4.2', HciCommand.leReadPeerResolvableAddress, ({ state }, p) => {
    const peer = peerOf(p);
    if (peer === undefined) return INVALID;
    if (state.resolvingList.find(peer) === undefined) return NOT_LISTED;
    return { peerResolvableAddress: state.resolvingList.lastSeen(peer) ?? NO_ADDRESS };
  }),
  complete('4.2', HciCommand.leReadLocalResolvableAddress, ({ state }, p) => {
    const peer = peerOf(p);
    if (peer === undefined) return INVALID;
    if (state.resolvingList.find(peer) === undefined) return NOT_LISTED;
    return { localResolvableAddress: state.resolvingList.localAddress(peer) ?? NO_ADDRESS };
  }),
  complete('4.2', HciCommand.leSetAddressResolutionEnable, (core, p) => {
    if (p.addressResolutionEnable > 1) return INVALID;
    if (core.advertisesScansOrInitiates) return DISALLOWED;
    core.state.resolvingList.enabled = p.addressResolutionEnable === 1;
    return OK;
  }),
  complete('4.2', HciCommand.leSetResolvablePrivateAddressTimeout, (core, p) => {
    if (p.rpaTimeout === 0 || p.rpaTimeout > LONGEST_TIMEOUT) return INVALID;
    core.state.resolvingList.timeoutMs = p.rpaTimeout * 1000;
    return OK;
  }),
  complete('5.0', HciCommand.leSetPrivacyMode, (core, p) => {
    const peer = peerOf(p);
    if (peer === undefined || p.privacyMode > PrivacyMode.device) return INVALID;
    if (isLocked(core)) return DISALLOWED;
    const entry = core.state.resolvingList.find(peer);
    if (entry === undefined) return NOT_LISTED;
    entry.privacyMode = p.privacyMode;
    return OK;
  }),
];

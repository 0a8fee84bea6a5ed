import { addressTypeFromHci, addressTypeToHci } from '../../core/address.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { bitOf, LeFeature } from '../../hci/codec/features.ts';
import type { ControllerCore } from '../controller-core.ts';
import { type DeviceAddress, sameDevice } from '../link-layer/device-address.ts';
import type { Identified } from '../link-layer/identities.ts';
import type { ParameterRange } from '../link-layer/link-parameters.ts';

/** In which HCI counts intervals and windows of advertising and scanning (Vol 4, Part E, 7.8.5, 7.8.10). */
export const SLOT_MS = 0.625;
/** Between events of high duty cycle advertising at the most (Vol 6, Part B, 4.4.2.4.3). */
export const HIGH_DUTY_INTERVAL_MS = 3.75;

export const OK = HciErrorCode.success;
export const INVALID = HciErrorCode.invalidHciCommandParameters;
export const DISALLOWED = HciErrorCode.commandDisallowed;

/** Legacy and extended commands may not both be used between two resets (Vol 4, Part E, 3.1.1). */
export const speaks = (core: ControllerCore, dialect: 'legacy' | 'extended'): boolean => {
  core.state.dialect ??= dialect;
  return core.state.dialect === dialect;
};

/** Own_Address_Type: 2 and 3 ask for resolvable addresses, which need a resolving list (Vol 4, Part E, 7.8.5). */
export const validOwnAddressType = (core: ControllerCore, type: number): boolean =>
  type <= (core.profile.resolvingListSize > 0 ? 3 : 1);

/** Peer_Address_Type of a connection: 2 and 3 say that it is an identity (Vol 4, Part E, 7.8.12). */
export const validPeerAddressType = (core: ControllerCore, type: number): boolean =>
  validOwnAddressType(core, type);

/** Scanning_Filter_Policy: 2 and 3 let directed advertising to resolvable addresses pass (Vol 4, Part E, 7.8.10). */
export const validScanFilterPolicy = (core: ControllerCore, policy: number): boolean =>
  policy <= (bitOf(core.profile.leFeatures, LeFeature.extendedScannerFilterPolicies) ? 3 : 1);

/** The address that a command means by Address_Type and Address. */
export const deviceOf = (addressType: number, address: DeviceAddress['address']): DeviceAddress => ({
  type: addressTypeFromHci(addressType),
  address,
});

/** Whether a link with that device exists, whichever role it has. */
export const isConnectedTo = (core: ControllerCore, device: DeviceAddress): boolean => {
  for (const { peer } of core.state.links.values()) {
    if (sameDevice(peer.device, device)) return true;
  }
  return false;
};

/** The address type in events, where 2 and 3 mean that the controller resolved an identity (Vol 4, Part E, 7.7.65.2). */
export const identityTypeToHci = ({ device, resolved }: Identified): number =>
  addressTypeToHci(device.type) | (resolved ? 2 : 0);

/** The connection parameters that a command allows, by the names they have in all but one command. */
export const rangeOf = (p: {
  readonly maxLatency: number;
  readonly supervisionTimeout: number;
  readonly connectionIntervalMin: number;
  readonly connectionIntervalMax: number;
}): ParameterRange => ({
  intervalMin: p.connectionIntervalMin,
  intervalMax: p.connectionIntervalMax,
  latency: p.maxLatency,
  supervisionTimeout: p.supervisionTimeout,
});

import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import { bitOf, LeFeature } from '../../hci/codec/features.ts';
import type { ControllerCore } from '../controller-core.ts';
import type { DeviceAddress } from '../link-layer/device-address.ts';

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

/** Scanning_Filter_Policy: 2 and 3 let directed advertising to resolvable addresses pass (Vol 4, Part E, 7.8.10). */
export const validScanFilterPolicy = (core: ControllerCore, policy: number): boolean =>
  policy <= (bitOf(core.profile.leFeatures, LeFeature.extendedScannerFilterPolicies) ? 3 : 1);

/** The address that a command means by Address_Type and Address. */
export const deviceOf = (addressType: number, address: DeviceAddress['address']): DeviceAddress => ({
  type: addressType === 0 ? 'public' : 'random',
  address,
});

/** Whether a link with that device exists, whichever role it has. */
export const isConnectedTo = (core: ControllerCore, device: DeviceAddress): boolean => {
  for (const { peer } of core.state.links.values()) {
    if (peer.address === device.address && peer.type === device.type) return true;
  }
  return false;
};

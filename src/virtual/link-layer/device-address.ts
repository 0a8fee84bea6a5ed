import type { Address, AddressType } from '../../core/address.ts';

/** An address as it travels: with the bit that says which kind it is (Vol 6, Part B, 1.3). */
export interface DeviceAddress {
  readonly address: Address;
  readonly type: AddressType;
  /** A resolvable address that the controller made itself. */
  readonly generated?: boolean | undefined;
}

export const sameDevice = (a: DeviceAddress, b: DeviceAddress): boolean =>
  a.address === b.address && a.type === b.type;

export const deviceKey = (device: DeviceAddress): string =>
  `${device.type === 'public' ? 'P' : 'R'}${device.address}`;

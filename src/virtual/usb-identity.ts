import type { UsbIdentity } from '../transport/usbip/dongle-descriptors.ts';
import type { ProfileName } from './profile.ts';

/** Drivers know what they have to do for a maker's chips by these numbers, before they have heard a word of HCI. */
const identities: Partial<Record<ProfileName, UsbIdentity>> = {
  csr8510: { vendorId: 0x0a12, productId: 0x0001, release: 0x2520, product: 'CSR8510 A10' },
  zephyr: { vendorId: 0x2fe3, productId: 0x000b, release: 0x0100, product: 'Zephyr HCI USB sample' },
  rtl8761bu: { vendorId: 0x0bda, productId: 0x8771, release: 0x0200, product: 'Bluetooth Radio' },
};

/** Of nobody: numbers that pid.codes keeps for tests, so that drivers go by the class. */
const ofNobody: UsbIdentity = {
  vendorId: 0x1209,
  productId: 0x0001,
  release: 0x0100,
  product: 'Jelling virtual controller',
};

/** What a controller passes for on USB. */
export const usbIdentityOf = (profile: ProfileName): UsbIdentity => identities[profile] ?? ofNobody;

import { randomBytes } from '../crypto/random.ts';
import type { HciController } from '../hci/hci-controller.ts';
import { type IdentityStore, staticAddressFrom } from './identity.ts';
import type { OwnAddress } from './radio-controller.ts';

/**
 * The address an adapter goes by: the controller's public one; without it the static one of the chip; without that one that is made once
 * and kept under the adapter's name (Vol 6, Part B, 1.3.2.1).
 */
export const chooseOwnAddress = async (
  hci: Pick<HciController, 'info' | 'readStaticAddress'>,
  name: string,
  store: IdentityStore,
): Promise<OwnAddress> => {
  const { publicAddress } = hci.info;
  if (publicAddress !== undefined) return { type: 'public', address: publicAddress };
  const ofTheChip = await hci.readStaticAddress();
  if (ofTheChip !== undefined) return { type: 'random', address: ofTheChip };
  const kept = await store.load(name);
  if (kept !== undefined) return { type: 'random', address: kept.staticAddress };
  const staticAddress = staticAddressFrom(randomBytes(6));
  await store.save(name, { staticAddress });
  return { type: 'random', address: staticAddress };
};

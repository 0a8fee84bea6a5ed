import type { WaitOptions } from '../../core/procedure.ts';
import { parseUuid } from '../../core/uuid.ts';
import type { AttributeValue } from '../../gatt/client/read-by-uuid.ts';
import type { Bonds } from '../bonds/bonds.ts';
import type { Peer } from '../radio/radio-controller.ts';

const CENTRAL_ADDRESS_RESOLUTION = parseUuid(0x2aa6);

/** What is used of a connection. */
export interface AddressResolutionReader {
  readByUuid(
    uuid: typeof CENTRAL_ADDRESS_RESOLUTION,
    options?: WaitOptions,
  ): Promise<readonly AttributeValue[]>;
}

/**
 * Reads whether a bonded peer recognises itself behind private addresses, and keeps the answer with the bond (Vol 3, Part C, 12.4): once for each bond, of a peer that hides. To be
 * called on a link that is encrypted with the key of that bond, or somebody else could answer. A peer without the characteristic does not.
 */
export const learnAddressResolution = async (
  connection: AddressResolutionReader,
  peer: Peer,
  bonds: Pick<Bonds, 'find' | 'update'>,
): Promise<void> => {
  const bond = bonds.find(peer);
  if (bond?.peerIrk === undefined || bond.centralAddressResolution !== undefined) return;
  const [found] = await connection.readByUuid(CENTRAL_ADDRESS_RESOLUTION);
  const centralAddressResolution = found?.value[0] === 1;
  await bonds.update(peer, (current) => ({ ...current, centralAddressResolution }));
};

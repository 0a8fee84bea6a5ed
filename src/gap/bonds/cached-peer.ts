import type { CachedPeer } from '../../gatt/client/attribute-memory.ts';
import type { IdentityAddress } from '../../smp/bond.ts';
import type { Device } from '../device.ts';
import type { ConnectionSecurity } from '../security.ts';

/**
 * Under what the attributes of a peer are kept (Vol 3, Part G, 2.5.2): its identity where it is bonded, and the link encrypted so that it is that peer indeed; else an address that
 * stays. Anybody can go by another's address, which is why nothing that was learned so is ever believed of a bonded peer.
 */
export const cachedPeer = (
  { address, addressType, addressKind }: Device,
  bonded: IdentityAddress | undefined,
  security: ConnectionSecurity,
): CachedPeer | undefined => {
  if (bonded !== undefined) {
    const isProven = security.encrypted && security.bonded;
    return isProven ? { key: `bond ${bonded.address}/${bonded.type}`, bonded: true } : undefined;
  }
  const stays = addressKind === 'public' || addressKind === 'static';
  return stays ? { key: `${address}/${addressType}`, bonded: false } : undefined;
};

import type { CachedPeer } from '../gatt/attribute-memory.ts';
import type { Device } from './device.ts';
import type { ConnectionSecurity } from './security.ts';

/**
 * Under what the attributes of a peer are kept (Vol 3, Part G, 2.5.2): its identity where it is bonded, and the link encrypted so that it is that peer indeed; else an address that
 * stays. Anybody can go by another's address, which is why nothing that was learned so is ever believed of a bonded peer.
 */
export const cachedPeer = (
  { address, addressType, addressKind }: Device,
  identity: string | undefined,
  security: ConnectionSecurity,
): CachedPeer | undefined => {
  if (identity !== undefined)
    return security.encrypted ? { key: `bond ${identity}`, bonded: true } : undefined;
  const stays = addressKind === 'public' || addressKind === 'static';
  return stays ? { key: `${address}/${addressType}`, bonded: false } : undefined;
};

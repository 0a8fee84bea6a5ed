import { equalBytes } from '../../core/bytes.ts';
import type { Bond } from '../../smp/bond.ts';
import { type ResolvingEntry, samePeer } from '../radio/radio-controller.ts';

/**
 * Whom the controller is to know behind private addresses: the peers that have given their IRK, each key once, because a controller takes none twice. Entries that stay
 * as they were are the same objects.
 */
export const resolvingEntries = (
  bonds: readonly Bond[],
  localIrk: Uint8Array,
  before: readonly ResolvingEntry[],
): readonly ResolvingEntry[] => {
  const entries: ResolvingEntry[] = [];
  for (const { peer, peerIrk } of bonds) {
    if (peerIrk === undefined || entries.some((entry) => equalBytes(entry.peerIrk, peerIrk))) continue;
    const same = before.find((entry) => samePeer(entry.peer, peer) && equalBytes(entry.peerIrk, peerIrk));
    entries.push(same ?? { peer, peerIrk, localIrk });
  }
  return entries;
};

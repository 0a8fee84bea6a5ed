import type { Adapter, Device, ScanResult } from 'jelling';
import { choose, type Heard, isMeant, type Peer } from './peer.ts';

export interface FindOptions {
  readonly timeoutMs?: number | undefined;
  readonly signal: AbortSignal;
}

const FIND_TIMEOUT_MS = 10_000;
/** How long others of the same name may take to show up after the first: a little more than the usual advertising intervals. */
const NAMESAKES_MS = 1_500;

/** The device that the user means. Throws PeerError, which lists who was heard. */
export const findPeer = async (ble: Adapter, peer: Peer, options: FindOptions): Promise<Device> => {
  if (peer.by === 'address' && peer.type !== undefined) return ble.device(peer.address, peer.type);
  const { timeoutMs = FIND_TIMEOUT_MS, signal } = options;
  const heard = new Map<string, Heard & { readonly device: Device }>();
  await using scanner = ble.scan({ active: true, durationMs: timeoutMs, signal });
  let namesakes: NodeJS.Timeout | undefined;
  try {
    for await (const result of scanner) {
      const known = snapshot(result);
      heard.set(`${known.address}/${known.addressType}`, known);
      if (!known.connectable || !isMeant(peer, known)) continue;
      if (peer.by === 'address') break;
      namesakes ??= setTimeout(() => void scanner.close(), NAMESAKES_MS);
    }
  } finally {
    clearTimeout(namesakes);
  }
  return choose(peer, heard.values(), timeoutMs).device;
};

const snapshot = (result: ScanResult<Device>): Heard & { readonly device: Device } => {
  const { address, addressType, name, rssi, services, connectable, device } = result;
  return { address, addressType, name, rssi, services, connectable, device };
};

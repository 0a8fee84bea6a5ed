import { UsageError } from './exit.ts';
import { printable } from './text.ts';

/** Whom the user means. */
export type Peer =
  | { readonly by: 'name'; readonly name: string }
  | {
      readonly by: 'address';
      readonly address: string;
      readonly type: 'public' | 'random' | undefined;
    }
  /** Whoever advertises that service; what that is, for messages. */
  | { readonly by: 'service'; readonly service: string; readonly one: string; readonly many: string };

export const peerOperand = {
  name: 'PEER',
  help: 'the name that it advertises, or its address as in F0:F1:F2:F3:F4:F5; with /public or /random behind the address it is not looked for first',
};

/** Reads a name or an address. */
export const parsePeer = (given: string): Peer => {
  if (given === '') throw new UsageError('the name of the peer is empty');
  const [, address, type] = /^((?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2})(?:\/(\w+))?$/i.exec(given) ?? [];
  if (address === undefined) return { by: 'name', name: given };
  if (type !== undefined && type !== 'public' && type !== 'random') {
    throw new UsageError(`'${type}' is no type of address: give /public or /random`);
  }
  return { by: 'address', address: address.replaceAll('-', ':').toUpperCase(), type };
};

/** What is known of somebody who advertises. */
export interface Heard {
  readonly address: string;
  readonly addressType: string;
  readonly name: string | undefined;
  readonly rssi: number | undefined;
  readonly services: readonly string[];
  readonly connectable: boolean;
}

export const isMeant = (peer: Peer, heard: Heard): boolean => {
  switch (peer.by) {
    case 'name':
      return heard.name === peer.name;
    case 'address':
      return heard.address === peer.address;
    case 'service':
      return heard.services.includes(peer.service);
  }
};

/** Not there, or not to be told apart: nothing was done. */
export class PeerError extends Error {
  override readonly name = 'PeerError';
  readonly code: 'BLE_NOT_FOUND' | 'AMBIGUOUS';

  constructor(message: string, code: PeerError['code']) {
    super(message);
    this.code = code;
  }
}

/** The one who is meant. Throws PeerError, which lists who was heard. */
export const choose = <H extends Heard>(peer: Peer, heard: Iterable<H>, timeoutMs: number): H => {
  const all = [...heard];
  const meant = all.filter((each) => isMeant(peer, each));
  const connectable = meant.filter((each) => each.connectable);
  const [found, other] = connectable;
  if (found === undefined) throw notFound(peer, meant, all, timeoutMs);
  if (other === undefined) return found;
  throw new PeerError(
    `${connectable.length} devices are ${peer.by === 'service' ? peer.many : nameOf(peer)}; give the address of the one you mean:\n${list(connectable)}`,
    'AMBIGUOUS',
  );
};

const notFound = (
  peer: Peer,
  meant: readonly Heard[],
  all: readonly Heard[],
  timeoutMs: number,
): PeerError => {
  if (meant.length > 0) {
    return new PeerError(
      `${nameOf(peer)} advertises, but accepts no connections:\n${list(meant)}`,
      'BLE_NOT_FOUND',
    );
  }
  const others =
    all.length === 0
      ? 'nothing was heard at all: is it switched on, and in reach?'
      : `heard were:\n${list(all)}`;
  return new PeerError(
    `${nameOf(peer)} was not heard within ${timeoutMs / 1_000} s; ${others}`,
    'BLE_NOT_FOUND',
  );
};

const nameOf = (peer: Peer): string => {
  if (peer.by === 'service') return peer.one;
  return peer.by === 'name' ? `'${peer.name}'` : peer.address;
};

const MOST_LISTED = 10;

const list = (heard: readonly Heard[]): string => {
  const nearestFirst = [...heard].sort((a, b) => (b.rssi ?? -128) - (a.rssi ?? -128));
  const lines = nearestFirst.slice(0, MOST_LISTED).map(describe);
  if (heard.length > MOST_LISTED) lines.push(`  and ${heard.length - MOST_LISTED} more`);
  return lines.join('\n');
};

const describe = ({ address, addressType, name, rssi }: Heard): string => {
  const strength = rssi === undefined ? '' : `  ${rssi} dBm`;
  return `  ${address}/${addressType}${strength}  ${name === undefined ? '(no name)' : printable(name)}`;
};

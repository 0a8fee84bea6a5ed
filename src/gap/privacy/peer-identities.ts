import { type Address, addressKeyOf, kindOfAddress } from '../../core/address.ts';
import { Counters } from '../../core/counters.ts';
import { ahWith } from '../../crypto/toolbox.ts';
import type { Bonds } from '../bonds/bonds.ts';
import { type Peer, samePeer } from '../radio/radio-controller.ts';
import { type AddressHash, isMadeWith } from './random-address.ts';

/** Private addresses whose owner is remembered. Each bonded peer in reach needs one in a quarter of an hour. */
export const MAX_RESOLVED = 512;
/** Private addresses of strangers that are remembered, so that each is tried once. */
export const MAX_STRANGERS = 4096;

/** A peer that has given its IRK. */
interface Resolvable {
  readonly peer: Peer;
  /** That of addressKeyAt(). */
  readonly key: number;
  readonly hash: AddressHash;
  /** The private address it was heard under last, and when. */
  heard: { readonly address: Address; readonly atMs: number } | undefined;
}

/**
 * Who is behind an address: the one place that turns the addresses of the air into identities. A peer is known by the IRK of its bond, or by what it said of itself
 * while it paired on a link that is still up.
 */
export class PeerIdentities {
  readonly counters = new Counters(['addressesTried', 'resolutionsForgotten']);
  readonly #bonds: Pick<Bonds, 'all'>;
  readonly #now: () => number;
  #resolvable: readonly Resolvable[] = [];
  /** The oldest first, in both. */
  readonly #resolved = new Map<Address, Resolvable>();
  readonly #strangers = new Set<Address>();
  /** What links that are up have shown to be the same. */
  readonly #learned = new Set<{ readonly onAir: Peer; readonly identity: Peer }>();

  constructor(bonds: Pick<Bonds, 'all' | 'onChange'>, now: () => number) {
    this.#bonds = bonds;
    this.#now = now;
    bonds.onChange(() => this.#begin());
    this.#begin();
  }

  /** Whether any address could be resolved. */
  get resolves(): boolean {
    return this.#resolvable.length > 0;
  }

  /** The identity behind an address, or the address itself where nobody is known behind it. */
  identify(peer: Peer): Peer {
    for (const { onAir, identity } of this.#learned) if (samePeer(onAir, peer)) return identity;
    return this.#resolve(peer)?.peer ?? peer;
  }

  /** As identify(), for an address that is being heard now: with the number that addressKeyAt() gives the identity, or undefined for a stranger. */
  hear(address: Address): { readonly peer: Peer; readonly key: number } | undefined {
    const found = this.#resolve({ address, type: 'random' });
    if (found !== undefined) found.heard = { address, atMs: this.#now() };
    return found;
  }

  /** The private address that a peer was heard under in the last `withinMs`. */
  lastHeard(identity: Peer, withinMs: number): Address | undefined {
    const heard = this.#resolvable.find(({ peer }) => samePeer(peer, identity))?.heard;
    return heard !== undefined && this.#now() - heard.atMs <= withinMs ? heard.address : undefined;
  }

  /** It does not answer under that address any more. */
  forgetHeard(identity: Peer): void {
    const found = this.#resolvable.find(({ peer }) => samePeer(peer, identity));
    if (found !== undefined) found.heard = undefined;
  }

  /** Notes for as long as a link is up whose the address is that it uses. The function returned takes it back. */
  learn(onAir: Peer, identity: Peer): () => void {
    const both = { onAir, identity };
    this.#learned.add(both);
    return () => this.#learned.delete(both);
  }

  /** Bonds have changed: a stranger may be known now, and somebody known a stranger. */
  #begin(): void {
    const before = this.#resolvable;
    this.#resolvable = this.#bonds.all.flatMap(({ peer, peerIrk }) => {
      if (peerIrk === undefined) return [];
      const heard = before.find((one) => samePeer(one.peer, peer))?.heard;
      return [{ peer, key: addressKeyOf(peer.address, peer.type), hash: ahWith(peerIrk), heard }];
    });
    this.#resolved.clear();
    this.#strangers.clear();
  }

  #resolve({ address, type }: Peer): Resolvable | undefined {
    if (this.#resolvable.length === 0 || kindOfAddress(address, type) !== 'resolvable') return undefined;
    const known = this.#resolved.get(address);
    if (known !== undefined || this.#strangers.has(address)) return known;
    this.counters.add('addressesTried');
    const found = this.#resolvable.find(({ hash }) => isMadeWith(hash, address));
    if (found === undefined) {
      this.#makeRoom(this.#strangers, MAX_STRANGERS);
      this.#strangers.add(address);
    } else {
      this.#makeRoom(this.#resolved, MAX_RESOLVED);
      this.#resolved.set(address, found);
    }
    return found;
  }

  #makeRoom(cache: Map<Address, unknown> | Set<Address>, limit: number): void {
    if (cache.size < limit) return;
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      this.counters.add('resolutionsForgotten');
      return;
    }
  }
}

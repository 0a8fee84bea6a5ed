import { Counters } from '../../core/counters.ts';
import type { Log } from '../../core/log.ts';
import { procedure } from '../../core/procedure.ts';
import { GattUuid } from '../gatt-codes.ts';
import type { ServiceRecord } from './attribute-records.ts';
import type { ClientContext } from './client-context.ts';
import type { ClientRegistration } from './client-registration.ts';
import type { Validity } from './client-requests.ts';
import { readDatabaseHash } from './database-hash.ts';
import {
  type CachedAttributes,
  checkedAttributes,
  type GattCache,
  MAX_CACHED_ATTRIBUTES,
} from './gatt-cache.ts';

/** A store that does not answer by then has nothing. */
const CACHE_TIMEOUT_MS = 1_000;

/** Under what a peer is kept now. */
export interface CachedPeer {
  readonly key: string;
  /** Bonded, and the link is encrypted, so that it is the peer that it seems to be. */
  readonly bonded: boolean;
}

export interface AttributeMemoryOptions {
  readonly cache: GattCache;
  /** What has to happen before it can be told who the peer is, if anything. */
  readonly ready?: (() => Promise<void> | undefined) | undefined;
  /** Asked at each use, for a peer may bond while the link lasts; undefined for one that must not be kept. */
  readonly peer: () => CachedPeer | undefined;
  readonly context: ClientContext;
  readonly registration: ClientRegistration;
  readonly log: Log;
}

export type MemoryCounterName = 'cacheHits' | 'cacheMisses' | 'cacheOverflows' | 'cacheFailures';

/**
 * What a client remembers of its server from other links (Vol 3, Part G, 2.5.2). The hash is read before anything is discovered or believed: should the server change
 * between the two, what is kept belongs to an older hash and is thrown away at the next link, where the other order would keep it for ever.
 */
export class AttributeMemory {
  readonly counters = new Counters<MemoryCounterName>([
    'cacheHits',
    'cacheMisses',
    'cacheOverflows',
    'cacheFailures',
  ]);
  readonly #options: AttributeMemoryOptions;
  #recalling: Promise<void> | undefined;
  /** The hash that what is known belongs to: null where the server has none, undefined where nobody has asked. */
  #hash: string | null | undefined;
  #isTrusted = false;

  constructor(options: AttributeMemoryOptions) {
    this.#options = options;
  }

  /** Whether the client works with what was kept from another link. */
  get isTrusted(): boolean {
    return this.#isTrusted;
  }

  /** Called before something is discovered: takes up what was kept, where it still holds. Once, however many call. */
  async recall(validity: Validity, stepTimeoutMs: number | undefined): Promise<void> {
    this.#recalling ??= this.#recall(validity, stepTimeoutMs);
    const recalling = this.#recalling;
    try {
      await recalling;
    } catch (error) {
      // The next caller tries again.
      if (this.#recalling === recalling) this.#recalling = undefined;
      throw error;
    }
  }

  /** Something new is known of the server. */
  keep(): void {
    const peer = this.#options.peer();
    if (peer === undefined || this.#hash === undefined) return;
    const attributes = this.#snapshot(peer, this.#hash);
    if (sizeOf(attributes.services) > MAX_CACHED_ATTRIBUTES) this.counters.add('cacheOverflows');
    else this.#attempt(() => this.#options.cache.save(peer.key, attributes));
  }

  /** The server has changed. */
  forget(): void {
    this.#recalling = undefined;
    this.#hash = undefined;
    this.#isTrusted = false;
    const peer = this.#options.peer();
    if (peer !== undefined) this.#attempt(() => this.#options.cache.remove(peer.key));
  }

  async #recall(validity: Validity, stepTimeoutMs: number | undefined): Promise<void> {
    const { context } = this.#options;
    await this.#options.ready?.();
    const peer = this.#options.peer();
    if (peer === undefined) return;
    const kept = await this.#load(peer.key);
    // Of a peer without a hash nothing holds but what a bond makes it tell of its changes; that it has none is not asked again.
    if (kept?.databaseHash === null) {
      this.#hash = null;
      if (peer.bonded && kept.services.length > 0) this.#takeUp(kept, peer, validity);
      return;
    }
    const hash = await readDatabaseHash(context, validity, stepTimeoutMs);
    this.#hash = hash ?? null;
    if (kept === undefined || kept.databaseHash !== hash) {
      this.counters.add('cacheMisses');
      // That there is no hash is worth keeping by itself.
      this.keep();
    } else {
      this.#takeUp(kept, peer, validity);
    }
  }

  #takeUp(kept: CachedAttributes, { bonded }: CachedPeer, validity: Validity): void {
    const { context, registration } = this.#options;
    const { services, values } = context;
    this.counters.add('cacheHits');
    this.#isTrusted = true;
    if (bonded) registration.restore(kept);
    if (kept.complete) {
      services.take(kept.services, validity);
      services.takeAll(
        kept.services.filter(({ primary }) => primary),
        validity,
      );
    } else {
      services.take(kept.services, validity);
    }
    // What the server said of its changes before anybody here knew at which handle it would. A hash says all that and more.
    if (kept.databaseHash === null) values.replayServiceChanged();
  }

  #snapshot(peer: CachedPeer, databaseHash: string | null): CachedAttributes {
    const { services } = this.#options.context;
    const { indicatesChanges, clientFeatures } = this.#options.registration;
    const isKept = databaseHash !== null || (peer.bonded && this.#tellsChanges());
    return {
      databaseHash,
      complete: isKept && services.primary !== undefined,
      services: isKept ? services.records : [],
      indicatesChanges: peer.bonded && indicatesChanges,
      clientFeatures: peer.bonded ? clientFeatures : 0,
    };
  }

  /** Whether a bonded server says when it changes, or never does (Vol 3, Part G, 2.5.2 and 7.1). */
  #tellsChanges(): boolean {
    const { services } = this.#options.context;
    if (this.#options.registration.indicatesChanges) return true;
    const generic = services.first(GattUuid.genericAttribute)?.record;
    if (generic === undefined) return services.primary !== undefined;
    return generic.characteristics?.every(({ uuid }) => uuid !== GattUuid.serviceChanged) ?? false;
  }

  async #load(key: string): Promise<CachedAttributes | undefined> {
    const { cache, context } = this.#options;
    try {
      const given = await procedure<unknown>(
        {
          what: `looking up what is kept of ${context.peer}`,
          clock: context.clock,
          scope: context.bearer.scope,
          defaultTimeoutMs: CACHE_TIMEOUT_MS,
        },
        (settle) => {
          cache.load(key).then(settle.resolve, settle.reject);
          return undefined;
        },
      );
      return given === undefined ? undefined : checkedAttributes(given);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** A store of the user's may also throw where it should reject. */
  #attempt(change: () => Promise<void>): void {
    const run = async (): Promise<void> => change();
    run().catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    const { context, log } = this.#options;
    this.counters.add('cacheFailures');
    log.write('warn', 'gatt', () => `what is kept of ${context.peer} is of no use: ${String(error)}`);
  }
}

const sizeOf = (services: readonly ServiceRecord[]): number => {
  let size = services.length;
  for (const { characteristics = [] } of services) {
    size += characteristics.length;
    for (const { descriptors = [] } of characteristics) size += descriptors.length;
  }
  return size;
};

import { InvalidArgumentError } from '../../core/errors.ts';
import { JsonReader } from '../../core/json-reader.ts';
import { parseUuid, type Uuid } from '../../core/uuid.ts';
import { FIRST_HANDLE, LAST_HANDLE } from '../gatt-codes.ts';
import type { CharacteristicRecord, DescriptorRecord, ServiceRecord } from './attribute-records.ts';

/** What is kept of a peer's attributes from one link to the next (Vol 3, Part G, 2.5.2). Plain values, which JSON can say. */
export interface CachedAttributes {
  /** The Database Hash that the peer had when all of this was discovered, 32 hexadecimal digits; null where it has none. */
  readonly databaseHash: string | null;
  /** Whether all primary services of the peer are among `services`. */
  readonly complete: boolean;
  /** In the order of their handles. What is missing in them has not been asked for yet. */
  readonly services: readonly ServiceRecord[];
  /** Whether the peer, being bonded, remembers that it has to indicate Service Changed. */
  readonly indicatesChanges: boolean;
  /** The bits of Client Supported Features that the peer, being bonded, remembers (Vol 3, Part G, 7.2). */
  readonly clientFeatures: number;
}

/**
 * Where adapters keep what they have discovered of peers. A peer goes by a text that stays the same: its identity where it is bonded, else a public or static random
 * address; peers that hide behind private addresses are not kept. What a cache gives is checked before it is believed, and one that fails costs a discovery and
 * nothing else.
 */
export interface GattCache {
  /** What was kept last of the peer, as JSON would give it back; undefined where there is nothing. */
  load(peer: string): Promise<unknown>;
  /** Called after each discovery that has brought something new. */
  save(peer: string, attributes: CachedAttributes): Promise<void>;
  /** Called when the peer has changed. */
  remove(peer: string): Promise<void>;
}

/** Peers that a cache in memory remembers unless told otherwise; the one that was met longest ago goes first. */
const MAX_PEERS = 64;

/** Keeps attributes as long as the process runs. */
export class MemoryGattCache implements GattCache {
  readonly #kept = new Map<string, CachedAttributes>();
  readonly #maxPeers: number;

  constructor(options: { readonly maxPeers?: number | undefined } = {}) {
    this.#maxPeers = options.maxPeers ?? MAX_PEERS;
  }

  get size(): number {
    return this.#kept.size;
  }

  load(peer: string): Promise<CachedAttributes | undefined> {
    const attributes = this.#kept.get(peer);
    if (attributes !== undefined) this.#put(peer, attributes);
    return Promise.resolve(attributes);
  }

  save(peer: string, attributes: CachedAttributes): Promise<void> {
    this.#put(peer, attributes);
    return Promise.resolve();
  }

  remove(peer: string): Promise<void> {
    this.#kept.delete(peer);
    return Promise.resolve();
  }

  /** At the end, which is where those stand that were met last. */
  #put(peer: string, attributes: CachedAttributes): void {
    this.#kept.delete(peer);
    this.#kept.set(peer, attributes);
    if (this.#kept.size <= this.#maxPeers) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }
}

/** Attributes that are kept of one peer; a peer that has more is discovered anew each time. */
export const MAX_CACHED_ATTRIBUTES = 2_048;

/** What a cache has given, which is input like any other. Throws InvalidArgumentError that names the place. */
export const checkedAttributes = (given: unknown): CachedAttributes => {
  const reader = JsonReader.of(given, 'attributes');
  const hash = reader.field('databaseHash');
  const services = inOrder(reader.field('services'), FIRST_HANDLE, LAST_HANDLE, serviceFrom);
  const isHashless = reader.object()['databaseHash'] === null;
  return {
    databaseHash: isHashless ? null : hashFrom(hash),
    complete: reader.field('complete').boolean(),
    services,
    indicatesChanges: reader.field('indicatesChanges').boolean(),
    clientFeatures: reader.field('clientFeatures').integer(0, 0xff),
  };
};

const hashFrom = (reader: JsonReader): string => {
  const digits = reader.string();
  if (/^[0-9a-f]{32}$/.test(digits)) return digits;
  throw reader.refuse('32 hexadecimal digits expected');
};

/** The records of a list, each of which lies behind the one before it, and all between two handles. */
const inOrder = <R extends { readonly handle: number; readonly endHandle?: number }>(
  list: JsonReader,
  first: number,
  last: number,
  read: (item: JsonReader, first: number, last: number) => R,
): readonly R[] => {
  let from = first;
  return list.items(MAX_CACHED_ATTRIBUTES).map((item) => {
    const record = read(item, from, last);
    from = (record.endHandle ?? record.handle) + 1;
    return record;
  });
};

const serviceFrom = (reader: JsonReader, first: number, last: number): ServiceRecord => {
  const handle = reader.field('handle').integer(first, last);
  const endHandle = reader.field('endHandle').integer(handle, last);
  return {
    handle,
    endHandle,
    uuid: uuidFrom(reader.field('uuid')),
    primary: reader.field('primary').boolean(),
    includes: reader.optional('includes', (list) =>
      list.items(MAX_CACHED_ATTRIBUTES).map((item) => item.integer(FIRST_HANDLE, LAST_HANDLE)),
    ),
    characteristics: reader.optional('characteristics', (list) =>
      inOrder(list, handle + 1, endHandle, characteristicFrom),
    ),
  };
};

const characteristicFrom = (reader: JsonReader, first: number, last: number): CharacteristicRecord => {
  const handle = reader.field('handle').integer(first, last);
  const valueHandle = reader.field('valueHandle').integer(handle + 1, last);
  const endHandle = reader.field('endHandle').integer(valueHandle, last);
  return {
    handle,
    valueHandle,
    endHandle,
    properties: reader.field('properties').integer(0, 0xff),
    uuid: uuidFrom(reader.field('uuid')),
    descriptors: reader.optional('descriptors', (list) =>
      inOrder(list, valueHandle + 1, endHandle, descriptorFrom),
    ),
  };
};

const descriptorFrom = (reader: JsonReader, first: number, last: number): DescriptorRecord => ({
  handle: reader.field('handle').integer(first, last),
  uuid: uuidFrom(reader.field('uuid')),
});

const uuidFrom = (reader: JsonReader): Uuid => {
  const text = reader.string();
  try {
    return parseUuid(text);
  } catch (cause) {
    throw new InvalidArgumentError(`${reader.path}: ${(cause as Error).message}`, { cause });
  }
};

import { type CachedAttributes, type GattCache, MemoryGattCache } from '../../src/index.ts';

/** A cache that knows nothing while it is off, so that what is discovered is measured. */
export class SwitchedCache implements GattCache {
  readonly #inner = new MemoryGattCache();
  isOn = false;

  load(peer: string): Promise<unknown> {
    return this.isOn ? this.#inner.load(peer) : Promise.resolve(undefined);
  }

  save(peer: string, attributes: CachedAttributes): Promise<void> {
    return this.#inner.save(peer, attributes);
  }

  remove(peer: string): Promise<void> {
    return this.#inner.remove(peer);
  }
}

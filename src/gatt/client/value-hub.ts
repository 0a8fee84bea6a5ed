import type { AttValueReceiver } from '../../att/value-inbox.ts';
import { type Bytes, copyBytes } from '../../core/bytes.ts';
import { Counters } from '../../core/counters.ts';
import type { ValueFeed, ValueLoss } from './value-feed.ts';

/** Where the values of one characteristic go. */
export interface ValueFeeds {
  readonly notifications: ValueFeed;
  readonly indications: ValueFeed;
}

const hubCounterNames = [
  'unknownHandles',
  /** Values that nobody read in time; each characteristic tells its own by `dropped`. */
  'valuesDropped',
  /** Values of a characteristic that nobody has subscribed to, or waits for, at present. */
  'valuesUnwanted',
] as const;
export type ValueHubCounterName = (typeof hubCounterNames)[number];

/** Vol 3, Part G, 7.1. */
const SERVICE_CHANGED_LENGTH = 4;

/** Indications that may be of Service Changed, kept until its handle is known. */
const MAX_EARLY_INDICATIONS = 8;

/** Leads what a server sends unasked to its characteristic, by handle. */
export class ValueHub {
  readonly #feeds = new Map<number, ValueFeeds>();
  readonly #counters = new Counters<ValueHubCounterName>(hubCounterNames);
  readonly #early: { readonly handle: number; readonly value: Bytes }[] = [];
  /** The value handle of Service Changed, where it is known; 0 where not. */
  serviceChangedHandle = 0;
  /** Gets the value of a Service Changed indication; the view is valid until the call returns. */
  onServiceChanged: ((value: Uint8Array) => void) | undefined;

  get counters(): Readonly<Record<ValueHubCounterName, number>> {
    return this.#counters.all();
  }

  /** A value has been lost on its way to a reader. */
  count(loss: ValueLoss): void {
    this.#counters.add(loss);
  }

  /** Hands out again what came at the handle of Service Changed before it was known to be that. */
  replayServiceChanged(): void {
    for (const { handle, value } of this.#early.splice(0)) {
      if (handle === this.serviceChangedHandle) this.onServiceChanged?.(value);
    }
  }

  register(handle: number, feeds: ValueFeeds): void {
    this.#feeds.set(handle, feeds);
  }

  /** Takes out what stands at the handle, if it is still these feeds. */
  unregister(handle: number, feeds: ValueFeeds): void {
    if (this.#feeds.get(handle) === feeds) this.#feeds.delete(handle);
  }

  readonly receive: AttValueReceiver = (handle, value, kind) => {
    const feeds = this.#feeds.get(handle);
    if (feeds === undefined) this.#unknown(handle, value, kind);
    else if (kind === 'notification') feeds.notifications.push(value);
    else feeds.indications.push(value);
    if (handle === this.serviceChangedHandle && kind === 'indication') this.onServiceChanged?.(value);
  };

  #unknown(handle: number, value: Uint8Array, kind: 'notification' | 'indication'): void {
    this.#counters.add('unknownHandles');
    const mayBe = kind === 'indication' && value.length === SERVICE_CHANGED_LENGTH;
    if (!mayBe || this.serviceChangedHandle !== 0) return;
    if (this.#early.length >= MAX_EARLY_INDICATIONS) this.#early.shift();
    this.#early.push({ handle, value: copyBytes(value) });
  }
}

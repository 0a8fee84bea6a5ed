import type { AttValueReceiver } from '../att/att-bearer.ts';
import { Counters } from '../core/counters.ts';
import type { ValueFeed } from './value-feed.ts';

/** Where the values of one characteristic go. */
export interface ValueFeeds {
  readonly notifications: ValueFeed;
  readonly indications: ValueFeed;
}

export type ValueHubCounterName = 'unknownHandles';

/** Leads what a server sends unasked to its characteristic, by handle. */
export class ValueHub {
  readonly #feeds = new Map<number, ValueFeeds>();
  readonly #counters = new Counters<ValueHubCounterName>(['unknownHandles']);
  /** The value handle of Service Changed, where it is known; 0 where not. */
  serviceChangedHandle = 0;
  /** Gets the value of a Service Changed indication; the view is valid until the call returns. */
  onServiceChanged: ((value: Uint8Array) => void) | undefined;

  get counters(): Readonly<Record<ValueHubCounterName, number>> {
    return this.#counters.all();
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
    if (feeds === undefined) this.#counters.add('unknownHandles');
    else if (kind === 'notification') feeds.notifications.push(value);
    else feeds.indications.push(value);
    if (handle === this.serviceChangedHandle && kind === 'indication') this.onServiceChanged?.(value);
  };
}

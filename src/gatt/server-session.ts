import type { Settle } from '../core/procedure.ts';
import type { ClientState } from './client-state.ts';
import type { GattLink } from './connection-ref.ts';
import { LongReads } from './long-reads.ts';

/** Told when the client has changed a configuration of a characteristic. */
type ConfigurationWaiter = { readonly handle: number; readonly settle: Settle<void> };

/** The server's side of one link. */
export class ServerSession {
  readonly link: GattLink;
  /** Shared by all links and bearers of the client's identity. */
  client: ClientState;
  readonly longReads = new LongReads();
  readonly #waiters = new Set<ConfigurationWaiter>();

  constructor(link: GattLink, client: ClientState) {
    this.link = link;
    this.client = client;
  }

  /** Calls `settle` when the client has subscribed at that descriptor. The function returned takes it back. */
  onSubscribed(handle: number, settle: Settle<void>): () => void {
    const waiter = { handle, settle };
    this.#waiters.add(waiter);
    return () => void this.#waiters.delete(waiter);
  }

  /** Sets a configuration that the client wrote, and wakes who waited for it. */
  configure(handle: number, value: number): void {
    this.client.setConfiguration(handle, value);
    if (value === 0) return;
    for (const waiter of [...this.#waiters]) {
      if (waiter.handle !== handle) continue;
      this.#waiters.delete(waiter);
      waiter.settle.resolve();
    }
  }
}

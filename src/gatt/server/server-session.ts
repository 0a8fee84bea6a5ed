import type { Settle } from '../../core/procedure.ts';
import type { Uuid } from '../../core/uuid.ts';
import type { BearerKey } from './change-awareness.ts';
import type { ClientState } from './client-state.ts';
import type { GattLink } from './connection-ref.ts';
import { LongReads } from './long-reads.ts';
import type { PreparedWrites } from './prepared-writes.ts';
import { WriteCommands } from './write-commands.ts';

/** Waits until the client has subscribed at a descriptor. */
interface ConfigurationWaiter {
  readonly handle: number;
  readonly settle: Settle<void>;
}

/** The server's side of one link: what belongs to the client, and what lasts no longer than the link. */
export class ServerSession {
  readonly link: GattLink;
  readonly client: ClientState;
  /** Those by which it is served. */
  readonly bearers = new Set<BearerKey>();
  readonly longReads = new LongReads();
  /** A client has one queue, whatever the number of its bearers (Vol 3, Part F, 3.4.6). */
  readonly preparedWrites: PreparedWrites;
  readonly writeCommands = new WriteCommands();
  readonly #waiters = new Set<ConfigurationWaiter>();

  constructor(link: GattLink, client: ClientState, preparedWrites: PreparedWrites) {
    this.link = link;
    this.client = client;
    this.preparedWrites = preparedWrites;
  }

  /** Calls `settle` when the client has subscribed at that descriptor. The function returned takes it back. */
  onSubscribed(handle: number, settle: Settle<void>): () => void {
    const waiter = { handle, settle };
    this.#waiters.add(waiter);
    return () => void this.#waiters.delete(waiter);
  }

  /** Sets a configuration that the client wrote for a characteristic, and wakes who waited for it. */
  configure(handle: number, value: number, characteristic: Uuid): void {
    this.client.setConfiguration(handle, value, characteristic);
    if (value === 0) return;
    for (const waiter of [...this.#waiters]) {
      if (waiter.handle !== handle) continue;
      this.#waiters.delete(waiter);
      waiter.settle.resolve();
    }
  }
}

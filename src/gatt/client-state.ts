import { ClientConfiguration } from './gatt-codes.ts';

/**
 * What a server knows of one client, whatever bearers it uses: its Client Characteristic Configuration values, by the handle of their
 * descriptor. It lasts as long as the link, and for a bonded client longer (Vol 3, Part G, 3.3.3.3).
 */
export class ClientState {
  readonly #configurations = new Map<number, number>();

  /** 0 until the client has written one. */
  configuration(handle: number): number {
    return this.#configurations.get(handle) ?? 0;
  }

  setConfiguration(handle: number, value: number): void {
    if (value === 0) this.#configurations.delete(handle);
    else this.#configurations.set(handle, value);
  }

  /** Forgets what was configured at handles that are no more. */
  forget(start: number, end: number): void {
    for (const handle of this.#configurations.keys()) {
      if (handle >= start && handle <= end) this.#configurations.delete(handle);
    }
  }
}

export const wantsNotifications = (configuration: number): boolean =>
  (configuration & ClientConfiguration.notify) !== 0;

export const wantsIndications = (configuration: number): boolean =>
  (configuration & ClientConfiguration.indicate) !== 0;

/** Identities whose state is kept while they are away. */
const KEPT_CLIENTS_LIMIT = 256;

/** The states by identity. Those of clients without a bond are not kept. */
export class ClientStates {
  readonly #kept = new Map<string, ClientState>();

  /** The state to use for a link, made where there is none. */
  open(identity: string | undefined): ClientState {
    if (identity === undefined) return new ClientState();
    const state = this.#kept.get(identity) ?? new ClientState();
    // The one that was used last stands at the end, and the first goes when there are too many.
    this.#kept.delete(identity);
    this.#kept.set(identity, state);
    if (this.#kept.size > KEPT_CLIENTS_LIMIT) {
      for (const oldest of this.#kept.keys()) {
        this.#kept.delete(oldest);
        break;
      }
    }
    return state;
  }

  /** Keeps the state of a client that has bonded. */
  keep(identity: string, state: ClientState): void {
    this.#kept.set(identity, state);
  }

  /** Called when the bond is removed. */
  remove(identity: string): void {
    this.#kept.delete(identity);
  }

  /** Forgets what clients that are away have configured at handles that are no more. */
  forget(start: number, end: number): void {
    for (const state of this.#kept.values()) state.forget(start, end);
  }
}

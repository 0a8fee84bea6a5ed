import type { JsonObject } from '../../core/json-reader.ts';
import type { Log } from '../../core/log.ts';
import { printClientRecord, readClientRecord } from './client-record.ts';
import { ClientState, type DatabaseView } from './client-state.ts';

/** Identities whose state is kept while they are away. */
const KEPT_CLIENTS_LIMIT = 256;

/** Gets what is to be kept of a bonded client, whenever that has changed; once for all changes of one turn of the event loop. */
export type ClientKeeper = (identity: string, record: JsonObject) => void;

export interface ClientStatesOptions {
  readonly log: Log;
  readonly database: () => DatabaseView;
  readonly keeper: ClientKeeper | undefined;
}

/** The states by identity. Those of clients without a bond are not kept. */
export class ClientStates {
  readonly #options: ClientStatesOptions;
  readonly #kept = new Map<string, ClientState>();
  readonly #changed = new Set<string>();

  constructor(options: ClientStatesOptions) {
    this.#options = options;
  }

  /**
   * The state to use for a link. Of an identity it is a copy, and counts when the client has proved to be that identity: what another does in its name ends with
   * the link.
   */
  open(identity: string | undefined): ClientState {
    const kept = identity === undefined ? undefined : this.#kept.get(identity);
    if (kept === undefined) return new ClientState();
    kept.catchUp(this.#options.database());
    return kept.copy();
  }

  /** Keeps the state of a client that has bonded, or has proved to be bonded, in the place of the one that was kept. */
  keep(identity: string, state: ClientState): void {
    state.own();
    this.#put(identity, state);
    state.onChange = () => this.#report(identity);
    this.#report(identity);
  }

  /** Takes up what the keeper was given in an earlier run. Throws InvalidArgumentError for anything else. */
  restore(identity: string, record: unknown): void {
    this.#put(identity, ClientState.fromRecord(readClientRecord(record)));
  }

  /** Called when the bond is removed. */
  remove(identity: string): void {
    const state = this.#kept.get(identity);
    if (state !== undefined) state.onChange = undefined;
    this.#kept.delete(identity);
    this.#changed.delete(identity);
  }

  values(): Iterable<ClientState> {
    return this.#kept.values();
  }

  /** The one that was used last stands at the end, and the first goes when there are too many. */
  #put(identity: string, state: ClientState): void {
    this.remove(identity);
    this.#kept.set(identity, state);
    if (this.#kept.size <= KEPT_CLIENTS_LIMIT) return;
    for (const oldest of this.#kept.keys()) {
      this.remove(oldest);
      break;
    }
  }

  #report(identity: string): void {
    if (this.#options.keeper === undefined) return;
    if (this.#changed.size === 0) queueMicrotask(() => this.#reportAll());
    this.#changed.add(identity);
  }

  #reportAll(): void {
    const { database, keeper, log } = this.#options;
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const identity of changed) {
      const state = this.#kept.get(identity);
      if (state === undefined) continue;
      try {
        keeper?.(identity, printClientRecord(state.toRecord(database().hash)));
      } catch (error) {
        log.write('error', 'gatt', () => `what ${identity} has configured was not kept: ${String(error)}`);
      }
    }
  }
}

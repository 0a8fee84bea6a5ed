import type { Uuid } from '../../core/uuid.ts';
import { ClientConfiguration, ClientFeature, FIRST_HANDLE, LAST_HANDLE } from '../gatt-codes.ts';
import type { HandleRange } from './attribute-database.ts';
import {
  type Awareness,
  type AwarenessInput,
  aware,
  type BearerKey,
  nextAwareness,
  unaware,
} from './change-awareness.ts';
import type { ClientRecord, ConfigurationRecord } from './client-record.ts';

/** What the database is, for a client that has been away. */
export interface DatabaseView {
  /** The Database Hash, in hexadecimal. */
  readonly hash: string;
  /** Whether the handle is that of a configuration of such a characteristic. */
  configures(handle: number, characteristic: Uuid): boolean;
  /** Where a client asks for Service Changed. */
  readonly serviceChangedConfiguration: number;
}

/**
 * What a server knows of one client, whatever bearers it uses: its Client Characteristic Configuration values, its supported features, whether it knows of all
 * changes, and which of them it has still to be told of. It lasts as long as the link, and for a bonded client longer (Vol 3, Part G, 2.5.2, 3.3.3.3 and 7.2).
 */
export class ClientState {
  /** Called after what outlasts the link has changed. */
  onChange: (() => void) | undefined;
  /** By the handle of the descriptor. */
  readonly #configurations = new Map<number, ConfigurationRecord>();
  /** Handles of those that came with the identity which the client claims, and that it has not written itself. */
  readonly #claimed = new Set<number>();
  #features = 0;
  #claimsFeatures = false;
  #awareness: Awareness = aware;
  /** What Service Changed has to tell. */
  #unannounced: HandleRange | undefined;
  /** What it tells at the moment, until the client confirms it. */
  #announcing: HandleRange | undefined;
  /** The Database Hash when this was written down; undefined where every change since has been followed. */
  #asOf: string | undefined;

  /** The state that a record tells of. What has changed since is found out by `catchUp`. */
  static fromRecord(record: ClientRecord): ClientState {
    const state = new ClientState();
    for (const configuration of record.configurations) {
      state.#configurations.set(configuration.handle, configuration);
    }
    state.#features = record.features;
    state.#awareness = record.changeAware ? aware : unaware;
    state.#unannounced = record.serviceChanged;
    state.#asOf = record.databaseHash;
    return state;
  }

  /** What is to be kept; `databaseHash` is that of now, in hexadecimal. */
  toRecord(databaseHash: string): ClientRecord {
    return {
      configurations: [...this.#configurations.values()],
      features: this.#features,
      changeAware: this.#awareness.kind === 'aware',
      databaseHash,
      serviceChanged: this.unannounced,
    };
  }

  /** The same for a new link, after `catchUp`: what belonged to the bearers of the last one is forgotten. The client claims it until `own` is called. */
  copy(): ClientState {
    const copy = new ClientState();
    for (const [handle, configuration] of this.#configurations) {
      copy.#configurations.set(handle, configuration);
      copy.#claimed.add(handle);
    }
    copy.#features = this.#features;
    copy.#claimsFeatures = true;
    copy.#awareness = this.#awareness.kind === 'aware' ? aware : unaware;
    copy.#unannounced = this.unannounced;
    return copy;
  }

  /** The client has proved to be who it claims to be. */
  own(): void {
    this.#claimed.clear();
    this.#claimsFeatures = false;
  }

  /** The client will never prove it: what it has not written itself is forgotten. */
  disown(): void {
    for (const handle of this.#claimed) this.#configurations.delete(handle);
    if (this.#claimsFeatures) this.#features = 0;
    this.own();
  }

  /** Compares what was written down with the database as it is: what differs is not known in part, and so is everything. */
  catchUp(database: DatabaseView): void {
    const asOf = this.#asOf;
    this.#asOf = undefined;
    if (asOf === undefined || asOf === database.hash) return;
    for (const { handle, characteristic } of [...this.#configurations.values()]) {
      if (!database.configures(handle, characteristic)) this.#configurations.delete(handle);
    }
    this.databaseChanged({ start: FIRST_HANDLE, end: LAST_HANDLE }, database.serviceChangedConfiguration);
  }

  /** 0 until the client has written one. */
  configuration(handle: number): number {
    return this.#configurations.get(handle)?.value ?? 0;
  }

  /** `characteristic` is the type of the value that the configuration is about. */
  setConfiguration(handle: number, value: number, characteristic: Uuid): void {
    this.#claimed.delete(handle);
    if (value === this.configuration(handle)) return;
    if (value === 0) this.#configurations.delete(handle);
    else this.#configurations.set(handle, { handle, characteristic, value });
    this.onChange?.();
  }

  /** The first octet of the Client Supported Features. */
  get features(): number {
    return this.#features;
  }

  set features(bits: number) {
    this.#claimsFeatures = false;
    if (bits === this.#features) return;
    this.#features = bits;
    this.onChange?.();
  }

  supports(feature: number): boolean {
    return (this.#features & feature) !== 0;
  }

  /**
   * Whether the client has asked to be kept from handles that may mean something else by now, and does not know the database as it is: its commands are ignored
   * and it is sent nothing but Service Changed (Vol 3, Part G, 2.5.2.1).
   */
  get isOutOfSync(): boolean {
    return this.#awareness.kind === 'unaware' && this.supports(ClientFeature.robustCaching);
  }

  /** Whether it has been told so on this bearer. */
  wasToldOn(bearer: BearerKey): boolean {
    return this.#awareness.kind === 'unaware' && this.#awareness.toldOn.includes(bearer);
  }

  tell(input: AwarenessInput): void {
    const before = this.#awareness;
    this.#awareness = nextAwareness(before, input);
    if (this.#awareness.kind !== before.kind) this.onChange?.();
  }

  /** Attributes in that range have come or gone. A change is lost on a client that has not asked for it (Vol 3, Part G, 7.1). */
  databaseChanged(range: HandleRange, serviceChangedConfiguration: number): void {
    if (this.#asOf !== undefined) return;
    this.#awareness = nextAwareness(this.#awareness, { kind: 'databaseChanged' });
    if (wantsIndications(this.configuration(serviceChangedConfiguration))) {
      this.#unannounced = joined(this.#unannounced, range);
    }
    this.onChange?.();
  }

  /** Forgets what was configured at handles that are no more. */
  forget({ start, end }: HandleRange): void {
    for (const handle of this.#configurations.keys()) {
      if (handle >= start && handle <= end) this.#configurations.delete(handle);
    }
  }

  /** The range that the client has not confirmed to know of. */
  get unannounced(): HandleRange | undefined {
    return joined(this.#announcing, this.#unannounced);
  }

  /** The range to be indicated now; undefined where there is none. */
  announce(): HandleRange | undefined {
    this.#announcing = this.unannounced;
    this.#unannounced = undefined;
    if (this.#announcing !== undefined) this.tell({ kind: 'indicated' });
    return this.#announcing;
  }

  /** The client has confirmed what was indicated to it. */
  announced(bearers: number): void {
    this.#announcing = undefined;
    this.tell({ kind: 'confirmed', bearers });
    this.onChange?.();
  }

  /** The client does not want to be told any more. */
  dropAnnouncement(): void {
    if (this.unannounced === undefined) return;
    this.#announcing = undefined;
    this.#unannounced = undefined;
    this.onChange?.();
  }
}

const joined = (a: HandleRange | undefined, b: HandleRange | undefined): HandleRange | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
};

export const wantsNotifications = (configuration: number): boolean =>
  (configuration & ClientConfiguration.notify) !== 0;

export const wantsIndications = (configuration: number): boolean =>
  (configuration & ClientConfiguration.indicate) !== 0;

import { InvalidStateError, NotFoundError } from '../../core/errors.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import { parseUuid, type Uuid, type UuidLike } from '../../core/uuid.ts';
import { GattUuid } from '../gatt-codes.ts';
import type { AccessOptions } from './access-options.ts';
import { type CharacteristicRecord, lastInclude, type ServiceRecord } from './attribute-records.ts';
import type { ClientContext } from './client-context.ts';
import { Discovery } from './discovery.ts';
import { type AttributeValue, readValuesByUuid } from './read-by-uuid.ts';
import { RemoteCharacteristic } from './remote-characteristic.ts';
import { SharedResult } from './shared-result.ts';

/** A service of a peer. */
export class RemoteService {
  readonly uuid: Uuid;
  /** Of its declaration. */
  readonly handle: number;
  /** The last handle that belongs to it. */
  readonly endHandle: number;
  readonly #context: ClientContext;
  readonly #characteristics: SharedResult<readonly RemoteCharacteristic[]>;
  readonly #included: SharedResult<readonly RemoteService[]>;
  #primary: boolean;
  #obsolete: InvalidStateError | undefined;

  constructor(context: ClientContext, record: ServiceRecord) {
    this.#context = context;
    this.uuid = record.uuid;
    this.handle = record.handle;
    this.endHandle = record.endHandle;
    this.#primary = record.primary;
    this.#characteristics = new SharedResult(context.learned);
    this.#included = new SharedResult(context.learned);
  }

  /** Its characteristics, in the order of their handles; with `uuid`, those of that UUID. Asked of the peer once. Default deadline 2 s for each step. */
  async characteristics(
    options: WaitOptions & { readonly uuid?: UuidLike | undefined } = {},
  ): Promise<readonly RemoteCharacteristic[]> {
    this.checkCurrent();
    const wanted = options.uuid === undefined ? undefined : parseUuid(options.uuid);
    const all = await this.#discover(
      this.#characteristics,
      'the characteristics',
      options,
      async (discovery) => {
        const [records = []] = await discovery.characteristics([this.record]);
        return this.#characteristicsFrom(records);
      },
    );
    return wanted === undefined ? all : all.filter(({ uuid }) => uuid === wanted);
  }

  /** The first characteristic of that UUID. Throws NotFoundError, which lists what there is. */
  async characteristic(uuid: UuidLike, options: WaitOptions = {}): Promise<RemoteCharacteristic> {
    const wanted = parseUuid(uuid);
    const all = await this.characteristics(options);
    const found = all.find((characteristic) => characteristic.uuid === wanted);
    if (found !== undefined) return found;
    const present = all.length === 0 ? 'it has none' : `it has ${all.map((each) => each.uuid).join(', ')}`;
    throw new NotFoundError(
      `service ${this.uuid} of ${this.#context.peer} has no characteristic ${wanted}: ${present}`,
    );
  }

  /** The services that this one refers to (Vol 3, Part G, 4.5.1). Asked of the peer once. */
  includedServices(options: WaitOptions = {}): Promise<readonly RemoteService[]> {
    return this.#discover(this.#included, 'the included services', options, async (discovery) => {
      const { services } = this.#context;
      const validity = services.sinceNow();
      const { handle, record } = this;
      const endHandle = lastInclude(record);
      if (record.characteristics !== undefined && endHandle === handle) return [];
      const [records = []] = await discovery.includes([record], { handle, endHandle });
      return services.take(records, validity);
    });
  }

  /** Every value of that characteristic UUID in this service, as `connection.readByUuid`. Throws InvalidStateError when the peer has changed its services here. */
  async readByUuid(uuid: UuidLike, options: AccessOptions = {}): Promise<readonly AttributeValue[]> {
    this.checkCurrent();
    return readValuesByUuid(this.#context, parseUuid(uuid), this, { ...options, validity: this });
  }

  /** @internal Whether a search for primary services has found it. */
  get isPrimary(): boolean {
    return this.#primary;
  }

  /** @internal What is known of it. */
  get record(): ServiceRecord {
    const { uuid, handle, endHandle } = this;
    return {
      handle,
      endHandle,
      uuid,
      primary: this.#primary,
      includes: this.#included.current?.map((service) => service.handle),
      characteristics: this.#characteristics.current?.map(({ record }) => record),
    };
  }

  /** @internal Takes over what has been found out elsewhere; `at` gives the service that stands at a handle. */
  learn(record: ServiceRecord, at: (handle: number) => RemoteService | undefined): void {
    this.#primary ||= record.primary;
    const { characteristics, includes } = record;
    if (characteristics !== undefined) {
      const known = this.#characteristics.current;
      if (known === undefined) this.#characteristics.preset(this.#characteristicsFrom(characteristics));
      for (const [i, characteristic] of known?.entries() ?? []) {
        const same = characteristics[i];
        if (same?.valueHandle === characteristic.handle) characteristic.learn(same);
      }
    }
    const included = includes?.map(at).filter((service) => service !== undefined);
    if (included !== undefined && included.length === includes?.length) this.#included.preset(included);
  }

  /** @internal The error of every call once the peer has said that its services changed here. */
  get obsolete(): InvalidStateError | undefined {
    return this.#obsolete;
  }

  /** @internal Throws InvalidStateError when the peer has said that its services changed here. */
  checkCurrent(): void {
    if (this.#obsolete !== undefined) throw this.#obsolete;
  }

  /** @internal The peer has changed its services within these handles. */
  invalidate(): void {
    if (this.#obsolete !== undefined) return;
    this.#obsolete = new InvalidStateError(
      `${this.#context.peer} has changed its services, and service ${this.uuid} is no longer what it was: ask the connection for it again`,
    );
    for (const characteristic of this.#characteristics.current ?? [])
      characteristic.invalidate(this.#obsolete);
  }

  #characteristicsFrom(records: readonly CharacteristicRecord[]): readonly RemoteCharacteristic[] {
    for (const { uuid, valueHandle } of records) {
      // Indications of it count also where it is not this client that has asked for them: a bonded peer remembers that from another link.
      if (this.uuid === GattUuid.genericAttribute && uuid === GattUuid.serviceChanged)
        this.#context.values.serviceChangedHandle = valueHandle;
    }
    return records.map((record) => new RemoteCharacteristic(this.#context, this, record));
  }

  async #discover<T>(
    result: SharedResult<T>,
    which: string,
    options: WaitOptions,
    fetch: (discovery: Discovery) => Promise<T>,
  ): Promise<T> {
    this.checkCurrent();
    const { bearer, clock, peer, requests } = this.#context;
    const { signal, timeoutMs } = options;
    const what = `discovering ${which} of service ${this.uuid} of ${peer}`;
    return result.get({ what, clock, scope: bearer.scope, signal, timeoutMs }, () =>
      fetch(new Discovery({ requests, peer, stepTimeoutMs: timeoutMs, validity: this })),
    );
  }
}

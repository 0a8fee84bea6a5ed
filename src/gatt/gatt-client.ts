import type { AttBearer } from '../att/att-bearer.ts';
import { type Bytes, readU16 } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';
import { InvalidStateError, NotFoundError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { WaitOptions } from '../core/procedure.ts';
import { parseUuid, type Uuid, type UuidLike } from '../core/uuid.ts';
import type { AccessOptions } from './access-options.ts';
import type { ClientContext } from './client-context.ts';
import { ClientRequests, type RaiseSecurity, together, type Validity } from './client-requests.ts';
import { Deadline } from './deadline.ts';
import { Discovery, type ServiceRecord } from './discovery.ts';
import { FIRST_HANDLE, GattUuid, LAST_HANDLE } from './gatt-codes.ts';
import { type ValueLike, valueBytes } from './local-value.ts';
import { LongWrites } from './long-writes.ts';
import { MultipleReads, type ReadMultipleOptions } from './multiple-reads.ts';
import { type AttributeValue, readValuesByUuid } from './read-by-uuid.ts';
import type { RemoteCharacteristic } from './remote-characteristic.ts';
import { RemoteService } from './remote-service.ts';
import { checkWritableLength } from './remote-value.ts';
import { SharedResult } from './shared-result.ts';
import { ValueHub, type ValueHubCounterName } from './value-hub.ts';

export interface GattClientOptions {
  readonly bearer: AttBearer;
  readonly clock: Clock;
  readonly log: Log;
  /** The peer, for messages: `F0:F1:F2:F3:F4:F5`. */
  readonly peer: string;
  /** Called when the peer refuses a request for want of security; without it the refusal is the caller's. */
  readonly raiseSecurity?: RaiseSecurity | undefined;
}

/**
 * The client's side of one link. What it discovers is kept until the link ends or the peer says that its services have changed.
 * Calls may overlap; those who want the same share one discovery.
 */
export class GattClient {
  readonly #options: GattClientOptions;
  readonly #context: ClientContext;
  readonly #multipleReads: MultipleReads;
  readonly #services = new Map<number, RemoteService>();
  #all = new SharedResult<readonly RemoteService[]>();
  #byUuid = new Map<Uuid, SharedResult<readonly RemoteService[]>>();
  #generation = 0;

  constructor(options: GattClientOptions) {
    this.#options = options;
    const { bearer, clock, peer } = options;
    const values = new ValueHub();
    values.onServiceChanged = (value) => this.#servicesChanged(value);
    const { raiseSecurity } = options;
    const onOutOfSync = (): void => this.invalidate(FIRST_HANDLE, LAST_HANDLE);
    const requests = new ClientRequests({ bearer, clock, raiseSecurity, onOutOfSync });
    this.#context = {
      bearer,
      clock,
      peer,
      requests,
      values,
      longWrites: new LongWrites(bearer, requests, clock),
      sinceNow: () => this.#sinceNow(),
      includedServicesOf: (discover) => this.#servicesOf(discover, true),
    };
    this.#multipleReads = new MultipleReads(this.#context);
    bearer.valueReceiver = values.receive;
  }

  /** Whether security is raised, and the request made once more, where the peer refuses for want of it and the call does not say. */
  get raisesSecurity(): boolean {
    return this.#context.requests.raisesSecurity;
  }

  set raisesSecurity(value: boolean) {
    this.#context.requests.raisesSecurity = value;
  }

  get counters(): Readonly<Record<ValueHubCounterName, number>> {
    return this.#context.values.counters;
  }

  /** The peer's primary services, in the order of their handles; with `uuid`, those of that UUID. Default deadline 2 s for each step. */
  async services(
    options: WaitOptions & { readonly uuid?: UuidLike | undefined } = {},
  ): Promise<readonly RemoteService[]> {
    const uuid = options.uuid === undefined ? undefined : parseUuid(options.uuid);
    const all = await this.#discoverAll(options);
    return uuid === undefined ? all : all.filter((service) => service.uuid === uuid);
  }

  /** The first primary service of that UUID, asked for by it. Throws NotFoundError, which lists what the peer has. */
  async service(uuid: UuidLike, options: WaitOptions = {}): Promise<RemoteService> {
    const wanted = parseUuid(uuid);
    const deadline = new Deadline(this.#context.clock, `looking for service ${wanted}`, options);
    const known = this.#all.current ?? (await this.#discoverByUuid(wanted, deadline.step()));
    const found = known.find((service) => service.uuid === wanted);
    if (found !== undefined) return found;
    const all = await this.#discoverAll(deadline.step());
    const late = all.find((service) => service.uuid === wanted);
    if (late !== undefined) return late;
    const present = all.length === 0 ? 'it has none' : `it has ${all.map((each) => each.uuid).join(', ')}`;
    throw new NotFoundError(`${this.#context.peer} has no service ${wanted}: ${present}`);
  }

  /** Every value of that UUID, in the order of their handles: see `readValuesByUuid`. */
  async readByUuid(uuid: UuidLike, options: AccessOptions = {}): Promise<readonly AttributeValue[]> {
    const range = { handle: FIRST_HANDLE, endHandle: LAST_HANDLE };
    const validity = this.#sinceNow();
    return readValuesByUuid(this.#context, parseUuid(uuid), range, { ...options, validity });
  }

  /** The whole values of several characteristics: see `MultipleReads`. */
  async readMultiple(
    characteristics: readonly RemoteCharacteristic[],
    options: ReadMultipleOptions = {},
  ): Promise<readonly Bytes[]> {
    return this.#multipleReads.read(characteristics, options);
  }

  /** Writes several values, all or none: prepared, each echo compared, then executed (Vol 3, Part G, 4.9.5). */
  async writeReliably(
    writes: readonly (readonly [RemoteCharacteristic, ValueLike])[],
    options: AccessOptions = {},
  ): Promise<void> {
    const values = writes.map(([characteristic, value]) => {
      characteristic.checkReliablyWritable(this.#context);
      const bytes = valueBytes(value);
      checkWritableLength(bytes, `characteristic ${characteristic.uuid}`);
      // The caller may go on with its array meanwhile.
      return { handle: characteristic.handle, value: bytes.slice() };
    });
    if (values.length === 0) return;
    const uuids = writes.map(([{ uuid }]) => uuid).join(', ');
    const what = `writing reliably ${uuids} of ${this.#context.peer}`;
    const validity = together(writes.map(([{ service }]) => service));
    await this.#context.longWrites.write(values, what, { ...options, validity });
  }

  /**
   * Asks the peer to tell when its services change, so that what is kept is dropped then (Vol 3, Part G, 7.1). Gives false where the peer has no
   * such characteristic and its services never change.
   */
  async watchServices(options: WaitOptions = {}): Promise<boolean> {
    const deadline = new Deadline(this.#context.clock, 'looking for Service Changed', options);
    let changed: RemoteCharacteristic;
    try {
      const service = await this.service(GattUuid.genericAttribute, deadline.step());
      changed = await service.characteristic(GattUuid.serviceChanged, deadline.step());
    } catch (error) {
      if (error instanceof NotFoundError) return false;
      throw error;
    }
    this.#context.values.serviceChangedHandle = changed.handle;
    await changed.subscribe({
      indicate: true,
      depth: 1,
      timeoutMs: options.timeoutMs,
      signal: options.signal,
    });
    return true;
  }

  /** Forgets what was discovered at these handles. Objects that stand there reject every call from now on. */
  invalidate(start: number, end: number): void {
    this.#generation++;
    this.#all = new SharedResult();
    this.#byUuid = new Map();
    for (const [handle, service] of this.#services) {
      if (service.endHandle < start || service.handle > end) continue;
      this.#services.delete(handle);
      service.invalidate();
    }
  }

  #sinceNow(): Validity {
    const generation = this.#generation;
    const isOver = (): boolean => generation !== this.#generation;
    const { peer } = this.#context;
    return {
      get obsolete() {
        return isOver()
          ? new InvalidStateError(`${peer} has changed its services meanwhile: try again`)
          : undefined;
      },
    };
  }

  #servicesChanged(value: Uint8Array): void {
    this.#options.log.write('info', 'gatt', () => `${this.#options.peer} has changed its services`);
    // One that is malformed says at least that something changed.
    if (value.length === 4) this.invalidate(readU16(value, 0), readU16(value, 2));
    else this.invalidate(0x0001, 0xffff);
  }

  #discoverAll(options: WaitOptions): Promise<readonly RemoteService[]> {
    return this.#discover(this.#all, 'the services', options, (discovery) => discovery.primaryServices());
  }

  #discoverByUuid(uuid: Uuid, options: WaitOptions): Promise<readonly RemoteService[]> {
    const result = this.#byUuid.get(uuid) ?? new SharedResult<readonly RemoteService[]>();
    this.#byUuid.set(uuid, result);
    return this.#discover(result, `service ${uuid}`, options, (discovery) =>
      discovery.primaryServicesByUuid(uuid, true),
    );
  }

  #discover(
    result: SharedResult<readonly RemoteService[]>,
    which: string,
    options: WaitOptions,
    fetch: (discovery: Discovery) => Promise<readonly ServiceRecord[]>,
  ): Promise<readonly RemoteService[]> {
    const { bearer, clock, peer } = this.#context;
    const { signal, timeoutMs } = options;
    const what = `discovering ${which} of ${peer}`;
    return result.get({ what, clock, scope: bearer.scope, signal, timeoutMs }, () =>
      this.#servicesOf(() => fetch(new Discovery({ bearer, peer, stepTimeoutMs: timeoutMs }))),
    );
  }

  async #servicesOf(
    discover: () => Promise<readonly ServiceRecord[]>,
    areIncluded = false,
  ): Promise<readonly RemoteService[]> {
    const generation = this.#generation;
    return (await discover()).map((record) => this.#serviceOf(record, generation, areIncluded));
  }

  /**
   * One object for one service, however it was found. What a service is stands in its own declaration: an include declaration repeats that, and some
   * servers repeat it wrongly.
   */
  #serviceOf(record: ServiceRecord, generation: number, isIncluded: boolean): RemoteService {
    const known = this.#services.get(record.handle);
    const sameRange = known !== undefined && known.endHandle === record.endHandle;
    if (sameRange && (isIncluded || known.uuid === record.uuid)) return known;
    const service = new RemoteService(this.#context, record);
    if (generation === this.#generation) {
      known?.invalidate();
      this.#services.set(record.handle, service);
    } else {
      // The peer changed its services while they were discovered: nobody knows which of both this is.
      service.invalidate();
    }
    return service;
  }
}

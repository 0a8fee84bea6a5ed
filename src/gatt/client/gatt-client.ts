import type { Bearer } from '../../att/bearer.ts';
import { type Bytes, readU16 } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import { NotFoundError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import { parseUuid, type Uuid, type UuidLike } from '../../core/uuid.ts';
import { FIRST_HANDLE, GattUuid, LAST_HANDLE } from '../gatt-codes.ts';
import { type ValueLike, valueBytes } from '../local-value.ts';
import type { AccessOptions } from './access-options.ts';
import { AttributeMemory, type AttributeMemoryOptions, type MemoryCounterName } from './attribute-memory.ts';
import type { ServiceRecord } from './attribute-records.ts';
import type { ClientContext } from './client-context.ts';
import { ClientRegistration } from './client-registration.ts';
import { ClientRequests, type RaiseSecurity, together, type Validity } from './client-requests.ts';
import { type ClientSigning, SignedWrites } from './client-signed-writes.ts';
import { Deadline } from './deadline.ts';
import { Discovery } from './discovery.ts';
import { LongWrites } from './long-writes.ts';
import { MultipleReads, type ReadMultipleOptions } from './multiple-reads.ts';
import { type AttributeValue, readValuesByUuid } from './read-by-uuid.ts';
import type { RemoteCharacteristic } from './remote-characteristic.ts';
import { RemoteService } from './remote-service.ts';
import { RemoteServices } from './remote-services.ts';
import { checkWritableLength } from './remote-value.ts';
import { SharedRun } from './shared-run.ts';
import { ValueHub, type ValueHubCounterName } from './value-hub.ts';
import { discoverWhole } from './whole-discovery.ts';

export interface GattClientOptions {
  readonly bearer: Bearer;
  readonly clock: Clock;
  readonly log: Log;
  /** The peer, for messages: `F0:F1:F2:F3:F4:F5`. */
  readonly peer: string;
  /** Called when the peer refuses a request for want of security; without it the refusal is the caller's. */
  readonly raiseSecurity?: RaiseSecurity | undefined;
  /** Where what is discovered is kept from one link to the next, and under what; without it each link begins with nothing. */
  readonly memory?: Pick<AttributeMemoryOptions, 'cache' | 'peer' | 'ready'> | undefined;
  /** Whether the client makes itself known to the Generic Attribute service, once it has met it: see `ClientRegistration`. */
  readonly registers?: boolean | undefined;
  /** What signed writes are signed with; without it none can be made. */
  readonly signing?: ClientSigning | undefined;
  /** Whether the link may have Enhanced ATT bearers, which the server is told; by default not. */
  readonly enhancedBearers?: boolean | undefined;
}

/** Discoveries begun anew because the services changed meanwhile, before it is given up. */
const MAX_DISCOVERIES = 3;

/**
 * The client's side of one link. What it discovers is kept until the link ends or the peer says that its services have changed.
 * Calls may overlap; those who want the same share one discovery.
 */
export class GattClient {
  readonly #options: GattClientOptions;
  readonly #context: ClientContext;
  readonly #services: RemoteServices;
  readonly #multipleReads: MultipleReads;
  readonly #registration: ClientRegistration;
  readonly #memory: AttributeMemory | undefined;
  readonly #all = new SharedRun<readonly RemoteService[]>();
  readonly #whole = new SharedRun<readonly RemoteService[]>();
  readonly #searches = new Map<Uuid, SharedRun<RemoteService | undefined>>();

  constructor(options: GattClientOptions) {
    this.#options = options;
    const { bearer, clock, log, peer, raiseSecurity, memory, signing, enhancedBearers = false } = options;
    const values = new ValueHub();
    values.onServiceChanged = (value) => this.#servicesChanged(value);
    const onOutOfSync = (): void => this.invalidate(FIRST_HANDLE, LAST_HANDLE);
    // What has just been discovered is no guess; what comes from another link is one where the server does not tell of its changes as it should.
    const onInvalidHandle = (): void => {
      if (this.#memory?.isTrusted === true) onOutOfSync();
    };
    const told = { onOutOfSync, onInvalidHandle };
    const requests = new ClientRequests({ bearer, clock, raiseSecurity, ...told });
    const longWrites = new LongWrites(bearer, requests, clock);
    const signedWrites = new SignedWrites(bearer, clock, signing);
    const services = new RemoteServices(peer, (record) => this.#make(record));
    const keep = (): void => this.#memory?.keep();
    const writes = { longWrites, signedWrites };
    const context = { bearer, clock, peer, requests, values, ...writes, services, learned: keep };
    const isBonded = (): boolean => memory?.peer()?.bonded === true;
    this.#services = services;
    this.#context = context;
    this.#multipleReads = new MultipleReads(context);
    const registration = { context, log, enhancedBearers, isBonded, onChange: keep };
    this.#registration = new ClientRegistration(registration);
    if (memory !== undefined)
      this.#memory = new AttributeMemory({ ...memory, context, registration: this.#registration, log });
    bearer.valueReceiver = values.receive;
  }

  /** Whether security is raised, and the request made once more, where the peer refuses for want of it and the call does not say. */
  get raisesSecurity(): boolean {
    return this.#context.requests.raisesSecurity;
  }

  set raisesSecurity(value: boolean) {
    this.#context.requests.raisesSecurity = value;
  }

  get counters(): Readonly<Record<ValueHubCounterName | MemoryCounterName, number>> {
    const none = { cacheHits: 0, cacheMisses: 0, cacheOverflows: 0, cacheFailures: 0 };
    return { ...this.#context.values.counters, ...(this.#memory?.counters.all() ?? none) };
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
    const found = this.#services.first(wanted) ?? (await this.#search(wanted, deadline.step()));
    if (found !== undefined) return found;
    const all = await this.#discoverAll(deadline.step());
    const late = all.find((service) => service.uuid === wanted);
    if (late !== undefined) return late;
    const present = all.length === 0 ? 'it has none' : `it has ${all.map((each) => each.uuid).join(', ')}`;
    throw new NotFoundError(`${this.#context.peer} has no service ${wanted}: ${present}`);
  }

  /** All that the peer has, at once: its primary services, as `services`, of which nothing needs to be asked any more. See `discoverWhole`. */
  async discover(options: WaitOptions = {}): Promise<readonly RemoteService[]> {
    const { whole } = this.#services;
    if (whole !== undefined) return whole;
    return this.#discover(this.#whole, 'all', options, async (discovery, validity) => {
      await this.#discoverAll({ timeoutMs: options.timeoutMs });
      return this.#services.takeWhole(await discoverWhole(discovery, this.#services.records), validity);
    });
  }

  /** Every value of that UUID, in the order of their handles: see `readValuesByUuid`. */
  async readByUuid(uuid: UuidLike, options: AccessOptions = {}): Promise<readonly AttributeValue[]> {
    const range = { handle: FIRST_HANDLE, endHandle: LAST_HANDLE };
    const wanted = parseUuid(uuid);
    const { clock, peer, requests } = this.#context;
    const what = `reading all ${wanted} of ${peer}`;
    const deadline = new Deadline(clock, what, options);
    // A server takes it for word that the client is up to date, which it is when all that it asked before has been answered (Vol 3, Part G, 2.5.2.1).
    if (wanted === GattUuid.databaseHash) await requests.settled(what, deadline.step());
    const validity = this.#services.sinceNow();
    return readValuesByUuid(this.#context, wanted, range, { ...deadline.step(), validity });
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

  /** Forgets what was discovered at these handles. Objects that stand there reject every call from now on. */
  invalidate(start: number, end: number): void {
    this.#services.invalidate(start, end);
    this.#memory?.forget();
  }

  #servicesChanged(value: Uint8Array): void {
    this.#options.log.write('info', 'gatt', () => `${this.#options.peer} has changed its services`);
    // One that is malformed says at least that something changed.
    if (value.length === 4) this.invalidate(readU16(value, 0), readU16(value, 2));
    else this.invalidate(FIRST_HANDLE, LAST_HANDLE);
  }

  async #discoverAll(options: WaitOptions): Promise<readonly RemoteService[]> {
    const { primary } = this.#services;
    if (primary !== undefined) return primary;
    return this.#discover(
      this.#all,
      'the services',
      options,
      async (discovery, validity) =>
        this.#services.primary ?? this.#services.takeAll(await discovery.primaryServices(), validity),
    );
  }

  async #search(uuid: Uuid, options: WaitOptions): Promise<RemoteService | undefined> {
    if (this.#knowsAll) return undefined;
    const search = this.#searches.get(uuid) ?? new SharedRun();
    this.#searches.set(uuid, search);
    return this.#discover(search, `service ${uuid}`, options, async (discovery, validity) => {
      const known = this.#services.first(uuid);
      if (known !== undefined || this.#knowsAll) return known;
      const found = await discovery.primaryServicesByUuid(uuid, true);
      // Then what was kept from another link is wrong, whatever the hash says.
      if (found.length > 0 && this.#services.primary !== undefined)
        this.invalidate(FIRST_HANDLE, LAST_HANDLE);
      this.#services.take(found, validity);
      return this.#services.first(uuid);
    });
  }

  /** Whether what is not known is not there. What another link was told is not enough for that: the server is asked, which takes one request. */
  get #knowsAll(): boolean {
    return this.#services.primary !== undefined && this.#memory?.isTrusted !== true;
  }

  #make(record: ServiceRecord): RemoteService {
    const service = new RemoteService(this.#context, record);
    const isGeneric = record.uuid === GattUuid.genericAttribute;
    if (isGeneric && this.#options.registers === true) this.#registration.found(service);
    return service;
  }

  /** Shared by those who want the same, and begun anew when the peer changes its services meanwhile (Vol 3, Part G, 2.5.2). */
  #discover<T>(
    run: SharedRun<T>,
    which: string,
    options: WaitOptions,
    fetch: (discovery: Discovery, validity: Validity) => Promise<T>,
  ): Promise<T> {
    const { bearer, clock, peer, requests } = this.#context;
    const { signal, timeoutMs } = options;
    const what = `discovering ${which} of ${peer}`;
    return run.get({ what, clock, scope: bearer.scope, signal, timeoutMs }, async () => {
      for (let left = MAX_DISCOVERIES; ; left--) {
        const validity = this.#services.sinceNow();
        const discovery = new Discovery({ requests, peer, stepTimeoutMs: timeoutMs, validity });
        try {
          await this.#memory?.recall(validity, timeoutMs);
          const found = await fetch(discovery, validity);
          this.#memory?.keep();
          return found;
        } catch (error) {
          if (left === 1 || validity.obsolete === undefined) throw error;
        }
      }
    });
  }
}

import type { AttServer } from '../../att/att-server.ts';
import { toHex } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import { Counters } from '../../core/counters.ts';
import { InvalidArgumentError, InvalidStateError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { WaitScope } from '../../core/wait-scope.ts';
import { FIRST_HANDLE } from '../gatt-codes.ts';
import { AttributeDatabase } from './attribute-database.ts';
import type { ClientState, DatabaseView } from './client-state.ts';
import { type ClientKeeper, ClientStates } from './client-states.ts';
import { type ConnectionRef, type GattLink, gattLink } from './connection-ref.ts';
import { GenericAttribute } from './generic-attribute.ts';
import { databaseHash } from './local-database-hash.ts';
import { PreparedBudget, PreparedWrites } from './prepared-writes.ts';
import { RequestHandler } from './request-handler.ts';
import { highestSecurityLevel } from './security-levels.ts';
import { attributeCount, layOut, place, type ServerBinding, type ServerService } from './server-binding.ts';
import { type ServerCounterName, serverCounterNames } from './server-context.ts';
import { ServerSession } from './server-session.ts';
import { ServiceChanged } from './service-changed.ts';
import {
  GenericAccess,
  type GenericAccessWrites,
  type PreferredConnectionParameters,
} from './standard-services.ts';

export interface GattServerOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Of the controller that is there, asked at each wait: those that belong to no connection end with it. */
  readonly scope?: (() => WaitScope) | undefined;
  /** What a client reads as Device Name; `Jelling` by default. */
  readonly deviceName?: string | undefined;
  /** A value of the Appearance table of the Assigned Numbers; 0, unknown, by default. */
  readonly appearance?: number | undefined;
  /** Whether directed advertising may call this side by private addresses now (Vol 3, Part C, 12.4). Undefined where it never may: then there is no characteristic that tells. */
  readonly resolvesAddresses?: boolean | undefined;
  /** What a peripheral tells its centrals; nothing unless given. */
  readonly preferredConnectionParameters?: PreferredConnectionParameters | undefined;
  /** What clients may change of the Generic Access service, over connections of whatever class. */
  readonly genericAccessWrites?: GenericAccessWrites<never> | undefined;
  /** How long `onRead` and `onWrite` may take before the client is answered Unlikely Error; 10 s by default, 15 s at most. */
  readonly handlerTimeoutMs?: number | undefined;
  /** Whether clients may open Enhanced ATT bearers: what Server Supported Features tells. */
  readonly enhancedBearers?: boolean | undefined;
  readonly clientKeeper?: ClientKeeper | undefined;
}

const DEFAULT_HANDLER_TIMEOUT_MS = 10_000;

/** The bearer gives up on an answer at 20 s, and a value may not be written after that. */
const LONGEST_HANDLER_TIMEOUT_MS = 15_000;

/**
 * Where the services of the server itself stand. There is room behind them for what they may get in later versions: handles that bonded clients know may not move
 * (Vol 3, Part G, 7.1 and 7.2).
 */
const GENERIC_ACCESS_HANDLE = FIRST_HANDLE;
const GENERIC_ATTRIBUTE_HANDLE = 0x0020;
/** Where those of the user begin. */
const FIRST_SERVICE_HANDLE = 0x0030;

/** The GATT server of an adapter: one database for all its links. */
export class GattServer {
  readonly #options: GattServerOptions;
  readonly #database = new AttributeDatabase();
  readonly #services = new Set<ServerService>();
  readonly #sessions = new Map<ConnectionRef, ServerSession>();
  readonly #clients: ClientStates;
  readonly #counters = new Counters<ServerCounterName>(serverCounterNames);
  readonly #budget = new PreparedBudget();
  readonly #binding: ServerBinding;
  readonly #genericAccess: GenericAccess;
  readonly #genericAttribute: GenericAttribute;
  readonly #serviceChanged: ServiceChanged;
  /** Computed when it is asked for. */
  #databaseHash: Uint8Array | undefined;
  #writes = 0;

  constructor(options: GattServerOptions) {
    const { clock, log } = options;
    const life = new WaitScope();
    const { scope = () => life } = options;
    const { handlerTimeoutMs = DEFAULT_HANDLER_TIMEOUT_MS } = options;
    if (!(handlerTimeoutMs > 0 && handlerTimeoutMs <= LONGEST_HANDLER_TIMEOUT_MS)) {
      throw new InvalidArgumentError(
        `handlerTimeoutMs must be above 0 and at most ${LONGEST_HANDLER_TIMEOUT_MS}; it is ${handlerTimeoutMs}`,
      );
    }
    this.#options = options;
    this.#binding = {
      clock,
      log,
      get scope() {
        return scope();
      },
      handlerTimeoutMs,
      nextWrite: () => {
        this.#writes++;
        return this.#writes;
      },
      writeDropped: () => this.#counters.add('writesDropped'),
      session: (connection) => this.#session(connection),
      sessions: () => this.#sessions.values(),
    };
    this.#clients = new ClientStates({ log, database: () => this.#view(), keeper: options.clientKeeper });
    this.#genericAccess = new GenericAccess({
      deviceName: options.deviceName ?? 'Jelling',
      appearance: options.appearance ?? 0,
      securityLevel: () => highestSecurityLevel(this.#database),
      resolvesAddresses: options.resolvesAddresses,
      preferredConnectionParameters: options.preferredConnectionParameters,
      writes: options.genericAccessWrites,
    });
    this.#genericAttribute = new GenericAttribute({
      databaseHash: () => this.#hash(),
      enhancedBearers: options.enhancedBearers === true,
    });
    this.#addAt(GENERIC_ACCESS_HANDLE, this.#genericAccess.service);
    this.#addAt(GENERIC_ATTRIBUTE_HANDLE, this.#genericAttribute.service);
    this.#serviceChanged = new ServiceChanged(this.#genericAttribute.serviceChanged, log);
  }

  get deviceName(): string {
    return this.#genericAccess.deviceName;
  }

  set deviceName(name: string) {
    this.#genericAccess.deviceName = name;
  }

  get appearance(): number {
    return this.#genericAccess.appearance;
  }

  set appearance(value: number) {
    this.#genericAccess.appearance = value;
  }

  /** Changes what clients read from now on, where `resolvesAddresses` was given. */
  set resolvesAddresses(resolves: boolean) {
    this.#genericAccess.resolvesAddresses = resolves;
  }

  get counters(): Readonly<Record<ServerCounterName, number>> {
    return this.#counters.all();
  }

  /**
   * Puts services into the database, in this order; those they include go first. Handles are given once and stay. Clients that are connected and have asked
   * for it are told.
   * Throws InvalidStateError for a service that is registered already, here or elsewhere: then nothing is registered.
   */
  register(...services: readonly ServerService[]): void {
    const order = withIncluded(services, (service) => this.#services.has(service));
    for (const service of order) {
      if (service.registered) {
        throw new InvalidStateError(
          `service ${service.uuid} is registered already: a service belongs to one adapter, make another for the other`,
        );
      }
    }
    const placed: ServerService[] = [];
    try {
      for (const service of order) {
        this.#add(service);
        placed.push(service);
      }
    } catch (error) {
      for (const service of placed.reverse()) this.#remove(service);
      throw error;
    }
    this.#announce(order.map(({ handle, endHandle }) => ({ handle, endHandle })));
  }

  /** Takes services out of the database. Their handles are not given to others while there are enough. Throws InvalidStateError for one that is not in it. */
  unregister(...services: readonly ServerService[]): void {
    for (const service of services) {
      if (!this.#services.has(service))
        throw new InvalidStateError(`service ${service.uuid} is not registered here`);
      const user = [...this.#services].find(
        (each) => each.included.includes(service) && !services.includes(each),
      );
      if (user !== undefined) {
        throw new InvalidStateError(
          `service ${service.uuid} is included by service ${user.uuid}: unregister that too`,
        );
      }
    }
    const ranges = services.map(({ handle, endHandle }) => ({ handle, endHandle }));
    for (const service of new Set(services)) this.#remove(service);
    this.#announce(ranges);
  }

  /** Serves a link. What is given goes to its bearer; a further bearer of the same link gets one of its own by calling again. */
  attach(link: GattLink, bearer: { readonly scope: WaitScope } = link.bearer): AttServer {
    const session = this.#sessions.get(link.connection) ?? this.#open(link);
    const { clock, log } = this.#options;
    const context = { database: this.#database, session, clock, log, counters: this.#counters };
    const handler = new RequestHandler(context);
    bearer.scope.add(() => handler.end());
    return handler;
  }

  /**
   * The client has proved to be that identity: it has bonded, or the link has been encrypted with the key of its bond. What it has configured, and does from now
   * on, is kept under the identity; what has changed while it was away it is told now (Vol 3, Part G, 7.1).
   */
  keepClient(connection: ConnectionRef, identity: string): void {
    const session = this.#sessions.get(connection);
    if (session === undefined) return;
    this.#clients.keep(identity, session.client);
    this.#serviceChanged.tell(session);
  }

  /** Takes up what the keeper was given in an earlier run, before the client is there. Throws InvalidArgumentError for what is no such record. */
  restoreClient(identity: string, record: unknown): void {
    this.#clients.restore(identity, record);
  }

  /**
   * The bond with that identity has ended, and with it goes what was configured under it. Who is connected keeps what it has configured itself, or has proved to have
   * configured, for as long as the link lasts.
   */
  forgetClient(identity: string): void {
    this.#clients.remove(identity);
    for (const { link, client } of this.#sessions.values()) if (link.identity === identity) client.disown();
  }

  #open(link: GattLink): ServerSession {
    const prepared = new PreparedWrites(this.#budget, this.#options.clock, () =>
      this.#counters.add('preparedWritesExpired'),
    );
    const session = new ServerSession(link, this.#clients.open(link.identity), prepared);
    this.#sessions.set(link.connection, session);
    link.scope.add(() => {
      this.#sessions.delete(link.connection);
      prepared.take();
      // What changes while the client is away is compared when it comes back.
      session.client.onChange = undefined;
    });
    return session;
  }

  #session(connection: ConnectionRef): ServerSession {
    const session = this.#sessions.get(connection);
    if (session !== undefined) return session;
    connection[gattLink].scope.check();
    throw new InvalidStateError(
      `${connection[gattLink].what} is connected to another adapter than the one that this service is registered with`,
    );
  }

  #add(service: ServerService): void {
    this.#addAt(this.#database.findFree(service[attributeCount], FIRST_SERVICE_HANDLE), service);
  }

  #addAt(start: number, service: ServerService): void {
    this.#databaseHash = undefined;
    this.#database.insert(service[layOut](start));
    service[place](this.#binding, start);
    this.#services.add(service);
  }

  #remove(service: ServerService): void {
    const range = { start: service.handle, end: service.endHandle };
    this.#databaseHash = undefined;
    this.#services.delete(service);
    this.#database.remove(range);
    service[place](undefined, 0);
    for (const client of this.#allClients()) client.forget(range);
  }

  /** Those that are connected, and those that are away. */
  #allClients(): Iterable<ClientState> {
    const connected = Array.from(this.#sessions.values(), ({ client }) => client);
    return new Set([...connected, ...this.#clients.values()]);
  }

  #announce(ranges: readonly { readonly handle: number; readonly endHandle: number }[]): void {
    if (ranges.length === 0) return;
    const start = Math.min(...ranges.map(({ handle }) => handle));
    const end = Math.max(...ranges.map(({ endHandle }) => endHandle));
    const { configurationHandle } = this.#genericAttribute.serviceChanged;
    for (const client of this.#allClients()) client.databaseChanged({ start, end }, configurationHandle);
    for (const session of this.#sessions.values()) this.#serviceChanged.tell(session);
  }

  #hash(): Uint8Array {
    this.#databaseHash ??= databaseHash(this.#database);
    return this.#databaseHash;
  }

  #view(): DatabaseView {
    return {
      hash: toHex(this.#hash()),
      configures: (handle, characteristic) => this.#database.get(handle)?.configures === characteristic,
      serviceChangedConfiguration: this.#genericAttribute.serviceChanged.configurationHandle,
    };
  }
}

/** The services, each behind those that it includes, which are not known yet. */
const withIncluded = (
  services: readonly ServerService[],
  known: (service: ServerService) => boolean,
): ServerService[] => {
  const order = new Set<ServerService>();
  const visit = (service: ServerService, above: readonly ServerService[]): void => {
    if (above.includes(service)) throw new InvalidArgumentError(`service ${service.uuid} includes itself`);
    for (const each of service.included) if (!known(each)) visit(each, [...above, service]);
    order.add(service);
  };
  for (const service of services) visit(service, []);
  return [...order];
};

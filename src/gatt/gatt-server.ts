import type { AttServer } from '../att/att-server.ts';
import type { Clock } from '../core/clock.ts';
import { Counters } from '../core/counters.ts';
import { InvalidArgumentError, InvalidStateError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { WaitScope } from '../core/wait-scope.ts';
import { AttributeDatabase } from './attribute-database.ts';
import { ClientStates } from './client-state.ts';
import { type ConnectionRef, type GattLink, gattLink } from './connection-ref.ts';
import { PreparedBudget, PreparedWrites } from './prepared-writes.ts';
import { RequestHandler } from './request-handler.ts';
import { attributeCount, layOut, place, type ServerBinding, type ServerService } from './server-binding.ts';
import { type ServerCounterName, serverCounterNames } from './server-context.ts';
import { ServerSession } from './server-session.ts';
import { GenericAccess, GenericAttribute } from './standard-services.ts';

export interface GattServerOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The adapter's life: waits that belong to no connection end with it. */
  readonly scope?: WaitScope | undefined;
  /** What a client reads as Device Name; `Jelling` by default. */
  readonly deviceName?: string | undefined;
  /** A value of the Appearance table of the Assigned Numbers; 0, unknown, by default. */
  readonly appearance?: number | undefined;
  /** Whether directed advertising may call this side by private addresses (Vol 3, Part C, 12.4). Default false. */
  readonly resolvesAddresses?: boolean | undefined;
  /** How long `onRead` and `onWrite` may take before the client is answered Unlikely Error; 10 s by default, 15 s at most. */
  readonly handlerTimeoutMs?: number | undefined;
}

const DEFAULT_HANDLER_TIMEOUT_MS = 10_000;

/** The bearer gives up on an answer at 20 s, and a value may not be written after that. */
const LONGEST_HANDLER_TIMEOUT_MS = 15_000;

/** The GATT server of an adapter: one database for all its links. */
export class GattServer {
  readonly #options: GattServerOptions;
  readonly #database = new AttributeDatabase();
  readonly #services = new Set<ServerService>();
  readonly #sessions = new Map<ConnectionRef, ServerSession>();
  readonly #clients = new ClientStates();
  readonly #counters = new Counters<ServerCounterName>(serverCounterNames);
  readonly #budget = new PreparedBudget();
  readonly #binding: ServerBinding;
  readonly #genericAccess: GenericAccess;
  readonly #genericAttribute = new GenericAttribute();
  #writes = 0;

  constructor(options: GattServerOptions) {
    const { clock, log, scope = new WaitScope() } = options;
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
      scope,
      handlerTimeoutMs,
      nextWrite: () => {
        this.#writes++;
        return this.#writes;
      },
      session: (connection) => this.#session(connection),
      sessions: () => this.#sessions.values(),
    };
    this.#genericAccess = new GenericAccess(
      options.deviceName ?? 'Jelling',
      options.appearance ?? 0,
      options.resolvesAddresses ?? false,
    );
    this.#add(this.#genericAccess.service);
    this.#add(this.#genericAttribute.service);
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
  attach(link: GattLink): AttServer {
    const session = this.#sessions.get(link.connection) ?? this.#open(link);
    const { clock, log } = this.#options;
    return new RequestHandler({ database: this.#database, session, clock, log, counters: this.#counters });
  }

  /** What a client had configured while it was a stranger belongs, now that it has bonded, to its identity. */
  keepClient(connection: ConnectionRef, identity: string): void {
    const session = this.#sessions.get(connection);
    if (session !== undefined) this.#clients.keep(identity, session.client);
  }

  /** The bond with that identity is removed, and what it had configured with it. */
  forgetClient(identity: string): void {
    this.#clients.remove(identity);
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
    const start = this.#database.findFree(service[attributeCount]);
    this.#database.insert(service[layOut](start));
    service[place](this.#binding, start);
    this.#services.add(service);
  }

  #remove(service: ServerService): void {
    const { handle: start, endHandle: end } = service;
    this.#services.delete(service);
    this.#database.remove({ start, end });
    service[place](undefined, 0);
    this.#clients.forget(start, end);
    for (const session of this.#sessions.values()) session.client.forget(start, end);
  }

  #announce(ranges: readonly { readonly handle: number; readonly endHandle: number }[]): void {
    if (ranges.length === 0 || this.#sessions.size === 0) return;
    const start = Math.min(...ranges.map(({ handle }) => handle));
    const end = Math.max(...ranges.map(({ endHandle }) => endHandle));
    this.#genericAttribute.announce(start, end);
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

import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Uuid } from '../../core/uuid.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import type { Attribute } from './attribute.ts';
import type { ConnectionRef } from './connection-ref.ts';
import type { ServerSession } from './server-session.ts';
import type { WriteQueue } from './write-queue.ts';

/** What an attribute that is registered gets from its server. */
export interface ServerBinding {
  readonly clock: Clock;
  readonly log: Log;
  /** Of the controller that is there now: waits that belong to no connection end with it. */
  readonly scope: WaitScope;
  /** How long a handler of the user may take to answer. */
  readonly handlerTimeoutMs: number;
  /** A number for a write: higher than those before, over all attributes. */
  nextWrite(): number;
  /** A captured write was lost, for nobody had read it in time. */
  writeDropped(): void;
  /** Throws the error that the connection ended with, or InvalidStateError for a connection of another adapter. */
  session(connection: ConnectionRef): ServerSession;
  /** The clients that are connected now. */
  sessions(): Iterable<ServerSession>;
}

// Parts of a service work together through members under these keys, which are no part of their public face.

/** How many attributes a part is made of. */
export const attributeCount: unique symbol = Symbol('jelling.attributeCount');
/** Gives the attributes, numbered from `handle` on. */
export const layOut: unique symbol = Symbol('jelling.layOut');
/** Tells a part that it is registered and where its first attribute stands; or, with undefined, that it no longer is. */
export const place: unique symbol = Symbol('jelling.place');
/** Where captured writes of a characteristic wait. */
export const captures: unique symbol = Symbol('jelling.captures');
/** Takes a part in. Throws InvalidStateError when the whole is registered. */
export const addPart: unique symbol = Symbol('jelling.addPart');

/** A part of a service that takes handles of its own. */
export interface ServicePart {
  readonly [attributeCount]: number;
  /** Of a characteristic that captures. */
  readonly [captures]?: WriteQueue<ConnectionRef> | undefined;
  [layOut](handle: number): Attribute[];
  [place](binding: ServerBinding | undefined, handle: number): void;
}

/** A service as its server holds it, of whatever class its connections are. */
export interface ServerService extends ServicePart {
  readonly uuid: Uuid;
  readonly handle: number;
  readonly endHandle: number;
  readonly registered: boolean;
  readonly included: readonly ServerService[];
}

/** What parts belong to: a service, a characteristic. */
export interface PartOwner {
  /** For messages: `characteristic 2a6e`. */
  readonly label: string;
  [addPart](part: ServicePart): void;
}

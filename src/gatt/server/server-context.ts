import { AttErrorCode, attErrorName } from '../../att/att-codes.ts';
import type { Clock } from '../../core/clock.ts';
import type { Counters } from '../../core/counters.ts';
import { AttError } from '../../core/errors.ts';
import { isPromise } from '../../core/is-promise.ts';
import type { Log } from '../../core/log.ts';
import { ALLOWED, checkAccess, type Operation } from '../access.ts';
import { FIRST_HANDLE } from '../gatt-codes.ts';
import type { Attribute } from './attribute.ts';
import type { AttributeDatabase } from './attribute-database.ts';
import type { ServerSession } from './server-session.ts';

export const serverCounterNames = [
  /** Commands that were dropped: no such attribute, not permitted, too long, refused by a handler, too many for a slow handler. */
  'commandsDropped',
  /** Signed writes that were dropped: of no bonded client, not signed as they should be, come before, on an encrypted link, not permitted, or their counter could not be kept. */
  'signedWritesDropped',
  /** Prepared writes for which there was no room. */
  'prepareQueueFull',
  /** Prepared writes that were forgotten because the client did not go on. */
  'preparedWritesExpired',
  /** Captured writes that nobody read in time; each attribute tells its own by `droppedWrites`. */
  'writesDropped',
] as const;
export type ServerCounterName = (typeof serverCounterNames)[number];

/** What the answers to the requests of one client are made from. */
export interface ServerContext {
  readonly database: AttributeDatabase;
  readonly session: ServerSession;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters<ServerCounterName>;
}

/** The error that a request is answered with. */
export const refusal = (context: ServerContext, status: number, handle: number): AttError =>
  new AttError(
    `${context.session.link.what} was refused: ${attErrorName(status)} at handle ${handle}`,
    status,
    handle,
  );

/** Throws the refusal of an operation on an attribute that may not be done over the link. */
export const requireLink = (context: ServerContext, attribute: Attribute, operation: Operation): void => {
  const status = checkAccess(attribute.permissions, operation, context.session.link);
  if (status !== ALLOWED) throw refusal(context, status, attribute.handle);
};

/**
 * Refuses an operation on an attribute that the client may not do: by throwing, or by rejecting where the user had to be asked. Every path to a
 * value comes by here. While the user thinks the attribute may go, or the link lose what the rule wants, and so both are judged again.
 */
export const requireAccess = (
  context: ServerContext,
  attribute: Attribute,
  operation: Operation,
): void | Promise<void> => {
  requireLink(context, attribute, operation);
  const authorized = attribute.authorize?.(context.session, operation);
  if (!isPromise(authorized)) return undefined;
  return authorized.then(() => {
    const { handle } = attribute;
    if (attributeAt(context, handle) !== attribute)
      throw refusal(context, AttErrorCode.databaseOutOfSync, handle);
    requireLink(context, attribute, operation);
  });
};

const attributeAt = (context: ServerContext, handle: number): Attribute => {
  const attribute = context.database.get(handle);
  if (attribute === undefined) throw refusal(context, AttErrorCode.invalidHandle, handle);
  return attribute;
};

/** The attribute at a handle over a link that `operation` may be done over. The user may still have to be asked. */
export const find = (context: ServerContext, handle: number, operation: Operation): Attribute => {
  const attribute = attributeAt(context, handle);
  requireLink(context, attribute, operation);
  return attribute;
};

/** The attribute at a handle that a client may do `operation` on. */
export const reach = (
  context: ServerContext,
  handle: number,
  operation: Operation,
): Attribute | Promise<Attribute> => {
  const attribute = attributeAt(context, handle);
  const access = requireAccess(context, attribute, operation);
  return isPromise(access) ? access.then(() => attribute) : attribute;
};

/** The range of a request must be one (Vol 3, Part F, 3.4.3.1). */
export const requireRange = (context: ServerContext, start: number, end: number): void => {
  if (start < FIRST_HANDLE || start > end) throw refusal(context, AttErrorCode.invalidHandle, start);
};

/** The value that a client is answered when it reads. */
export const answerOf = (context: ServerContext, attribute: Attribute): Uint8Array | Promise<Uint8Array> => {
  const { source } = attribute;
  return source.answer === undefined ? source.value(context.session) : source.answer(context.session);
};

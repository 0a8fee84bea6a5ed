import { attErrorAdvice, attErrorName } from '../../att/att-codes.ts';
import { InvalidStateError } from '../../core/errors.ts';
import type { WaitOptions } from '../../core/procedure.ts';
import { ALLOWED, checkAccess, type Permissions } from '../access.ts';
import type { ValueLike } from '../local-value.ts';
import { wantsIndications, wantsNotifications } from './client-state.ts';
import type { ServerSession } from './server-session.ts';

export interface SendOptions extends WaitOptions {
  /** What to send; the local value unless given, and left as it is. */
  readonly value?: ValueLike | undefined;
  /** Sends to a client that has not subscribed, too. */
  readonly force?: boolean | undefined;
}

export type SendKind = 'notify' | 'indicate';

/** The characteristic whose value is sent. */
export interface SendTarget {
  /** For messages. */
  readonly what: string;
  readonly handle: number;
  readonly configurationHandle: number;
  /** What the link must offer when the value leaves. */
  readonly permissions: Permissions;
}

const isSubscribed = (target: SendTarget, kind: SendKind, session: ServerSession): boolean => {
  const configuration = session.client.configuration(target.configurationHandle);
  return kind === 'notify' ? wantsNotifications(configuration) : wantsIndications(configuration);
};

/**
 * Why a client may not be sent the value now; undefined where it may. A subscription may outlast the link that it was made over, so that the link is judged
 * each time (Vol 3, Part C, 10.3.1.1).
 */
const obstacle = (
  target: SendTarget,
  kind: SendKind,
  session: ServerSession,
  force: boolean | undefined,
): string | undefined => {
  const { link } = session;
  if (force !== true && !isSubscribed(target, kind, session)) {
    const values = kind === 'notify' ? 'notifications' : 'indications';
    return `${link.what} has not subscribed to ${values} of ${target.what}: await subscribed(), or send with { force: true }`;
  }
  if (session.client.isOutOfSync) {
    return `${link.what} does not know of a change of the services yet, and is sent no value of ${target.what} until it does: send again when it has confirmed Service Changed or read the Database Hash`;
  }
  const status = checkAccess(target.permissions, kind, link);
  if (status === ALLOWED) return undefined;
  return `the link to ${link.what} does not offer what ${target.what} needs to ${kind}, ${attErrorName(status)}: ${attErrorAdvice(status)}`;
};

const send = (
  target: SendTarget,
  kind: SendKind,
  session: ServerSession,
  value: Uint8Array,
  wait: WaitOptions,
): Promise<void> => {
  const { bearer, what } = session.link;
  if (kind === 'notify') return bearer.notify(target.handle, value, wait);
  return bearer.indicate(target.handle, value, {
    what: `indicating ${target.what} to ${what}`,
    timeoutMs: wait.timeoutMs,
    signal: wait.signal,
  });
};

/** Throws InvalidStateError where a client may not be sent the value now. */
export const requireSendable = (
  target: SendTarget,
  kind: SendKind,
  session: ServerSession,
  force: boolean | undefined,
): void => {
  const reason = obstacle(target, kind, session, force);
  if (reason !== undefined) throw new InvalidStateError(reason);
};

/** Sends to one client. Throws InvalidStateError for one that has not subscribed, unless forced, or whose link does not offer what the value needs. */
export const sendToOne = (
  target: SendTarget,
  kind: SendKind,
  session: ServerSession,
  value: Uint8Array,
  options: SendOptions,
): Promise<void> => {
  requireSendable(target, kind, session, options.force);
  return send(target, kind, session, value, options);
};

/**
 * Sends to all that have subscribed and may have the value; forced, to all that may have it. One that leaves meanwhile does not matter; other failures
 * are told when all are done.
 */
export const sendToAll = async (
  target: SendTarget,
  kind: SendKind,
  sessions: Iterable<ServerSession>,
  value: Uint8Array,
  options: SendOptions,
): Promise<void> => {
  const receivers = [...sessions].filter(
    (session) => obstacle(target, kind, session, options.force) === undefined,
  );
  const outcomes = await Promise.allSettled(
    receivers.map((session) => send(target, kind, session, value, options)),
  );
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.status === 'rejected' && receivers[i]?.link.scope.error === undefined) throw outcome.reason;
  }
};

import { InvalidStateError } from '../core/errors.ts';
import type { WaitOptions } from '../core/procedure.ts';
import { wantsIndications, wantsNotifications } from './client-state.ts';
import type { ValueLike } from './local-value.ts';
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
}

const wants = (target: SendTarget, kind: SendKind, session: ServerSession): boolean => {
  const configuration = session.client.configuration(target.configurationHandle);
  return kind === 'notify' ? wantsNotifications(configuration) : wantsIndications(configuration);
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

/** Sends to one client. Throws InvalidStateError for one that has not subscribed, unless forced. */
export const sendToOne = (
  target: SendTarget,
  kind: SendKind,
  session: ServerSession,
  value: Uint8Array,
  options: SendOptions,
): Promise<void> => {
  if (options.force === true || wants(target, kind, session)) {
    return send(target, kind, session, value, options);
  }
  const values = kind === 'notify' ? 'notifications' : 'indications';
  throw new InvalidStateError(
    `${session.link.what} has not subscribed to ${values} of ${target.what}: await subscribed(), or send with { force: true }`,
  );
};

/** Sends to all that have subscribed; forced, to all. One that leaves meanwhile does not matter; other failures are told when all are done. */
export const sendToAll = async (
  target: SendTarget,
  kind: SendKind,
  sessions: Iterable<ServerSession>,
  value: Uint8Array,
  options: SendOptions,
): Promise<void> => {
  const receivers = [...sessions].filter((session) => options.force === true || wants(target, kind, session));
  const outcomes = await Promise.allSettled(
    receivers.map((session) => send(target, kind, session, value, options)),
  );
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.status === 'rejected' && receivers[i]?.link.scope.error === undefined) throw outcome.reason;
  }
};

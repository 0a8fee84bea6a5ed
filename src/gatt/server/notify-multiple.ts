import type { WaitOptions } from '../../core/procedure.ts';
import { ClientFeature } from '../gatt-codes.ts';
import type { ValueLike } from '../local-value.ts';
import { type ConnectionRef, gattLink } from './connection-ref.ts';
import { requireSendable, type SendOptions, type SendTarget } from './send.ts';
import type { ServerSession } from './server-session.ts';

/** A value on its way to a client. */
export interface OutgoingValue {
  readonly target: SendTarget;
  readonly value: Uint8Array;
  readonly session: ServerSession;
}

/** Under this key a characteristic gives what it would notify a client of: the value, or its local one. Throws as its notify(). */
export const outgoing: unique symbol = Symbol('jelling.outgoing');

interface Notifying {
  [outgoing](connection: ConnectionRef, value: ValueLike | undefined): OutgoingValue;
}

export type MultipleValues<T extends Notifying = Notifying> = readonly (readonly [
  characteristic: T,
  value?: ValueLike | undefined,
])[];

export type NotifyMultipleOptions = Omit<SendOptions, 'value'>;

/**
 * Notifies a client of several values in their order (Vol 3, Part G, 4.10.2). All may be sent, or none is: it throws as notify() of a characteristic. A client that
 * has said that it understands it gets as few PDUs as there can be, any other one for each.
 */
export const notifyMultiple = async (
  connection: ConnectionRef,
  values: MultipleValues,
  options: NotifyMultipleOptions,
): Promise<void> => {
  const prepared = values.map(([characteristic, value]) => characteristic[outgoing](connection, value));
  const [first] = prepared;
  if (first === undefined) return;
  for (const { target, session } of prepared) requireSendable(target, 'notify', session, options.force);
  const { client } = first.session;
  const { bearer } = connection[gattLink];
  const wait: WaitOptions = { timeoutMs: options.timeoutMs, signal: options.signal };
  if (client.supports(ClientFeature.multipleHandleValueNotifications)) {
    const tuples = prepared.map(({ target, value }) => ({
      attributeHandle: target.handle,
      attributeValue: value,
    }));
    await bearer.notifyMultiple(tuples, wait);
    return;
  }
  await Promise.all(prepared.map(({ target, value }) => bearer.notify(target.handle, value, wait)));
};

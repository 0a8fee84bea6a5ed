import { AttErrorCode } from '../../att/att-codes.ts';
import { AttError } from '../../core/errors.ts';
import { isPromise } from '../../core/is-promise.ts';
import { procedure } from '../../core/procedure.ts';
import type { ConnectionRef } from './connection-ref.ts';
import type { ServerBinding } from './server-binding.ts';
import type { ServerSession } from './server-session.ts';

/** For which attribute of the user a handler runs. */
export interface HandlerContext {
  /** For messages: `characteristic 2a6e of service 181a`. */
  readonly what: string;
  readonly binding: ServerBinding;
  /** Of the attribute that the client asked for. */
  readonly handle: number;
  readonly session: ServerSession;
  /** `read`, `write`, `authorize`. */
  readonly role: string;
}

/** Sessions are attached by the layer that makes the connections, and `C` is the class that it makes. */
export const connectionOf = <C extends ConnectionRef>(session: ServerSession): C =>
  session.link.connection as C;

/**
 * Runs a handler of the user and goes on with its answer: at once if it is there at once, and not at all when it comes too late. What the handler
 * throws refuses the client, by the error that it names in an AttError, else by Unlikely Error.
 */
export const runHandler = <A, R>(
  context: HandlerContext,
  run: () => A | Promise<A>,
  goOn: (answer: A) => R,
): R | Promise<R> => {
  let answer: A | Promise<A>;
  try {
    answer = run();
  } catch (error) {
    throw refusalOf(context, error);
  }
  if (!isPromise(answer)) return goOn(answer);
  const { binding, role, session, what } = context;
  const pending = answer;
  return procedure<A>(
    {
      what: `the ${role} handler of ${what} is at work`,
      clock: binding.clock,
      defaultTimeoutMs: binding.handlerTimeoutMs,
      scope: session.link.scope,
    },
    (settle) => {
      pending.then(
        (value) => settle.resolve(value),
        (error: unknown) => settle.reject(error),
      );
      return undefined;
    },
  ).then(goOn, (error: unknown) => {
    throw refusalOf(context, error);
  });
};

/** What a client is told when the user's code does what it may not; it names no handle (Vol 3, Part F, 3.3). */
export const unlikelyError = (context: HandlerContext, message: string, cause?: unknown): AttError => {
  const { binding, what } = context;
  binding.log.write('warn', 'gatt', () => `${what}: ${message}`);
  return new AttError(`${what}: ${message}`, AttErrorCode.unlikelyError, 0, { cause });
};

/** A handler may name the error for the client; the handle is always the attribute's. */
const refusalOf = (context: HandlerContext, error: unknown): AttError => {
  if (error instanceof AttError)
    return new AttError(error.message, error.status, context.handle, { cause: error });
  return unlikelyError(context, `the ${context.role} handler failed: ${String(error)}`, error);
};

import type { Uuid } from '../../core/uuid.ts';
import type { Operation, Permissions } from '../access.ts';
import type { ServerSession } from './server-session.ts';

/**
 * Where the value of an attribute comes from and goes to. Access and length have been judged before. What refuses does so by throwing (or
 * rejecting with) AttError; anything else that is thrown reaches the peer as Unlikely Error.
 */
export interface AttributeSource {
  /** The value, where it is the same for every client at any time: declarations. */
  readonly constant?: Uint8Array | undefined;
  /** The longest value that may be written now. */
  readonly maxLength: number;
  /** What is written goes behind the value, in place of replacing it. */
  readonly appends?: boolean | undefined;
  /** The whole value as it is now, by itself. The view must stay as it is. */
  value(session: ServerSession): Uint8Array;
  /** What a client that reads is answered, where that is not simply the value. */
  answer?(session: ServerSession): Uint8Array | Promise<Uint8Array>;
  /** Asked before a value is written; may refuse. `value` is a view that is valid until the call returns; `response`: the client waits for the outcome. */
  admit?(session: ServerSession, value: Uint8Array, response: boolean): void | Promise<void>;
  /**
   * Replaces the whole value by one that was admitted, or appends it, without fail. `value` is a view that is valid until the call returns.
   */
  commit(session: ServerSession, value: Uint8Array): void;
}

/** One row of the attribute database (Vol 3, Part F, 3.2). */
export interface Attribute {
  readonly handle: number;
  readonly type: Uuid;
  /** The last handle of the group that it heads; its own where it heads none (Vol 3, Part G, 2.5.3). */
  readonly groupEnd: number;
  /** Of a Client Characteristic Configuration: the type of the value that it is about. */
  readonly configures?: Uuid | undefined;
  readonly permissions: Permissions;
  /** Asks the user whether the client may, after the permissions have been judged. Refuses as a source does. */
  readonly authorize?: ((session: ServerSession, operation: Operation) => void | Promise<void>) | undefined;
  readonly source: AttributeSource;
}

import type { AttError } from '../core/errors.ts';
import type { Infer, Shape } from '../core/pdu.ts';
import type { WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import type { AttExchange } from './codec/exchanges.ts';
import type { HandleValue } from './codec/value-pdus.ts';
import type { AttValueReceiver } from './value-inbox.ts';

export interface AttRequestOptions extends WaitOptions {
  /** What is being done and to whom, as it continues "timed out while": `reading 0x2A6E of F0:F1:F2:F3:F4:F5`. */
  readonly what: string;
  /** Where the caller gives no deadline: 1 s unless said otherwise here, and what the link's pace adds. */
  readonly defaultTimeoutMs?: number | undefined;
  /** Asked when its turn has come: an error, which then is the call's, keeps it from being sent. */
  readonly obsolete?: (() => Error | undefined) | undefined;
  /** Told of a refusal when it comes, whether or not the caller still waits, and before the next request is sent. Does not throw. */
  readonly onRefused?: ((error: AttError) => void) | undefined;
}

export interface AttIndicationOptions extends AttRequestOptions {
  /** Told of the confirmation when it comes, whether or not the caller still waits, and before what the peer has sent behind it. Does not throw. */
  readonly onConfirmed?: (() => void) | undefined;
}

/** What GATT sends by: one ATT bearer, or all of them that lead to a peer. */
export interface Bearer {
  /** Ends when nothing can be sent any more. */
  readonly scope: WaitScope;
  /** ATT_MTU as it is now: what is sent from here on may have this length. */
  readonly mtu: number;
  /** The longest value of a notification, indication, write request or command now: ATT_MTU - 3. */
  readonly maxValueLength: number;
  /** Gets notifications and indications. */
  valueReceiver: AttValueReceiver | undefined;
  /** A default deadline as it is on this link, which may be slow. */
  stretched(defaultTimeoutMs: number): number;
  /**
   * One transaction: waits for its turn behind the calls before it, sends the request, gives the decoded response.
   * Rejects with AttError where the peer refuses, with MalformedPduError where its answer cannot be read, with InvalidArgumentError where the
   * request does not fit ATT_MTU. Giving up (deadline, abort) leaves the bearer taken until the peer answers or 30 s are over.
   */
  request<Q extends Shape, R>(
    exchange: AttExchange<Q, R>,
    params: Infer<Q>,
    options: AttRequestOptions,
  ): Promise<R>;
  /** Resolves when the controller has room. Rejects with InvalidArgumentError for a value longer than `maxValueLength`. Commands keep their order. */
  writeCommand(handle: number, value: Uint8Array, wait?: WaitOptions): Promise<void>;
  /**
   * Sends a signed write: what `signedWriteMessage()` gives, and its signature, which must fit into ATT_MTU together. Goes by the unenhanced bearer (Vol 3, Part F, 3.4.5.4),
   * also where requests are held back until the peer has shown that it has the key of the bond.
   */
  signedWriteCommand(message: Uint8Array, signature: Uint8Array, wait?: WaitOptions): Promise<void>;
  /** As writeCommand; while our MTU exchange is on the air it waits for its end (Vol 3, Part F, 3.4.2.2, rule 5). */
  notify(handle: number, value: Uint8Array, wait?: WaitOptions): Promise<void>;
  /** As notify() of several values, in as few PDUs as their lengths allow: for a peer that understands ATT_MULTIPLE_HANDLE_VALUE_NTF. */
  notifyMultiple(values: readonly HandleValue[], wait?: WaitOptions): Promise<void>;
  /** Resolves when the peer has confirmed. Giving up leaves its place taken as with request(). */
  indicate(handle: number, value: Uint8Array, options: AttIndicationOptions): Promise<void>;
  /** One bearer, for requests that must not be spread over several; it ends without another taking its place. */
  single(): Bearer;
}

import { AttErrorCode } from '../../att/att-codes.ts';
import { type Bytes, copyBytes } from '../../core/bytes.ts';
import { AttError, InvalidStateError } from '../../core/errors.ts';
import type { Uuid } from '../../core/uuid.ts';
import { LocalValue, type ValueLike, valueBytes } from '../local-value.ts';
import type { Attribute, AttributeSource } from './attribute.ts';
import type { ConnectionRef } from './connection-ref.ts';
import { connectionOf, type HandlerContext, runHandler, unlikelyError } from './run-handler.ts';
import type { ServerBinding } from './server-binding.ts';
import type { ServerSession } from './server-session.ts';
import { nextWrite, WriteQueue, type Written, type WrittenOptions } from './write-queue.ts';

/**
 * Called when a client reads the value from its beginning. Gives the value to answer with, or undefined for the local one, which it may set
 * before. Refuses with an AttError.
 */
export type ReadHandler<C extends ConnectionRef> = (
  connection: C,
) => ValueLike | undefined | Promise<ValueLike | undefined>;

/**
 * Called with what a client wants to write, before the local value becomes that. The value is a copy to keep; `response` says whether the client waits for
 * the outcome. Refuses with an AttError; a write without response is then dropped.
 */
export type WriteHandler<C extends ConnectionRef> = (
  value: Bytes,
  connection: C,
  response: boolean,
) => void | Promise<void>;

/** What a client wants to do where the user is asked whether it may: `subscribe` is to write the configuration. */
export type AuthorizedOperation = 'read' | 'write' | 'subscribe';

/**
 * Asked at each request of a client that the rules allow, also for each part of a long value: false refuses it with Insufficient Authorization.
 * A write without response is then dropped.
 */
export type AuthorizeHandler<C extends ConnectionRef> = (
  connection: C,
  operation: AuthorizedOperation,
) => boolean | Promise<boolean>;

export interface LocalAttributeOptions<C extends ConnectionRef> {
  /** The value until somebody writes; empty by default. */
  readonly initial?: ValueLike | undefined;
  /** The longest value in octets, 512 by default and at most. A client that writes more gets Invalid Attribute Value Length. */
  readonly maxLength?: number | undefined;
  readonly authorize?: AuthorizeHandler<C> | undefined;
  readonly onRead?: ReadHandler<C> | undefined;
  readonly onWrite?: WriteHandler<C> | undefined;
}

/** What `written()` gives: the client, or the client and the value where writes are captured. */
export type WrittenResult<C extends ConnectionRef, Capture extends boolean> = Capture extends true
  ? Written<C>
  : C;

/** What is the same for an attribute whoever its user. */
export interface LocalAttributeTraits {
  readonly uuid: Uuid;
  /** For messages: `characteristic 2a6e of service 181a`. */
  readonly what: string;
  /** Whether clients can write it at all. */
  readonly writable: boolean;
  /** What clients write goes behind what is there. */
  readonly appends?: boolean | undefined;
  /** Captured writes that are kept; undefined where none are. */
  readonly captureDepth?: number | undefined;
}

/** A value of this device that clients reach by a handle: what characteristics and descriptors have in common. */
export abstract class LocalAttribute<C extends ConnectionRef, Capture extends boolean> {
  readonly uuid: Uuid;
  readonly #what: string;
  readonly #value: LocalValue;
  readonly #writable: boolean;
  readonly #options: LocalAttributeOptions<C>;
  readonly #writes: WriteQueue<C>;
  #binding: ServerBinding | undefined;
  #handle = 0;

  constructor(traits: LocalAttributeTraits, options: LocalAttributeOptions<C>) {
    const { uuid, what, writable, appends = false, captureDepth } = traits;
    this.uuid = uuid;
    this.#what = what;
    this.#value = new LocalValue(what, { ...options, appends });
    this.#writable = writable;
    this.#options = options;
    this.#writes = new WriteQueue(captureDepth);
  }

  /** Where the value stands in the database; 0 while its service is not registered. */
  get handle(): number {
    return this.#handle;
  }

  /** Octets that the value may have. */
  get maxLength(): number {
    return this.#value.maxLength;
  }

  /** Captured writes that were lost because nobody called `written()` in time. */
  get droppedWrites(): number {
    return this.#writes.dropped;
  }

  /** A copy of the local value. */
  read(): Bytes {
    return this.#value.copy();
  }

  /**
   * Waits until a client writes. A write that came before the call counts, if no call has had it. Without capture several writes are one,
   * and the value is what `read()` gives now; with capture each call gives the next write with its value.
   * With `connection` it is that client's writes alone, and the wait ends with its link. No deadline unless one is given.
   * Throws InvalidStateError where clients cannot write or the service is not registered.
   */
  async written(options: WrittenOptions<C> = {}): Promise<WrittenResult<C, Capture>> {
    if (!this.#writable) {
      throw new InvalidStateError(
        `clients cannot write ${this.#what}: declare it with write, writeNoResponse or signedWrite to wait for it`,
      );
    }
    // The queue captures exactly where the type parameter says so: both come from the one option.
    const present = (write: Written<C>): WrittenResult<C, Capture> =>
      (this.#writes.captures ? write : write.connection) as WrittenResult<C, Capture>;
    return nextWrite(this.#what, [{ queue: this.#writes, present }], this.requireBinding(), options);
  }

  /** Where writes wait for `written()`. */
  protected get writes(): WriteQueue<C> {
    return this.#writes;
  }

  protected get what(): string {
    return this.#what;
  }

  protected get localValue(): LocalValue {
    return this.#value;
  }

  protected get binding(): ServerBinding | undefined {
    return this.#binding;
  }

  protected requireBinding(): ServerBinding {
    if (this.#binding === undefined) {
      throw new InvalidStateError(
        `${this.#what} is not registered: register its service with an adapter first`,
      );
    }
    return this.#binding;
  }

  protected bind(binding: ServerBinding | undefined, handle: number): void {
    this.#binding = binding;
    this.#handle = binding === undefined ? 0 : handle;
  }

  /** The value as the attribute database reaches it. */
  protected get source(): AttributeSource {
    const value = this.#value;
    const { onRead, onWrite } = this.#options;
    return {
      get maxLength() {
        return value.room;
      },
      appends: value.appends,
      value: () => value.view,
      ...(onRead === undefined ? {} : { answer: (session) => this.#answer(session, onRead) }),
      ...(onWrite === undefined ? {} : { admit: (...args) => this.#admit(onWrite, ...args) }),
      commit: (session, bytes) => this.#commit(session, bytes),
    };
  }

  /**
   * What asks the user whether a client may reach the attribute at `handle`; undefined where nobody has to be asked. A configuration, which is `subscribe`
   * to write, is each client's own to read.
   */
  protected authorizer(handle: number, writing: 'write' | 'subscribe' = 'write'): Attribute['authorize'] {
    const { authorize } = this.#options;
    if (authorize === undefined) return undefined;
    return (session, operation) => {
      if (operation === 'read' && writing === 'subscribe') return undefined;
      const asked = operation === 'read' ? 'read' : writing;
      return runHandler(
        this.#context(session, 'authorize', handle),
        () => authorize(connectionOf<C>(session), asked),
        (allowed) => {
          if (allowed === true) return;
          throw new AttError(
            `${session.link.what} is not authorized to ${asked} ${this.#what}`,
            AttErrorCode.insufficientAuthorization,
            handle,
          );
        },
      );
    };
  }

  #answer(session: ServerSession, onRead: ReadHandler<C>): Uint8Array | Promise<Uint8Array> {
    const context = this.#context(session, 'read', this.#handle);
    return runHandler(
      context,
      () => onRead(connectionOf<C>(session)),
      (answer) => {
        if (answer === undefined) return this.#value.view;
        const bytes = valueBytes(answer);
        if (bytes.length <= this.#value.maxLength) return copyBytes(bytes);
        throw unlikelyError(
          context,
          `onRead gave ${bytes.length} octets, more than the ${this.#value.maxLength} declared`,
        );
      },
    );
  }

  #admit(
    onWrite: WriteHandler<C>,
    session: ServerSession,
    value: Uint8Array,
    response: boolean,
  ): void | Promise<void> {
    return runHandler(
      this.#context(session, 'write', this.#handle),
      () => onWrite(copyBytes(value), connectionOf<C>(session), response),
      () => undefined,
    );
  }

  #commit(session: ServerSession, value: Uint8Array): void {
    const bytes = copyBytes(value);
    this.#value.adopt(bytes);
    session.longReads.forget(this.#handle);
    const lost = this.#writes.push({
      connection: connectionOf<C>(session),
      value: this.#writes.captures ? copyBytes(bytes) : bytes,
      sequence: this.#binding?.nextWrite() ?? 0,
    });
    if (lost) this.#binding?.writeDropped();
  }

  #context(session: ServerSession, role: string, handle: number): HandlerContext {
    return { what: this.#what, binding: this.requireBinding(), handle, session, role };
  }
}

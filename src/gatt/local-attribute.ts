import { AttErrorCode } from '../att/att-codes.ts';
import { type Bytes, copyBytes } from '../core/bytes.ts';
import { AttError, InvalidStateError } from '../core/errors.ts';
import { procedure } from '../core/procedure.ts';
import type { Uuid } from '../core/uuid.ts';
import type { AttributeSource } from './attribute.ts';
import type { ConnectionRef } from './connection-ref.ts';
import { isPromise } from './is-promise.ts';
import { LocalValue, type ValueLike, valueBytes } from './local-value.ts';
import type { ServerBinding } from './server-binding.ts';
import type { ServerSession } from './server-session.ts';
import { WriteQueue, type Written, type WrittenOptions } from './write-queue.ts';

/**
 * Called when a client reads the value from its beginning. Gives the value to answer with, or undefined for the local one, which it may set
 * before. Refuses with an AttError.
 */
export type ReadHandler<C extends ConnectionRef> = (
  connection: C,
) => ValueLike | undefined | Promise<ValueLike | undefined>;

/**
 * Called with what a client wants to write, before the local value becomes that. The value is a copy to keep.
 * Refuses with an AttError; a write without response is then dropped.
 */
export type WriteHandler<C extends ConnectionRef> = (value: Bytes, connection: C) => void | Promise<void>;

export interface LocalAttributeOptions<C extends ConnectionRef> {
  /** The value until somebody writes; empty by default. */
  readonly initial?: ValueLike | undefined;
  /** The longest value in octets, 512 by default and at most. A client that writes more gets Invalid Attribute Value Length. */
  readonly maxLength?: number | undefined;
  readonly onRead?: ReadHandler<C> | undefined;
  readonly onWrite?: WriteHandler<C> | undefined;
}

/** What `written()` gives: the client, or the client and the value where writes are captured. */
export type WrittenResult<C extends ConnectionRef, Capture extends boolean> = Capture extends true
  ? Written<C>
  : C;

/** A value of this device that clients reach by a handle: what characteristics and descriptors have in common. */
export abstract class LocalAttribute<C extends ConnectionRef, Capture extends boolean> {
  readonly uuid: Uuid;
  readonly #what: string;
  readonly #value: LocalValue;
  readonly #writable: boolean;
  readonly #onRead: ReadHandler<C> | undefined;
  readonly #onWrite: WriteHandler<C> | undefined;
  readonly #writes: WriteQueue<C>;
  #binding: ServerBinding | undefined;
  #handle = 0;

  constructor(
    uuid: Uuid,
    what: string,
    writable: boolean,
    captureDepth: number | undefined,
    options: LocalAttributeOptions<C>,
  ) {
    this.uuid = uuid;
    this.#what = what;
    this.#value = new LocalValue(what, options.maxLength, options.initial);
    this.#writable = writable;
    this.#onRead = options.onRead;
    this.#onWrite = options.onWrite;
    this.#writes = new WriteQueue(what, captureDepth);
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
        `clients cannot write ${this.#what}: declare it with write or writeNoResponse to wait for it`,
      );
    }
    const write = await this.#writes.next(this.requireBinding(), options);
    // The queue captures exactly where the type parameter says so: both come from the one option.
    return (this.#writes.captures ? write : write.connection) as WrittenResult<C, Capture>;
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
    const onRead = this.#onRead;
    const onWrite = this.#onWrite;
    return {
      maxLength: this.#value.maxLength,
      value: () => this.#value.view,
      ...(onRead === undefined ? {} : { answer: (session) => this.#answer(session, onRead) }),
      ...(onWrite === undefined ? {} : { admit: (session, value) => this.#admit(session, value, onWrite) }),
      commit: (session, value) => this.#commit(session, value),
    };
  }

  #answer(session: ServerSession, onRead: ReadHandler<C>): Uint8Array | Promise<Uint8Array> {
    const run = (): ReturnType<ReadHandler<C>> => onRead(connectionOf<C>(session));
    return this.#finish(session, 'read', run, (answer) => {
      if (answer === undefined) return this.#value.view;
      const bytes = valueBytes(answer);
      if (bytes.length <= this.#value.maxLength) return copyBytes(bytes);
      throw this.#unlikely(
        `onRead gave ${bytes.length} octets, more than the ${this.#value.maxLength} declared`,
      );
    });
  }

  #admit(session: ServerSession, value: Uint8Array, onWrite: WriteHandler<C>): void | Promise<void> {
    const run = (): void | Promise<void> => onWrite(copyBytes(value), connectionOf<C>(session));
    return this.#finish(session, 'write', run, () => undefined);
  }

  #commit(session: ServerSession, value: Uint8Array): void {
    const bytes = copyBytes(value);
    this.#value.adopt(bytes);
    session.longReads.forget(this.#handle);
    this.#writes.push(connectionOf<C>(session), this.#writes.captures ? copyBytes(bytes) : bytes);
  }

  /** Runs a handler of the user and goes on with its answer: at once if it is there at once, and not at all when it comes too late. */
  #finish<A, R>(
    session: ServerSession,
    operation: 'read' | 'write',
    run: () => A | Promise<A>,
    goOn: (answer: A) => R,
  ): R | Promise<R> {
    let answer: A | Promise<A>;
    try {
      answer = run();
    } catch (error) {
      throw this.#refusal(error, operation);
    }
    if (!isPromise(answer)) return goOn(answer);
    const binding = this.requireBinding();
    const pending = answer;
    return procedure<A>(
      {
        what: `the ${operation} handler of ${this.#what} is at work`,
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
      throw this.#refusal(error, operation);
    });
  }

  #unlikely(message: string, cause?: unknown): AttError {
    this.#binding?.log.write('warn', 'gatt', () => `${this.#what}: ${message}`);
    return new AttError(`${this.#what}: ${message}`, AttErrorCode.unlikelyError, this.#handle, { cause });
  }

  /** A handler may name the error for the client; the handle is always this attribute's. */
  #refusal(error: unknown, operation: 'read' | 'write'): AttError {
    if (error instanceof AttError)
      return new AttError(error.message, error.status, this.#handle, { cause: error });
    return this.#unlikely(`the ${operation} handler failed: ${String(error)}`, error);
  }
}

/** Sessions are attached by the layer that makes the connections, and `C` is the class that it makes. */
export const connectionOf = <C extends ConnectionRef>(session: ServerSession): C =>
  session.link.connection as C;

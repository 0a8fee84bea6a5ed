import { AttErrorCode } from '../att/att-codes.ts';
import {
  ExecuteWriteResponse,
  encodePacket,
  PrepareWriteResponse,
  WriteResponse,
} from '../att/codec/responses.ts';
import { copyBytes } from '../core/bytes.ts';
import type { Operation } from './access.ts';
import type { Attribute } from './attribute.ts';
import { isPromise } from './is-promise.ts';
import type { PreparedWrite } from './prepared-writes.ts';
import { reach, refusal, type ServerContext } from './server-context.ts';

type Answer = Uint8Array | Promise<Uint8Array>;

const requireLength = (context: ServerContext, attribute: Attribute, length: number): void => {
  if (length <= attribute.source.maxLength) return;
  throw refusal(context, AttErrorCode.invalidAttributeValueLength, attribute.handle);
};

/** Writes a value that access and length allow: at once where nobody has to be asked. */
const write = (context: ServerContext, attribute: Attribute, value: Uint8Array): void | Promise<void> => {
  const { source } = attribute;
  const { session } = context;
  const admitted = source.admit?.(session, value);
  if (!isPromise(admitted)) return source.commit(session, value);
  const kept = copyBytes(value);
  return admitted.then(() => source.commit(session, kept));
};

/** The attribute that a client may give a value of this length. */
const target = (context: ServerContext, operation: Operation, handle: number, length: number): Attribute => {
  const attribute = reach(context, handle, operation);
  requireLength(context, attribute, length);
  return attribute;
};

/** Write (Vol 3, Part F, 3.4.5.1). */
export const answerWrite = (
  context: ServerContext,
  request: { readonly attributeHandle: number; readonly attributeValue: Uint8Array },
): Answer => {
  const { attributeHandle, attributeValue } = request;
  const attribute = target(context, 'write', attributeHandle, attributeValue.length);
  const written = write(context, attribute, attributeValue);
  return isPromise(written)
    ? written.then(() => encodePacket(WriteResponse, {}))
    : encodePacket(WriteResponse, {});
};

/** Write Command (Vol 3, Part F, 3.4.5.3): what cannot be written is ignored, and counted. Judged when it comes, written in its turn. */
export const obeyWriteCommand = (
  context: ServerContext,
  command: { readonly attributeHandle: number; readonly attributeValue: Uint8Array },
): void => {
  const { writeCommands } = context.session;
  const { attributeHandle, attributeValue } = command;
  const drop = (error: unknown): void => {
    context.counters.add('commandsDropped');
    context.log.write('debug', 'gatt', () => `write command ignored: ${String(error)}`);
  };
  const obey = (attribute: Attribute, value: Uint8Array): void | Promise<void> => {
    try {
      const written = write(context, attribute, value);
      return isPromise(written) ? written.catch(drop) : undefined;
    } catch (error) {
      drop(error);
    }
  };
  try {
    const attribute = target(context, 'writeCommand', attributeHandle, attributeValue.length);
    const value = writeCommands.isBusy ? copyBytes(attributeValue) : attributeValue;
    if (!writeCommands.run(() => obey(attribute, value))) drop('too many wait for the handler');
  } catch (error) {
    drop(error);
  }
};

/** A client whose parts were forgotten must hear of it before anything else is queued or written. */
const requireKept = (context: ServerContext, handle: number): void => {
  if (context.session.preparedWrites.takeExpired())
    throw refusal(context, AttErrorCode.unlikelyError, handle);
};

/** Prepare Write (Vol 3, Part F, 3.4.6.1): permissions are judged now, offset and length at the execution. */
export const answerPrepareWrite = (
  context: ServerContext,
  request: {
    readonly attributeHandle: number;
    readonly valueOffset: number;
    readonly partAttributeValue: Uint8Array;
  },
): Uint8Array => {
  const { attributeHandle, valueOffset, partAttributeValue } = request;
  reach(context, attributeHandle, 'write');
  requireKept(context, attributeHandle);
  if (!context.session.preparedWrites.add(attributeHandle, valueOffset, partAttributeValue)) {
    context.counters.add('prepareQueueFull');
    throw refusal(context, AttErrorCode.prepareQueueFull, attributeHandle);
  }
  return encodePacket(PrepareWriteResponse, { attributeHandle, valueOffset, partAttributeValue });
};

const EXECUTE = 0x01;
const CANCEL = 0x00;

/** Execute Write (Vol 3, Part F, 3.4.6.3): all that is prepared is written, or nothing. */
export const answerExecuteWrite = (context: ServerContext, request: { readonly flags: number }): Answer => {
  const { flags } = request;
  if (flags !== EXECUTE && flags !== CANCEL) throw refusal(context, AttErrorCode.invalidPdu, 0);
  const expired = context.session.preparedWrites.takeExpired();
  const prepared = context.session.preparedWrites.take();
  if (flags === CANCEL) return encodePacket(ExecuteWriteResponse, {});
  if (expired) throw refusal(context, AttErrorCode.unlikelyError, 0);
  const values = assemble(context, prepared);
  const done = (): Uint8Array => {
    for (const { attribute, value } of values) attribute.source.commit(context.session, value);
    return encodePacket(ExecuteWriteResponse, {});
  };
  const admitted = admitAll(context, values);
  return admitted === undefined ? done() : admitted.then(done);
};

interface Assembled {
  readonly attribute: Attribute;
  readonly value: Uint8Array;
}

/** Puts the parts together, in the order in which they came; each attribute's value is replaced by what begins at 0, or changed from there on. */
const assemble = (context: ServerContext, prepared: readonly PreparedWrite[]): Assembled[] => {
  const values = new Map<number, Assembled>();
  for (const { handle, offset, part } of prepared) {
    const before = values.get(handle);
    const attribute = before?.attribute ?? reach(context, handle, 'write');
    const value =
      before?.value ?? (offset === 0 ? new Uint8Array(0) : attribute.source.value(context.session));
    if (offset > value.length) throw refusal(context, AttErrorCode.invalidOffset, handle);
    if (part.length > attribute.source.maxLength - offset) {
      throw refusal(context, AttErrorCode.invalidAttributeValueLength, handle);
    }
    const longer = new Uint8Array(Math.max(value.length, offset + part.length));
    longer.set(value);
    longer.set(part, offset);
    values.set(handle, { attribute, value: longer });
  }
  return [...values.values()];
};

/** Asks the handlers of all values, one after the other; undefined where they have agreed already. */
const admitAll = (context: ServerContext, values: readonly Assembled[]): Promise<void> | undefined => {
  let pending: Promise<void> | undefined;
  for (const { attribute, value } of values) {
    const admit = (): void | Promise<void> => attribute.source.admit?.(context.session, value);
    if (pending !== undefined) {
      pending = pending.then(admit);
      continue;
    }
    const admitted = admit();
    if (isPromise(admitted)) pending = admitted;
  }
  return pending;
};

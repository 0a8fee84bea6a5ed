import { AttErrorCode } from '../../att/att-codes.ts';
import {
  ExecuteWriteResponse,
  encodePacket,
  PrepareWriteResponse,
  WriteResponse,
} from '../../att/codec/responses.ts';
import { copyBytes } from '../../core/bytes.ts';
import { eachInTurn, isPromise, whenThere } from '../../core/is-promise.ts';
import type { Attribute } from './attribute.ts';
import { outOfSync } from './database-synchronisation.ts';
import type { PreparedWrite } from './prepared-writes.ts';
import { find, reach, refusal, requireAccess, type ServerContext } from './server-context.ts';

type Answer = Uint8Array | Promise<Uint8Array>;

export const requireLength = (context: ServerContext, attribute: Attribute, length: number): void => {
  if (length <= attribute.source.maxLength) return;
  throw refusal(context, AttErrorCode.invalidAttributeValueLength, attribute.handle);
};

/** Writes a value that access and length allow: at once where nobody has to be asked. The length is judged again behind the handler. */
export const write = (
  context: ServerContext,
  attribute: Attribute,
  value: Uint8Array,
  response: boolean,
): void | Promise<void> => {
  const { source } = attribute;
  const { session } = context;
  const admitted = source.admit?.(session, value, response);
  if (!isPromise(admitted)) return commitAll(context, [{ attribute, value }]);
  const kept = copyBytes(value);
  return admitted.then(() => commitAll(context, [{ attribute, value: kept }]));
};

/** A value that an attribute is to get. */
interface NewValue {
  readonly attribute: Attribute;
  readonly value: Uint8Array;
}

/** Writes what was admitted: all, or nothing. */
const commitAll = (context: ServerContext, values: readonly NewValue[]): void => {
  for (const { attribute, value } of values) requireLength(context, attribute, value.length);
  for (const { attribute, value } of values) attribute.source.commit(context.session, value);
};

/** Write (Vol 3, Part F, 3.4.5.1). */
export const answerWrite = (
  context: ServerContext,
  request: { readonly attributeHandle: number; readonly attributeValue: Uint8Array },
): Answer => {
  const reached = reach(context, request.attributeHandle, 'write');
  const value = isPromise(reached) ? copyBytes(request.attributeValue) : request.attributeValue;
  return whenThere(reached, (attribute) => {
    requireLength(context, attribute, value.length);
    return whenThere(write(context, attribute, value, true), () => encodePacket(WriteResponse, {}));
  });
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
      const access = requireAccess(context, attribute, 'writeCommand');
      const written = whenThere(access, () => write(context, attribute, value, false));
      return isPromise(written) ? written.catch(drop) : undefined;
    } catch (error) {
      drop(error);
    }
  };
  try {
    const attribute = find(context, attributeHandle, 'writeCommand');
    requireLength(context, attribute, attributeValue.length);
    const waits = writeCommands.isBusy || attribute.authorize !== undefined;
    const value = waits ? copyBytes(attributeValue) : attributeValue;
    if (!writeCommands.run(() => obey(attribute, value))) drop('too many wait for the handler');
  } catch (error) {
    drop(error);
  }
};

/** A client whose parts were forgotten must hear of it before anything else is queued or written; the error names no handle (Vol 3, Part F, 3.3). */
const requireKept = (context: ServerContext): void => {
  if (context.session.preparedWrites.takeExpired()) throw refusal(context, AttErrorCode.unlikelyError, 0);
};

/** Prepare Write (Vol 3, Part F, 3.4.6.1): permissions are judged now, offset and length at the execution. */
export const answerPrepareWrite = (
  context: ServerContext,
  request: {
    readonly attributeHandle: number;
    readonly valueOffset: number;
    readonly partAttributeValue: Uint8Array;
  },
): Answer => {
  const { attributeHandle, valueOffset } = request;
  const reached = reach(context, attributeHandle, 'write');
  const part = isPromise(reached) ? copyBytes(request.partAttributeValue) : request.partAttributeValue;
  return whenThere(reached, (attribute) => {
    requireKept(context);
    if (!context.session.preparedWrites.add(attribute, valueOffset, part)) {
      context.counters.add('prepareQueueFull');
      throw refusal(context, AttErrorCode.prepareQueueFull, attributeHandle);
    }
    return encodePacket(PrepareWriteResponse, { attributeHandle, valueOffset, partAttributeValue: part });
  });
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
  const attributes = new Set(prepared.map(({ attribute }) => attribute));
  return whenThere(requireWritable(context, [...attributes]), () => {
    const values = assemble(context, prepared);
    return whenThere(admitAll(context, values), () => {
      commitAll(context, values);
      return encodePacket(ExecuteWriteResponse, {});
    });
  });
};

/** What was permitted when it was prepared must be so still, and the attributes must be the same (Vol 3, Part F, 3.4.6.3). */
const requireWritable = (context: ServerContext, attributes: readonly Attribute[]): void | Promise<void> => {
  for (const attribute of attributes) {
    const { handle } = attribute;
    if (context.database.get(handle) !== attribute) throw outOfSync(context, handle);
  }
  return eachInTurn(attributes, (attribute) => requireAccess(context, attribute, 'write'));
};

/** Puts the parts together, in the order in which they came; each attribute's value is replaced by what begins at 0, or changed from there on. */
const assemble = (context: ServerContext, prepared: readonly PreparedWrite[]): NewValue[] => {
  const values = new Map<Attribute, Uint8Array>();
  for (const { attribute, offset, part } of prepared) {
    const value = values.get(attribute) ?? (offset === 0 ? nothing : beginning(context, attribute));
    if (offset > value.length) throw refusal(context, AttErrorCode.invalidOffset, attribute.handle);
    const longer = new Uint8Array(Math.max(value.length, offset + part.length));
    longer.set(value);
    longer.set(part, offset);
    values.set(attribute, longer);
  }
  for (const [attribute, value] of values) requireLength(context, attribute, value.length);
  return Array.from(values, ([attribute, value]) => ({ attribute, value }));
};

const nothing = new Uint8Array(0);

/** What parts that do not begin at 0 belong to: where values are appended, nothing. */
const beginning = (context: ServerContext, { source }: Attribute): Uint8Array =>
  source.appends === true ? nothing : source.value(context.session);

/** Asks the handlers of all values. */
const admitAll = (context: ServerContext, values: readonly NewValue[]): void | Promise<void> =>
  eachInTurn(values, ({ attribute, value }) => attribute.source.admit?.(context.session, value, true));

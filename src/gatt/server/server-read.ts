import { AttErrorCode } from '../../att/att-codes.ts';
import { readByTypeWriter, readMultipleVariableResponse } from '../../att/codec/response-list-writers.ts';
import {
  ReadBlobResponse,
  ReadMultipleResponse,
  ReadResponse,
  valueResponse,
} from '../../att/codec/responses.ts';
import { isPromise, whenThere } from '../../core/is-promise.ts';
import type { Uuid } from '../../core/uuid.ts';
import type { Attribute } from './attribute.ts';
import {
  answerOf,
  reach,
  refusal,
  requireAccess,
  requireRange,
  type ServerContext,
} from './server-context.ts';
import type { RangeRequest } from './server-discovery.ts';

type Answer = Uint8Array | Promise<Uint8Array>;

/** Read (Vol 3, Part F, 3.4.4.3). */
export const answerRead = (
  context: ServerContext,
  request: { readonly attributeHandle: number },
  mtu: number,
): Answer =>
  whenThere(reach(context, request.attributeHandle, 'read'), (attribute) =>
    whenThere(answerOf(context, attribute), (value) => {
      keepForParts(context, attribute, value, 0, mtu);
      return valueResponse(ReadResponse, value, mtu);
    }),
  );

/** Read Blob (Vol 3, Part F, 3.4.4.5): from the value whose beginning the client read, if it did. */
export const answerReadBlob = (
  context: ServerContext,
  request: { readonly attributeHandle: number; readonly valueOffset: number },
  mtu: number,
): Answer => {
  const { attributeHandle, valueOffset } = request;
  const { session, clock } = context;
  return whenThere(reach(context, attributeHandle, 'read'), (attribute) => {
    const begun = valueOffset === 0 ? undefined : session.longReads.get(attributeHandle, clock.now());
    return whenThere(begun ?? answerOf(context, attribute), (value) => {
      if (valueOffset > value.length) throw refusal(context, AttErrorCode.invalidOffset, attributeHandle);
      keepForParts(context, attribute, value, valueOffset, mtu);
      return valueResponse(ReadBlobResponse, value.subarray(valueOffset), mtu);
    });
  });
};

const keepForParts = (
  context: ServerContext,
  attribute: Attribute,
  value: Uint8Array,
  offset: number,
  mtu: number,
): void => {
  const last = value.length - offset < mtu - 1;
  context.session.longReads.part(attribute.handle, value, last, context.clock.now());
};

/** Read By Type (Vol 3, Part F, 3.4.4.1): values of one length, up to the first that differs or may not be read. */
export const answerReadByType = async (
  context: ServerContext,
  request: RangeRequest & { readonly attributeType: Uuid },
  mtu: number,
): Promise<Uint8Array> => {
  const { startingHandle, endingHandle, attributeType } = request;
  requireRange(context, startingHandle, endingHandle);
  const response = readByTypeWriter(mtu);
  const { database } = context;
  let attribute = database.nextOfType(attributeType, startingHandle, endingHandle);
  while (attribute !== undefined) {
    let value: Uint8Array;
    try {
      const access = requireAccess(context, attribute, 'read');
      if (isPromise(access)) await access;
      const answer = answerOf(context, attribute);
      value = isPromise(answer) ? await answer : answer;
    } catch (error) {
      // What stands before an attribute that cannot be read is told; the client meets the error when it goes on from there.
      if (response.empty) throw error;
      break;
    }
    if (!response.add(attribute.handle, value)) break;
    attribute = database.nextOfType(attributeType, attribute.handle + 1, endingHandle);
  }
  if (response.empty) throw refusal(context, AttErrorCode.attributeNotFound, startingHandle);
  return response.packet();
};

/** Read Multiple (Vol 3, Part F, 3.4.4.7). */
export const answerReadMultiple = async (
  context: ServerContext,
  request: { readonly handles: readonly number[] },
  mtu: number,
): Promise<Uint8Array> => {
  const values = await readSet(context, request.handles);
  const all = new Uint8Array(values.reduce((sum, value) => sum + value.length, 0));
  let at = 0;
  for (const value of values) {
    all.set(value, at);
    at += value.length;
  }
  return valueResponse(ReadMultipleResponse, all, mtu);
};

/** Read Multiple Variable (Vol 3, Part F, 3.4.4.11). */
export const answerReadMultipleVariable = async (
  context: ServerContext,
  request: { readonly handles: readonly number[] },
  mtu: number,
): Promise<Uint8Array> => readMultipleVariableResponse(await readSet(context, request.handles), mtu);

/** Every handle is judged before the first is read, also those whose values will have no room. */
const readSet = async (context: ServerContext, handles: readonly number[]): Promise<Uint8Array[]> => {
  const attributes: Attribute[] = [];
  for (const handle of handles) {
    const reached = reach(context, handle, 'read');
    attributes.push(isPromise(reached) ? await reached : reached);
  }
  const values: Uint8Array[] = [];
  for (const attribute of attributes) {
    const answer = answerOf(context, attribute);
    values.push(isPromise(answer) ? await answer : answer);
  }
  return values;
};

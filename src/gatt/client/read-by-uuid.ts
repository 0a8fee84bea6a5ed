import { AttErrorCode } from '../../att/att-codes.ts';
import { ReadByType } from '../../att/codec/exchanges.ts';
import type { HandleAndValue } from '../../att/codec/response-lists.ts';
import { type Bytes, copyBytes } from '../../core/bytes.ts';
import { AttError, MalformedPduError } from '../../core/errors.ts';
import type { Uuid } from '../../core/uuid.ts';
import type { AccessOptions } from './access-options.ts';
import { type ClientContext, printHandle } from './client-context.ts';
import type { ClientRequestOptions, Validity } from './client-requests.ts';
import { Deadline } from './deadline.ts';
import { DISCOVERY_LIMIT } from './discovery.ts';
import { completeRemoteValue } from './remote-value.ts';

/** A value of a peer and where it stands. */
export interface AttributeValue {
  readonly handle: number;
  readonly value: Bytes;
}

/** The length of an item is one octet, and its handle has two of them (Vol 3, Part F, 3.4.4.2). */
const LONGEST_LISTED_VALUE = 253;

/**
 * Read Using Characteristic UUID (Vol 3, Part G, 4.8.2): every value of the UUID in the range, in the order of their handles, each whole. Empty where
 * there is none. Throws AttError where the peer refuses one of them, MalformedPduError where its answers do not lead forward.
 */
export const readValuesByUuid = async (
  context: ClientContext,
  uuid: Uuid,
  range: { readonly handle: number; readonly endHandle: number },
  options: AccessOptions & { readonly validity: Validity },
): Promise<readonly AttributeValue[]> => {
  const { bearer, clock, peer } = context;
  const what = `reading all ${uuid} of ${peer}`;
  const deadline = new Deadline(clock, what, options);
  const { validity } = options;
  const found: AttributeValue[] = [];
  let from = range.handle;
  while (from <= range.endHandle) {
    // The MTU may be raised meanwhile: the smaller one tells whether the server had room for more.
    const room = bearer.mtu;
    const items = await listFrom(context, uuid, from, range.endHandle, {
      ...deadline.step(),
      what,
      validity,
    });
    if (items === undefined) break;
    const filled = Math.min(room - 4, bearer.mtu - 4, LONGEST_LISTED_VALUE);
    for (const { handle, value } of items) {
      if (handle < from || handle > range.endHandle) {
        throw new MalformedPduError(
          `${peer} answered against the specification while ${what}: it gave ${printHandle(handle)} where ${printHandle(from)} to ${printHandle(range.endHandle)} was asked for`,
        );
      }
      if (found.length >= DISCOVERY_LIMIT) {
        throw new MalformedPduError(`${peer} gave more than ${DISCOVERY_LIMIT} values while ${what}`);
      }
      const begin = copyBytes(value);
      const place = { attributeHandle: handle, validity };
      const whole =
        begin.length < filled ? begin : await completeRemoteValue(context, place, begin, what, deadline);
      found.push({ handle, value: whole });
      from = handle + 1;
    }
  }
  return found;
};

/** One request; undefined where the server has no more. */
const listFrom = async (
  context: ClientContext,
  attributeType: Uuid,
  startingHandle: number,
  endingHandle: number,
  options: ClientRequestOptions,
): Promise<Iterable<HandleAndValue> | undefined> => {
  try {
    const params = { startingHandle, endingHandle, attributeType };
    return await context.requests.request(ReadByType, params, options);
  } catch (error) {
    if (error instanceof AttError && error.status === AttErrorCode.attributeNotFound) return undefined;
    throw error;
  }
};

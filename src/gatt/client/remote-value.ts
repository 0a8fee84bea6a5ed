import { AttErrorCode, MAX_ATTRIBUTE_LENGTH } from '../../att/att-codes.ts';
import { Read, ReadBlob, Write } from '../../att/codec/exchanges.ts';
import type { Bytes } from '../../core/bytes.ts';
import { AttError, InvalidArgumentError, MalformedPduError } from '../../core/errors.ts';
import type { AccessOptions } from './access-options.ts';
import type { ClientContext } from './client-context.ts';
import type { Validity } from './client-requests.ts';
import { Deadline } from './deadline.ts';

/** An attribute of a peer, as it is read and written. */
export interface RemoteAttribute {
  readonly handle: number;
  /** For messages: `characteristic 2a6e of F0:F1:F2:F3:F4:F5`. */
  readonly name: string;
  readonly validity: Validity;
}

/**
 * Reads a whole value: Read, and while an answer fills its PDU, Read Blob (Vol 3, Part G, 4.8.1 and 4.8.3). A value that grows past what an attribute may
 * hold is refused.
 */
export const readRemoteValue = async (
  context: ClientContext,
  { handle: attributeHandle, name, validity }: RemoteAttribute,
  options: AccessOptions,
): Promise<Bytes> => {
  const { bearer, clock, requests } = context;
  const what = `reading ${name}`;
  const deadline = new Deadline(clock, what, options);
  const room = bearer.mtu - 1;
  const value = await requests.request(Read, { attributeHandle }, { ...deadline.step(), what, validity });
  // The MTU may have been raised by the peer meanwhile: the smaller one tells whether the server had more to say.
  if (value.length < Math.min(room, bearer.mtu - 1)) return checkLength(context, value, what);
  try {
    return await readOn(context, { attributeHandle, validity }, value, what, deadline);
  } catch (error) {
    // The server says so where a value just fills the first answer (Vol 3, Part F, 3.4.4.5).
    if (isNotLong(error)) return value;
    throw error;
  }
};

/**
 * The whole of a value whose first octets came with others, and which was cut there or just fits. As Read Blob may be refused to a value that one Read Response
 * would hold, although more is cut off than that (Vol 3, Part F, 3.4.4.5), such a value is read anew.
 */
export const completeRemoteValue = async (
  context: ClientContext,
  place: Place,
  begin: Bytes,
  what: string,
  deadline: Deadline,
): Promise<Bytes> => {
  try {
    return await readOn(context, place, begin, what, deadline);
  } catch (error) {
    if (!isNotLong(error)) throw error;
  }
  const { attributeHandle, validity } = place;
  const options = { ...deadline.step(), what, validity };
  const whole = await context.requests.request(Read, { attributeHandle }, options);
  return checkLength(context, whole, what);
};

/** Where a value stands. */
interface Place {
  readonly attributeHandle: number;
  readonly validity: Validity;
}

/** Read Blob from the end of what there is, until a part is short. */
const readOn = async (
  context: ClientContext,
  { attributeHandle, validity }: Place,
  begin: Bytes,
  what: string,
  deadline: Deadline,
): Promise<Bytes> => {
  const { bearer, requests } = context;
  let value = begin;
  let last = false;
  while (!last && value.length < MAX_ATTRIBUTE_LENGTH) {
    const room = bearer.mtu - 1;
    const valueOffset = value.length;
    const options = { ...deadline.step(), what, validity };
    const part = await requests.request(ReadBlob, { attributeHandle, valueOffset }, options);
    last = part.length < Math.min(room, bearer.mtu - 1);
    const longer = new Uint8Array(valueOffset + part.length);
    longer.set(value);
    longer.set(part, valueOffset);
    value = longer;
  }
  return checkLength(context, value, what);
};

const isNotLong = (error: unknown): boolean =>
  error instanceof AttError && error.status === AttErrorCode.attributeNotLong;

/** Throws MalformedPduError for more octets than an attribute may have. */
export const checkLength = (context: ClientContext, value: Bytes, what: string): Bytes => {
  if (value.length <= MAX_ATTRIBUTE_LENGTH) return value;
  throw new MalformedPduError(
    `${context.peer} gave ${value.length} octets while ${what}: a value has ${MAX_ATTRIBUTE_LENGTH} at most`,
  );
};

/** Writes a whole value and waits for the answer: by one Write Request where it fits, else by a long write (Vol 3, Part G, 4.9.3 and 4.9.4). */
export const writeRemoteValue = async (
  context: ClientContext,
  { handle, name, validity }: RemoteAttribute,
  given: Uint8Array,
  options: AccessOptions,
): Promise<void> => {
  const { bearer, longWrites, requests } = context;
  const what = `writing ${name}`;
  checkWritableLength(given, name);
  // Its parts are cut one after the other, and a request may have to be made twice: the caller may go on with its array meanwhile.
  const value = given.slice();
  if (value.length > bearer.maxValueLength) {
    await longWrites.write([{ handle, value }], what, { ...options, validity });
    return;
  }
  const { timeoutMs, signal, raiseSecurity } = options;
  const request = { attributeHandle: handle, attributeValue: value };
  await requests.request(Write, request, { what, timeoutMs, signal, raiseSecurity, validity });
};

/** Throws InvalidArgumentError for more octets than an attribute may have. */
export const checkWritableLength = (value: Uint8Array, name: string): void => {
  if (value.length <= MAX_ATTRIBUTE_LENGTH) return;
  throw new InvalidArgumentError(
    `a value of ${value.length} octets is too long for ${name}: a value has ${MAX_ATTRIBUTE_LENGTH} at most`,
  );
};

import { AttErrorCode } from '../att/att-codes.ts';
import { Read, ReadBlob, Write } from '../att/codec/exchanges.ts';
import type { Bytes } from '../core/bytes.ts';
import { AttError, InvalidArgumentError, MalformedPduError } from '../core/errors.ts';
import type { WaitOptions } from '../core/procedure.ts';
import type { ClientContext } from './client-context.ts';
import { Deadline } from './deadline.ts';
import { MAX_ATTRIBUTE_LENGTH } from './gatt-codes.ts';

/**
 * Reads a whole value: Read, and while an answer fills its PDU, Read Blob (Vol 3, Part G, 4.8.1 and 4.8.3). `name` is what is read, for messages.
 * A value that grows past what an attribute may hold is refused.
 */
export const readRemoteValue = async (
  context: ClientContext,
  attributeHandle: number,
  name: string,
  options: WaitOptions,
): Promise<Bytes> => {
  const { bearer, clock } = context;
  const what = `reading ${name}`;
  const deadline = new Deadline(clock, what, options);
  let room = bearer.mtu - 1;
  let value = await bearer.request(Read, { attributeHandle }, { ...deadline.step(), what });
  // The MTU may have been raised by the peer meanwhile: the smaller one tells whether the server had more to say.
  let last = value.length < Math.min(room, bearer.mtu - 1);
  while (!last && value.length < MAX_ATTRIBUTE_LENGTH) {
    room = bearer.mtu - 1;
    const valueOffset = value.length;
    let part: Bytes;
    try {
      part = await bearer.request(ReadBlob, { attributeHandle, valueOffset }, { ...deadline.step(), what });
    } catch (error) {
      // The server says so where a value just fills the first answer (Vol 3, Part F, 3.4.4.5).
      if (error instanceof AttError && error.status === AttErrorCode.attributeNotLong) break;
      throw error;
    }
    last = part.length < Math.min(room, bearer.mtu - 1);
    const longer = new Uint8Array(valueOffset + part.length);
    longer.set(value);
    longer.set(part, valueOffset);
    value = longer;
  }
  if (value.length > MAX_ATTRIBUTE_LENGTH) {
    throw new MalformedPduError(
      `${context.peer} gave ${value.length} octets while ${what}: a value has ${MAX_ATTRIBUTE_LENGTH} at most`,
    );
  }
  return value;
};

/** Writes a whole value and waits for the answer: by one Write Request where it fits, else by a long write (Vol 3, Part G, 4.9.3 and 4.9.4). */
export const writeRemoteValue = async (
  context: ClientContext,
  attributeHandle: number,
  attributeValue: Uint8Array,
  name: string,
  options: WaitOptions,
): Promise<void> => {
  const { bearer, longWrites } = context;
  const what = `writing ${name}`;
  if (attributeValue.length > MAX_ATTRIBUTE_LENGTH) {
    throw new InvalidArgumentError(
      `a value of ${attributeValue.length} octets is too long for ${name}: a value has ${MAX_ATTRIBUTE_LENGTH} at most`,
    );
  }
  if (attributeValue.length > bearer.maxValueLength) {
    // The parts are cut one after the other, and the caller may go on with its array meanwhile.
    await longWrites.write(attributeHandle, attributeValue.slice(), what, options);
    return;
  }
  await bearer.request(
    Write,
    { attributeHandle, attributeValue },
    { what, timeoutMs: options.timeoutMs, signal: options.signal },
  );
};

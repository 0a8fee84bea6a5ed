import { readU16 } from '../../core/bytes.ts';
import { MalformedPduError } from '../../core/errors.ts';
import type { Uuid } from '../../core/uuid.ts';
import { attributeTypeAt } from './fields.ts';

/** Items of one length, read from the PDU's own buffer when they are asked for. Its make-up was checked before it was made. */
export class ItemList<T> implements Iterable<T> {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #itemLength: number;
  readonly #read: (bytes: Uint8Array, offset: number, itemLength: number) => T;
  readonly length: number;

  constructor(
    bytes: Uint8Array,
    start: number,
    itemLength: number,
    read: (bytes: Uint8Array, offset: number, itemLength: number) => T,
  ) {
    this.#bytes = bytes;
    this.#start = start;
    this.#itemLength = itemLength;
    this.#read = read;
    this.length = (bytes.length - start) / itemLength;
  }

  /** The item at `index`, which is from 0 and below `length`. */
  at(index: number): T {
    if (!(index >= 0 && index < this.length)) throw new RangeError(`item ${index} of ${this.length}`);
    return this.#read(this.#bytes, this.#start + index * this.#itemLength, this.#itemLength);
  }

  [Symbol.iterator](): Iterator<T> {
    let index = 0;
    return {
      next: () =>
        index < this.length ? { done: false, value: this.at(index++) } : { done: true, value: undefined },
    };
  }
}

/** One whole item or more, and nothing behind them: a length of nothing, or that does not divide, would never end or lie. */
const checkItems = (name: string, octets: number, itemLength: number, shortest: number): void => {
  if (itemLength < shortest)
    throw new MalformedPduError(`${name}: an item has ${shortest} octets or more, not ${itemLength}`);
  if (octets < itemLength || octets % itemLength !== 0) {
    throw new MalformedPduError(`${name}: ${octets} octets do not hold whole items of ${itemLength}`);
  }
};

export interface HandleAndType {
  readonly handle: number;
  readonly attributeType: Uuid;
}

const readHandleAndType = (bytes: Uint8Array, offset: number, itemLength: number): HandleAndType => ({
  handle: readU16(bytes, offset),
  attributeType: attributeTypeAt(bytes.subarray(offset + 2, offset + itemLength)),
});

/** ATT_FIND_INFORMATION_RSP (Vol 3, Part F, 3.4.3.2): opcode, format 0x01 or 0x02, items of 4 or 18 octets. */
export const findInformationItems = (bytes: Uint8Array): ItemList<HandleAndType> => {
  const name = 'ATT_FIND_INFORMATION_RSP';
  const format = bytes[1];
  if (format !== 0x01 && format !== 0x02)
    throw new MalformedPduError(`${name}: there is no format ${format}`);
  const itemLength = format === 0x01 ? 4 : 18;
  checkItems(name, bytes.length - 2, itemLength, 4);
  return new ItemList(bytes, 2, itemLength, readHandleAndType);
};

export interface HandlesInformation {
  readonly foundAttributeHandle: number;
  readonly groupEndHandle: number;
}

const readHandlesInformation = (bytes: Uint8Array, offset: number): HandlesInformation => ({
  foundAttributeHandle: readU16(bytes, offset),
  groupEndHandle: readU16(bytes, offset + 2),
});

/** ATT_FIND_BY_TYPE_VALUE_RSP (Vol 3, Part F, 3.4.3.4): items of 4 octets. */
export const findByTypeValueItems = (bytes: Uint8Array): ItemList<HandlesInformation> => {
  checkItems('ATT_FIND_BY_TYPE_VALUE_RSP', bytes.length - 1, 4, 4);
  return new ItemList(bytes, 1, 4, readHandlesInformation);
};

export interface HandleAndValue {
  readonly handle: number;
  /** A view on the list's buffer. */
  readonly value: Uint8Array;
}

const readHandleAndValue = (bytes: Uint8Array, offset: number, itemLength: number): HandleAndValue => ({
  handle: readU16(bytes, offset),
  value: bytes.subarray(offset + 2, offset + itemLength),
});

/** ATT_READ_BY_TYPE_RSP (Vol 3, Part F, 3.4.4.2): opcode, item length of 2 or more, items. */
export const readByTypeItems = (bytes: Uint8Array): ItemList<HandleAndValue> => {
  const itemLength = bytes[1] ?? 0;
  checkItems('ATT_READ_BY_TYPE_RSP', bytes.length - 2, itemLength, 2);
  return new ItemList(bytes, 2, itemLength, readHandleAndValue);
};

export interface GroupAndValue {
  readonly handle: number;
  readonly endGroupHandle: number;
  /** A view on the list's buffer. */
  readonly value: Uint8Array;
}

const readGroupAndValue = (bytes: Uint8Array, offset: number, itemLength: number): GroupAndValue => ({
  handle: readU16(bytes, offset),
  endGroupHandle: readU16(bytes, offset + 2),
  value: bytes.subarray(offset + 4, offset + itemLength),
});

/** ATT_READ_BY_GROUP_TYPE_RSP (Vol 3, Part F, 3.4.4.10): opcode, item length of 4 or more, items. */
export const readByGroupTypeItems = (bytes: Uint8Array): ItemList<GroupAndValue> => {
  const itemLength = bytes[1] ?? 0;
  checkItems('ATT_READ_BY_GROUP_TYPE_RSP', bytes.length - 2, itemLength, 4);
  return new ItemList(bytes, 2, itemLength, readGroupAndValue);
};

/**
 * The values of ATT_READ_MULTIPLE_VARIABLE_RSP (Vol 3, Part F, 3.4.4.12), as views. The response ends where the MTU cuts it, so that the last
 * value may be shorter than its length says, or miss with half of its length: `complete` is then false.
 */
export const readMultipleVariableValues = (
  bytes: Uint8Array,
): { readonly values: readonly Uint8Array[]; readonly complete: boolean } => {
  const values: Uint8Array[] = [];
  let at = 1;
  while (at < bytes.length) {
    if (bytes.length - at < 2) {
      if (values.length > 0) return { values, complete: false };
      throw new MalformedPduError('ATT_READ_MULTIPLE_VARIABLE_RSP: half a length and no value');
    }
    const end = at + 2 + readU16(bytes, at);
    values.push(bytes.subarray(at + 2, Math.min(end, bytes.length)));
    if (end > bytes.length) return { values, complete: false };
    at = end;
  }
  return { values, complete: true };
};

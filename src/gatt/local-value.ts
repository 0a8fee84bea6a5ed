import { type Bytes, copyBytes } from '../core/bytes.ts';
import { InvalidArgumentError } from '../core/errors.ts';
import { MAX_ATTRIBUTE_LENGTH } from './gatt-codes.ts';

/** What values are accepted as: octets, or a string that is sent as UTF-8. */
export type ValueLike = Uint8Array | string;

const encoder = new TextEncoder();

/** The octets of a value; a Uint8Array is given back as it is, not copied. */
export const valueBytes = (value: ValueLike): Uint8Array =>
  typeof value === 'string' ? encoder.encode(value) : value;

/**
 * The value that a server holds of one attribute. It is replaced as a whole and never changed in place, so a view of it
 * stays what it was, whatever is written later.
 */
export class LocalValue {
  readonly what: string;
  readonly maxLength: number;
  #bytes: Bytes = new Uint8Array(0);

  /** Throws InvalidArgumentError where `maxLength` is no length of an attribute or `initial` is longer. */
  constructor(what: string, maxLength: number = MAX_ATTRIBUTE_LENGTH, initial?: ValueLike | undefined) {
    if (!Number.isInteger(maxLength) || maxLength < 0 || maxLength > MAX_ATTRIBUTE_LENGTH) {
      throw new InvalidArgumentError(
        `maxLength of ${what} must be from 0 to ${MAX_ATTRIBUTE_LENGTH} octets; it is ${maxLength}`,
      );
    }
    this.what = what;
    this.maxLength = maxLength;
    if (initial !== undefined) this.set(initial);
  }

  /** Not to be written to. */
  get view(): Uint8Array {
    return this.#bytes;
  }

  copy(): Bytes {
    return copyBytes(this.#bytes);
  }

  /** Throws InvalidArgumentError for a value longer than `maxLength`; nothing is cut. */
  set(value: ValueLike): void {
    const bytes = valueBytes(value);
    if (bytes.length > this.maxLength) {
      throw new InvalidArgumentError(
        `a value of ${bytes.length} octets is too long for ${this.what}: it takes ${this.maxLength}; raise its maxLength`,
      );
    }
    this.#bytes = copyBytes(bytes);
  }

  /** Takes over a value of a length that was checked, which nobody else may change afterwards. */
  adopt(bytes: Bytes): void {
    this.#bytes = bytes;
  }
}

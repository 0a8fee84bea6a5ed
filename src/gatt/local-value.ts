import { MAX_ATTRIBUTE_LENGTH } from '../att/att-codes.ts';
import { type Bytes, copyBytes } from '../core/bytes.ts';
import { InvalidArgumentError } from '../core/errors.ts';

/** What values are accepted as: octets, or a string that is sent as UTF-8. */
export type ValueLike = Uint8Array | string;

const encoder = new TextEncoder();

/** The octets of a value; a Uint8Array is given back as it is, not copied. */
export const valueBytes = (value: ValueLike): Uint8Array =>
  typeof value === 'string' ? encoder.encode(value) : value;

export interface LocalValueOptions {
  readonly initial?: ValueLike | undefined;
  readonly maxLength?: number | undefined;
  /** What clients write goes behind what is there. */
  readonly appends?: boolean | undefined;
}

/**
 * The value that a server holds of one attribute. It is replaced as a whole and never changed in place, so a view of it
 * stays what it was, whatever is written later.
 */
export class LocalValue {
  readonly what: string;
  readonly maxLength: number;
  readonly appends: boolean;
  #bytes: Bytes = new Uint8Array(0);

  /** Throws InvalidArgumentError where `maxLength` is no length of an attribute or `initial` is longer. */
  constructor(what: string, options: LocalValueOptions = {}) {
    const { maxLength = MAX_ATTRIBUTE_LENGTH, appends = false, initial } = options;
    if (!Number.isInteger(maxLength) || maxLength < 0 || maxLength > MAX_ATTRIBUTE_LENGTH) {
      throw new InvalidArgumentError(
        `maxLength of ${what} must be from 0 to ${MAX_ATTRIBUTE_LENGTH} octets; it is ${maxLength}`,
      );
    }
    this.what = what;
    this.maxLength = maxLength;
    this.appends = appends;
    if (initial !== undefined) this.set(initial);
  }

  /** Not to be written to. */
  get view(): Uint8Array {
    return this.#bytes;
  }

  /** Octets that a client may write now. */
  get room(): number {
    return this.appends ? this.maxLength - this.#bytes.length : this.maxLength;
  }

  copy(): Bytes {
    return copyBytes(this.#bytes);
  }

  /** Gives the value and leaves none. */
  take(): Bytes {
    const bytes = this.copy();
    this.#bytes = new Uint8Array(0);
    return bytes;
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

  /** Takes over what a client wrote: octets of a number for which there is room, which nobody else may change afterwards. */
  adopt(bytes: Bytes): void {
    if (!this.appends) {
      this.#bytes = bytes;
      return;
    }
    const longer = new Uint8Array(this.#bytes.length + bytes.length);
    longer.set(this.#bytes);
    longer.set(bytes, this.#bytes.length);
    this.#bytes = longer;
  }
}

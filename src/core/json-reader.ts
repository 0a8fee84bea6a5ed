import { type Address, type AddressType, parseAddress } from './address.ts';
import { InvalidArgumentError } from './errors.ts';
import { type SecretBytes, secretCopy } from './secret-bytes.ts';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value, or where it stops to be JSON. The parser's own message quotes the text, which may hold keys. */
const parsed = (text: string): { readonly value: unknown } | { readonly position: string } => {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const [, position = 'an unknown position'] = /(position \d+)/.exec(String(error)) ?? [];
    return { position };
  }
};

/**
 * A cursor over JSON from outside that knows its place: what is not as expected throws InvalidArgumentError with the path to it, `bonds[2].peerKey.value`,
 * and nothing else is thrown. No message quotes a value that may be a key.
 */
export class JsonReader {
  readonly path: string;
  readonly #value: unknown;

  private constructor(value: unknown, path: string) {
    this.#value = value;
    this.path = path;
  }

  /** Throws InvalidArgumentError for what is no JSON. */
  static parse(text: string): JsonReader {
    const result = parsed(text);
    if ('position' in result) throw new InvalidArgumentError(`it is no JSON from ${result.position} on`);
    return new JsonReader(result.value, '');
  }

  /** Reads a value that has been parsed already; `path` is what messages call it. */
  static of(value: unknown, path: string): JsonReader {
    return new JsonReader(value, path);
  }

  field(name: string): JsonReader {
    const object = this.#object();
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    return new JsonReader(value, this.path === '' ? name : `${this.path}.${name}`);
  }

  /** What `read` makes of the field, or undefined where there is none. */
  optional<T>(name: string, read: (field: JsonReader) => T): T | undefined {
    const field = this.field(name);
    return field.#value === undefined ? undefined : read(field);
  }

  /** The members of an object, in the order of the text. */
  members(): (readonly [string, JsonReader])[] {
    return Object.keys(this.#object()).map((name) => [name, this.field(name)]);
  }

  items(limit: number): JsonReader[] {
    const value = this.#value;
    if (!Array.isArray(value)) throw this.#expected('a list');
    if (value.length > limit) throw this.#expected(`a list of at most ${limit}`);
    return value.map((item: unknown, at) => new JsonReader(item, `${this.path}[${at}]`));
  }

  string(): string {
    if (typeof this.#value !== 'string') throw this.#expected('a string');
    return this.#value;
  }

  boolean(): boolean {
    if (typeof this.#value !== 'boolean') throw this.#expected('true or false');
    return this.#value;
  }

  integer(min: number, max: number): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      throw this.#expected(`a whole number from ${min} to ${max}`);
    }
    return value;
  }

  /** Octets written as hexadecimal digits. */
  secret(length: number): SecretBytes {
    const digits = this.#value;
    if (typeof digits !== 'string' || digits.length !== length * 2 || !/^[0-9a-f]*$/i.test(digits)) {
      throw this.#expected(`${length * 2} hexadecimal digits`);
    }
    return secretCopy(Uint8Array.from(digits.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16)));
  }

  address(): Address {
    const text = this.string();
    try {
      return parseAddress(text);
    } catch (cause) {
      throw new InvalidArgumentError(`${this.path}: ${(cause as Error).message}`, { cause });
    }
  }

  addressType(): AddressType {
    const type = this.#value;
    if (type !== 'public' && type !== 'random') throw this.#expected("'public' or 'random'");
    return type;
  }

  /** An object of any form, at most so deep and so long when it is written. */
  plain(limits: { readonly depth: number; readonly length: number }): JsonObject {
    const object = this.#object();
    this.#checkPlain(object, limits.depth);
    if (JSON.stringify(object).length > limits.length) {
      throw this.#expected(`an object of at most ${limits.length} characters`);
    }
    // Checked above to be made of what JSON can say.
    return object as JsonObject;
  }

  /** What this is to be used for does not fit it. */
  refuse(why: string): InvalidArgumentError {
    return new InvalidArgumentError(this.path === '' ? why : `${this.path}: ${why}`);
  }

  /** An object of any form. It has been parsed, so that it is made of what JSON can say. */
  object(): JsonObject {
    return this.#object() as JsonObject;
  }

  #object(): Record<string, unknown> {
    if (!isObject(this.#value)) throw this.#expected('an object');
    return this.#value;
  }

  #checkPlain(value: unknown, depth: number): void {
    if (value === null || ['boolean', 'string'].includes(typeof value) || Number.isFinite(value)) return;
    const inside = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : undefined;
    if (inside === undefined) throw this.#expected('nothing but what JSON can say');
    if (depth === 0) throw this.#expected('less depth');
    for (const each of inside) this.#checkPlain(each, depth - 1);
  }

  #expected(what: string): InvalidArgumentError {
    return this.refuse(`${what} expected`);
  }
}

import { MalformedPduError } from './errors.ts';

/** A byte array that owns a plain ArrayBuffer: what public results are made of. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A copy that the receiver may keep, for views that are valid only until a handler returns. */
export const copyBytes = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);

/** A view on so many octets, always a plain Uint8Array: that of a Buffer is another, and made slower. */
export const viewOf = (bytes: Uint8Array, start: number, length: number): Uint8Array =>
  new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** The pieces one behind the other, in a buffer of their own. */
export const concatBytes = (...pieces: readonly Uint8Array[]): Bytes => {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
};

/** A copy the other way round: keys and numbers travel with their least significant octet first, and are written the other way. */
export const reversedBytes = (bytes: Uint8Array): Bytes => new Uint8Array(bytes).reverse();

const hexOctets = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal, without separators unless one is given. */
export const toHex = (bytes: Uint8Array, separator = ''): string => {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    if (i > 0) text += separator;
    text += hexOctets[bytes[i] ?? 0];
  }
  return text;
};

/** Little-endian reads at a known offset. The caller has checked the length: past the end they read zero. */
export const readU16 = (bytes: Uint8Array, offset: number): number =>
  (bytes[offset] ?? 0) | ((bytes[offset + 1] ?? 0) << 8);

export const writeU16 = (bytes: Uint8Array, offset: number, value: number): void => {
  bytes[offset] = value & 0xff;
  bytes[offset + 1] = (value >>> 8) & 0xff;
};

/**
 * A cursor over received bytes that knows their end: reading past it throws MalformedPduError, and nothing else is thrown.
 * Byte fields are views on the buffer given, not copies.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  #offset: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.bytes = bytes;
    this.#offset = offset;
    this.#end = end;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#end - this.#offset;
  }

  #take(length: number): number {
    const at = this.#offset;
    if (length > this.#end - at) {
      throw new MalformedPduError(
        `${length} more octets expected at offset ${at}, ${this.#end - at} are there`,
      );
    }
    this.#offset = at + length;
    return at;
  }

  u8(): number {
    return this.bytes[this.#take(1)] ?? 0;
  }

  u16(): number {
    return readU16(this.bytes, this.#take(2));
  }

  u24(): number {
    const at = this.#take(3);
    return readU16(this.bytes, at) | ((this.bytes[at + 2] ?? 0) << 16);
  }

  u32(): number {
    const at = this.#take(4);
    return readU16(this.bytes, at) + readU16(this.bytes, at + 2) * 0x1_0000;
  }

  u64(): bigint {
    const low = this.u32();
    return (BigInt(this.u32()) << 32n) | BigInt(low);
  }

  i8(): number {
    return (this.u8() << 24) >> 24;
  }

  view(length: number): Uint8Array {
    const at = this.#take(length);
    return this.bytes.subarray(at, at + length);
  }

  rest(): Uint8Array {
    return this.view(this.remaining);
  }

  /** Trailing octets are as malformed as missing ones. */
  finish(): void {
    if (this.remaining > 0)
      throw new MalformedPduError(`${this.remaining} octets too many at offset ${this.#offset}`);
  }
}

/** A cursor over a buffer that was measured before it was allocated: writing past its end is a bug of ours, not of a peer. */
export class ByteWriter {
  readonly bytes: Uint8Array;
  #offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  u8(value: number): void {
    this.bytes[this.#offset++] = value;
  }

  u16(value: number): void {
    writeU16(this.bytes, this.#offset, value);
    this.#offset += 2;
  }

  u24(value: number): void {
    this.u16(value & 0xffff);
    this.u8(value >>> 16);
  }

  u32(value: number): void {
    this.u16(value & 0xffff);
    this.u16(value >>> 16);
  }

  u64(value: bigint): void {
    this.u32(Number(value & 0xffff_ffffn));
    this.u32(Number((value >> 32n) & 0xffff_ffffn));
  }

  put(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#offset);
    this.#offset += bytes.length;
  }
}

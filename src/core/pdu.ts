import { type Address, readAddress, writeAddress } from './address.ts';
import { ByteReader, type Bytes, ByteWriter, reversedBytes, toHex } from './bytes.ts';
import { MalformedPduError } from './errors.ts';

/** What a field may hold, for generators of test values and for documentation. */
export type FieldDomain =
  | { readonly kind: 'unsigned'; readonly bits: number }
  | { readonly kind: 'signed'; readonly bits: number }
  | { readonly kind: 'address' }
  | { readonly kind: 'bytes'; readonly length: number | undefined; readonly longest: number }
  | { readonly kind: 'list'; readonly item: Shape; readonly counted: boolean };

/** How one field of a PDU is read, measured, written and printed. */
export interface Field<T> {
  readonly domain: FieldDomain;
  read(reader: ByteReader): T;
  measure(value: T): number;
  write(writer: ByteWriter, value: T): void;
  print(value: T): string;
}

// biome-ignore lint/suspicious/noExplicitAny: a shape holds fields of every type; each field's own type comes back through Infer.
export type Shape = { readonly [name: string]: Field<any> };
export type Infer<S extends Shape> = { readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never };

const fixed = <T>(
  domain: FieldDomain,
  size: number,
  read: (reader: ByteReader) => T,
  write: (writer: ByteWriter, value: T) => void,
  print: (value: T) => string = String,
): Field<T> => ({ domain, read, write, print, measure: () => size });

const hex = (digits: number) => (value: number) => `0x${value.toString(16).padStart(digits, '0')}`;

export const u8: Field<number> = fixed(
  { kind: 'unsigned', bits: 8 },
  1,
  (r) => r.u8(),
  (w, v) => w.u8(v),
  hex(2),
);
export const u16: Field<number> = fixed(
  { kind: 'unsigned', bits: 16 },
  2,
  (r) => r.u16(),
  (w, v) => w.u16(v),
  hex(4),
);
export const u24: Field<number> = fixed(
  { kind: 'unsigned', bits: 24 },
  3,
  (r) => r.u24(),
  (w, v) => w.u24(v),
  hex(6),
);
export const u32: Field<number> = fixed(
  { kind: 'unsigned', bits: 32 },
  4,
  (r) => r.u32(),
  (w, v) => w.u32(v),
  hex(8),
);
export const i8: Field<number> = fixed(
  { kind: 'signed', bits: 8 },
  1,
  (r) => r.i8(),
  (w, v) => w.u8(v & 0xff),
);
export const u64: Field<bigint> = fixed(
  { kind: 'unsigned', bits: 64 },
  8,
  (r) => r.u64(),
  (w, v) => w.u64(v),
);
export const address: Field<Address> = fixed({ kind: 'address' }, 6, readAddress, writeAddress);

/** Exactly `length` octets. A value of another length is an error of ours and throws RangeError. */
export const octets = (length: number): Field<Uint8Array> =>
  fixed(
    { kind: 'bytes', length, longest: length },
    length,
    (r) => r.view(length),
    (w, v) => {
      if (v.length !== length) throw new RangeError(`${length} octets wanted, ${v.length} given`);
      w.put(v);
    },
    toHex,
  );

/**
 * Exactly `length` octets of a key or a number. They travel with the least significant first; the value has its most significant first, as
 * formulas are written, and is a copy.
 */
export const keyOctets = (length: number): Field<Uint8Array> => {
  const plain = octets(length);
  return {
    ...plain,
    read: (r): Bytes => reversedBytes(plain.read(r)),
    write: (w, v) => plain.write(w, reversedBytes(v)),
  };
};

/** All that is left. */
export const rest: Field<Uint8Array> = {
  domain: { kind: 'bytes', length: undefined, longest: 0xffff },
  read: (r) => r.rest(),
  measure: (v) => v.length,
  write: (w, v) => w.put(v),
  print: (v) => toHex(v),
};

/** An octet that counts, and as many octets. */
export const countedBytes: Field<Uint8Array> = {
  domain: { kind: 'bytes', length: undefined, longest: 0xff },
  read: (r) => r.view(r.u8()),
  measure: (v) => 1 + v.length,
  write: (w, v) => {
    w.u8(v.length);
    w.put(v);
  },
  print: (v) => toHex(v),
};

const readShape = <S extends Shape>(shape: S, reader: ByteReader): Infer<S> => {
  const value: Record<string, unknown> = {};
  for (const name in shape) value[name] = shape[name]?.read(reader);
  return value as Infer<S>;
};

const measureShape = <S extends Shape>(shape: S, value: Infer<S>): number => {
  let size = 0;
  for (const name in shape) size += shape[name]?.measure(value[name]) ?? 0;
  return size;
};

const writeShape = <S extends Shape>(shape: S, writer: ByteWriter, value: Infer<S>): void => {
  for (const name in shape) shape[name]?.write(writer, value[name]);
};

const printShape = <S extends Shape>(shape: S, value: Infer<S>): string =>
  Object.keys(shape)
    .map((name) => `${name}=${shape[name]?.print(value[name])}`)
    .join(' ');

const measureList = <S extends Shape>(item: S, values: readonly Infer<S>[]): number =>
  values.reduce((sum, value) => sum + measureShape(item, value), 0);

const printList = <S extends Shape>(item: S, values: readonly Infer<S>[]): string =>
  `[${values.map((value) => printShape(item, value)).join(', ')}]`;

/** An octet that counts, and as many items; arrays of HCI are interleaved (Vol 4, Part E, 5.2). */
export const countedList = <S extends Shape>(item: S): Field<readonly Infer<S>[]> => ({
  domain: { kind: 'list', item, counted: true },
  read: (reader) => Array.from({ length: reader.u8() }, () => readShape(item, reader)),
  measure: (values) => 1 + measureList(item, values),
  write: (writer, values) => {
    writer.u8(values.length);
    for (const value of values) writeShape(item, writer, value);
  },
  print: (values) => printList(item, values),
});

/** Items up to the end of the PDU. The items must have a size, or reading would not move forward. */
export const list = <S extends Shape>(item: S): Field<readonly Infer<S>[]> => ({
  domain: { kind: 'list', item, counted: false },
  read: (reader) => {
    const values: Infer<S>[] = [];
    while (reader.remaining > 0) {
      const before = reader.remaining;
      values.push(readShape(item, reader));
      if (reader.remaining === before) throw new MalformedPduError('a list item of no length');
    }
    return values;
  },
  measure: (values) => measureList(item, values),
  write: (writer, values) => {
    for (const value of values) writeShape(item, writer, value);
  },
  print: (values) => printList(item, values),
});

/** A PDU by its specification name: one declaration gives type, decoder, encoder and printer. */
export interface Pdu<S extends Shape = Shape> {
  readonly name: string;
  /** Opcode, event code or signalling code: what stands in front of the fields, and how wide it is, is its layer's to know. */
  readonly code: number;
  readonly shape: S;
  /** Reads the fields from `offset` to the end of `bytes`. Throws MalformedPduError on short or trailing octets. */
  decode(bytes: Uint8Array, offset?: number): Infer<S>;
  /** As decode, but octets after the last field are let be: later versions of the specification append fields. */
  decodeLoose(bytes: Uint8Array, offset?: number): Infer<S>;
  /** Octets that the fields take. */
  measure(value: Infer<S>): number;
  /** Writes the fields at `offset` of a buffer that has room for them. */
  encodeInto(value: Infer<S>, bytes: Uint8Array, offset: number): void;
  /** The fields alone, in a buffer of their own. */
  encode(value: Infer<S>): Uint8Array;
  print(value: Infer<S>): string;
}

export const pdu = <S extends Shape>(name: string, code: number, shape: S): Pdu<S> => {
  const measure = (value: Infer<S>): number => measureShape(shape, value);
  const read = (bytes: Uint8Array, offset: number, exact: boolean): Infer<S> => {
    const reader = new ByteReader(bytes, offset);
    try {
      const value = readShape(shape, reader);
      if (exact) reader.finish();
      return value;
    } catch (error) {
      if (error instanceof MalformedPduError)
        throw new MalformedPduError(`${name}: ${error.message}`, { cause: error });
      throw error;
    }
  };
  const encodeInto = (value: Infer<S>, bytes: Uint8Array, offset: number): void =>
    writeShape(shape, new ByteWriter(bytes, offset), value);
  return {
    name,
    code,
    shape,
    decode: (bytes, offset = 0) => read(bytes, offset, true),
    decodeLoose: (bytes, offset = 0) => read(bytes, offset, false),
    measure,
    encodeInto,
    encode: (value) => {
      const bytes = new Uint8Array(measure(value));
      encodeInto(value, bytes, 0);
      return bytes;
    },
    print: (value) => `${name} ${printShape(shape, value)}`.trimEnd(),
  };
};

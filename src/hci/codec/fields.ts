import { MalformedPduError } from '../../core/errors.ts';
import { type Field, u16 } from '../../core/pdu.ts';

/**
 * An octet that counts, and a place of fixed size of which so many octets matter (the data of legacy advertising).
 * A value longer than the place is an error of ours and throws RangeError.
 */
export const paddedBytes = (size: number): Field<Uint8Array> => ({
  domain: { kind: 'bytes', length: undefined, longest: size },
  read: (reader) => {
    const length = reader.u8();
    if (length > size) throw new MalformedPduError(`${length} octets said to matter in a place of ${size}`);
    return reader.view(size).subarray(0, length);
  },
  measure: () => 1 + size,
  write: (writer, value) => {
    if (value.length > size) throw new RangeError(`at most ${size} octets wanted, ${value.length} given`);
    writer.u8(value.length);
    writer.put(value);
    for (let i = value.length; i < size; i++) writer.u8(0);
  },
  print: (value) => Array.from(value, (octet) => octet.toString(16).padStart(2, '0')).join(''),
});

/** A Connection_Handle: 12 bits in a field of 16, of which the upper four are reserved (Vol 4, Part E, 5.3). */
export const connectionHandle: Field<number> = {
  ...u16,
  domain: { kind: 'unsigned', bits: 12 },
  read: (reader) => reader.u16() & 0x0fff,
};

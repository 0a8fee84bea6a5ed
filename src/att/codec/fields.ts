import { MalformedPduError } from '../../core/errors.ts';
import type { Field } from '../../core/pdu.ts';
import { type Uuid, uuidFromBytes, uuidToBytes } from '../../core/uuid.ts';

/** An attribute type at the end of a PDU: 2 or 16 octets, and no other length (Vol 3, Part F, 3.2.1). */
export const attributeType: Field<Uuid> = {
  domain: { kind: 'bytes', length: undefined, longest: 16 },
  read: (reader) => {
    const { remaining } = reader;
    if (remaining !== 2 && remaining !== 16) {
      throw new MalformedPduError(`an attribute type has 2 or 16 octets, not ${remaining}`);
    }
    return attributeTypeAt(reader.rest());
  },
  measure: (uuid) => uuidToBytes(uuid).length,
  write: (writer, uuid) => writer.put(uuidToBytes(uuid)),
  print: (uuid) => uuid,
};

/** The UUID in 2 or 16 octets whose number the caller has checked. */
export const attributeTypeAt = (octets: Uint8Array): Uuid => {
  const uuid = uuidFromBytes(octets);
  if (uuid === undefined)
    throw new MalformedPduError(`an attribute type has 2 or 16 octets, not ${octets.length}`);
  return uuid;
};

/** Two handles or more, up to the end of the PDU (Vol 3, Part F, 3.4.4.7 and 3.4.4.11). */
export const handleSet: Field<readonly number[]> = {
  domain: { kind: 'bytes', length: undefined, longest: 0xffff },
  read: (reader) => {
    if (reader.remaining < 4 || reader.remaining % 2 !== 0) {
      throw new MalformedPduError(
        `a handle set has two handles or more of 2 octets, not ${reader.remaining} octets`,
      );
    }
    return Array.from({ length: reader.remaining / 2 }, () => reader.u16());
  },
  measure: (handles) => 2 * handles.length,
  write: (writer, handles) => {
    for (const handle of handles) writer.u16(handle);
  },
  print: (handles) => handles.map((handle) => `0x${handle.toString(16).padStart(4, '0')}`).join(','),
};

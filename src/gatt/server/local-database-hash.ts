import { ByteWriter } from '../../core/bytes.ts';
import { type Uuid, uuidToBytes } from '../../core/uuid.ts';
import { aesCmac } from '../../crypto/aes-cmac.ts';
import { FIRST_HANDLE, GattUuid, LAST_HANDLE } from '../gatt-codes.ts';
import type { Attribute } from './attribute.ts';

/** Attributes that count with their value (Vol 3, Part G, 7.3.1). */
const withValue: ReadonlySet<Uuid> = new Set([
  GattUuid.primaryService,
  GattUuid.secondaryService,
  GattUuid.include,
  GattUuid.characteristic,
  GattUuid.characteristicExtendedProperties,
]);

/** Attributes that count without it; all others do not count at all. */
const withoutValue: ReadonlySet<Uuid> = new Set([
  GattUuid.characteristicUserDescription,
  GattUuid.clientCharacteristicConfiguration,
  GattUuid.serverCharacteristicConfiguration,
  GattUuid.characteristicPresentationFormat,
  GattUuid.characteristicAggregateFormat,
]);

const nothing = new Uint8Array(0);

/** Handle, type and value as they are concatenated; undefined for an attribute that does not count. */
const contribution = ({ handle, type, source }: Attribute): Uint8Array | undefined => {
  if (!withValue.has(type) && !withoutValue.has(type)) return undefined;
  const value = withValue.has(type) ? (source.constant ?? nothing) : nothing;
  const uuid = uuidToBytes(type);
  const writer = new ByteWriter(new Uint8Array(2 + uuid.length + value.length));
  writer.u16(handle);
  writer.put(uuid);
  writer.put(value);
  return writer.bytes;
};

/** Where attributes are found in the order of their handles. */
interface Attributes {
  next(handle: number, end: number): Attribute | undefined;
}

/** What the hash is made from, in the order in which the specification concatenates it (Vol 3, Part G, 7.3.1). */
export const hashedMessage = (attributes: Attributes): Uint8Array => {
  const parts: Uint8Array[] = [];
  let attribute = attributes.next(FIRST_HANDLE, LAST_HANDLE);
  while (attribute !== undefined) {
    const part = contribution(attribute);
    if (part !== undefined) parts.push(part);
    attribute = attributes.next(attribute.handle + 1, LAST_HANDLE);
  }
  const message = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
};

/** The key is all zero. */
const KEY = new Uint8Array(16);

/** The Database Hash, as it is read: a number of 128 bits, the least significant octet first (Vol 3, Part G, 7.3). */
export const databaseHash = (attributes: Attributes): Uint8Array =>
  aesCmac(KEY, hashedMessage(attributes)).reverse();

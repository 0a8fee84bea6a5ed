import { writeU16 } from '../../core/bytes.ts';
import { type Uuid, uuidToBytes } from '../../core/uuid.ts';
import { openAccess } from '../access.ts';
import { GattUuid } from '../gatt-codes.ts';
import { type CharacteristicProperties, propertiesToBits } from '../properties.ts';
import type { Attribute } from './attribute.ts';
import { constantSource } from './constant-source.ts';

/** The declaration of a characteristic whose value stands right behind it (Vol 3, Part G, 3.3.1). */
export const characteristicDeclaration = (
  handle: number,
  groupEnd: number,
  uuid: Uuid,
  properties: { readonly [K in keyof CharacteristicProperties]?: boolean | undefined },
): Attribute => {
  const type = uuidToBytes(uuid);
  const value = new Uint8Array(3 + type.length);
  value[0] = propertiesToBits(properties);
  writeU16(value, 1, handle + 1);
  value.set(type, 3);
  return {
    handle,
    type: GattUuid.characteristic,
    groupEnd,
    permissions: { read: openAccess },
    source: constantSource(value),
  };
};

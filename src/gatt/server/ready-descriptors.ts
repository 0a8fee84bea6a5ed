import { writeU16 } from '../../core/bytes.ts';
import type { Uuid } from '../../core/uuid.ts';
import { openAccess } from '../access.ts';
import { ExtendedProperty, GattUuid } from '../gatt-codes.ts';
import {
  encodeAggregateFormat,
  encodePresentationFormat,
  type PresentationFormatOptions,
} from '../presentation-format.ts';
import type { Attribute } from './attribute.ts';
import { constantSource } from './constant-source.ts';
import { attributeCount, layOut, place, type ServicePart } from './server-binding.ts';

/** A descriptor whose value follows from where it stands, the same for all clients. */
class FixedDescriptor implements ServicePart {
  readonly [attributeCount] = 1;
  readonly #type: Uuid;
  readonly #valueAt: (handle: number) => Uint8Array;

  constructor(type: Uuid, valueAt: (handle: number) => Uint8Array) {
    this.#type = type;
    this.#valueAt = valueAt;
  }

  [layOut](handle: number): Attribute[] {
    return [
      {
        handle,
        type: this.#type,
        groupEnd: handle,
        permissions: { read: openAccess },
        source: constantSource(this.#valueAt(handle)),
      },
    ];
  }

  [place](): void {
    // Nobody asks where it stands.
  }
}

/** Characteristic Extended Properties (Vol 3, Part G, 3.3.3.1). */
export const extendedProperties = (reliableWrite: boolean, writableAuxiliaries: boolean): ServicePart => {
  const value = new Uint8Array(2);
  const reliable = reliableWrite ? ExtendedProperty.reliableWrite : 0;
  writeU16(value, 0, reliable | (writableAuxiliaries ? ExtendedProperty.writableAuxiliaries : 0));
  return new FixedDescriptor(GattUuid.characteristicExtendedProperties, () => value);
};

/**
 * A Characteristic Presentation Format for each, and where there are several a Characteristic Aggregate Format behind them, which lists them in their order
 * (Vol 3, Part G, 3.3.3.5 and 3.3.3.6). Throws InvalidArgumentError for a format that is none.
 */
export const presentationFormats = (formats: readonly PresentationFormatOptions[]): ServicePart[] => {
  const parts = formats.map((format) => {
    const value = encodePresentationFormat(format);
    return new FixedDescriptor(GattUuid.characteristicPresentationFormat, () => value);
  });
  const count = parts.length;
  if (count < 2) return parts;
  const aggregate = new FixedDescriptor(GattUuid.characteristicAggregateFormat, (handle) =>
    encodeAggregateFormat(Array.from({ length: count }, (_, i) => handle - count + i)),
  );
  return [...parts, aggregate];
};

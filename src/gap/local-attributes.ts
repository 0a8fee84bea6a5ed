import type { UuidLike } from '../core/uuid.ts';
import {
  Characteristic as AnyCharacteristic,
  type CharacteristicOptions as AnyCharacteristicOptions,
} from '../gatt/characteristic.ts';
import {
  Descriptor as AnyDescriptor,
  type DescriptorOptions as AnyDescriptorOptions,
} from '../gatt/descriptor.ts';
import type { Service } from '../gatt/service.ts';
import type { Connection } from './connection.ts';

// GATT knows connections by what it needs of them; users meet its classes with the one class of connections that there is.

export type CharacteristicOptions<Capture extends boolean = false> = AnyCharacteristicOptions<
  Connection,
  Capture
>;

/** A characteristic of a server (Vol 3, Part G, 3.3). */
export type Characteristic<Capture extends boolean = false> = AnyCharacteristic<Connection, Capture>;

/** A characteristic of a server (Vol 3, Part G, 3.3): made for a service, and in use once that is registered. */
export const Characteristic: new <Capture extends boolean = false>(
  service: Service,
  uuid: UuidLike,
  options?: CharacteristicOptions<Capture>,
) => Characteristic<Capture> = AnyCharacteristic;

export type DescriptorOptions = AnyDescriptorOptions<Connection>;

/** Describes a characteristic of a server (Vol 3, Part G, 3.3.3). */
export type Descriptor = AnyDescriptor<Connection>;

/** Describes a characteristic of a server (Vol 3, Part G, 3.3.3). */
export const Descriptor: new (
  characteristic: AnyCharacteristic<Connection, boolean>,
  uuid: UuidLike,
  options?: DescriptorOptions,
) => Descriptor = AnyDescriptor;

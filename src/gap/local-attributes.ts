import type { UuidLike } from '../core/uuid.ts';
import {
  Characteristic as AnyCharacteristic,
  type CharacteristicOptions as AnyCharacteristicOptions,
} from '../gatt/server/characteristic.ts';
import {
  Descriptor as AnyDescriptor,
  type DescriptorOptions as AnyDescriptorOptions,
} from '../gatt/server/descriptor.ts';
import type {
  AuthorizeHandler as AnyAuthorizeHandler,
  ReadHandler as AnyReadHandler,
  WriteHandler as AnyWriteHandler,
} from '../gatt/server/local-attribute.ts';
import {
  Service as AnyService,
  type ServiceWritten as AnyServiceWritten,
  type ServiceOptions,
} from '../gatt/server/service.ts';
import type {
  GenericAccessWrites as AnyGenericAccessWrites,
  GenericAccessWritten,
} from '../gatt/server/standard-services.ts';
import type {
  Written as AnyWritten,
  WrittenOptions as AnyWrittenOptions,
} from '../gatt/server/write-queue.ts';
import type { Connection } from './link/connection.ts';

export type { GenericAccessWritten };

// GATT knows connections by what it needs of them; users meet its classes with the one class of connections that there is.

/** A service of a server (Vol 3, Part G, 3.1). */
export type Service = AnyService<Connection>;

/** A service of a server (Vol 3, Part G, 3.1). It belongs to one adapter. */
export const Service: new (uuid: UuidLike, options?: ServiceOptions) => Service = AnyService;

/** A captured write of one of a service's characteristics: what `written()` of a service gives. */
export type ServiceWritten = AnyServiceWritten<Connection>;

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

/** Called when a client reads a value from its beginning: see `onRead`. */
export type ReadHandler = AnyReadHandler<Connection>;

/** Called with what a client wants to write: see `onWrite`. */
export type WriteHandler = AnyWriteHandler<Connection>;

/** Asked whether a client may read, write or subscribe: see `authorize`. */
export type AuthorizeHandler = AnyAuthorizeHandler<Connection>;

/** A value that a client wrote, with the client: what `written()` gives of a characteristic that captures. */
export type Written = AnyWritten<Connection>;

export type WrittenOptions = AnyWrittenOptions<Connection>;

/** What clients may change of the Generic Access service: see `writable` of open(). */
export type GenericAccessWrites = AnyGenericAccessWrites<Connection>;

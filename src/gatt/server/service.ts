import { writeU16 } from '../../core/bytes.ts';
import { InvalidStateError } from '../../core/errors.ts';
import { parseUuid, type Uuid, type UuidLike, uuidToBytes } from '../../core/uuid.ts';
import { openAccess } from '../access.ts';
import { GattUuid } from '../gatt-codes.ts';
import type { Attribute } from './attribute.ts';
import type { Characteristic } from './characteristic.ts';
import type { ConnectionRef } from './connection-ref.ts';
import { constantSource } from './constant-source.ts';
import {
  addPart,
  attributeCount,
  captures,
  layOut,
  type PartOwner,
  place,
  type ServerBinding,
  type ServerService,
  type ServicePart,
} from './server-binding.ts';
import {
  nextWrite,
  type WriteQueue,
  type WriteSource,
  type Written,
  type WrittenOptions,
} from './write-queue.ts';

export interface ServiceOptions {
  /** Only to be found through a service that includes it (Vol 3, Part G, 3.1). */
  readonly secondary?: boolean | undefined;
}

/** A captured write of one of a service's characteristics. */
export interface ServiceWritten<C extends ConnectionRef> extends Written<C> {
  readonly characteristic: Characteristic<C, true>;
}

/** A service of a server (Vol 3, Part G, 3.1). It belongs to one adapter. `C` is the class of the connections that it is given. */
export class Service<C extends ConnectionRef = ConnectionRef> implements ServerService, PartOwner {
  readonly uuid: Uuid;
  readonly #secondary: boolean;
  readonly #included: ServerService[] = [];
  readonly #characteristics: ServicePart[] = [];
  #binding: ServerBinding | undefined;
  #handle = 0;

  constructor(uuid: UuidLike, options: ServiceOptions = {}) {
    this.uuid = parseUuid(uuid);
    this.#secondary = options.secondary === true;
  }

  get label(): string {
    return `service ${this.uuid}`;
  }

  /** Of its declaration; 0 while it is not registered. */
  get handle(): number {
    return this.#handle;
  }

  /** The last handle that belongs to it; 0 while it is not registered. */
  get endHandle(): number {
    return this.#handle === 0 ? 0 : this.#handle + this[attributeCount] - 1;
  }

  get registered(): boolean {
    return this.#binding !== undefined;
  }

  /** Services that must be registered before this one. */
  get included(): readonly ServerService[] {
    return this.#included;
  }

  [addPart](characteristic: ServicePart): void {
    this.#checkOpen();
    this.#characteristics.push(characteristic);
  }

  /** Refers to another service as part of this one (Vol 3, Part G, 3.2). It is registered first. */
  include(service: ServerService): void {
    this.#checkOpen();
    this.#included.push(service);
  }

  /**
   * The next captured write of any of its characteristics, in the order in which clients wrote; one that came before the call counts. A characteristic whose
   * queue nobody reads loses its own oldest and holds up no other. What `written()` of a characteristic gives is not given here, and the other way round.
   * With `connection` it is that client's writes alone, and the wait ends with its link. No deadline unless one is given.
   * Throws InvalidStateError where no characteristic captures or the service is not registered.
   */
  async written(options: WrittenOptions<C> = {}): Promise<ServiceWritten<C>> {
    const sources = this.#captures();
    if (sources.length === 0) {
      throw new InvalidStateError(
        `${this.label} captures no writes: declare a characteristic of it with capture`,
      );
    }
    if (this.#binding === undefined) {
      throw new InvalidStateError(`${this.label} is not registered: register it with an adapter first`);
    }
    return nextWrite(`any characteristic of ${this.label}`, sources, this.#binding, options);
  }

  get [attributeCount](): number {
    let count = 1 + this.#included.length;
    for (const characteristic of this.#characteristics) count += characteristic[attributeCount];
    return count;
  }

  [layOut](handle: number): Attribute[] {
    const attributes: Attribute[] = [
      {
        handle,
        type: this.#secondary ? GattUuid.secondaryService : GattUuid.primaryService,
        groupEnd: handle + this[attributeCount] - 1,
        permissions: { read: openAccess },
        source: constantSource(uuidToBytes(this.uuid)),
      },
    ];
    for (const service of this.#included) {
      const at = handle + attributes.length;
      attributes.push({
        handle: at,
        type: GattUuid.include,
        groupEnd: at,
        permissions: { read: openAccess },
        source: constantSource(includeValue(service)),
      });
    }
    for (const characteristic of this.#characteristics) {
      attributes.push(...characteristic[layOut](handle + attributes.length));
    }
    return attributes;
  }

  [place](binding: ServerBinding | undefined, handle: number): void {
    this.#binding = binding;
    this.#handle = binding === undefined ? 0 : handle;
    let at = handle + 1 + this.#included.length;
    for (const characteristic of this.#characteristics) {
      characteristic[place](binding, at);
      at += characteristic[attributeCount];
    }
  }

  #captures(): WriteSource<C, ServiceWritten<C>>[] {
    return this.#characteristics.flatMap((part) => {
      if (part[captures] === undefined) return [];
      // Connections are made by one layer, and `C` is the class that it makes; what captures is a characteristic.
      const queue = part[captures] as WriteQueue<C>;
      const characteristic = part as unknown as Characteristic<C, true>;
      return [{ queue, present: (write: Written<C>) => ({ ...write, characteristic }) }];
    });
  }

  #checkOpen(): void {
    if (this.#binding === undefined) return;
    throw new InvalidStateError(
      `service ${this.uuid} is registered: make all its parts first, or unregister it`,
    );
  }
}

/** The UUID is there only where it has 16 bits (Vol 3, Part G, 3.2). */
const includeValue = (service: ServerService): Uint8Array => {
  const type = uuidToBytes(service.uuid);
  const value = new Uint8Array(type.length === 2 ? 6 : 4);
  writeU16(value, 0, service.handle);
  writeU16(value, 2, service.endHandle);
  if (type.length === 2) value.set(type, 4);
  return value;
};

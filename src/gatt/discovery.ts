import type { AttBearer } from '../att/att-bearer.ts';
import { AttErrorCode } from '../att/att-codes.ts';
import {
  type AttExchange,
  FindByTypeValue,
  FindInformation,
  Read,
  ReadByGroupType,
  ReadByType,
} from '../att/codec/exchanges.ts';
import type { HandleAndValue } from '../att/codec/response-lists.ts';
import { readU16, toHex } from '../core/bytes.ts';
import { AttError, MalformedPduError } from '../core/errors.ts';
import type { Infer, Shape } from '../core/pdu.ts';
import { type Uuid, uuid16Of, uuidFromBytes, uuidToBytes } from '../core/uuid.ts';
import { DISCOVERY_STEP_TIMEOUT_MS, printHandle } from './client-context.ts';
import { FIRST_HANDLE, GattUuid, LAST_HANDLE } from './gatt-codes.ts';

/** Services, characteristics of a service, descriptors of a characteristic: more than these are not believed. */
export const DISCOVERY_LIMIT = 4_096;

export interface ServiceRecord {
  readonly handle: number;
  readonly endHandle: number;
  readonly uuid: Uuid;
}

export interface CharacteristicRecord {
  /** Of the declaration. */
  readonly handle: number;
  readonly valueHandle: number;
  readonly endHandle: number;
  readonly properties: number;
  readonly uuid: Uuid;
}

export interface DescriptorRecord {
  readonly handle: number;
  readonly uuid: Uuid;
}

export interface DiscoveryOptions {
  readonly bearer: AttBearer;
  /** The server, for messages. */
  readonly peer: string;
  /** For each step, to which the link's pace is added; 2 s at least, since others may wait for the same. */
  readonly stepTimeoutMs?: number | undefined;
}

const serviceType = uuid16Of(GattUuid.primaryService) ?? 0;

/** The sub-procedures that tell a client what a server has (Vol 3, Part G, 4.4 to 4.7). Every answer must lead forward. */
export class Discovery {
  readonly #options: DiscoveryOptions;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /** Discover All Primary Services (Vol 3, Part G, 4.4.1). */
  async primaryServices(): Promise<ServiceRecord[]> {
    const what = `discovering the services of ${this.#options.peer}`;
    const found: ServiceRecord[] = [];
    let startingHandle = FIRST_HANDLE;
    while (startingHandle <= LAST_HANDLE) {
      const items = await this.#step(what, ReadByGroupType, {
        startingHandle,
        endingHandle: LAST_HANDLE,
        attributeGroupType: GattUuid.primaryService,
      });
      if (items === undefined) break;
      for (const { handle, endGroupHandle, value } of items) {
        this.#forward(what, startingHandle, handle, endGroupHandle, LAST_HANDLE);
        const uuid = this.#uuid(what, value);
        this.#push(what, found, { handle, endHandle: endGroupHandle, uuid });
        startingHandle = endGroupHandle + 1;
      }
    }
    return found;
  }

  /** Discover Primary Service by Service UUID (Vol 3, Part G, 4.4.2); with `first`, no further than to the first answer that has any. */
  async primaryServicesByUuid(uuid: Uuid, first: boolean): Promise<ServiceRecord[]> {
    const what = `discovering service ${uuid} of ${this.#options.peer}`;
    const found: ServiceRecord[] = [];
    let startingHandle = FIRST_HANDLE;
    while (startingHandle <= LAST_HANDLE && !(first && found.length > 0)) {
      const items = await this.#step(what, FindByTypeValue, {
        startingHandle,
        endingHandle: LAST_HANDLE,
        attributeType: serviceType,
        attributeValue: uuidToBytes(uuid),
      });
      if (items === undefined) break;
      for (const { foundAttributeHandle: handle, groupEndHandle } of items) {
        this.#forward(what, startingHandle, handle, groupEndHandle, LAST_HANDLE);
        this.#push(what, found, { handle, endHandle: groupEndHandle, uuid });
        startingHandle = groupEndHandle + 1;
      }
    }
    return found;
  }

  /** Find Included Services (Vol 3, Part G, 4.5.1). */
  async includedServices(service: ServiceRecord): Promise<ServiceRecord[]> {
    const what = `finding what service ${service.uuid} of ${this.#options.peer} includes`;
    const found: ServiceRecord[] = [];
    for (const { handle, value } of await this.#readByType(what, GattUuid.include, service)) {
      if (value.length !== 4 && value.length !== 6) throw this.#lie(what, describe(handle, value));
      const start = readU16(value, 0);
      const endHandle = readU16(value, 2);
      if (start < FIRST_HANDLE || endHandle < start) throw this.#lie(what, describe(handle, value));
      // A UUID of 128 bits is not in the declaration and is read from the service itself.
      const type =
        value.length === 6 ? value.subarray(4) : await this.#step(what, Read, { attributeHandle: start });
      this.#push(what, found, {
        handle: start,
        endHandle,
        uuid: this.#uuid(what, type ?? new Uint8Array(0)),
      });
    }
    return found;
  }

  /** Discover All Characteristics of a Service (Vol 3, Part G, 4.6.1). */
  async characteristics(service: ServiceRecord): Promise<CharacteristicRecord[]> {
    const what = `discovering the characteristics of service ${service.uuid} of ${this.#options.peer}`;
    const found: CharacteristicRecord[] = [];
    const declarations = await this.#readByType(what, GattUuid.characteristic, service);
    for (const [i, { handle, value }] of declarations.entries()) {
      if (value.length !== 5 && value.length !== 19) throw this.#lie(what, describe(handle, value));
      const endHandle = (declarations[i + 1]?.handle ?? service.endHandle + 1) - 1;
      const valueHandle = readU16(value, 1);
      // The value stands between its own declaration and the next one (Vol 3, Part G, 3.3).
      if (valueHandle <= handle || valueHandle > endHandle) throw this.#lie(what, describe(handle, value));
      const uuid = this.#uuid(what, value.subarray(3));
      this.#push(what, found, { handle, valueHandle, endHandle, properties: value[0] ?? 0, uuid });
    }
    return found;
  }

  /** Discover All Characteristic Descriptors (Vol 3, Part G, 4.7.1): nothing is asked where there is no room for any. */
  async descriptors(characteristic: CharacteristicRecord): Promise<DescriptorRecord[]> {
    const { endHandle } = characteristic;
    const what = `discovering the descriptors of characteristic ${characteristic.uuid} of ${this.#options.peer}`;
    const found: DescriptorRecord[] = [];
    let startingHandle = characteristic.valueHandle + 1;
    while (startingHandle <= endHandle) {
      const items = await this.#step(what, FindInformation, { startingHandle, endingHandle: endHandle });
      if (items === undefined) break;
      for (const { handle, attributeType } of items) {
        this.#forward(what, startingHandle, handle, handle, endHandle);
        this.#push(what, found, { handle, uuid: attributeType });
        startingHandle = handle + 1;
      }
    }
    return found;
  }

  /** All attributes of one type in a range, in the order of their handles. */
  async #readByType(what: string, attributeType: Uuid, range: ServiceRecord): Promise<HandleAndValue[]> {
    const found: HandleAndValue[] = [];
    let startingHandle = range.handle;
    while (startingHandle <= range.endHandle) {
      const items = await this.#step(what, ReadByType, {
        startingHandle,
        endingHandle: range.endHandle,
        attributeType,
      });
      if (items === undefined) break;
      for (const item of items) {
        this.#forward(what, startingHandle, item.handle, item.handle, range.endHandle);
        this.#push(what, found, item);
        startingHandle = item.handle + 1;
      }
    }
    return found;
  }

  /** One request; undefined where the server has no more. */
  async #step<Q extends Shape, R>(
    what: string,
    exchange: AttExchange<Q, R>,
    params: Infer<Q>,
  ): Promise<R | undefined> {
    const { bearer, stepTimeoutMs = 0 } = this.#options;
    try {
      return await bearer.request(exchange, params, {
        what,
        defaultTimeoutMs: Math.max(stepTimeoutMs, DISCOVERY_STEP_TIMEOUT_MS),
      });
    } catch (error) {
      if (error instanceof AttError && error.status === AttErrorCode.attributeNotFound) return undefined;
      throw error;
    }
  }

  /** A server whose answers do not lead forward would never end. */
  #forward(what: string, from: number, handle: number, end: number, to: number): void {
    if (handle >= from && end >= handle && end <= to) return;
    throw this.#lie(
      what,
      `${printHandle(handle)} to ${printHandle(end)} where ${printHandle(from)} to ${printHandle(to)} was asked for`,
    );
  }

  #push<T>(what: string, found: T[], item: T): void {
    if (found.length >= DISCOVERY_LIMIT) throw this.#lie(what, `more than ${DISCOVERY_LIMIT} of them`);
    found.push(item);
  }

  #uuid(what: string, bytes: Uint8Array): Uuid {
    const uuid = bytes.length === 4 ? undefined : uuidFromBytes(bytes);
    if (uuid === undefined) throw this.#lie(what, `a UUID of ${bytes.length} octets`);
    return uuid;
  }

  #lie(what: string, found: string): MalformedPduError {
    return new MalformedPduError(
      `${this.#options.peer} answered against the specification while ${what}: it gave ${found}`,
    );
  }
}

const describe = (handle: number, value: Uint8Array): string =>
  `the declaration ${toHex(value)} at ${printHandle(handle)}`;

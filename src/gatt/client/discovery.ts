import { AttErrorCode } from '../../att/att-codes.ts';
import {
  type AttExchange,
  FindByTypeValue,
  FindInformation,
  Read,
  ReadByGroupType,
  ReadByType,
} from '../../att/codec/exchanges.ts';
import type { HandleAndValue } from '../../att/codec/response-lists.ts';
import { readU16, toHex } from '../../core/bytes.ts';
import { AttError, MalformedPduError } from '../../core/errors.ts';
import type { Infer, Shape } from '../../core/pdu.ts';
import { type Uuid, uuid16Of, uuidFromBytes, uuidToBytes } from '../../core/uuid.ts';
import { FIRST_HANDLE, GattUuid, LAST_HANDLE } from '../gatt-codes.ts';
import type { CharacteristicRecord, DescriptorRecord, ServiceRecord } from './attribute-records.ts';
import { DISCOVERY_STEP_TIMEOUT_MS, printHandle } from './client-context.ts';
import type { ClientRequests, Validity } from './client-requests.ts';

/** Services, characteristics of a service, descriptors of a characteristic: more than these are not believed. */
export const DISCOVERY_LIMIT = 4_096;

/** Handles from the first to the last. */
export interface HandleRange {
  readonly handle: number;
  readonly endHandle: number;
}

export interface DiscoveryOptions {
  readonly requests: ClientRequests;
  /** The server, for messages. */
  readonly peer: string;
  /** For each step, to which the link's pace is added; 2 s at least, since others may wait for the same. */
  readonly stepTimeoutMs?: number | undefined;
  /** Of what the discovery works with. */
  readonly validity: Validity;
}

/** The declaration and the value (Vol 3, Part G, 3.3). */
const CHARACTERISTIC_LENGTH = 2;

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
        this.#push(what, found, { handle, endHandle: endGroupHandle, uuid, primary: true });
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
        this.#push(what, found, { handle, endHandle: groupEndHandle, uuid, primary: true });
        startingHandle = groupEndHandle + 1;
      }
    }
    return found;
  }

  /**
   * Find Included Services (Vol 3, Part G, 4.5.1): what each of the services includes, in the order of the declarations in the range. The UUIDs of those in
   * `known` are not asked for.
   */
  async includes(
    services: readonly ServiceRecord[],
    range: HandleRange,
    known: readonly ServiceRecord[] = [],
  ): Promise<ServiceRecord[][]> {
    const what = `finding what ${this.#name(services)} includes`;
    const found: ServiceRecord[][] = services.map(() => []);
    const all = [...known];
    for (const { handle, value } of await this.#readByType(what, GattUuid.include, range)) {
      const service = services.findIndex((each) => holds(each, handle));
      const list = found[service];
      if (list === undefined) continue;
      if (value.length !== 4 && value.length !== 6) throw this.#lie(what, describe(handle, value));
      const start = readU16(value, 0);
      const endHandle = readU16(value, 2);
      if (start < FIRST_HANDLE || endHandle < start) throw this.#lie(what, describe(handle, value));
      let included = all.find((each) => each.handle <= endHandle && each.endHandle >= start);
      // Servers that let their last service go on to the last handle say so in one place and not in the other.
      if (included !== undefined && included.handle !== start) throw this.#lie(what, describe(handle, value));
      if (included === undefined) {
        const uuid = await this.#uuidOfIncluded(what, value, start);
        included = { handle: start, endHandle, uuid, primary: false };
        all.push(included);
      }
      this.#push(what, list, included);
    }
    return found;
  }

  /** Discover All Characteristics of a Service (Vol 3, Part G, 4.6.1), or of several, as if they were one, each with its own. */
  async characteristics(services: readonly ServiceRecord[]): Promise<CharacteristicRecord[][]> {
    const what = `discovering the characteristics of ${this.#name(services)}`;
    const spacious = services.filter(({ handle, endHandle }) => endHandle - handle >= CHARACTERISTIC_LENGTH);
    const range = spanOf(spacious);
    if (range === undefined) return services.map(() => []);
    const declarations = await this.#readByType(what, GattUuid.characteristic, range, behindValue);
    return services.map((service) => this.#characteristicsOf(what, service, declarations));
  }

  /**
   * Discover All Characteristic Descriptors (Vol 3, Part G, 4.7.1), of several as if they were one: a request that finds what is known already on its way to the next one costs
   * less than another request. Nothing is asked where there is no room for any.
   */
  async descriptors(characteristics: readonly CharacteristicRecord[]): Promise<DescriptorRecord[][]> {
    const { peer } = this.#options;
    const [only] = characteristics.length === 1 ? characteristics : [];
    const of = only === undefined ? '' : `characteristic ${only.uuid} of `;
    const what = `discovering the descriptors of ${of}${peer}`;
    const found: { readonly owner: CharacteristicRecord; readonly record: DescriptorRecord }[] = [];
    const open = characteristics.filter(({ valueHandle, endHandle }) => endHandle > valueHandle);
    const endingHandle = open.at(-1)?.endHandle ?? 0;
    let startingHandle = 0;
    for (let [first] = open; first !== undefined; [first] = open) {
      startingHandle = Math.max(startingHandle, first.valueHandle + 1);
      const items = await this.#step(what, FindInformation, { startingHandle, endingHandle });
      if (items === undefined) break;
      for (const { handle, attributeType } of items) {
        this.#forward(what, startingHandle, handle, handle, endingHandle);
        startingHandle = handle + 1;
        dropBefore(open, handle);
        const [owner] = open;
        if (owner === undefined || handle <= owner.valueHandle) continue;
        this.#push(what, found, { owner, record: { handle, uuid: attributeType } });
      }
      dropBefore(open, startingHandle);
    }
    return characteristics.map((each) =>
      found.filter(({ owner }) => owner === each).map(({ record }) => record),
    );
  }

  #characteristicsOf(
    what: string,
    service: ServiceRecord,
    declarations: readonly HandleAndValue[],
  ): CharacteristicRecord[] {
    const own = declarations.filter(({ handle }) => holds(service, handle));
    return own.map(({ handle, value }, i) => {
      if (value.length !== 5 && value.length !== 19) throw this.#lie(what, describe(handle, value));
      const endHandle = (own[i + 1]?.handle ?? service.endHandle + 1) - 1;
      const valueHandle = readU16(value, 1);
      // The value stands between its own declaration and the next one (Vol 3, Part G, 3.3).
      if (valueHandle <= handle || valueHandle > endHandle) throw this.#lie(what, describe(handle, value));
      const uuid = this.#uuid(what, value.subarray(3));
      return { handle, valueHandle, endHandle, properties: value[0] ?? 0, uuid };
    });
  }

  /** A UUID of 128 bits is not in the declaration and is read from the service itself. */
  async #uuidOfIncluded(what: string, declaration: Uint8Array, attributeHandle: number): Promise<Uuid> {
    const type =
      declaration.length === 6 ? declaration.subarray(4) : await this.#step(what, Read, { attributeHandle });
    return this.#uuid(what, type ?? new Uint8Array(0));
  }

  /** All attributes of one type in a range, in the order of their handles; `reach` gives the last handle that belongs to one. */
  async #readByType(
    what: string,
    attributeType: Uuid,
    { handle, endHandle: endingHandle }: HandleRange,
    reach = (item: HandleAndValue): number => item.handle,
  ): Promise<HandleAndValue[]> {
    const found: HandleAndValue[] = [];
    let startingHandle = handle;
    for (let reached = handle - 1; reached < endingHandle; ) {
      const items = await this.#step(what, ReadByType, { startingHandle, endingHandle, attributeType });
      if (items === undefined) break;
      for (const item of items) {
        this.#forward(what, startingHandle, item.handle, item.handle, endingHandle);
        this.#push(what, found, item);
        startingHandle = item.handle + 1;
        reached = Math.max(item.handle, reach(item));
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
    const { requests, validity, stepTimeoutMs = 0 } = this.#options;
    try {
      return await requests.request(exchange, params, {
        what,
        validity,
        defaultTimeoutMs: Math.max(stepTimeoutMs, DISCOVERY_STEP_TIMEOUT_MS),
      });
    } catch (error) {
      if (error instanceof AttError && error.status === AttErrorCode.attributeNotFound) return undefined;
      throw error;
    }
  }

  #name(services: readonly ServiceRecord[]): string {
    const [only] = services.length === 1 ? services : [];
    return only === undefined ? this.#options.peer : `service ${only.uuid} of ${this.#options.peer}`;
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

const holds = (range: HandleRange, handle: number): boolean =>
  handle >= range.handle && handle <= range.endHandle;

/** The range from the first of several that do not overlap to the last. */
const spanOf = (ranges: readonly HandleRange[]): HandleRange | undefined => {
  if (ranges.length === 0) return undefined;
  const handle = Math.min(...ranges.map((each) => each.handle));
  return { handle, endHandle: Math.max(...ranges.map((each) => each.endHandle)) };
};

/** Up to here no other characteristic ends: the next one needs two handles behind this one's value. */
const behindValue = ({ value }: HandleAndValue): number => readU16(value, 1) + 1;

/** Takes out those in front that end before the handle: the answers have gone past them. */
const dropBefore = (open: CharacteristicRecord[], handle: number): void => {
  while (open[0] !== undefined && open[0].endHandle < handle) open.shift();
};

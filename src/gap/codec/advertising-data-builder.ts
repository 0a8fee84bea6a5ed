import { addressOctets, parseAddress } from '../../core/address.ts';
import { type Bytes, concatBytes, copyBytes, writeU16 } from '../../core/bytes.ts';
import { InvalidArgumentError } from '../../core/errors.ts';
import { parseUuid, type Uuid, type UuidLike, uuidToShortestBytes } from '../../core/uuid.ts';
import { announcedAdvertisingInterval, connectionInterval, toSlots } from '../intervals.ts';
import { isRandomAddress } from '../privacy/random-address.ts';
import { AdFlag, AdType } from './ad-type-codes.ts';
import { type AdItem, type AdvertisingPayloads, packAdvertisingData } from './advertising-data-packing.ts';

/** A company identifier and its data. */
export type ManufacturerField = readonly [companyId: number, data: Uint8Array];
export type ServiceDataField = readonly [uuid: UuidLike, data: Uint8Array];

/** A mode in which a device lets itself be discovered (Vol 3, Part C, 9.2.3 and 9.2.4). */
export type Discoverable = 'general' | 'limited';

/** Connection intervals that a peripheral prefers: an end that is left out is open. */
export interface ConnectionIntervalRange {
  /** Rounded to 1.25 ms; 7.5 to 4000. */
  readonly minIntervalMs?: number | undefined;
  /** Rounded to 1.25 ms; 7.5 to 4000, and not below `minIntervalMs`. */
  readonly maxIntervalMs?: number | undefined;
}

/** What an advertiser tells of itself. */
export interface AdvertisingFields {
  /** Sent whole or not at all: it is never shortened. */
  readonly name?: string | undefined;
  readonly services?: readonly UuidLike[] | undefined;
  /** Assigned Numbers, 2.6. */
  readonly appearance?: number | undefined;
  /** One company's data, or that of several. */
  readonly manufacturer?: ManufacturerField | readonly ManufacturerField[] | undefined;
  readonly serviceData?: readonly ServiceDataField[] | undefined;
  /** Services that this device looks for in the central. */
  readonly solicitedServices?: readonly UuidLike[] | undefined;
  /** dBm, -127 to 127. */
  readonly txPower?: number | undefined;
  readonly uri?: string | undefined;
  /** What connection intervals this device prefers as peripheral (Supplement, Part A, 1.9). */
  readonly peripheralConnectionIntervalRange?: ConnectionIntervalRange | undefined;
  /** Whom the advertising is meant for, by their public addresses; others may hear it all the same (Supplement, Part A, 1.13). */
  readonly publicTargetAddresses?: readonly string[] | undefined;
  /** As `publicTargetAddresses`, by random addresses: static or private ones (Supplement, Part A, 1.14). */
  readonly randomTargetAddresses?: readonly string[] | undefined;
  /**
   * How often this device says that it advertises, rounded to 0.625 ms: 20 to 10485759.375 (Supplement, Part A, 1.15). Nothing is said unless given; how often it
   * does is `intervalMs`.
   */
  readonly advertisingIntervalMs?: number | undefined;
  /** LE features of the controller, bit by bit (Vol 6, Part B, 4.6): `adapter.info.leSupportedFeatures`. */
  readonly leSupportedFeatures?: Uint8Array | undefined;
}

export interface BuildOptions {
  /** `general` and `limited` set their flag (Vol 3, Part C, 9.2); false is not discoverable; undefined leaves the Flags out. */
  readonly discoverable: Discoverable | false | undefined;
  /** Octets of advertising data. */
  readonly advertisingCapacity: number;
  /** Octets of scan response; 0 where there is none. */
  readonly scanResponseCapacity: number;
}

const utf8 = new TextEncoder();

const u16 = (what: string, value: number): Uint8Array => {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
    throw new InvalidArgumentError(`${what} is a whole number from 0 to 65535; it is ${value}`);
  }
  const bytes = new Uint8Array(2);
  writeU16(bytes, 0, value);
  return bytes;
};

const join = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
};

interface ListTypes {
  readonly complete: number;
  readonly incomplete: number;
}

const listTypes = new Map<number, ListTypes>([
  [2, { complete: AdType.completeServiceUuids16, incomplete: AdType.incompleteServiceUuids16 }],
  [4, { complete: AdType.completeServiceUuids32, incomplete: AdType.incompleteServiceUuids32 }],
  [16, { complete: AdType.completeServiceUuids128, incomplete: AdType.incompleteServiceUuids128 }],
]);

const solicitationTypes = new Map<number, ListTypes>(
  [
    [2, AdType.serviceSolicitationUuids16] as const,
    [4, AdType.serviceSolicitationUuids32] as const,
    [16, AdType.serviceSolicitationUuids128] as const,
  ].map(([width, type]) => [width, { complete: type, incomplete: type }]),
);

const serviceDataTypes = new Map<number, number>([
  [2, AdType.serviceData16],
  [4, AdType.serviceData32],
  [16, AdType.serviceData128],
]);

/** A list for each width, as a packet may hold only one of each (Supplement, Part A, 1.1.1). */
const uuidItems = (
  what: string,
  given: readonly UuidLike[],
  types: ReadonlyMap<number, ListTypes>,
): AdItem[] => {
  const uuids = [...new Set<Uuid>(given.map(parseUuid))].map(uuidToShortestBytes);
  return [...types].flatMap(([width, { complete, incomplete }]) => {
    const parts = uuids.filter((uuid) => uuid.length === width);
    return parts.length === 0
      ? []
      : [
          {
            what: `${what} of ${width * 8} bits`,
            type: complete,
            splitType: incomplete,
            parts,
            forced: false,
          },
        ];
  });
};

const item = (what: string, type: number, data: Uint8Array, forced = false): AdItem => ({
  what,
  type,
  splitType: undefined,
  parts: [data],
  forced,
});

const isOne = (value: ManufacturerField | readonly ManufacturerField[]): value is ManufacturerField =>
  typeof value[0] === 'number';

const flagsOf = (discoverable: Discoverable | false): number => {
  if (discoverable === false) return AdFlag.brEdrNotSupported;
  const flag = discoverable === 'limited' ? AdFlag.leLimitedDiscoverable : AdFlag.leGeneralDiscoverable;
  return flag | AdFlag.brEdrNotSupported;
};

const txPowerItem = (dbm: number): AdItem => {
  if (!Number.isInteger(dbm) || dbm < -127 || dbm > 127) {
    throw new InvalidArgumentError(`txPower is a whole number of dBm from -127 to 127; it is ${dbm}`);
  }
  return item('txPower', AdType.txPowerLevel, Uint8Array.of(dbm & 0xff));
};

const uriItem = (uri: string): AdItem => {
  const schemes = [
    ['https:', '\u0017'],
    ['http:', '\u0016'],
  ] as const;
  const known = schemes.find(([scheme]) => uri.startsWith(scheme));
  const text = known === undefined ? `\u0001${uri}` : known[1] + uri.slice(known[0].length);
  return item('uri', AdType.uri, utf8.encode(text));
};

/** In place of a connection interval: none is preferred (Supplement, Part A, 1.9). */
const NO_SPECIFIC_INTERVAL = 0xffff;

const intervalRangeItem = ({ minIntervalMs, maxIntervalMs }: ConnectionIntervalRange): AdItem => {
  if (minIntervalMs !== undefined && maxIntervalMs !== undefined && minIntervalMs > maxIntervalMs) {
    throw new InvalidArgumentError(
      `minIntervalMs ${minIntervalMs} of peripheralConnectionIntervalRange is above maxIntervalMs ${maxIntervalMs}`,
    );
  }
  const data = new Uint8Array(4);
  for (const [at, ms] of [minIntervalMs, maxIntervalMs].entries())
    writeU16(data, 2 * at, ms === undefined ? NO_SPECIFIC_INTERVAL : toSlots(ms, connectionInterval));
  return item('peripheralConnectionIntervalRange', AdType.peripheralConnectionIntervalRange, data);
};

/** One structure for all, as a packet may hold only one (Supplement, Part A, 1.13 and 1.14). */
const targetItems = (what: string, type: number, addresses: readonly string[]): AdItem[] => {
  const targets = [...new Set(addresses.map(parseAddress))];
  const reserved = type === AdType.randomTargetAddress && targets.find((target) => !isRandomAddress(target));
  if (typeof reserved === 'string') {
    throw new InvalidArgumentError(
      `${reserved} of ${what} is no random address: its two most significant bits are 00, 01 or 11, and those below are not all the same`,
    );
  }
  const octets = targets.map((target) => addressOctets(target).reverse());
  return targets.length === 0 ? [] : [item(what, type, concatBytes(...octets))];
};

/** The long form is for what the short one cannot hold, and for nothing else (Supplement, Part A, 1.15). */
const intervalItem = (ms: number): AdItem => {
  const slots = toSlots(ms, announcedAdvertisingInterval);
  const isLong = slots > 0xffff;
  const data = new Uint8Array(isLong ? 3 : 2);
  writeU16(data, 0, slots & 0xffff);
  if (isLong) data[2] = slots >> 16;
  return item(
    'advertisingIntervalMs',
    isLong ? AdType.advertisingIntervalLong : AdType.advertisingInterval,
    data,
  );
};

/** Octets of zero behind the last other one are left out (Supplement, Part A, 1.19). */
const featuresItem = (features: Uint8Array): AdItem => {
  const length = features.findLastIndex((octet) => octet !== 0) + 1;
  return item('leSupportedFeatures', AdType.leSupportedFeatures, features.subarray(0, length));
};

/** What concerns the links that this device has, or wants. */
const linkItems = (fields: AdvertisingFields): AdItem[] => {
  const { peripheralConnectionIntervalRange: range, advertisingIntervalMs, leSupportedFeatures } = fields;
  const { publicTargetAddresses = [], randomTargetAddresses = [] } = fields;
  return [
    ...targetItems('publicTargetAddresses', AdType.publicTargetAddress, publicTargetAddresses),
    ...targetItems('randomTargetAddresses', AdType.randomTargetAddress, randomTargetAddresses),
    ...(range === undefined ? [] : [intervalRangeItem(range)]),
    ...(advertisingIntervalMs === undefined ? [] : [intervalItem(advertisingIntervalMs)]),
    ...(leSupportedFeatures === undefined ? [] : [featuresItem(leSupportedFeatures)]),
  ];
};

/** The structures in the order in which they have a claim on the advertising data, which passive scanners see. */
const itemsOf = (fields: AdvertisingFields, discoverable: BuildOptions['discoverable']): AdItem[] => {
  const { manufacturer = [], serviceData = [], name, appearance, txPower, uri } = fields;
  const items: AdItem[] = [];
  // Flags may not stand in a scan response (Supplement, Part A, 1.3.1).
  if (discoverable !== undefined) {
    items.push(item('flags', AdType.flags, Uint8Array.of(flagsOf(discoverable)), true));
  }
  items.push(...uuidItems('services', fields.services ?? [], listTypes));
  for (const [companyId, data] of isOne(manufacturer) ? [manufacturer] : manufacturer) {
    const company = u16('the company identifier of manufacturer', companyId);
    items.push(item('manufacturer', AdType.manufacturerSpecificData, join(company, data)));
  }
  for (const [uuid, data] of serviceData) {
    const prefix = uuidToShortestBytes(parseUuid(uuid));
    items.push(
      item('serviceData', serviceDataTypes.get(prefix.length) ?? AdType.serviceData128, join(prefix, data)),
    );
  }
  items.push(...uuidItems('solicitedServices', fields.solicitedServices ?? [], solicitationTypes));
  if (appearance !== undefined)
    items.push(item('appearance', AdType.appearance, u16('appearance', appearance)));
  if (txPower !== undefined) items.push(txPowerItem(txPower));
  items.push(...linkItems(fields));
  if (uri !== undefined) items.push(uriItem(uri));
  if (name !== undefined) items.push(item('name', AdType.completeLocalName, utf8.encode(name)));
  return items;
};

/**
 * The payloads that hold all the fields: whole structures, in the advertising data as far as they fit, the rest in the scan response; a list of
 * UUIDs is divided only where nothing else helps. Throws InvalidArgumentError, with the size of each field, where they do not fit.
 */
export const buildAdvertisingData = (fields: AdvertisingFields, options: BuildOptions): AdvertisingPayloads =>
  packAdvertisingData(
    itemsOf(fields, options.discoverable),
    options.advertisingCapacity,
    options.scanResponseCapacity,
  );

/** A payload given raw: checked for its length alone, so that odd ones can be sent on purpose. */
export const rawPayload = (what: string, data: Uint8Array, capacity: number): Bytes => {
  if (data.length > capacity) {
    throw new InvalidArgumentError(`${what} is ${data.length} octets long; ${capacity} can be sent`);
  }
  return copyBytes(data);
};

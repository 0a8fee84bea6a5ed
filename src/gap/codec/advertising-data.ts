import { type Address, addressAt } from '../../core/address.ts';
import { type Bytes, copyBytes, readU16 } from '../../core/bytes.ts';
import { type Uuid, uuidFromBytes } from '../../core/uuid.ts';
import { advertisingInterval, connectionInterval, fromSlots } from '../intervals.ts';
import { AdType } from './ad-type-codes.ts';
import type { ConnectionIntervalRange } from './advertising-data-builder.ts';

/** One AD structure: a view on the payload it stands in. */
export interface AdStructure {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Manufacturer Specific Data: the company identifier of Assigned Numbers, 7, and what the company makes of it. */
export interface ManufacturerData {
  readonly companyId: number;
  readonly data: Bytes;
}

export interface ServiceData {
  readonly uuid: Uuid;
  readonly data: Bytes;
}

/**
 * Calls back for each AD structure of a payload, in order, as long as it returns true. A length of zero ends the payload (Vol 3, Part C, 11); one
 * that points past the end does too, and what came before it counts.
 */
const walkAdvertisingData = (
  payload: Uint8Array,
  visit: (type: number, start: number, end: number) => boolean,
): void => {
  let at = 0;
  while (at + 1 < payload.length) {
    const length = payload[at] ?? 0;
    const end = at + 1 + length;
    if (length === 0 || end > payload.length) return;
    if (!visit(payload[at + 1] ?? 0, at + 2, end)) return;
    at = end;
  }
};

/** The AD structures of a payload; malformed ones end the list. */
export const adStructures = (payload: Uint8Array): readonly AdStructure[] => {
  const found: AdStructure[] = [];
  walkAdvertisingData(payload, (type, start, end) => {
    found.push({ type, data: payload.subarray(start, end) });
    return true;
  });
  return found;
};

/** The data of the first structure of a type that has at least `least` octets. */
const first = (payloads: readonly Uint8Array[], type: number, least = 0): Uint8Array | undefined => {
  let found: Uint8Array | undefined;
  for (const payload of payloads) {
    walkAdvertisingData(payload, (at, start, end) => {
      if (at === type && end - start >= least) found = payload.subarray(start, end);
      return found === undefined;
    });
    if (found !== undefined) return found;
  }
  return undefined;
};

const all = (payloads: readonly Uint8Array[], types: readonly number[]): readonly AdStructure[] =>
  payloads.flatMap((payload) => adStructures(payload).filter(({ type }) => types.includes(type)));

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The complete name, else the shortened one, from advertising data or scan response; what is no UTF-8 is replaced by U+FFFD. */
export const nameIn = (...payloads: readonly Uint8Array[]): string | undefined => {
  const data = first(payloads, AdType.completeLocalName) ?? first(payloads, AdType.shortenedLocalName);
  return data === undefined ? undefined : utf8.decode(data);
};

const listWidths = new Map<number, 2 | 4 | 16>([
  [AdType.incompleteServiceUuids16, 2],
  [AdType.completeServiceUuids16, 2],
  [AdType.incompleteServiceUuids32, 4],
  [AdType.completeServiceUuids32, 4],
  [AdType.incompleteServiceUuids128, 16],
  [AdType.completeServiceUuids128, 16],
]);

const solicitationWidths = new Map<number, 2 | 4 | 16>([
  [AdType.serviceSolicitationUuids16, 2],
  [AdType.serviceSolicitationUuids32, 4],
  [AdType.serviceSolicitationUuids128, 16],
]);

const uuidLists = (
  payloads: readonly Uint8Array[],
  widths: ReadonlyMap<number, 2 | 4 | 16>,
): readonly Uuid[] => {
  const found = new Set<Uuid>();
  for (const payload of payloads) {
    walkAdvertisingData(payload, (type, start, end) => {
      const width = widths.get(type);
      if (width === undefined) return true;
      for (let at = start; at + width <= end; at += width) {
        const uuid = uuidFromBytes(payload.subarray(at, at + width));
        if (uuid !== undefined) found.add(uuid);
      }
      return true;
    });
  }
  return [...found];
};

/** The service UUIDs of complete and incomplete lists of every width, each once, in the order they were found. */
export const servicesIn = (...payloads: readonly Uint8Array[]): readonly Uuid[] =>
  uuidLists(payloads, listWidths);

export const solicitedServicesIn = (...payloads: readonly Uint8Array[]): readonly Uuid[] =>
  uuidLists(payloads, solicitationWidths);

export const manufacturerDataIn = (...payloads: readonly Uint8Array[]): readonly ManufacturerData[] =>
  all(payloads, [AdType.manufacturerSpecificData])
    .filter(({ data }) => data.length >= 2)
    .map(({ data }) => ({ companyId: readU16(data, 0), data: copyBytes(data.subarray(2)) }));

const serviceDataWidths = new Map<number, 2 | 4 | 16>([
  [AdType.serviceData16, 2],
  [AdType.serviceData32, 4],
  [AdType.serviceData128, 16],
]);

export const serviceDataIn = (...payloads: readonly Uint8Array[]): readonly ServiceData[] =>
  all(payloads, [...serviceDataWidths.keys()]).flatMap(({ type, data }) => {
    const width = serviceDataWidths.get(type) ?? 16;
    const uuid = data.length < width ? undefined : uuidFromBytes(data.subarray(0, width));
    return uuid === undefined ? [] : [{ uuid, data: copyBytes(data.subarray(width)) }];
  });

/** The first octet of the Flags; see AdFlag. */
export const flagsIn = (...payloads: readonly Uint8Array[]): number | undefined =>
  first(payloads, AdType.flags, 1)?.[0];

export const appearanceIn = (...payloads: readonly Uint8Array[]): number | undefined => {
  const data = first(payloads, AdType.appearance, 2);
  return data === undefined ? undefined : readU16(data, 0);
};

/** Transmit power in dBm. */
export const txPowerIn = (...payloads: readonly Uint8Array[]): number | undefined => {
  const octet = first(payloads, AdType.txPowerLevel, 1)?.[0];
  return octet === undefined ? undefined : (octet << 24) >> 24;
};

/** The code points that stand for a scheme in front of a URI (Assigned Numbers, 2.7); others are left as they came. */
const uriSchemes = new Map<number, string>([
  [0x01, ''],
  [0x16, 'http:'],
  [0x17, 'https:'],
]);

export const uriIn = (...payloads: readonly Uint8Array[]): string | undefined => {
  const data = first(payloads, AdType.uri, 1);
  if (data === undefined) return undefined;
  const text = utf8.decode(data);
  const scheme = uriSchemes.get(text.codePointAt(0) ?? 0);
  return scheme === undefined ? text : scheme + text.slice(1);
};

const specificIntervalMs = (slots: number): number | undefined =>
  slots >= connectionInterval.least && slots <= connectionInterval.most
    ? fromSlots(slots, connectionInterval)
    : undefined;

/** An end that names no interval is undefined. */
export const peripheralConnectionIntervalRangeIn = (
  ...payloads: readonly Uint8Array[]
): ConnectionIntervalRange | undefined => {
  const data = first(payloads, AdType.peripheralConnectionIntervalRange, 4);
  return (
    data && {
      minIntervalMs: specificIntervalMs(readU16(data, 0)),
      maxIntervalMs: specificIntervalMs(readU16(data, 2)),
    }
  );
};

const ADDRESS_OCTETS = 6;

const addressesIn = (payloads: readonly Uint8Array[], type: number): readonly Address[] => {
  const found = new Set<Address>();
  for (const { data } of all(payloads, [type])) {
    for (let at = 0; at + ADDRESS_OCTETS <= data.length; at += ADDRESS_OCTETS) found.add(addressAt(data, at));
  }
  return [...found];
};

export const publicTargetAddressesIn = (...payloads: readonly Uint8Array[]): readonly Address[] =>
  addressesIn(payloads, AdType.publicTargetAddress);

export const randomTargetAddressesIn = (...payloads: readonly Uint8Array[]): readonly Address[] =>
  addressesIn(payloads, AdType.randomTargetAddress);

/** From the short form or the long one, which has three or four octets. */
export const advertisingIntervalMsIn = (...payloads: readonly Uint8Array[]): number | undefined => {
  const short = first(payloads, AdType.advertisingInterval, 2);
  if (short !== undefined) return fromSlots(readU16(short, 0), advertisingInterval);
  const long = first(payloads, AdType.advertisingIntervalLong, 3);
  if (long === undefined) return undefined;
  return fromSlots(
    readU16(long, 0) + ((long[2] ?? 0) + (long[3] ?? 0) * 0x100) * 0x1_0000,
    advertisingInterval,
  );
};

/** As they were sent: without the octets of zero at the end. */
export const leSupportedFeaturesIn = (...payloads: readonly Uint8Array[]): Bytes | undefined => {
  const data = first(payloads, AdType.leSupportedFeatures);
  return data && copyBytes(data);
};

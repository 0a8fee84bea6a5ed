import type { Bytes } from '../../core/bytes.ts';
import { InvalidArgumentError } from '../../core/errors.ts';

/** Something to be sent as one AD structure, or as one in each payload where it can be divided. */
export interface AdItem {
  /** The user's name for it, for messages. */
  readonly what: string;
  readonly type: number;
  /** The type where only some of the parts are sent; undefined where the item cannot be divided. */
  readonly splitType: number | undefined;
  readonly parts: readonly Uint8Array[];
  /** Whether it must stand in the advertising data. */
  readonly forced: boolean;
}

/** The two payloads of an advertiser. */
export interface AdvertisingPayloads {
  readonly advertisingData: Bytes;
  readonly scanResponseData: Bytes;
}

/** Length and type octet. */
const HEADER = 2;
/** Beyond this many items not every distribution is tried. */
const EXHAUSTIVE = 12;

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);
const sizeOf = (parts: readonly Uint8Array[]): number => (parts.length === 0 ? 0 : HEADER + lengthOf(parts));
const totalSize = (items: readonly AdItem[]): number =>
  items.reduce((sum, { parts }) => sum + sizeOf(parts), 0);

/** How many parts of each item go into the advertising data; the others go into the scan response. */
type Division = readonly number[];

interface Room {
  readonly advertising: number;
  readonly scanResponse: number;
}

const choices = (item: AdItem, divide: boolean): readonly number[] => {
  const { length } = item.parts;
  if (item.forced) return [length];
  if (!divide || item.splitType === undefined) return [length, 0];
  return Array.from({ length: length + 1 }, (_, i) => length - i);
};

/** The first division that fits, trying to keep the earlier items in the advertising data: depth first, cut where the room is used up. */
const search = (items: readonly AdItem[], at: number, room: Room, divide: boolean): Division | undefined => {
  const item = items[at];
  if (item === undefined) return [];
  // What is left must fit into what is left of both together.
  if (totalSize(items.slice(at)) > room.advertising + room.scanResponse) return undefined;
  for (const count of choices(item, divide)) {
    const advertising = room.advertising - sizeOf(item.parts.slice(0, count));
    const scanResponse = room.scanResponse - sizeOf(item.parts.slice(count));
    if (advertising < 0 || scanResponse < 0) continue;
    const others = search(items, at + 1, { advertising, scanResponse }, divide);
    if (others !== undefined) return [count, ...others];
  }
  return undefined;
};

/** Largest first, each where it fits: for very many items. */
const firstFit = (items: readonly AdItem[], room: Room): Division | undefined => {
  let { advertising, scanResponse } = room;
  const division: number[] = [];
  const order = [...items.keys()].sort((a, b) => {
    const [one, other] = [items[a], items[b]];
    if (one === undefined || other === undefined) return 0;
    return Number(other.forced) - Number(one.forced) || sizeOf(other.parts) - sizeOf(one.parts);
  });
  for (const i of order) {
    const item = items[i];
    if (item === undefined) continue;
    const size = sizeOf(item.parts);
    if (size <= advertising) {
      advertising -= size;
      division[i] = item.parts.length;
    } else if (size <= scanResponse && !item.forced) {
      scanResponse -= size;
      division[i] = 0;
    } else {
      return undefined;
    }
  }
  return division;
};

const divide = (items: readonly AdItem[], room: Room): Division | undefined =>
  items.length > EXHAUSTIVE
    ? firstFit(items, room)
    : (search(items, 0, room, false) ?? search(items, 0, room, true));

const write = (structures: readonly { type: number; parts: readonly Uint8Array[] }[]): Bytes => {
  const present = structures.filter(({ parts }) => parts.length > 0);
  const bytes = new Uint8Array(present.reduce((sum, { parts }) => sum + sizeOf(parts), 0));
  let at = 0;
  for (const { type, parts } of present) {
    bytes[at++] = 1 + lengthOf(parts);
    bytes[at++] = type;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
  }
  return bytes;
};

const doesNotFit = (items: readonly AdItem[], room: Room): InvalidArgumentError => {
  const sizes = items.map(({ what, parts }) => `${what} ${sizeOf(parts)}`).join(', ');
  const places =
    room.scanResponse === 0
      ? `${room.advertising} octets of advertising data, and no scan response, are there`
      : `${room.advertising} octets of advertising data and ${room.scanResponse} of scan response are there`;
  return new InvalidArgumentError(
    `the advertising fields do not fit: ${sizes} (octets with their headers, ${totalSize(items)} together); ${places}`,
  );
};

/** Distributes items over the two payloads. Throws InvalidArgumentError where they do not fit. */
export const packAdvertisingData = (
  items: readonly AdItem[],
  advertisingCapacity: number,
  scanResponseCapacity: number,
): AdvertisingPayloads => {
  const room: Room = { advertising: advertisingCapacity, scanResponse: scanResponseCapacity };
  // The length octet counts the type too.
  const division = items.some(({ parts }) => lengthOf(parts) > 254) ? undefined : divide(items, room);
  if (division === undefined) throw doesNotFit(items, room);
  const place = (inAdvertisingData: boolean): Bytes =>
    write(
      items.map((item, i) => {
        const count = division[i] ?? 0;
        const parts = inAdvertisingData ? item.parts.slice(0, count) : item.parts.slice(count);
        const whole = parts.length === item.parts.length;
        return { type: whole ? item.type : (item.splitType ?? item.type), parts };
      }),
    );
  return { advertisingData: place(true), scanResponseData: place(false) };
};

import { PeerDatabase, type PeerService } from './peer-database.ts';
import { longUuid } from './services.ts';

const many = (count: number, service: PeerService): PeerService[] =>
  Array.from({ length: count }, () => service);

const value = { uuid: 0xb001 } as const;
const longValue = { uuid: longUuid(0xb002), properties: 0x0a } as const;
const described = {
  uuid: 0xb003,
  properties: 0x12,
  descriptors: [0x2902, longUuid(0xd001), 0x2901, 0xd002, longUuid(0xd003), 0xd004, 0xd005, 0xd006, 0xd007],
} as const;

const small: PeerService[] = [
  { uuid: 0x1800, characteristics: [{ uuid: 0x2a00 }] },
  { uuid: 0xffa0, characteristics: [value] },
  { uuid: 0xffa1 },
];

/** UUIDs of 16 bits first; the last service stands at the last handle and is empty. */
const shortFirst: PeerService[] = [
  { uuid: 0xffa0, characteristics: [value, described, longValue] },
  ...many(7, { uuid: 0xffa1 }),
  { uuid: 0xffa2, includes: [0, 10, 11], characteristics: [described, value] },
  { uuid: 0xffa3, characteristics: [value, value, value, value] },
  { uuid: longUuid(0xffa4), characteristics: [longValue, longValue] },
  ...many(6, { uuid: longUuid(0xffa5) }),
  { uuid: longUuid(0xffa4), at: 0xffff },
];

/** UUIDs of 128 bits first; the last characteristic has its value at the last handle. */
const longFirst: PeerService[] = [
  { uuid: longUuid(0xffa4), characteristics: [longValue, value] },
  ...many(7, { uuid: longUuid(0xffa5) }),
  { uuid: longUuid(0xffa6), includes: [0, 9], characteristics: [described] },
  { uuid: 0xffa0, characteristics: [value, longValue, described] },
  ...many(6, { uuid: 0xffa1 }),
  { uuid: 0xffa2, characteristics: [value, { uuid: 0xb004, at: 0xfffe }] },
];

/** Both mixed, with a secondary service and gaps between the handles. */
const mixed: PeerService[] = [
  { uuid: 0xffa1, characteristics: [described] },
  { uuid: longUuid(0xffa7), secondary: true, characteristics: [longValue], at: 0x0020 },
  {
    uuid: longUuid(0xffa5),
    includes: [1, 0, 5, 1],
    characteristics: [longValue, value, described, longValue],
  },
  { uuid: 0xffa1 },
  { uuid: longUuid(0xffa5), at: 0x0100 },
  { uuid: 0xffa0, characteristics: [value], at: 0x0200 },
  { uuid: longUuid(0xffa4) },
  { uuid: 0xffa1, includes: [1] },
];

/** The sample databases of the suite: a small one and three large ones; each call makes them anew. */
export const sampleDatabases = (): PeerDatabase[] =>
  [small, shortFirst, longFirst, mixed].map((services) => new PeerDatabase(services));

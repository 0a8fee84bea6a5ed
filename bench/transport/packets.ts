import { writeU16 } from '../../src/core/bytes.ts';
import { HciPacketType } from '../../src/core/transport.ts';
import { type Flood, packetOctets } from './cases.ts';

/** Payloads that differ: octets like those of an encrypted link, the same on every run. */
const VARIETY = 64;

const makeNoise = (): (() => number) => {
  let state = 0x2545_f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  };
};

/** ACL packets, which are sent over and over. */
export const aclPackets = (size: number): readonly Uint8Array[] => {
  const noise = makeNoise();
  return Array.from({ length: VARIETY }, () => {
    const packet = new Uint8Array(packetOctets('acl', size)).map(noise);
    packet[0] = HciPacketType.acl;
    writeU16(packet, 1, 0x0001);
    writeU16(packet, 3, size);
    return packet;
  });
};

const EVENT_LE_META = 0x3e;
const SUBEVENT_LEGACY = 0x02;
const SUBEVENT_EXTENDED = 0x0d;
const LEGACY_ADV_IND = 0;
const LEGACY_SCAN_RSP = 4;
const EXTENDED_SCANNABLE = 0x02;
const EXTENDED_SCAN_RSP = 0x0a;
const ADDRESS_RANDOM = 1;
const NAME = 0x09;
const MANUFACTURER = 0xff;

/** One AD structure that fills the payload: a name in advertisements, a maker's data in scan responses. */
const advertisingData = (size: number, isResponse: boolean, advertiser: number): Uint8Array => {
  const data = new Uint8Array(size).fill(0x61 + (advertiser % 26));
  data[0] = size - 1;
  data[1] = isResponse ? MANUFACTURER : NAME;
  return data;
};

const putAddress = (packet: Uint8Array, at: number, advertiser: number): void => {
  packet[at] = ADDRESS_RANDOM;
  writeU16(packet, at + 1, advertiser);
  packet[at + 6] = 0xc0;
};

const report = ({ kind, size }: Flood, advertiser: number, isResponse: boolean, rssi: number): Uint8Array => {
  const packet = new Uint8Array(packetOctets(kind, size));
  const data = advertisingData(size, isResponse, advertiser);
  const legacy = kind === 'legacyReport';
  packet.set([
    HciPacketType.event,
    EVENT_LE_META,
    packet.length - 3,
    legacy ? SUBEVENT_LEGACY : SUBEVENT_EXTENDED,
    1,
  ]);
  if (legacy) {
    packet[5] = isResponse ? LEGACY_SCAN_RSP : LEGACY_ADV_IND;
    putAddress(packet, 6, advertiser);
    packet[13] = size;
    packet.set(data, 14);
    packet[packet.length - 1] = rssi;
    return packet;
  }
  writeU16(packet, 5, isResponse ? EXTENDED_SCAN_RSP : EXTENDED_SCANNABLE);
  putAddress(packet, 7, advertiser);
  // Primary and secondary PHY, SID, TX power, RSSI.
  packet.set([1, 1, 0, 127, rssi], 14);
  packet[28] = size;
  packet.set(data, 29);
  return packet;
};

const LAST = 0xffff;
export const LAST_ADDRESS = 'C0:00:00:00:FF:FF';
/** By this one a scanner knows that the others are over. */
export const lastReport = (flood: Flood): Uint8Array => report(flood, LAST, false, 0x100 - 40);

/** Each device in turn, its advertisement and then its scan response, with an RSSI that is another each time round: every report says something new. */
export const reportPackets = (flood: Flood): readonly Uint8Array[] => {
  const rounds = 4;
  const packets: Uint8Array[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let advertiser = 0; advertiser < (flood.advertisers ?? 1); advertiser++) {
      for (const isResponse of [false, true])
        packets.push(report(flood, advertiser, isResponse, 0x100 - 40 - round * 2 - Number(isResponse)));
    }
  }
  return packets;
};

import { HciPacketType } from '../../src/core/transport.ts';
import type { Flood } from './cases.ts';

// What the two ends of a line under test tell each other, as vendor commands and events (Vol 4, Part E, 5.4.1 and 5.4.4), so that it passes whatever passes HCI.

const FLOOD = 0xfc01;
const TOOK = 0xfc02;
const COMMAND_HEADER_LENGTH = 4;
const VENDOR_EVENT = 0xff;
const EVENT_HEADER_LENGTH = 3;

export type Order =
  | { readonly order: 'flood'; readonly flood: Flood }
  /** So many packets of a flood have come, and as many more may. */
  | { readonly order: 'took'; readonly packets: number };

const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
const u32At = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);

export const encodeOrder = (order: Order): Uint8Array => {
  const parameters =
    order.order === 'took' ? u32(order.packets) : new TextEncoder().encode(JSON.stringify(order.flood));
  const opcode = order.order === 'took' ? TOOK : FLOOD;
  return Uint8Array.of(HciPacketType.command, opcode & 0xff, opcode >> 8, parameters.length, ...parameters);
};

/** The order that a packet of the host is, if it is one. */
export const decodeOrder = (packet: Uint8Array): Order | undefined => {
  if (packet[0] !== HciPacketType.command) return undefined;
  const opcode = (packet[1] ?? 0) | ((packet[2] ?? 0) << 8);
  if (opcode === TOOK) return { order: 'took', packets: u32At(packet, COMMAND_HEADER_LENGTH) };
  if (opcode !== FLOOD) return undefined;
  const text = new TextDecoder().decode(packet.subarray(COMMAND_HEADER_LENGTH));
  return { order: 'flood', flood: JSON.parse(text) as Flood };
};

/** What the far end says of packets that it took. */
export const encodeTaken = (packets: number): Uint8Array =>
  Uint8Array.of(HciPacketType.event, VENDOR_EVENT, 4, ...u32(packets));

export const takenIn = (packet: Uint8Array): number | undefined =>
  packet[0] === HciPacketType.event && packet[1] === VENDOR_EVENT
    ? u32At(packet, EVENT_HEADER_LENGTH)
    : undefined;

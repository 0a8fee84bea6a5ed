import { readU16, writeU16 } from '../../core/bytes.ts';
import { MalformedPduError } from '../../core/errors.ts';
import { allocatePacket, PACKET_HEADROOM, PacketOffset } from '../../core/packet.ts';
import { pdu, rest, u16 } from '../../core/pdu.ts';
import { AttOpcode } from '../att-codes.ts';

/** Opcode and handle before the value (Vol 3, Part F, 3.4.5.3, 3.4.7.1 and 3.4.7.2). */
export const VALUE_PDU_HEADER_LENGTH = 3;

/** Vol 3, Part F, 3.4.7.1. */
export const HandleValueNotification = pdu('ATT_HANDLE_VALUE_NTF', 0x1b, {
  attributeHandle: u16,
  attributeValue: rest,
});
/** Vol 3, Part F, 3.4.7.2. */
export const HandleValueIndication = pdu('ATT_HANDLE_VALUE_IND', 0x1d, {
  attributeHandle: u16,
  attributeValue: rest,
});

/** The packet of a notification, indication, write command or write request: one allocation, one copy of the value. */
export const valuePacket = (opcode: number, handle: number, value: Uint8Array): Uint8Array => {
  const packet = allocatePacket(VALUE_PDU_HEADER_LENGTH + value.length);
  packet[PacketOffset.payload] = opcode;
  packet[PacketOffset.payload + 1] = handle & 0xff;
  packet[PacketOffset.payload + 2] = (handle >>> 8) & 0xff;
  packet.set(value, PACKET_HEADROOM + VALUE_PDU_HEADER_LENGTH);
  return packet;
};

/** The handle of a PDU of VALUE_PDU_HEADER_LENGTH octets or more. */
export const valueHandle = (bytes: Uint8Array): number => readU16(bytes, 1);

export interface HandleValue {
  readonly attributeHandle: number;
  /** A view on the PDU that it came in. */
  readonly attributeValue: Uint8Array;
}

/** Handle and length before each value of ATT_MULTIPLE_HANDLE_VALUE_NTF (Vol 3, Part F, 3.4.7.4). */
const TUPLE_HEADER_LENGTH = 4;

const tupleLength = ({ attributeValue }: HandleValue): number => TUPLE_HEADER_LENGTH + attributeValue.length;

/**
 * The packets that notify of values in their order, each of which fits into one by itself: as few as ATT_MTU allows, none cut. Two values and more go into one
 * ATT_MULTIPLE_HANDLE_VALUE_NTF, and one that is left alone into an ATT_HANDLE_VALUE_NTF.
 */
export const notificationPackets = (values: readonly HandleValue[], mtu: number): readonly Uint8Array[] => {
  const packets: Uint8Array[] = [];
  let group: HandleValue[] = [];
  let length = 1;
  for (const value of values) {
    if (length + tupleLength(value) > mtu && group.length > 0) {
      packets.push(notificationPacket(group, length));
      group = [];
      length = 1;
    }
    group.push(value);
    length += tupleLength(value);
  }
  if (group.length > 0) packets.push(notificationPacket(group, length));
  return packets;
};

const notificationPacket = (group: readonly HandleValue[], length: number): Uint8Array => {
  const [first, second] = group;
  if (first !== undefined && second === undefined)
    return valuePacket(AttOpcode.handleValueNotification, first.attributeHandle, first.attributeValue);
  const packet = allocatePacket(length);
  packet[PacketOffset.payload] = AttOpcode.multipleHandleValueNotification;
  let at = PacketOffset.payload + 1;
  for (const { attributeHandle, attributeValue } of group) {
    writeU16(packet, at, attributeHandle);
    writeU16(packet, at + 2, attributeValue.length);
    packet.set(attributeValue, at + TUPLE_HEADER_LENGTH);
    at += TUPLE_HEADER_LENGTH + attributeValue.length;
  }
  return packet;
};

/**
 * ATT_MULTIPLE_HANDLE_VALUE_NTF (Vol 3, Part F, 3.4.7.4): two tuples or more, none cut short. All are checked before the first is given,
 * so that a PDU that lies has no effect.
 */
export const multipleHandleValues = (bytes: Uint8Array): readonly HandleValue[] => {
  const name = 'ATT_MULTIPLE_HANDLE_VALUE_NTF';
  const values: HandleValue[] = [];
  let at = 1;
  while (at < bytes.length) {
    if (bytes.length - at < TUPLE_HEADER_LENGTH)
      throw new MalformedPduError(`${name}: half a tuple at the end`);
    const end = at + TUPLE_HEADER_LENGTH + readU16(bytes, at + 2);
    if (end > bytes.length) throw new MalformedPduError(`${name}: a value runs past the end`);
    values.push({
      attributeHandle: readU16(bytes, at),
      attributeValue: bytes.subarray(at + TUPLE_HEADER_LENGTH, end),
    });
    at = end;
  }
  if (values.length < 2)
    throw new MalformedPduError(`${name}: ${values.length} tuples where two are the least`);
  return values;
};

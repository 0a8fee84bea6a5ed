import { allocatePacket, PacketOffset } from '../../core/packet.ts';
import { type Infer, type Pdu, pdu, rest, type Shape, u8, u16 } from '../../core/pdu.ts';

/** Vol 3, Part F, 3.4.1.1. */
export const ErrorResponse = pdu('ATT_ERROR_RSP', 0x01, {
  requestOpcodeInError: u8,
  attributeHandleInError: u16,
  errorCode: u8,
});
/** Vol 3, Part F, 3.4.2.2. */
export const ExchangeMtuResponse = pdu('ATT_EXCHANGE_MTU_RSP', 0x03, { serverRxMtu: u16 });
/** Vol 3, Part F, 3.4.4.4. */
export const ReadResponse = pdu('ATT_READ_RSP', 0x0b, { attributeValue: rest });
/** Vol 3, Part F, 3.4.4.6. */
export const ReadBlobResponse = pdu('ATT_READ_BLOB_RSP', 0x0d, { partAttributeValue: rest });
/** Vol 3, Part F, 3.4.4.8: the values one behind the other, the borders between them for the client to know. */
export const ReadMultipleResponse = pdu('ATT_READ_MULTIPLE_RSP', 0x0f, { setOfValues: rest });
/** Vol 3, Part F, 3.4.5.2. */
export const WriteResponse = pdu('ATT_WRITE_RSP', 0x13, {});
/** Vol 3, Part F, 3.4.6.2: what was received, for the client to compare. */
export const PrepareWriteResponse = pdu('ATT_PREPARE_WRITE_RSP', 0x17, {
  attributeHandle: u16,
  valueOffset: u16,
  partAttributeValue: rest,
});
/** Vol 3, Part F, 3.4.6.4. */
export const ExecuteWriteResponse = pdu('ATT_EXECUTE_WRITE_RSP', 0x19, {});
/** Vol 3, Part F, 3.4.7.3. */
export const HandleValueConfirmation = pdu('ATT_HANDLE_VALUE_CFM', 0x1e, {});

/** A packet that carries one PDU of a table: opcode and fields behind the room for the lower headers. */
export const encodePacket = <S extends Shape>(table: Pdu<S>, value: Infer<S>): Uint8Array => {
  const packet = allocatePacket(1 + table.measure(value));
  packet[PacketOffset.payload] = table.code;
  table.encodeInto(value, packet, PacketOffset.payload + 1);
  return packet;
};

/** The packet of an ATT_ERROR_RSP. */
export const errorResponse = (
  requestOpcodeInError: number,
  attributeHandleInError: number,
  errorCode: number,
): Uint8Array => encodePacket(ErrorResponse, { requestOpcodeInError, attributeHandleInError, errorCode });

/**
 * The packet of a response that is one value, cut to what the MTU lets through: ATT_READ_RSP, ATT_READ_BLOB_RSP, ATT_READ_MULTIPLE_RSP.
 */
export const valueResponse = (
  table: typeof ReadResponse | typeof ReadBlobResponse | typeof ReadMultipleResponse,
  value: Uint8Array,
  mtu: number,
): Uint8Array => {
  const length = Math.min(value.length, mtu - 1);
  const packet = allocatePacket(1 + length);
  packet[PacketOffset.payload] = table.code;
  packet.set(length === value.length ? value : value.subarray(0, length), PacketOffset.payload + 1);
  return packet;
};

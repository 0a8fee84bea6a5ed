import { readU16, writeU16 } from '../../core/bytes.ts';
import { MalformedPduError } from '../../core/errors.ts';
import { allocatePacket, PacketOffset } from '../../core/packet.ts';
import { type Field, type Infer, type Pdu, pdu, rest, type Shape, u16 } from '../../core/pdu.ts';

/** Code, identifier and data length in front of every command (Vol 3, Part A, 4). */
const COMMAND_HEADER_LENGTH = 4;

/** Channel identifiers up to the end of a command, at most five (Vol 3, Part A, 4.25). */
const cids = (fewest: 0 | 1): Field<readonly number[]> => ({
  domain: { kind: 'bytes', length: undefined, longest: 10 },
  read: (reader) => {
    const { remaining } = reader;
    if (remaining < 2 * fewest || remaining > 10 || remaining % 2 !== 0) {
      throw new MalformedPduError(
        `${fewest} to 5 channel identifiers of 2 octets expected, ${remaining} octets are there`,
      );
    }
    return Array.from({ length: remaining / 2 }, () => reader.u16());
  },
  measure: (cids) => 2 * cids.length,
  write: (writer, cids) => {
    for (const cid of cids) writer.u16(cid);
  },
  print: (cids) => cids.map((cid) => `0x${cid.toString(16).padStart(4, '0')}`).join(','),
});

/** Vol 3, Part A, 4.1. */
export const CommandRejectResponse = pdu('L2CAP_COMMAND_REJECT_RSP', 0x01, { reason: u16, reasonData: rest });
/** Vol 3, Part A, 4.6. */
export const DisconnectionRequest = pdu('L2CAP_DISCONNECTION_REQ', 0x06, {
  destinationCid: u16,
  sourceCid: u16,
});
/** Vol 3, Part A, 4.7. */
export const DisconnectionResponse = pdu('L2CAP_DISCONNECTION_RSP', 0x07, {
  destinationCid: u16,
  sourceCid: u16,
});
/** Vol 3, Part A, 4.20: intervals in units of 1.25 ms, latency in connection events, the supervision timeout in units of 10 ms. */
export const ConnectionParameterUpdateRequest = pdu('L2CAP_CONNECTION_PARAMETER_UPDATE_REQ', 0x12, {
  intervalMin: u16,
  intervalMax: u16,
  latency: u16,
  timeout: u16,
});
/** Vol 3, Part A, 4.21. */
export const ConnectionParameterUpdateResponse = pdu('L2CAP_CONNECTION_PARAMETER_UPDATE_RSP', 0x13, {
  result: u16,
});
/** Vol 3, Part A, 4.22. */
export const LeCreditBasedConnectionRequest = pdu('L2CAP_LE_CREDIT_BASED_CONNECTION_REQ', 0x14, {
  spsm: u16,
  sourceCid: u16,
  mtu: u16,
  mps: u16,
  initialCredits: u16,
});
/** Vol 3, Part A, 4.23. */
export const LeCreditBasedConnectionResponse = pdu('L2CAP_LE_CREDIT_BASED_CONNECTION_RSP', 0x15, {
  destinationCid: u16,
  mtu: u16,
  mps: u16,
  initialCredits: u16,
  result: u16,
});
/** Vol 3, Part A, 4.24. */
export const FlowControlCreditIndication = pdu('L2CAP_FLOW_CONTROL_CREDIT_IND', 0x16, {
  cid: u16,
  credits: u16,
});
/** Vol 3, Part A, 4.25. */
export const CreditBasedConnectionRequest = pdu('L2CAP_CREDIT_BASED_CONNECTION_REQ', 0x17, {
  spsm: u16,
  mtu: u16,
  mps: u16,
  initialCredits: u16,
  sourceCids: cids(1),
});
/** Vol 3, Part A, 4.26. Where all channels are refused or pending the identifiers mean nothing, and some peers leave them out. */
export const CreditBasedConnectionResponse = pdu('L2CAP_CREDIT_BASED_CONNECTION_RSP', 0x18, {
  mtu: u16,
  mps: u16,
  initialCredits: u16,
  result: u16,
  destinationCids: cids(0),
});
/** Vol 3, Part A, 4.27. */
export const CreditBasedReconfigureRequest = pdu('L2CAP_CREDIT_BASED_RECONFIGURE_REQ', 0x19, {
  mtu: u16,
  mps: u16,
  destinationCids: cids(1),
});
/** Vol 3, Part A, 4.28. */
export const CreditBasedReconfigureResponse = pdu('L2CAP_CREDIT_BASED_RECONFIGURE_RSP', 0x1a, {
  result: u16,
});

export interface Command {
  readonly code: number;
  readonly identifier: number;
  /** A view on the C-frame. */
  readonly data: Uint8Array;
}

/**
 * The one command of a C-frame of channel 0x0005. Throws MalformedPduError where the data length does not name exactly what follows: on this
 * channel a frame holds one command (Vol 3, Part A, 4).
 */
export const decodeCommand = (frame: Uint8Array): Command => {
  if (frame.length < COMMAND_HEADER_LENGTH) {
    throw new MalformedPduError(
      `a signalling command has ${COMMAND_HEADER_LENGTH} octets or more, not ${frame.length}`,
    );
  }
  const dataLength = readU16(frame, 2);
  if (dataLength !== frame.length - COMMAND_HEADER_LENGTH) {
    throw new MalformedPduError(
      `a signalling command of ${dataLength} octets of data in a frame that has ${frame.length - COMMAND_HEADER_LENGTH}`,
    );
  }
  return { code: frame[0] ?? 0, identifier: frame[1] ?? 0, data: frame.subarray(COMMAND_HEADER_LENGTH) };
};

/** The packet of a command. */
export const encodeCommand = <S extends Shape>(
  table: Pdu<S>,
  identifier: number,
  value: Infer<S>,
): Uint8Array => {
  const dataLength = table.measure(value);
  const packet = allocatePacket(COMMAND_HEADER_LENGTH + dataLength);
  packet[PacketOffset.payload] = table.code;
  packet[PacketOffset.payload + 1] = identifier;
  writeU16(packet, PacketOffset.payload + 2, dataLength);
  table.encodeInto(value, packet, PacketOffset.payload + COMMAND_HEADER_LENGTH);
  return packet;
};

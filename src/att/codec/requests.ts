import { MalformedPduError } from '../../core/errors.ts';
import { type Infer, type Pdu, pdu, rest, type Shape, u8, u16 } from '../../core/pdu.ts';
import { AttOpcode, attOpcodeName } from '../att-codes.ts';
import { attributeType, handleSet } from './fields.ts';
import { AUTHENTICATION_SIGNATURE_LENGTH } from './signed-write-pdus.ts';

/** Vol 3, Part F, 3.4.2.1. */
export const ExchangeMtuRequest = pdu('ATT_EXCHANGE_MTU_REQ', 0x02, { clientRxMtu: u16 });
/** Vol 3, Part F, 3.4.3.1. */
export const FindInformationRequest = pdu('ATT_FIND_INFORMATION_REQ', 0x04, {
  startingHandle: u16,
  endingHandle: u16,
});
/** Vol 3, Part F, 3.4.3.3. The type is always a 16-bit one. */
export const FindByTypeValueRequest = pdu('ATT_FIND_BY_TYPE_VALUE_REQ', 0x06, {
  startingHandle: u16,
  endingHandle: u16,
  attributeType: u16,
  attributeValue: rest,
});
/** Vol 3, Part F, 3.4.4.1. */
export const ReadByTypeRequest = pdu('ATT_READ_BY_TYPE_REQ', 0x08, {
  startingHandle: u16,
  endingHandle: u16,
  attributeType,
});
/** Vol 3, Part F, 3.4.4.3. */
export const ReadRequest = pdu('ATT_READ_REQ', 0x0a, { attributeHandle: u16 });
/** Vol 3, Part F, 3.4.4.5. */
export const ReadBlobRequest = pdu('ATT_READ_BLOB_REQ', 0x0c, { attributeHandle: u16, valueOffset: u16 });
/** Vol 3, Part F, 3.4.4.7. */
export const ReadMultipleRequest = pdu('ATT_READ_MULTIPLE_REQ', 0x0e, { handles: handleSet });
/** Vol 3, Part F, 3.4.4.9. */
export const ReadByGroupTypeRequest = pdu('ATT_READ_BY_GROUP_TYPE_REQ', 0x10, {
  startingHandle: u16,
  endingHandle: u16,
  attributeGroupType: attributeType,
});
/** Vol 3, Part F, 3.4.5.1. */
export const WriteRequest = pdu('ATT_WRITE_REQ', 0x12, { attributeHandle: u16, attributeValue: rest });
/** Vol 3, Part F, 3.4.6.1. */
export const PrepareWriteRequest = pdu('ATT_PREPARE_WRITE_REQ', 0x16, {
  attributeHandle: u16,
  valueOffset: u16,
  partAttributeValue: rest,
});
/** Vol 3, Part F, 3.4.6.3: flags 0x00 cancels, 0x01 writes. */
export const ExecuteWriteRequest = pdu('ATT_EXECUTE_WRITE_REQ', 0x18, { flags: u8 });
/** Vol 3, Part F, 3.4.4.11. */
export const ReadMultipleVariableRequest = pdu('ATT_READ_MULTIPLE_VARIABLE_REQ', 0x20, {
  handles: handleSet,
});

/** Vol 3, Part F, 3.4.5.3. The hot path reads and writes it by hand: see value-pdus.ts. */
export const WriteCommand = pdu('ATT_WRITE_CMD', 0x52, { attributeHandle: u16, attributeValue: rest });
/** Vol 3, Part F, 3.4.5.4: value and signature together; the last 12 octets are the signature. */
export const SignedWriteCommand = pdu('ATT_SIGNED_WRITE_CMD', 0xd2, {
  attributeHandle: u16,
  valueAndSignature: rest,
});

type Tagged<Opcode extends number, S extends Shape> = { readonly opcode: Opcode } & Infer<S>;
type ShapeOf<P> = P extends Pdu<infer S> ? S : never;

/** The requests that the database answers; the MTU exchange is the bearer's own. Byte fields are views on the received PDU. */
export type AttServerRequest =
  | Tagged<typeof AttOpcode.findInformationRequest, ShapeOf<typeof FindInformationRequest>>
  | Tagged<typeof AttOpcode.findByTypeValueRequest, ShapeOf<typeof FindByTypeValueRequest>>
  | Tagged<typeof AttOpcode.readByTypeRequest, ShapeOf<typeof ReadByTypeRequest>>
  | Tagged<typeof AttOpcode.readRequest, ShapeOf<typeof ReadRequest>>
  | Tagged<typeof AttOpcode.readBlobRequest, ShapeOf<typeof ReadBlobRequest>>
  | Tagged<typeof AttOpcode.readMultipleRequest, ShapeOf<typeof ReadMultipleRequest>>
  | Tagged<typeof AttOpcode.readByGroupTypeRequest, ShapeOf<typeof ReadByGroupTypeRequest>>
  | Tagged<typeof AttOpcode.writeRequest, ShapeOf<typeof WriteRequest>>
  | Tagged<typeof AttOpcode.prepareWriteRequest, ShapeOf<typeof PrepareWriteRequest>>
  | Tagged<typeof AttOpcode.executeWriteRequest, ShapeOf<typeof ExecuteWriteRequest>>
  | Tagged<typeof AttOpcode.readMultipleVariableRequest, ShapeOf<typeof ReadMultipleVariableRequest>>;

export type AttRequest =
  | Tagged<typeof AttOpcode.exchangeMtuRequest, ShapeOf<typeof ExchangeMtuRequest>>
  | AttServerRequest;

/** Commands of a client. Byte fields are views on the received PDU. */
export type AttCommand =
  | {
      readonly opcode: typeof AttOpcode.writeCommand;
      readonly attributeHandle: number;
      readonly attributeValue: Uint8Array;
    }
  | {
      readonly opcode: typeof AttOpcode.signedWriteCommand;
      readonly attributeHandle: number;
      readonly attributeValue: Uint8Array;
      /** What is signed: opcode, handle and value. */
      readonly signedMessage: Uint8Array;
      /** SignCounter and MAC (Vol 3, Part H, 2.4.5). */
      readonly authenticationSignature: Uint8Array;
    };

/**
 * A request with its fields, or undefined for an opcode that is no request of the specification.
 * Throws MalformedPduError on short or trailing octets.
 */
export const decodeRequest = (bytes: Uint8Array): AttRequest | undefined => {
  const opcode = bytes[0];
  switch (opcode) {
    case AttOpcode.exchangeMtuRequest:
      return { opcode, ...ExchangeMtuRequest.decode(bytes, 1) };
    case AttOpcode.findInformationRequest:
      return { opcode, ...FindInformationRequest.decode(bytes, 1) };
    case AttOpcode.findByTypeValueRequest:
      return { opcode, ...FindByTypeValueRequest.decode(bytes, 1) };
    case AttOpcode.readByTypeRequest:
      return { opcode, ...ReadByTypeRequest.decode(bytes, 1) };
    case AttOpcode.readRequest:
      return { opcode, ...ReadRequest.decode(bytes, 1) };
    case AttOpcode.readBlobRequest:
      return { opcode, ...ReadBlobRequest.decode(bytes, 1) };
    case AttOpcode.readMultipleRequest:
      return { opcode, ...ReadMultipleRequest.decode(bytes, 1) };
    case AttOpcode.readByGroupTypeRequest:
      return { opcode, ...ReadByGroupTypeRequest.decode(bytes, 1) };
    case AttOpcode.writeRequest:
      return { opcode, ...WriteRequest.decode(bytes, 1) };
    case AttOpcode.prepareWriteRequest:
      return { opcode, ...PrepareWriteRequest.decode(bytes, 1) };
    case AttOpcode.executeWriteRequest:
      return { opcode, ...ExecuteWriteRequest.decode(bytes, 1) };
    case AttOpcode.readMultipleVariableRequest:
      return { opcode, ...ReadMultipleVariableRequest.decode(bytes, 1) };
    default:
      return undefined;
  }
};

const COMMAND_HEADER_LENGTH = 3;

/** A command with its fields, or undefined for an opcode that is no command of the specification. Throws MalformedPduError. */
export const decodeCommand = (bytes: Uint8Array): AttCommand | undefined => {
  const opcode = bytes[0];
  if (opcode !== AttOpcode.writeCommand && opcode !== AttOpcode.signedWriteCommand) return undefined;
  const signatureLength = opcode === AttOpcode.writeCommand ? 0 : AUTHENTICATION_SIGNATURE_LENGTH;
  const end = bytes.length - signatureLength;
  if (end < COMMAND_HEADER_LENGTH) {
    throw new MalformedPduError(`${attOpcodeName(opcode)}: ${bytes.length} octets are too few`);
  }
  const attributeHandle = (bytes[1] ?? 0) | ((bytes[2] ?? 0) << 8);
  const attributeValue = bytes.subarray(COMMAND_HEADER_LENGTH, end);
  if (opcode === AttOpcode.writeCommand) return { opcode, attributeHandle, attributeValue };
  const signedMessage = bytes.subarray(0, end);
  return {
    opcode,
    attributeHandle,
    attributeValue,
    signedMessage,
    authenticationSignature: bytes.subarray(end),
  };
};

/** The longest attribute value (Vol 3, Part F, 3.2.9). */
export const MAX_ATTRIBUTE_LENGTH = 512;

/** Attribute opcodes (Vol 3, Part F, 3.4.8). */
export const AttOpcode = {
  errorResponse: 0x01,
  exchangeMtuRequest: 0x02,
  exchangeMtuResponse: 0x03,
  findInformationRequest: 0x04,
  findInformationResponse: 0x05,
  findByTypeValueRequest: 0x06,
  findByTypeValueResponse: 0x07,
  readByTypeRequest: 0x08,
  readByTypeResponse: 0x09,
  readRequest: 0x0a,
  readResponse: 0x0b,
  readBlobRequest: 0x0c,
  readBlobResponse: 0x0d,
  readMultipleRequest: 0x0e,
  readMultipleResponse: 0x0f,
  readByGroupTypeRequest: 0x10,
  readByGroupTypeResponse: 0x11,
  writeRequest: 0x12,
  writeResponse: 0x13,
  prepareWriteRequest: 0x16,
  prepareWriteResponse: 0x17,
  executeWriteRequest: 0x18,
  executeWriteResponse: 0x19,
  handleValueNotification: 0x1b,
  handleValueIndication: 0x1d,
  handleValueConfirmation: 0x1e,
  readMultipleVariableRequest: 0x20,
  readMultipleVariableResponse: 0x21,
  multipleHandleValueNotification: 0x23,
  writeCommand: 0x52,
  signedWriteCommand: 0xd2,
} as const;
export type AttOpcode = (typeof AttOpcode)[keyof typeof AttOpcode];

const opcodeNames: Readonly<Record<AttOpcode, string>> = {
  1: 'ATT_ERROR_RSP',
  2: 'ATT_EXCHANGE_MTU_REQ',
  3: 'ATT_EXCHANGE_MTU_RSP',
  4: 'ATT_FIND_INFORMATION_REQ',
  5: 'ATT_FIND_INFORMATION_RSP',
  6: 'ATT_FIND_BY_TYPE_VALUE_REQ',
  7: 'ATT_FIND_BY_TYPE_VALUE_RSP',
  8: 'ATT_READ_BY_TYPE_REQ',
  9: 'ATT_READ_BY_TYPE_RSP',
  10: 'ATT_READ_REQ',
  11: 'ATT_READ_RSP',
  12: 'ATT_READ_BLOB_REQ',
  13: 'ATT_READ_BLOB_RSP',
  14: 'ATT_READ_MULTIPLE_REQ',
  15: 'ATT_READ_MULTIPLE_RSP',
  16: 'ATT_READ_BY_GROUP_TYPE_REQ',
  17: 'ATT_READ_BY_GROUP_TYPE_RSP',
  18: 'ATT_WRITE_REQ',
  19: 'ATT_WRITE_RSP',
  22: 'ATT_PREPARE_WRITE_REQ',
  23: 'ATT_PREPARE_WRITE_RSP',
  24: 'ATT_EXECUTE_WRITE_REQ',
  25: 'ATT_EXECUTE_WRITE_RSP',
  27: 'ATT_HANDLE_VALUE_NTF',
  29: 'ATT_HANDLE_VALUE_IND',
  30: 'ATT_HANDLE_VALUE_CFM',
  32: 'ATT_READ_MULTIPLE_VARIABLE_REQ',
  33: 'ATT_READ_MULTIPLE_VARIABLE_RSP',
  35: 'ATT_MULTIPLE_HANDLE_VALUE_NTF',
  82: 'ATT_WRITE_CMD',
  210: 'ATT_SIGNED_WRITE_CMD',
};

const hexOctet = (value: number): string => `0x${value.toString(16).padStart(2, '0').toUpperCase()}`;

const isKnownOpcode = (opcode: number): opcode is AttOpcode => Object.hasOwn(opcodeNames, opcode);

/** `ATT_READ_REQ`, or `ATT opcode 0x7F` for one that the specification does not define. */
export const attOpcodeName = (opcode: number): string =>
  isKnownOpcode(opcode) ? opcodeNames[opcode] : `ATT opcode ${hexOctet(opcode)}`;

/** Vol 3, Part F, 3.3.1: set in the opcode of every command, known or not. */
export const ATT_COMMAND_FLAG = 0x40;

/** Error codes of ATT_ERROR_RSP (Vol 3, Part F, 3.4.1.1) and the common ones of profiles (CSS, Part B, 1.2). */
export const AttErrorCode = {
  invalidHandle: 0x01,
  readNotPermitted: 0x02,
  writeNotPermitted: 0x03,
  invalidPdu: 0x04,
  insufficientAuthentication: 0x05,
  requestNotSupported: 0x06,
  invalidOffset: 0x07,
  insufficientAuthorization: 0x08,
  prepareQueueFull: 0x09,
  attributeNotFound: 0x0a,
  attributeNotLong: 0x0b,
  encryptionKeySizeTooShort: 0x0c,
  invalidAttributeValueLength: 0x0d,
  unlikelyError: 0x0e,
  insufficientEncryption: 0x0f,
  unsupportedGroupType: 0x10,
  insufficientResources: 0x11,
  databaseOutOfSync: 0x12,
  valueNotAllowed: 0x13,
  writeRequestRejected: 0xfc,
  cccdImproperlyConfigured: 0xfd,
  procedureAlreadyInProgress: 0xfe,
  outOfRange: 0xff,
} as const;
export type AttErrorCode = (typeof AttErrorCode)[keyof typeof AttErrorCode];

interface ErrorText {
  readonly name: string;
  /** What the user can do about it. */
  readonly advice: string;
}

const errorTexts: Readonly<Record<AttErrorCode, ErrorText>> = {
  1: { name: 'Invalid Handle', advice: 'the peer has no such attribute; discover its services again' },
  2: { name: 'Read Not Permitted', advice: 'this attribute cannot be read' },
  3: { name: 'Write Not Permitted', advice: 'this attribute cannot be written' },
  4: { name: 'Invalid PDU', advice: 'the peer could not parse the request' },
  5: { name: 'Insufficient Authentication', advice: 'pair with the peer first' },
  6: { name: 'Request Not Supported', advice: 'the peer does not implement this request' },
  7: { name: 'Invalid Offset', advice: 'the offset lies behind the end of the value' },
  8: { name: 'Insufficient Authorization', advice: 'the peer does not let this device do that' },
  9: { name: 'Prepare Queue Full', advice: 'write less at once' },
  10: { name: 'Attribute Not Found', advice: 'nothing of that type lies in the range asked for' },
  11: { name: 'Attribute Not Long', advice: 'read the value without an offset' },
  12: {
    name: 'Encryption Key Size Too Short',
    advice: 'pair again with a longer key, 16 octets where the peer allows',
  },
  13: { name: 'Invalid Attribute Value Length', advice: 'write as many octets as this attribute takes' },
  14: { name: 'Unlikely Error', advice: 'the peer failed inside; try again later' },
  15: { name: 'Insufficient Encryption', advice: 'encrypt the link first' },
  16: { name: 'Unsupported Group Type', advice: 'the peer does not group by this type' },
  17: { name: 'Insufficient Resources', advice: 'the peer is short of resources; try again later' },
  18: { name: 'Database Out Of Sync', advice: 'the peer has changed its services; discover them again' },
  19: { name: 'Value Not Allowed', advice: 'the peer does not accept this value' },
  252: { name: 'Write Request Rejected', advice: 'the peer does not accept this write now' },
  253: {
    name: 'Client Characteristic Configuration Descriptor Improperly Configured',
    advice: 'subscribe first',
  },
  254: { name: 'Procedure Already in Progress', advice: 'wait until the procedure before it is done' },
  255: { name: 'Out of Range', advice: 'the value is out of the range that the peer accepts' },
};

const isKnownError = (status: number): status is AttErrorCode => Object.hasOwn(errorTexts, status);

/** `Insufficient Authentication (0x05)`. Codes that are not understood keep their number (Vol 3, Part F, 3.4.1.1). */
export const attErrorName = (status: number): string => {
  if (isKnownError(status)) return `${errorTexts[status].name} (${hexOctet(status)})`;
  if (status >= 0x80 && status <= 0x9f) return `Application Error (${hexOctet(status)})`;
  if (status >= 0xe0) return `Common Profile and Service Error (${hexOctet(status)})`;
  return `reserved error code ${hexOctet(status)}`;
};

/** What the user can do about an error, or undefined where the code alone does not tell. */
export const attErrorAdvice = (status: number): string | undefined =>
  isKnownError(status) ? errorTexts[status].advice : undefined;

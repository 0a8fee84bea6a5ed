import { type Hex, octet, u16, uuid } from './pdu.ts';

/** Attribute types that the suites speak of. */
export const Type = {
  primaryService: 0x2800,
  secondaryService: 0x2801,
  include: 0x2802,
  characteristic: 0x2803,
  extendedProperties: 0x2900,
  userDescription: 0x2901,
  clientConfiguration: 0x2902,
  serviceChanged: 0x2a05,
  clientSupportedFeatures: 0x2b29,
  databaseHash: 0x2b2a,
} as const;

/** ATT error codes (Vol 3, Part F, 3.4.1.1). */
export const Code = {
  invalidHandle: 0x01,
  readNotPermitted: 0x02,
  writeNotPermitted: 0x03,
  insufficientAuthentication: 0x05,
  requestNotSupported: 0x06,
  invalidOffset: 0x07,
  insufficientAuthorization: 0x08,
  attributeNotFound: 0x0a,
  keySizeTooShort: 0x0c,
  invalidLength: 0x0d,
  databaseOutOfSync: 0x12,
  valueNotAllowed: 0x13,
} as const;

/** Opcodes of requests, for the error that answers them. */
export const Request = {
  findInformation: 0x04,
  findByTypeValue: 0x06,
  readByType: 0x08,
  read: 0x0a,
  readBlob: 0x0c,
  readMultiple: 0x0e,
  readByGroupType: 0x10,
  write: 0x12,
  prepareWrite: 0x16,
  executeWrite: 0x18,
  readMultipleVariable: 0x20,
} as const;

type Uuid = number | string;

export const error = (request: number, handle: number, code: number): Hex =>
  `01${octet(request)}${u16(handle)}${octet(code)}`;

export const mtuRequest = (mtu: number): Hex => `02${u16(mtu)}`;
export const mtuResponse = (mtu: number): Hex => `03${u16(mtu)}`;

export const findInformation = (start: number, end: number): Hex => `04${u16(start)}${u16(end)}`;
export const findByTypeValue = (start: number, end: number, type: number, value: Hex): Hex =>
  `06${u16(start)}${u16(end)}${u16(type)}${value}`;
export const readByType = (start: number, end: number, type: Uuid): Hex =>
  `08${u16(start)}${u16(end)}${uuid(type)}`;
export const readByGroupType = (start: number, end: number, type: Uuid): Hex =>
  `10${u16(start)}${u16(end)}${uuid(type)}`;

export const read = (handle: number): Hex => `0a${u16(handle)}`;
export const readResponse = (value: Hex): Hex => `0b${value}`;
export const readBlob = (handle: number, offset: number): Hex => `0c${u16(handle)}${u16(offset)}`;
export const readBlobResponse = (value: Hex): Hex => `0d${value}`;
export const readMultiple = (...handles: number[]): Hex => `0e${handles.map(u16).join('')}`;
export const readMultipleVariable = (...handles: number[]): Hex => `20${handles.map(u16).join('')}`;

export const readByTypeResponse = (...found: readonly (readonly [handle: number, value: Hex])[]): Hex =>
  `09${octet(2 + (found[0]?.[1] ?? '').length / 2)}${found.map(([handle, value]) => u16(handle) + value).join('')}`;
export const readMultipleResponse = (...values: readonly Hex[]): Hex => `0f${values.join('')}`;
export const readMultipleVariableResponse = (...values: readonly Hex[]): Hex =>
  `21${values.map((value) => u16(value.length / 2) + value).join('')}`;

export const write = (handle: number, value: Hex): Hex => `12${u16(handle)}${value}`;
export const writeResponse: Hex = '13';
export const writeCommand = (handle: number, value: Hex): Hex => `52${u16(handle)}${value}`;
export const prepareWrite = (handle: number, offset: number, part: Hex): Hex =>
  `16${u16(handle)}${u16(offset)}${part}`;
export const prepareWriteResponse = (handle: number, offset: number, part: Hex): Hex =>
  `17${u16(handle)}${u16(offset)}${part}`;
export const executeWrite: Hex = '1801';
export const cancelWrite: Hex = '1800';
export const executeWriteResponse: Hex = '19';

export const notification = (handle: number, value: Hex): Hex => `1b${u16(handle)}${value}`;
export const multipleNotification = (...values: readonly (readonly [handle: number, value: Hex])[]): Hex =>
  `23${values.map(([handle, value]) => u16(handle) + u16(value.length / 2) + value).join('')}`;
export const indication = (handle: number, value: Hex): Hex => `1d${u16(handle)}${value}`;
export const confirmation: Hex = '1e';

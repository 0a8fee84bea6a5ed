import { type Bytes, copyBytes } from '../../core/bytes.ts';
import type { Infer, Pdu, Shape } from '../../core/pdu.ts';
import { AttOpcode } from '../att-codes.ts';
import * as requests from './requests.ts';
import * as lists from './response-lists.ts';
import * as responses from './responses.ts';

/** A request and the response that answers it. */
export interface AttExchange<Q extends Shape, R> {
  readonly request: Pdu<Q>;
  readonly responseOpcode: number;
  /** Reads a response, opcode included. What it gives owns its bytes. Throws MalformedPduError. */
  readonly decode: (bytes: Uint8Array) => R;
}

const exchange = <Q extends Shape, R>(
  request: Pdu<Q>,
  responseOpcode: number,
  decode: (bytes: Uint8Array) => R,
): AttExchange<Q, R> => ({ request, responseOpcode, decode });

const table =
  <S extends Shape>(response: Pdu<S>) =>
  (bytes: Uint8Array): Infer<S> =>
    response.decode(bytes, 1);

const valueAlone = (bytes: Uint8Array): Bytes => copyBytes(bytes.subarray(1));

/** Vol 3, Part F, 3.4.2. */
export const ExchangeMtu = exchange(
  requests.ExchangeMtuRequest,
  AttOpcode.exchangeMtuResponse,
  table(responses.ExchangeMtuResponse),
);
/** Vol 3, Part F, 3.4.3.1. */
export const FindInformation = exchange(
  requests.FindInformationRequest,
  AttOpcode.findInformationResponse,
  (bytes) => lists.findInformationItems(copyBytes(bytes)),
);
/** Vol 3, Part F, 3.4.3.3. */
export const FindByTypeValue = exchange(
  requests.FindByTypeValueRequest,
  AttOpcode.findByTypeValueResponse,
  (bytes) => lists.findByTypeValueItems(copyBytes(bytes)),
);
/** Vol 3, Part F, 3.4.4.1. */
export const ReadByType = exchange(requests.ReadByTypeRequest, AttOpcode.readByTypeResponse, (bytes) =>
  lists.readByTypeItems(copyBytes(bytes)),
);
/** Vol 3, Part F, 3.4.4.9. */
export const ReadByGroupType = exchange(
  requests.ReadByGroupTypeRequest,
  AttOpcode.readByGroupTypeResponse,
  (bytes) => lists.readByGroupTypeItems(copyBytes(bytes)),
);
/** Vol 3, Part F, 3.4.4.3: the first octets of the value, as many as the MTU lets through. */
export const Read = exchange(requests.ReadRequest, AttOpcode.readResponse, valueAlone);
/** Vol 3, Part F, 3.4.4.5: the octets from the offset on. */
export const ReadBlob = exchange(requests.ReadBlobRequest, AttOpcode.readBlobResponse, valueAlone);
/** Vol 3, Part F, 3.4.4.7. */
export const ReadMultiple = exchange(
  requests.ReadMultipleRequest,
  AttOpcode.readMultipleResponse,
  valueAlone,
);
/** Vol 3, Part F, 3.4.4.11. */
export const ReadMultipleVariable = exchange(
  requests.ReadMultipleVariableRequest,
  AttOpcode.readMultipleVariableResponse,
  (bytes) => lists.readMultipleVariableValues(copyBytes(bytes)),
);
/** Vol 3, Part F, 3.4.5.1. */
export const Write = exchange(requests.WriteRequest, AttOpcode.writeResponse, table(responses.WriteResponse));
/** Vol 3, Part F, 3.4.6.1: gives back what the server understood, for the caller to compare. */
export const PrepareWrite = exchange(requests.PrepareWriteRequest, AttOpcode.prepareWriteResponse, (bytes) =>
  responses.PrepareWriteResponse.decode(copyBytes(bytes), 1),
);
/** Vol 3, Part F, 3.4.6.3. */
export const ExecuteWrite = exchange(
  requests.ExecuteWriteRequest,
  AttOpcode.executeWriteResponse,
  table(responses.ExecuteWriteResponse),
);

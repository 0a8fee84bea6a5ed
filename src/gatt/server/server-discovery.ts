import { AttErrorCode } from '../../att/att-codes.ts';
import {
  findByTypeValueWriter,
  findInformationWriter,
  readByGroupTypeWriter,
} from '../../att/codec/response-list-writers.ts';
import { equalBytes } from '../../core/bytes.ts';
import { parseUuid, type Uuid, uuidFromBytes } from '../../core/uuid.ts';
import { ALLOWED, checkAccess } from '../access.ts';
import { GattUuid } from '../gatt-codes.ts';
import type { Attribute } from './attribute.ts';
import { refusal, requireLink, requireRange, type ServerContext } from './server-context.ts';

export interface RangeRequest {
  readonly startingHandle: number;
  readonly endingHandle: number;
}

/** Find Information (Vol 3, Part F, 3.4.3.1): handles and types, of one UUID length. */
export const answerFindInformation = (
  context: ServerContext,
  request: RangeRequest,
  mtu: number,
): Uint8Array => {
  const { startingHandle, endingHandle } = request;
  requireRange(context, startingHandle, endingHandle);
  const response = findInformationWriter(mtu);
  let attribute = context.database.next(startingHandle, endingHandle);
  while (attribute !== undefined && response.add(attribute.handle, attribute.type)) {
    attribute = context.database.next(attribute.handle + 1, endingHandle);
  }
  if (response.empty) throw refusal(context, AttErrorCode.attributeNotFound, startingHandle);
  return response.packet();
};

const isService = (type: Uuid): boolean =>
  type === GattUuid.primaryService || type === GattUuid.secondaryService;

/** Values are equal octet by octet; UUIDs also where one side has the long form (Vol 3, Part B, 2.5.1). */
const hasValue = (attribute: Attribute, value: Uint8Array): boolean => {
  const { constant } = attribute.source;
  if (constant === undefined) return false;
  if (equalBytes(constant, value)) return true;
  return isService(attribute.type) && value.length === 16 && uuidFromBytes(constant) === uuidFromBytes(value);
};

/**
 * Find By Type Value (Vol 3, Part F, 3.4.3.3): groups by the value of their declaration. Values that are no declarations are not searched:
 * comparing them would tell what may not be read.
 */
export const answerFindByTypeValue = (
  context: ServerContext,
  request: RangeRequest & { readonly attributeType: number; readonly attributeValue: Uint8Array },
  mtu: number,
): Uint8Array => {
  const { startingHandle, endingHandle } = request;
  requireRange(context, startingHandle, endingHandle);
  const type = parseUuid(request.attributeType);
  const response = findByTypeValueWriter(mtu);
  const { database, session } = context;
  let attribute = database.nextOfType(type, startingHandle, endingHandle);
  while (attribute !== undefined) {
    const readable = checkAccess(attribute.permissions, 'read', session.link) === ALLOWED;
    if (readable && hasValue(attribute, request.attributeValue)) {
      if (!response.add(attribute.handle, attribute.groupEnd)) break;
    }
    attribute = database.nextOfType(type, attribute.handle + 1, endingHandle);
  }
  if (response.empty) throw refusal(context, AttErrorCode.attributeNotFound, startingHandle);
  return response.packet();
};

/** Read By Group Type (Vol 3, Part F, 3.4.4.9): services, and nothing else is a group by that (Vol 3, Part G, 2.5.3). */
export const answerReadByGroupType = (
  context: ServerContext,
  request: RangeRequest & { readonly attributeGroupType: Uuid },
  mtu: number,
): Uint8Array => {
  const { startingHandle, endingHandle, attributeGroupType } = request;
  requireRange(context, startingHandle, endingHandle);
  if (!isService(attributeGroupType)) {
    throw refusal(context, AttErrorCode.unsupportedGroupType, startingHandle);
  }
  const response = readByGroupTypeWriter(mtu);
  const { database, session } = context;
  let attribute = database.nextOfType(attributeGroupType, startingHandle, endingHandle);
  while (attribute !== undefined) {
    if (response.empty) requireLink(context, attribute, 'read');
    else if (checkAccess(attribute.permissions, 'read', session.link) !== ALLOWED) break;
    if (!response.add(attribute.handle, attribute.groupEnd, attribute.source.value(session))) break;
    attribute = database.nextOfType(attributeGroupType, attribute.handle + 1, endingHandle);
  }
  if (response.empty) throw refusal(context, AttErrorCode.attributeNotFound, startingHandle);
  return response.packet();
};

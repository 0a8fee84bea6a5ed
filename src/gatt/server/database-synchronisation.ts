import { AttErrorCode, AttOpcode } from '../../att/att-codes.ts';
import type { AttServerRequest } from '../../att/codec/requests.ts';
import type { AttError } from '../../core/errors.ts';
import { FIRST_HANDLE, GattUuid, LAST_HANDLE } from '../gatt-codes.ts';
import { refusal, type ServerContext } from './server-context.ts';

/** The answer Database Out Of Sync, which a client gets once on each bearer for a change. */
export const outOfSync = (context: ServerContext, handle: number): AttError => {
  context.session.client.tell({ kind: 'told', bearer: context });
  return refusal(context, AttErrorCode.databaseOutOfSync, handle);
};

/**
 * Throws the refusal of a request whose handles may mean something else than its client believes (Vol 3, Part G, 2.5.2.1). Comes before anything else is made of
 * a request, for the request itself may show that the client knows by now.
 */
export const requireSynchronised = (context: ServerContext, request: AttServerRequest): void => {
  const { client, bearers } = context.session;
  client.tell({ kind: 'requested', bearer: context, bearers: bearers.size });
  if (!client.isOutOfSync || client.wasToldOn(context)) return;
  const handle = handleAskedFor(request);
  if (handle !== undefined) throw outOfSync(context, handle);
};

/** The first handle that a request relies on; undefined for one by which a client discovers what there is. */
const handleAskedFor = (request: AttServerRequest): number | undefined => {
  switch (request.opcode) {
    case AttOpcode.readRequest:
    case AttOpcode.readBlobRequest:
    case AttOpcode.writeRequest:
    case AttOpcode.prepareWriteRequest:
      return request.attributeHandle;
    case AttOpcode.readMultipleRequest:
    case AttOpcode.readMultipleVariableRequest:
      return request.handles[0];
    case AttOpcode.readByTypeRequest: {
      const { attributeType, startingHandle, endingHandle } = request;
      const declares = attributeType === GattUuid.include || attributeType === GattUuid.characteristic;
      const isWhole = startingHandle === FIRST_HANDLE && endingHandle === LAST_HANDLE;
      return declares || isWhole ? undefined : startingHandle;
    }
    case AttOpcode.findInformationRequest:
    case AttOpcode.findByTypeValueRequest:
    case AttOpcode.readByGroupTypeRequest:
    case AttOpcode.executeWriteRequest:
      return undefined;
  }
};

import { AttOpcode } from '../../att/att-codes.ts';
import type { AttServer } from '../../att/att-server.ts';
import type { AttCommand, AttServerRequest } from '../../att/codec/requests.ts';
import { requireSynchronised } from './database-synchronisation.ts';
import type { ServerContext } from './server-context.ts';
import { answerFindByTypeValue, answerFindInformation, answerReadByGroupType } from './server-discovery.ts';
import {
  answerRead,
  answerReadBlob,
  answerReadByType,
  answerReadMultiple,
  answerReadMultipleVariable,
} from './server-read.ts';
import { obeySignedWrite } from './server-signed-write.ts';
import { answerExecuteWrite, answerPrepareWrite, answerWrite, obeyWriteCommand } from './server-write.ts';

/** Answers the requests that come by one bearer. */
export class RequestHandler implements AttServer {
  readonly #context: ServerContext;

  constructor(context: ServerContext) {
    this.#context = context;
    context.session.bearers.add(context);
  }

  /** Its bearer has ended. */
  end(): void {
    this.#context.session.bearers.delete(this.#context);
  }

  handleRequest(request: AttServerRequest, mtu: number): Uint8Array | Promise<Uint8Array> {
    const context = this.#context;
    requireSynchronised(context, request);
    switch (request.opcode) {
      case AttOpcode.findInformationRequest:
        return answerFindInformation(context, request, mtu);
      case AttOpcode.findByTypeValueRequest:
        return answerFindByTypeValue(context, request, mtu);
      case AttOpcode.readByTypeRequest:
        return answerReadByType(context, request, mtu);
      case AttOpcode.readRequest:
        return answerRead(context, request, mtu);
      case AttOpcode.readBlobRequest:
        return answerReadBlob(context, request, mtu);
      case AttOpcode.readMultipleRequest:
        return answerReadMultiple(context, request, mtu);
      case AttOpcode.readMultipleVariableRequest:
        return answerReadMultipleVariable(context, request, mtu);
      case AttOpcode.readByGroupTypeRequest:
        return answerReadByGroupType(context, request, mtu);
      case AttOpcode.writeRequest:
        return answerWrite(context, request);
      case AttOpcode.prepareWriteRequest:
        return answerPrepareWrite(context, request);
      case AttOpcode.executeWriteRequest:
        return answerExecuteWrite(context, request);
    }
  }

  handleCommand(command: AttCommand): void {
    // The specification says so of every client that does not know; one that never asked for it would lose its commands without a word.
    if (this.#context.session.client.isOutOfSync) this.#context.counters.add('commandsDropped');
    else if (command.opcode === AttOpcode.writeCommand) obeyWriteCommand(this.#context, command);
    else obeySignedWrite(this.#context, command);
  }
}

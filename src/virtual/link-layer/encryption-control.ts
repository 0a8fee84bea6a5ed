import {
  type EncryptionAction,
  type EncryptionInput,
  type EncryptionState,
  stepEncryption,
} from './encryption.ts';
import type { LinkEnd } from './link-end.ts';
import type { ProcedureQueue } from './procedure-queue.ts';

/** Runs the encryption machine of one end and carries out what it says. */
export class EncryptionControl {
  readonly #end: LinkEnd;
  readonly #queue: ProcedureQueue;
  readonly #terminate: (reason: number) => void;
  #state: EncryptionState = { phase: 'off' };

  constructor(end: LinkEnd, queue: ProcedureQueue, terminate: (reason: number) => void) {
    this.#end = end;
    this.#queue = queue;
    this.#terminate = terminate;
  }

  get state(): EncryptionState {
    return this.#state;
  }

  step(input: EncryptionInput): void {
    const { state, actions } = stepEncryption(this.#state, input);
    this.#state = state;
    for (const action of actions) this.#act(action);
  }

  #act(action: EncryptionAction): void {
    const end = this.#end;
    switch (action.type) {
      case 'sendEncReq':
        end.sendControl({ op: 'encReq', rand: action.rand, ediv: action.ediv });
        return;
      case 'sendEncRsp':
        end.sendControl({ op: 'encRsp' });
        return;
      case 'sendStartEncReq':
        end.sendControl({ op: 'startEncReq' });
        return;
      case 'sendStartEncRsp':
        end.sendControl({ op: 'startEncRsp', key: action.key });
        return;
      case 'sendPauseEncReq':
        end.sendControl({ op: 'pauseEncReq' });
        return;
      case 'sendPauseEncRsp':
        end.sendControl({ op: 'pauseEncRsp' });
        return;
      case 'sendReject':
        end.sendControl({ op: 'reject', rejected: 'encReq', error: action.error });
        return;
      case 'askHost':
        // A host that does not listen has no key (Vol 6, Part B, 5.1.3.1).
        if (!end.owner.keyWanted(end, action.rand, action.ediv))
          this.step({ type: 'hostKey', key: undefined });
        return;
      case 'tellHost':
        end.owner.encryptionChanged(end, action.status, action.refresh);
        this.#queue.finish('encryption');
        end.link.kick();
        return;
      case 'over':
        end.link.kick();
        return;
      case 'micFailure':
        end.link.micFailed();
        return;
      case 'terminate':
        this.#terminate(action.reason);
        return;
    }
  }
}

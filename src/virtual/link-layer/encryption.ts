import { HciErrorCode } from '../../hci/codec/error-codes.ts';

/** The key of a session: the same octets at both ends or the integrity codes do not match. */
type Key = Uint8Array;

/**
 * Encryption of one end of a link (Vol 6, Part B, 5.1.3). `refresh` says that the link was encrypted before, and that the procedure began with
 * a pause.
 */
export type EncryptionState =
  | { readonly phase: 'off' }
  | { readonly phase: 'on'; readonly key: Key }
  // Central.
  | { readonly phase: 'awaitPauseRsp'; readonly request: EncryptionRequest }
  | { readonly phase: 'awaitEncRsp'; readonly key: Key; readonly refresh: boolean }
  | { readonly phase: 'awaitStartReq'; readonly key: Key; readonly refresh: boolean }
  | { readonly phase: 'awaitStartRsp'; readonly key: Key; readonly refresh: boolean }
  // Peripheral.
  | { readonly phase: 'paused'; readonly resumed: boolean }
  | { readonly phase: 'awaitHostKey'; readonly refresh: boolean }
  | { readonly phase: 'awaitCentralStart'; readonly key: Key; readonly refresh: boolean };

export interface EncryptionRequest {
  readonly rand: Uint8Array;
  readonly ediv: number;
  readonly key: Key;
}

export type EncryptionInput =
  /** The central's host wants it. */
  | { readonly type: 'enable'; readonly request: EncryptionRequest }
  /** The peripheral's host answers; undefined: it has no key. */
  | { readonly type: 'hostKey'; readonly key: Key | undefined }
  | { readonly type: 'encReq'; readonly rand: Uint8Array; readonly ediv: number }
  | { readonly type: 'encRsp' }
  | { readonly type: 'startEncReq' }
  | { readonly type: 'startEncRsp'; readonly key: Key }
  | { readonly type: 'pauseEncReq' }
  | { readonly type: 'pauseEncRsp' }
  | { readonly type: 'rejected'; readonly error: number };

export type EncryptionAction =
  | { readonly type: 'sendEncReq'; readonly rand: Uint8Array; readonly ediv: number }
  | { readonly type: 'sendEncRsp' }
  | { readonly type: 'sendStartEncReq' }
  | { readonly type: 'sendStartEncRsp'; readonly key: Key }
  | { readonly type: 'sendPauseEncReq' }
  | { readonly type: 'sendPauseEncRsp' }
  | { readonly type: 'sendReject'; readonly error: number }
  | { readonly type: 'askHost'; readonly rand: Uint8Array; readonly ediv: number }
  /** The procedure is over and the host is told. */
  | { readonly type: 'tellHost'; readonly status: number; readonly refresh: boolean }
  /** The procedure is over and this end's host hears nothing of it. */
  | { readonly type: 'over' }
  | { readonly type: 'micFailure' }
  | { readonly type: 'terminate'; readonly reason: number };

export interface EncryptionStep {
  readonly state: EncryptionState;
  readonly actions: readonly EncryptionAction[];
}

const step = (state: EncryptionState, ...actions: EncryptionAction[]): EncryptionStep => ({ state, actions });

const sameKey = (a: Key, b: Key): boolean => a.length === b.length && a.every((octet, i) => octet === b[i]);

/** One step of the procedure. What does not belong in a state changes nothing. */
export const stepEncryption = (state: EncryptionState, input: EncryptionInput): EncryptionStep => {
  switch (input.type) {
    case 'enable': {
      const { rand, ediv, key } = input.request;
      if (state.phase === 'off') {
        return step({ phase: 'awaitEncRsp', key, refresh: false }, { type: 'sendEncReq', rand, ediv });
      }
      if (state.phase !== 'on') return step(state);
      return step({ phase: 'awaitPauseRsp', request: input.request }, { type: 'sendPauseEncReq' });
    }
    case 'pauseEncReq':
      return state.phase === 'on'
        ? step({ phase: 'paused', resumed: false }, { type: 'sendPauseEncRsp' })
        : step(state);
    case 'pauseEncRsp': {
      if (state.phase === 'paused') return step({ phase: 'paused', resumed: true });
      if (state.phase !== 'awaitPauseRsp') return step(state);
      const { rand, ediv, key } = state.request;
      return step(
        { phase: 'awaitEncRsp', key, refresh: true },
        { type: 'sendPauseEncRsp' },
        { type: 'sendEncReq', rand, ediv },
      );
    }
    case 'encReq': {
      const refresh = state.phase === 'paused' && state.resumed;
      if (state.phase !== 'off' && !refresh) return step(state);
      const { rand, ediv } = input;
      return step(
        { phase: 'awaitHostKey', refresh },
        { type: 'sendEncRsp' },
        { type: 'askHost', rand, ediv },
      );
    }
    case 'hostKey':
      return answerHost(state, input.key);
    case 'encRsp':
      return state.phase === 'awaitEncRsp' ? step({ ...state, phase: 'awaitStartReq' }) : step(state);
    case 'startEncReq':
      return state.phase === 'awaitStartReq'
        ? step({ ...state, phase: 'awaitStartRsp' }, { type: 'sendStartEncRsp', key: state.key })
        : step(state);
    case 'startEncRsp':
      return start(state, input.key);
    case 'rejected': {
      if (state.phase !== 'awaitEncRsp' && state.phase !== 'awaitStartReq') return step(state);
      // Data that was encrypted never goes on in plain.
      if (state.refresh) return step(state, { type: 'terminate', reason: input.error });
      return step({ phase: 'off' }, { type: 'tellHost', status: input.error, refresh: false });
    }
  }
};

/** Without a key a first procedure is refused and the link stays; a refresh may not go back to plain data, so the link ends (5.1.3.2). */
const answerHost = (state: EncryptionState, key: Key | undefined): EncryptionStep => {
  if (state.phase !== 'awaitHostKey') return step(state);
  const { refresh } = state;
  if (key !== undefined)
    return step({ phase: 'awaitCentralStart', key, refresh }, { type: 'sendStartEncReq' });
  if (refresh) return step(state, { type: 'terminate', reason: HciErrorCode.pinOrKeyMissing });
  return step(
    { phase: 'off' },
    { type: 'sendReject', error: HciErrorCode.pinOrKeyMissing },
    { type: 'over' },
  );
};

const start = (state: EncryptionState, key: Key): EncryptionStep => {
  if (state.phase !== 'awaitCentralStart' && state.phase !== 'awaitStartRsp') return step(state);
  if (!sameKey(state.key, key)) return step({ phase: 'off' }, { type: 'micFailure' });
  const told: EncryptionAction = { type: 'tellHost', status: HciErrorCode.success, refresh: state.refresh };
  const on: EncryptionState = { phase: 'on', key: state.key };
  return state.phase === 'awaitCentralStart'
    ? step(on, { type: 'sendStartEncRsp', key: state.key }, told)
    : step(on, told);
};

/** Whether data may pass: not from the request on until both ends use the new key. */
export const dataFlows = (state: EncryptionState): boolean => state.phase === 'off' || state.phase === 'on';

/** LE Long Term Key Request Reply fits only a request that is open (Vol 4, Part E, 7.8.25). */
export const keyWanted = (state: EncryptionState): boolean => state.phase === 'awaitHostKey';

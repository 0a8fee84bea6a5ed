import type { Bytes } from '../../core/bytes.ts';
import type { PairingFeatures, SmpCommand } from '../codec/smp-commands.ts';
import { KeypressNotification, PairingFailedReason } from '../smp-codes.ts';
import { beginAuthentication, stepAuthentication } from './authentication.ts';
import type { AuthenticationInput, AuthenticationStep } from './authentication-states.ts';
import { commandsOf, ownKeys, receiveKey } from './distribution.ts';
import {
  expectedCommands,
  type PairingAction,
  type PairingInput,
  type PairingSetup,
  type PairingState,
  type PairingStep,
  sendCommand,
} from './pairing-states.ts';
import { agree, type PairingTerms, requestOf, responseOf } from './pairing-terms.ts';

/** Keypress notifications of a peer in one pairing. Each of them keeps the pairing alive, so that they may not be without end. */
const MAX_KEYPRESSES = 100;

const step = (state: PairingState, ...actions: PairingAction[]): PairingStep => ({ state, actions });

const over: PairingState = { phase: 'over' };

const fail = (reason: PairingFailedReason): PairingStep =>
  step(over, sendCommand({ kind: 'pairingFailed', reason }), { kind: 'failed', reason, origin: 'local' });

const misplaced = (): PairingStep => fail(PairingFailedReason.unspecifiedReason);

/** The central begins (Vol 3, Part H, 2.3). */
export const beginPairing = ({ choices }: PairingSetup): PairingStep => {
  const request = requestOf(choices);
  return step({ phase: 'features', request }, sendCommand({ kind: 'pairingRequest', ...request }));
};

/** The peripheral has got a Pairing Request. */
export const answerPairing = (setup: PairingSetup, request: PairingFeatures): PairingStep => {
  const { choices } = setup;
  const agreement = agree('responder', choices, request, responseOf(choices, request));
  return agreement.kind === 'refused' ? fail(agreement.reason) : consented(setup, agreement.terms);
};

/** One step. What a state does not expect ends the pairing, and the peer is told once. */
export const stepPairing = (setup: PairingSetup, state: PairingState, input: PairingInput): PairingStep => {
  if (state.phase === 'over') return step(state);
  switch (input.kind) {
    case 'command':
      return receive(setup, state, input.command);
    case 'cancel':
      return fail(input.reason);
    case 'consent':
      return state.phase === 'consent' ? goOn(setup, state.terms) : step(state);
    case 'passkey':
    case 'comparison':
      return authenticate(setup, state, input);
    case 'encrypted':
      return state.phase === 'encryption' ? encrypted(setup, state.terms, state.key) : step(state);
    case 'accepted':
      return state.phase === 'weighing' ? finish(setup, state) : step(state);
    case 'keypress':
      return tellKeypress(state, input.notification);
  }
};

const receive = (setup: PairingSetup, state: PairingState, command: SmpCommand): PairingStep => {
  if (command.kind === 'pairingFailed')
    return step(over, { kind: 'failed', reason: command.reason, origin: 'peer' });
  // A central that is pairing does already what it is asked for (Vol 3, Part H, 2.4.6).
  if (command.kind === 'securityRequest' && setup.role === 'initiator') return step(state);
  if (!expectedCommands(state).includes(command.kind)) return misplaced();
  if (state.phase === 'features' && command.kind === 'pairingResponse') {
    const agreement = agree('initiator', setup.choices, state.request, command);
    if (agreement.kind === 'refused') return fail(agreement.reason);
    return consented(setup, agreement.terms);
  }
  if (command.kind === 'pairingKeypressNotification') return hearKeypress(state, command.notificationType);
  if (state.phase === 'keys') return takeKey(setup, state, command);
  return authenticate(setup, state, { kind: 'command', command });
};

/** The user is asked where nothing else would tell him that somebody pairs. */
const consented = (setup: PairingSetup, terms: PairingTerms): PairingStep =>
  setup.consent && terms.method === 'justWorks'
    ? step({ phase: 'consent', terms }, { kind: 'askConsent' })
    : goOn(setup, terms);

const goOn = (setup: PairingSetup, terms: PairingTerms): PairingStep => {
  const { state, actions } = lift(terms, 0, beginAuthentication({ ...setup, terms }));
  const response = sendCommand({ kind: 'pairingResponse', ...terms.response });
  return step(state, ...(setup.role === 'responder' ? [response] : []), ...actions);
};

const authenticate = (setup: PairingSetup, state: PairingState, input: AuthenticationInput): PairingStep => {
  if (state.phase !== 'authentication') return misplaced();
  const { terms, authentication, keypresses } = state;
  const next = lift(terms, keypresses, stepAuthentication({ ...setup, terms }, authentication, input));
  if (input.kind !== 'passkey' || !terms.keypress) return next;
  return step(next.state, keypress(KeypressNotification.entryCompleted), ...next.actions);
};

/** What a step of the authentication is to the pairing. */
const lift = (terms: PairingTerms, keypresses: number, next: AuthenticationStep): PairingStep => {
  const actions: PairingAction[] = [];
  for (const action of next.actions) {
    switch (action.kind) {
      case 'fail':
        return fail(action.reason);
      case 'agree': {
        const { key } = action;
        return step({ phase: 'encryption', terms, key }, ...actions, { kind: 'encrypt', key, terms });
      }
      case 'askPasskey':
        actions.push(action);
        if (terms.keypress) actions.push(keypress(KeypressNotification.entryStarted));
        break;
      default:
        actions.push(action);
    }
  }
  return step({ phase: 'authentication', terms, authentication: next.state, keypresses }, ...actions);
};

/** The responder distributes its keys at once, the initiator when it has those of the responder (Vol 3, Part H, 3.6.1). */
const encrypted = (setup: PairingSetup, terms: PairingTerms, key: Bytes): PairingStep => {
  const { role, initiatorKeys, responderKeys } = terms;
  const left = commandsOf(role === 'initiator' ? responderKeys : initiatorKeys);
  const { state, actions } = awaitKeys(setup, { phase: 'keys', terms, key, left, received: {} });
  const own = role === 'initiator' ? [] : ownKeys(terms, setup.material, setup.local).commands;
  return step(state, ...own.map(sendCommand), ...actions);
};

type KeysState = Extract<PairingState, { readonly phase: 'keys' }>;

const awaitKeys = ({ material, local }: PairingSetup, state: KeysState): PairingStep => {
  if (state.left.length > 0) return step(state);
  const { terms, key, received: peer } = state;
  const outcome = { terms, key, own: ownKeys(terms, material, local).keys, peer };
  return step({ phase: 'weighing', outcome }, { kind: 'weigh', outcome });
};

const takeKey = (setup: PairingSetup, state: KeysState, command: SmpCommand): PairingStep => {
  const received = receiveKey(state.received, state.terms.keySize, command);
  if (received.kind === 'refused') return fail(received.reason);
  return awaitKeys(setup, { ...state, left: state.left.slice(1), received: received.keys });
};

const finish = (
  { role, material, local }: PairingSetup,
  { outcome }: Extract<PairingState, { readonly phase: 'weighing' }>,
): PairingStep => {
  const own = role === 'initiator' ? ownKeys(outcome.terms, material, local).commands : [];
  return step(over, ...own.map(sendCommand), { kind: 'complete', outcome } satisfies PairingAction);
};

const keypress = (notificationType: KeypressNotification): PairingAction =>
  sendCommand({ kind: 'pairingKeypressNotification', notificationType });

const isEntering = (state: PairingState): boolean =>
  state.phase === 'authentication' && ['entry', 'lateEntry'].includes(state.authentication.phase);

const tellKeypress = (state: PairingState, notification: KeypressNotification): PairingStep =>
  state.phase === 'authentication' && state.terms.keypress && isEntering(state)
    ? step(state, keypress(notification))
    : step(state);

const hearKeypress = (state: PairingState, notification: number): PairingStep => {
  if (state.phase !== 'authentication' || !state.terms.keypress) return misplaced();
  const keypresses = state.keypresses + 1;
  if (keypresses > MAX_KEYPRESSES) return fail(PairingFailedReason.passkeyEntryFailed);
  return step({ ...state, keypresses }, { kind: 'peerKeypress', notification });
};

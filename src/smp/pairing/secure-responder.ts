import {
  type AuthenticationAction,
  type AuthenticationContext,
  type AuthenticationInput,
  type AuthenticationState,
  type AuthenticationStep,
  fail,
  misplaced,
  type SecureKeys,
  send,
  step,
} from './authentication-states.ts';
import { beginComparisonResponder } from './comparison-responder.ts';
import { beginOobResponder } from './oob-responder.ts';
import { beginPasskeyResponder } from './passkey-responder.ts';
import { judgePublicKey } from './public-keys.ts';
import { answerCheck } from './secure.ts';

type State = Extract<AuthenticationState, { readonly machine: 'secureResponder' }>;

/** Secure Connections of the peripheral: public keys, a first stage of its method, and the check of it all (Vol 3, Part H, 2.3.5.6). */
export const beginSecureResponder = (): AuthenticationStep =>
  step({ machine: 'secureResponder', phase: 'publicKey' });

export const stepSecureResponder = (
  context: AuthenticationContext,
  state: State,
  input: AuthenticationInput,
): AuthenticationStep => {
  if (input.kind !== 'command') return misplaced();
  const { command } = input;
  if (state.phase === 'publicKey' && command.kind === 'pairingPublicKey') {
    const { keyPair } = context.material;
    const verdict = judgePublicKey(keyPair, command);
    if (verdict.kind === 'bad') return fail(verdict.reason);
    return beginFirstStage(context, verdict.keys, send({ kind: 'pairingPublicKey', ...keyPair.publicKey }));
  }
  if (state.phase === 'check' && command.kind === 'pairingDhKeyCheck')
    return answerCheck(context, state, command.dhKeyCheck);
  return misplaced();
};

const beginFirstStage = (
  context: AuthenticationContext,
  keys: SecureKeys,
  ownKey: AuthenticationAction,
): AuthenticationStep => {
  switch (context.terms.method) {
    case 'justWorks':
    case 'numericComparison':
      return beginComparisonResponder(context, keys, ownKey);
    case 'outOfBand':
      return beginOobResponder(keys, ownKey);
    default:
      return beginPasskeyResponder(context, keys, ownKey);
  }
};

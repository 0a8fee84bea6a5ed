import { equalSecrets } from '../../crypto/equal-secrets.ts';
import { PairingFailedReason } from '../smp-codes.ts';
import {
  type AuthenticationContext,
  type AuthenticationInput,
  type AuthenticationState,
  type AuthenticationStep,
  agreeOn,
  fail,
  misplaced,
  type SecureKeys,
  send,
  step,
} from './authentication-states.ts';
import { beginComparisonInitiator } from './comparison-initiator.ts';
import { beginOobInitiator } from './oob-initiator.ts';
import { beginPasskeyInitiator } from './passkey-initiator.ts';
import { judgePublicKey } from './public-keys.ts';

type State = Extract<AuthenticationState, { readonly machine: 'secureInitiator' }>;

/** Secure Connections of the central: public keys, a first stage of its method, and the check of it all (Vol 3, Part H, 2.3.5.6). */
export const beginSecureInitiator = ({ material }: AuthenticationContext): AuthenticationStep =>
  step(
    { machine: 'secureInitiator', phase: 'publicKey' },
    send({ kind: 'pairingPublicKey', ...material.keyPair.publicKey }),
  );

export const stepSecureInitiator = (
  context: AuthenticationContext,
  state: State,
  input: AuthenticationInput,
): AuthenticationStep => {
  if (input.kind !== 'command') return misplaced();
  const { command } = input;
  if (state.phase === 'publicKey' && command.kind === 'pairingPublicKey') {
    const verdict = judgePublicKey(context.material.keyPair, command);
    return verdict.kind === 'good' ? beginFirstStage(context, verdict.keys) : fail(verdict.reason);
  }
  if (state.phase === 'check' && command.kind === 'pairingDhKeyCheck') {
    return equalSecrets(command.dhKeyCheck, state.expected)
      ? agreeOn(state.ltk, context.terms)
      : fail(PairingFailedReason.dhKeyCheckFailed);
  }
  return misplaced();
};

const beginFirstStage = (context: AuthenticationContext, keys: SecureKeys): AuthenticationStep => {
  switch (context.terms.method) {
    case 'justWorks':
    case 'numericComparison':
      return beginComparisonInitiator(keys);
    case 'outOfBand':
      return beginOobInitiator(context, keys);
    default:
      return beginPasskeyInitiator(context, keys);
  }
};

import { equalSecrets } from '../../crypto/equal-secrets.ts';
import { g2 } from '../../crypto/toolbox.ts';
import { PairingFailedReason } from '../smp-codes.ts';
import {
  type AuthenticationContext,
  type AuthenticationInput,
  type AuthenticationState,
  type AuthenticationStep,
  type Evidence,
  fail,
  misplaced,
  nonceOf,
  type SecureKeys,
  send,
  step,
} from './authentication-states.ts';
import { beginInitiatorCheck, peerCommitment, zeroR } from './secure.ts';

type State = Extract<AuthenticationState, { readonly machine: 'comparisonInitiator' }>;

/** First stage of Just Works and Numeric Comparison, of the central: the peripheral commits to its nonce first (Vol 3, Part H, 2.3.5.6.2). */
export const beginComparisonInitiator = (keys: SecureKeys): AuthenticationStep =>
  step({ machine: 'comparisonInitiator', phase: 'confirm', keys });

export const stepComparisonInitiator = (
  context: AuthenticationContext,
  state: State,
  input: AuthenticationInput,
): AuthenticationStep => {
  const { keys } = state;
  if (state.phase === 'comparison') {
    if (input.kind !== 'comparison') return misplaced();
    return input.same
      ? beginInitiatorCheck(context, keys, state.evidence)
      : fail(PairingFailedReason.numericComparisonFailed);
  }
  if (input.kind !== 'command') return misplaced();
  const { command } = input;
  const own = nonceOf(context, 0);
  if (state.phase === 'confirm' && command.kind === 'pairingConfirm') {
    return step(
      { machine: 'comparisonInitiator', phase: 'random', keys, peerConfirm: command.confirmValue },
      send({ kind: 'pairingRandom', randomValue: own }),
    );
  }
  if (state.phase === 'random' && command.kind === 'pairingRandom') {
    const { randomValue: peer } = command;
    if (!equalSecrets(peerCommitment(context, keys, peer, 0), state.peerConfirm))
      return fail(PairingFailedReason.confirmValueFailed);
    return compare(context, keys, {
      initiatorNonce: own,
      responderNonce: peer,
      initiatorR: zeroR(),
      responderR: zeroR(),
    });
  }
  return misplaced();
};

const compare = (
  context: AuthenticationContext,
  keys: SecureKeys,
  evidence: Evidence,
): AuthenticationStep => {
  if (context.terms.method === 'justWorks') return beginInitiatorCheck(context, keys, evidence);
  const { x } = context.material.keyPair.publicKey;
  const number = g2(x, keys.peerKey.x, evidence.initiatorNonce, evidence.responderNonce);
  return step(
    { machine: 'comparisonInitiator', phase: 'comparison', keys, evidence },
    { kind: 'askComparison', number },
  );
};

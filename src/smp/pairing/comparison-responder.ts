import { g2 } from '../../crypto/toolbox.ts';
import { PairingFailedReason } from '../smp-codes.ts';
import {
  type AuthenticationAction,
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
import { answerCheck, ownCommitment, responderCheck, zeroR } from './secure.ts';

type State = Extract<AuthenticationState, { readonly machine: 'comparisonResponder' }>;

/** First stage of Just Works and Numeric Comparison, of the peripheral: it commits to its nonce first (Vol 3, Part H, 2.3.5.6.2). */
export const beginComparisonResponder = (
  context: AuthenticationContext,
  keys: SecureKeys,
  ownKey: AuthenticationAction,
): AuthenticationStep => {
  const confirmValue = ownCommitment(context, keys, nonceOf(context, 0), 0);
  return step(
    { machine: 'comparisonResponder', phase: 'random', keys },
    ownKey,
    send({ kind: 'pairingConfirm', confirmValue }),
  );
};

export const stepComparisonResponder = (
  context: AuthenticationContext,
  state: State,
  input: AuthenticationInput,
): AuthenticationStep => {
  const { keys } = state;
  if (state.phase === 'random') {
    if (input.kind !== 'command' || input.command.kind !== 'pairingRandom') return misplaced();
    const responderNonce = nonceOf(context, 0);
    const { randomValue: initiatorNonce } = input.command;
    const evidence = { initiatorNonce, responderNonce, initiatorR: zeroR(), responderR: zeroR() };
    return compare(context, keys, evidence, send({ kind: 'pairingRandom', randomValue: responderNonce }));
  }
  const { evidence } = state;
  if (input.kind === 'comparison') {
    if (!input.same) return fail(PairingFailedReason.numericComparisonFailed);
    const check = responderCheck(context, keys, evidence);
    return state.phase === 'lateComparison' ? answerCheck(context, check, state.check) : step(check);
  }
  if (
    state.phase === 'comparison' &&
    input.kind === 'command' &&
    input.command.kind === 'pairingDhKeyCheck'
  ) {
    const { dhKeyCheck } = input.command;
    return step({
      machine: 'comparisonResponder',
      phase: 'lateComparison',
      keys,
      evidence,
      check: dhKeyCheck,
    });
  }
  return misplaced();
};

const compare = (
  context: AuthenticationContext,
  keys: SecureKeys,
  evidence: Evidence,
  ownNonce: AuthenticationAction,
): AuthenticationStep => {
  if (context.terms.method === 'justWorks') return step(responderCheck(context, keys, evidence), ownNonce);
  const { x } = context.material.keyPair.publicKey;
  const number = g2(keys.peerKey.x, x, evidence.initiatorNonce, evidence.responderNonce);
  return step({ machine: 'comparisonResponder', phase: 'comparison', keys, evidence }, ownNonce, {
    kind: 'askComparison',
    number,
  });
};

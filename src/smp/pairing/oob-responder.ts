import { PairingFailedReason } from '../smp-codes.ts';
import {
  type AuthenticationAction,
  type AuthenticationContext,
  type AuthenticationInput,
  type AuthenticationState,
  type AuthenticationStep,
  fail,
  misplaced,
  nonceOf,
  type SecureKeys,
  send,
  step,
} from './authentication-states.ts';
import { oobEvidence } from './oob.ts';
import { matchesOobData } from './public-keys.ts';
import { responderCheck } from './secure.ts';

type State = Extract<AuthenticationState, { readonly machine: 'oobResponder' }>;

/** First stage of Out of Band, of the peripheral: the peer's public key must be what was told of it elsewhere (Vol 3, Part H, 2.3.5.6.4). */
export const beginOobResponder = (keys: SecureKeys, ownKey: AuthenticationAction): AuthenticationStep =>
  step({ machine: 'oobResponder', phase: 'random', keys }, ownKey);

export const stepOobResponder = (
  context: AuthenticationContext,
  { keys }: State,
  input: AuthenticationInput,
): AuthenticationStep => {
  if (input.kind !== 'command' || input.command.kind !== 'pairingRandom') return misplaced();
  if (!matchesOobData(context, keys)) return fail(PairingFailedReason.confirmValueFailed);
  const own = nonceOf(context, 0);
  const evidence = oobEvidence(context, input.command.randomValue, own);
  return step(responderCheck(context, keys, evidence), send({ kind: 'pairingRandom', randomValue: own }));
};

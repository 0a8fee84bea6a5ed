import { PairingFailedReason } from '../smp-codes.ts';
import {
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
import { beginInitiatorCheck } from './secure.ts';

type State = Extract<AuthenticationState, { readonly machine: 'oobInitiator' }>;

/** First stage of Out of Band, of the central: the peer's public key must be what was told of it elsewhere (Vol 3, Part H, 2.3.5.6.4). */
export const beginOobInitiator = (context: AuthenticationContext, keys: SecureKeys): AuthenticationStep =>
  matchesOobData(context, keys)
    ? step(
        { machine: 'oobInitiator', phase: 'random', keys },
        send({ kind: 'pairingRandom', randomValue: nonceOf(context, 0) }),
      )
    : fail(PairingFailedReason.confirmValueFailed);

export const stepOobInitiator = (
  context: AuthenticationContext,
  { keys }: State,
  input: AuthenticationInput,
): AuthenticationStep => {
  if (input.kind !== 'command' || input.command.kind !== 'pairingRandom') return misplaced();
  const evidence = oobEvidence(context, nonceOf(context, 0), input.command.randomValue);
  return beginInitiatorCheck(context, keys, evidence);
};

import { equalSecrets } from '../../crypto/equal-secrets.ts';
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
import { showsPasskey } from './pairing-method.ts';
import { PASSKEY_BITS, passkeyBit, passkeyOctets } from './passkey.ts';
import { beginInitiatorCheck, ownCommitment, peerCommitment } from './secure.ts';

type State = Extract<AuthenticationState, { readonly machine: 'passkeyInitiator' }>;

/** First stage of Passkey Entry, of the central: in each of twenty rounds both sides commit to one bit (Vol 3, Part H, 2.3.5.6.3). */
export const beginPasskeyInitiator = (
  context: AuthenticationContext,
  keys: SecureKeys,
): AuthenticationStep => {
  const { terms, material } = context;
  if (!showsPasskey(terms.method, 'initiator'))
    return step({ machine: 'passkeyInitiator', phase: 'entry', keys }, { kind: 'askPasskey' });
  const { passkey } = material;
  return commit(context, keys, passkey, 0, { kind: 'showPasskey', passkey });
};

export const stepPasskeyInitiator = (
  context: AuthenticationContext,
  state: State,
  input: AuthenticationInput,
): AuthenticationStep => {
  const { keys } = state;
  if (state.phase === 'entry')
    return input.kind === 'passkey' ? commit(context, keys, input.passkey, 0) : misplaced();
  if (input.kind !== 'command') return misplaced();
  const { passkey, round } = state;
  const { command } = input;
  const own = nonceOf(context, round);
  if (state.phase === 'confirm' && command.kind === 'pairingConfirm') {
    return step(
      {
        machine: 'passkeyInitiator',
        phase: 'random',
        keys,
        passkey,
        round,
        peerConfirm: command.confirmValue,
      },
      send({ kind: 'pairingRandom', randomValue: own }),
    );
  }
  if (state.phase === 'random' && command.kind === 'pairingRandom') {
    const { randomValue: peer } = command;
    const committed = peerCommitment(context, keys, peer, passkeyBit(passkey, round));
    if (!equalSecrets(committed, state.peerConfirm)) return fail(PairingFailedReason.confirmValueFailed);
    if (round + 1 < PASSKEY_BITS) return commit(context, keys, passkey, round + 1);
    const r = passkeyOctets(passkey);
    return beginInitiatorCheck(context, keys, {
      initiatorNonce: own,
      responderNonce: peer,
      initiatorR: r,
      responderR: r,
    });
  }
  return misplaced();
};

const commit = (
  context: AuthenticationContext,
  keys: SecureKeys,
  passkey: number,
  round: number,
  ...before: AuthenticationAction[]
): AuthenticationStep => {
  const confirmValue = ownCommitment(context, keys, nonceOf(context, round), passkeyBit(passkey, round));
  return step(
    { machine: 'passkeyInitiator', phase: 'confirm', keys, passkey, round },
    ...before,
    send({ kind: 'pairingConfirm', confirmValue }),
  );
};

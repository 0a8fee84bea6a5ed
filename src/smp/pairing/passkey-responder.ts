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
import { ownCommitment, peerCommitment, responderCheck } from './secure.ts';

type State = Extract<AuthenticationState, { readonly machine: 'passkeyResponder' }>;

/** First stage of Passkey Entry, of the peripheral: it answers each value of the central's with its own (Vol 3, Part H, 2.3.5.6.3). */
export const beginPasskeyResponder = (
  { terms, material }: AuthenticationContext,
  keys: SecureKeys,
  ownKey: AuthenticationAction,
): AuthenticationStep => {
  if (!showsPasskey(terms.method, 'responder'))
    return step({ machine: 'passkeyResponder', phase: 'entry', keys }, ownKey, { kind: 'askPasskey' });
  const { passkey } = material;
  return step({ machine: 'passkeyResponder', phase: 'confirm', keys, passkey, round: 0 }, ownKey, {
    kind: 'showPasskey',
    passkey,
  });
};

export const stepPasskeyResponder = (
  context: AuthenticationContext,
  state: State,
  input: AuthenticationInput,
): AuthenticationStep => {
  const { keys } = state;
  if (input.kind === 'passkey') {
    const { passkey } = input;
    if (state.phase === 'entry')
      return step({ machine: 'passkeyResponder', phase: 'confirm', keys, passkey, round: 0 });
    return state.phase === 'lateEntry' ? commit(context, keys, passkey, 0, state.peerConfirm) : misplaced();
  }
  if (input.kind !== 'command') return misplaced();
  const { command } = input;
  if (command.kind === 'pairingConfirm') {
    const { confirmValue: peerConfirm } = command;
    if (state.phase === 'entry')
      return step({ machine: 'passkeyResponder', phase: 'lateEntry', keys, peerConfirm });
    if (state.phase === 'confirm') return commit(context, keys, state.passkey, state.round, peerConfirm);
  }
  if (command.kind === 'pairingRandom' && state.phase === 'random') {
    const { passkey, round } = state;
    const { randomValue: peer } = command;
    const committed = peerCommitment(context, keys, peer, passkeyBit(passkey, round));
    if (!equalSecrets(committed, state.peerConfirm)) return fail(PairingFailedReason.confirmValueFailed);
    const own = nonceOf(context, round);
    const answer = send({ kind: 'pairingRandom', randomValue: own });
    if (round + 1 < PASSKEY_BITS)
      return step({ machine: 'passkeyResponder', phase: 'confirm', keys, passkey, round: round + 1 }, answer);
    const r = passkeyOctets(passkey);
    const evidence = { initiatorNonce: peer, responderNonce: own, initiatorR: r, responderR: r };
    return step(responderCheck(context, keys, evidence), answer);
  }
  return misplaced();
};

const commit = (
  context: AuthenticationContext,
  keys: SecureKeys,
  passkey: number,
  round: number,
  peerConfirm: Uint8Array,
): AuthenticationStep => {
  const confirmValue = ownCommitment(context, keys, nonceOf(context, round), passkeyBit(passkey, round));
  return step(
    { machine: 'passkeyResponder', phase: 'random', keys, passkey, round, peerConfirm },
    send({ kind: 'pairingConfirm', confirmValue }),
  );
};

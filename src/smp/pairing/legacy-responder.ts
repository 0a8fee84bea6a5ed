import { equalSecrets } from '../../crypto/equal-secrets.ts';
import { s1 } from '../../crypto/toolbox.ts';
import { PairingFailedReason } from '../smp-codes.ts';
import {
  type AuthenticationContext,
  type AuthenticationInput,
  type AuthenticationState,
  type AuthenticationStep,
  agreeOn,
  fail,
  misplaced,
  nonceOf,
  send,
  step,
} from './authentication-states.ts';
import { givenTk, legacyConfirm } from './legacy.ts';
import { showsPasskey } from './pairing-method.ts';
import { passkeyOctets } from './passkey.ts';

type State = Extract<AuthenticationState, { readonly machine: 'legacyResponder' }>;

/** Legacy pairing of the peripheral: it answers each value of the central's with its own (Vol 3, Part H, 2.3.5.5). */
export const beginLegacyResponder = (context: AuthenticationContext): AuthenticationStep => {
  const { terms, material } = context;
  const tk = givenTk(context);
  if (tk !== undefined) return step({ machine: 'legacyResponder', phase: 'confirm', tk });
  if (!showsPasskey(terms.method, 'responder'))
    return step({ machine: 'legacyResponder', phase: 'entry' }, { kind: 'askPasskey' });
  const { passkey } = material;
  return step(
    { machine: 'legacyResponder', phase: 'confirm', tk: passkeyOctets(passkey) },
    { kind: 'showPasskey', passkey },
  );
};

export const stepLegacyResponder = (
  context: AuthenticationContext,
  state: State,
  input: AuthenticationInput,
): AuthenticationStep => {
  if (input.kind === 'passkey') {
    const tk = passkeyOctets(input.passkey);
    if (state.phase === 'entry') return step({ machine: 'legacyResponder', phase: 'confirm', tk });
    return state.phase === 'lateEntry' ? confirm(context, tk, state.peerConfirm) : misplaced();
  }
  if (input.kind !== 'command') return misplaced();
  const { command } = input;
  if (command.kind === 'pairingConfirm') {
    const { confirmValue: peerConfirm } = command;
    if (state.phase === 'confirm') return confirm(context, state.tk, peerConfirm);
    if (state.phase === 'entry') return step({ machine: 'legacyResponder', phase: 'lateEntry', peerConfirm });
  }
  if (command.kind === 'pairingRandom' && state.phase === 'random') {
    const { randomValue: peer } = command;
    const own = nonceOf(context, 0);
    const isProven = equalSecrets(legacyConfirm(context, state.tk, peer), state.peerConfirm);
    if (!isProven || equalSecrets(peer, own)) return fail(PairingFailedReason.confirmValueFailed);
    return agreeOn(s1(state.tk, own, peer), context.terms, send({ kind: 'pairingRandom', randomValue: own }));
  }
  return misplaced();
};

const confirm = (
  context: AuthenticationContext,
  tk: Uint8Array,
  peerConfirm: Uint8Array,
): AuthenticationStep => {
  const confirmValue = legacyConfirm(context, tk, nonceOf(context, 0));
  // A peer that says what we say proves nothing by it.
  if (equalSecrets(peerConfirm, confirmValue)) return fail(PairingFailedReason.confirmValueFailed);
  return step(
    { machine: 'legacyResponder', phase: 'random', tk, peerConfirm },
    send({ kind: 'pairingConfirm', confirmValue }),
  );
};

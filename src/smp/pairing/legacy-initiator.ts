import { equalSecrets } from '../../crypto/equal-secrets.ts';
import { s1 } from '../../crypto/toolbox.ts';
import { PairingFailedReason } from '../smp-codes.ts';
import {
  type AuthenticationAction,
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

type State = Extract<AuthenticationState, { readonly machine: 'legacyInitiator' }>;

/** Legacy pairing of the central: confirm values first, then the random values under them (Vol 3, Part H, 2.3.5.5). */
export const beginLegacyInitiator = (context: AuthenticationContext): AuthenticationStep => {
  const { terms, material } = context;
  const tk = givenTk(context);
  if (tk !== undefined) return confirm(context, tk);
  if (!showsPasskey(terms.method, 'initiator'))
    return step({ machine: 'legacyInitiator', phase: 'entry' }, { kind: 'askPasskey' });
  const { passkey } = material;
  return confirm(context, passkeyOctets(passkey), { kind: 'showPasskey', passkey });
};

export const stepLegacyInitiator = (
  context: AuthenticationContext,
  state: State,
  input: AuthenticationInput,
): AuthenticationStep => {
  if (state.phase === 'entry')
    return input.kind === 'passkey' ? confirm(context, passkeyOctets(input.passkey)) : misplaced();
  if (input.kind !== 'command') return misplaced();
  const { command } = input;
  const own = nonceOf(context, 0);
  if (state.phase === 'confirm' && command.kind === 'pairingConfirm') {
    const { confirmValue: peerConfirm } = command;
    // A peer that says what we said proves nothing by it.
    if (equalSecrets(peerConfirm, state.ownConfirm)) return fail(PairingFailedReason.confirmValueFailed);
    return step(
      { machine: 'legacyInitiator', phase: 'random', tk: state.tk, peerConfirm },
      send({ kind: 'pairingRandom', randomValue: own }),
    );
  }
  if (state.phase === 'random' && command.kind === 'pairingRandom') {
    const { randomValue: peer } = command;
    const isProven = equalSecrets(legacyConfirm(context, state.tk, peer), state.peerConfirm);
    if (!isProven || equalSecrets(peer, own)) return fail(PairingFailedReason.confirmValueFailed);
    return agreeOn(s1(state.tk, peer, own), context.terms);
  }
  return misplaced();
};

const confirm = (
  context: AuthenticationContext,
  tk: Uint8Array,
  ...before: AuthenticationAction[]
): AuthenticationStep => {
  const ownConfirm = legacyConfirm(context, tk, nonceOf(context, 0));
  return step(
    { machine: 'legacyInitiator', phase: 'confirm', tk, ownConfirm },
    ...before,
    send({ kind: 'pairingConfirm', confirmValue: ownConfirm }),
  );
};

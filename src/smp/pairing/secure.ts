import type { Bytes } from '../../core/bytes.ts';
import { equalSecrets } from '../../crypto/equal-secrets.ts';
import { f4, f5, f6 } from '../../crypto/toolbox.ts';
import type { PairingFeatures } from '../codec/smp-commands.ts';
import { PairingFailedReason } from '../smp-codes.ts';
import {
  type AuthenticationContext,
  type AuthenticationState,
  type AuthenticationStep,
  agreeOn,
  type Evidence,
  fail,
  type SecureKeys,
  send,
  step,
} from './authentication-states.ts';

/** What Just Works, Numeric Comparison and an absent out-of-band value put for r. */
export const zeroR = (): Bytes => new Uint8Array(16);

/** The commitment of this side to its nonce. */
export const ownCommitment = (
  { material }: AuthenticationContext,
  { peerKey }: SecureKeys,
  nonce: Uint8Array,
  z: number,
): Bytes => f4(material.keyPair.publicKey.x, peerKey.x, nonce, z);

/** The commitment that the peer must have sent before this nonce. */
export const peerCommitment = (
  { material }: AuthenticationContext,
  { peerKey }: SecureKeys,
  nonce: Uint8Array,
  z: number,
): Bytes => f4(peerKey.x, material.keyPair.publicKey.x, nonce, z);

const ioCapOf = ({ authReq, oobDataFlag, ioCapability }: PairingFeatures): Uint8Array =>
  Uint8Array.of(authReq, oobDataFlag, ioCapability);

/** The long-term key, and the check of each side over all that was said (Vol 3, Part H, 2.3.5.6.5). */
const secondStage = (
  { terms, initiator, responder }: AuthenticationContext,
  { dhKey }: SecureKeys,
  { initiatorNonce, responderNonce, initiatorR, responderR }: Evidence,
): { readonly ltk: Bytes; readonly ofInitiator: Bytes; readonly ofResponder: Bytes } => {
  const { macKey, ltk } = f5(dhKey, initiatorNonce, responderNonce, initiator, responder);
  const { request, response } = terms;
  return {
    ltk,
    ofInitiator: f6(
      macKey,
      initiatorNonce,
      responderNonce,
      responderR,
      ioCapOf(request),
      initiator,
      responder,
    ),
    ofResponder: f6(
      macKey,
      responderNonce,
      initiatorNonce,
      initiatorR,
      ioCapOf(response),
      responder,
      initiator,
    ),
  };
};

/** The first stage has gone well: the initiator shows its check first. */
export const beginInitiatorCheck = (
  context: AuthenticationContext,
  keys: SecureKeys,
  evidence: Evidence,
): AuthenticationStep => {
  const { ltk, ofInitiator, ofResponder } = secondStage(context, keys, evidence);
  return step(
    { machine: 'secureInitiator', phase: 'check', expected: ofResponder, ltk },
    send({ kind: 'pairingDhKeyCheck', dhKeyCheck: ofInitiator }),
  );
};

type ResponderCheck = Extract<AuthenticationState, { machine: 'secureResponder'; phase: 'check' }>;

/** What the responder waits for when the first stage has gone well: the initiator's check. */
export const responderCheck = (
  context: AuthenticationContext,
  keys: SecureKeys,
  evidence: Evidence,
): ResponderCheck => {
  const { ltk, ofInitiator, ofResponder } = secondStage(context, keys, evidence);
  return { machine: 'secureResponder', phase: 'check', expected: ofInitiator, answer: ofResponder, ltk };
};

/** The initiator has shown its check. The responder shows its own only to one that was right. */
export const answerCheck = (
  { terms }: AuthenticationContext,
  { expected, answer, ltk }: ResponderCheck,
  check: Uint8Array,
): AuthenticationStep =>
  equalSecrets(check, expected)
    ? agreeOn(ltk, terms, send({ kind: 'pairingDhKeyCheck', dhKeyCheck: answer }))
    : fail(PairingFailedReason.dhKeyCheckFailed);

import { equalSecrets } from '../../crypto/equal-secrets.ts';
import { dhKey, isDebugKey, type KeyPair, type PublicKey } from '../../crypto/p256.ts';
import { f4 } from '../../crypto/toolbox.ts';
import { PairingFailedReason } from '../smp-codes.ts';
import type { AuthenticationContext, SecureKeys } from './authentication-states.ts';

export type KeyVerdict =
  | { readonly kind: 'good'; readonly keys: SecureKeys }
  | { readonly kind: 'bad'; readonly reason: PairingFailedReason };

/**
 * Judges the peer's public key before anything is computed with it (Vol 3, Part H, 2.3.5.6.1). A key that is our own, or its reflection, lets a peer
 * answer us with what we say; one off the curve would draw our private key out; of the debug key everybody knows the private half.
 */
export const judgePublicKey = ({ privateKey, publicKey }: KeyPair, peerKey: PublicKey): KeyVerdict => {
  if (equalSecrets(peerKey.x, publicKey.x))
    return { kind: 'bad', reason: PairingFailedReason.dhKeyCheckFailed };
  if (isDebugKey(peerKey)) return { kind: 'bad', reason: PairingFailedReason.keyRejected };
  const shared = dhKey(privateKey, peerKey);
  return shared === undefined
    ? { kind: 'bad', reason: PairingFailedReason.dhKeyCheckFailed }
    : { kind: 'good', keys: { peerKey, dhKey: shared } };
};

/** Whether the peer's public key is the one that its out-of-band data, if there is any, committed to (Vol 3, Part H, 2.3.5.6.4). */
export const matchesOobData = ({ choices }: AuthenticationContext, { peerKey }: SecureKeys): boolean => {
  const data = choices.oob?.peer;
  return data === undefined || equalSecrets(f4(peerKey.x, peerKey.x, data.random, 0), data.confirm);
};

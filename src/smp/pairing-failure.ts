import { SmpError } from '../core/errors.ts';
import { PairingFailedReason, pairingFailedReasonName } from './smp-codes.ts';

/** What the user can do, by reason and by whose verdict it was. */
const advice = (reason: number, origin: 'local' | 'peer'): string | undefined => {
  switch (reason) {
    case PairingFailedReason.passkeyEntryFailed:
      return 'no passkey was entered';
    case PairingFailedReason.oobNotAvailable:
      return 'out-of-band data is missing: both sides need what the other has made for this pairing';
    case PairingFailedReason.authenticationRequirements:
      return origin === 'local'
        ? 'the peer cannot do what mitm, secureConnections, or the bond that is there, require'
        : 'the peer requires more: give ui callbacks for a passkey or a number, and set secureConnections';
    case PairingFailedReason.confirmValueFailed:
      return 'the passkeys or keys of both sides differ: enter the passkey again, and see that nobody stands between';
    case PairingFailedReason.pairingNotSupported:
      return origin === 'local'
        ? 'adapter.security does not let this peer pair'
        : 'the peer does not pair, or not now: put it into pairing mode';
    case PairingFailedReason.encryptionKeySize:
      return 'the key would be too short: see minKeySize';
    case PairingFailedReason.repeatedAttempts:
      return 'too many pairings have failed: wait before the next';
    case PairingFailedReason.dhKeyCheckFailed:
      return 'the public keys do not belong together: somebody may stand between';
    case PairingFailedReason.numericComparisonFailed:
      return 'the numbers differ, or somebody said so';
    case PairingFailedReason.keyRejected:
      return origin === 'local'
        ? 'the peer gave keys that must not be kept: those of a weaker pairing than there is, or a debug key'
        : 'the peer did not take the keys: it may keep an older bond, remove that there';
    default:
      return undefined;
  }
};

/** The error of a pairing that has failed. */
export const pairingFailure = (
  peer: string,
  reason: number,
  origin: 'local' | 'peer',
  cause?: unknown,
): SmpError => {
  const whose = origin === 'local' ? 'this side ended it with' : 'the peer ended it with';
  const hint = advice(reason, origin);
  const text = `pairing with ${peer} failed: ${whose} ${pairingFailedReasonName(reason)}`;
  return new SmpError(hint === undefined ? text : `${text}; ${hint}`, reason, origin, { cause });
};

/** Failures that tell of a guess or an attack, and make the next pairing wait; others may be tried again at once. */
const guesses: ReadonlySet<number> = new Set([
  PairingFailedReason.passkeyEntryFailed,
  PairingFailedReason.confirmValueFailed,
  PairingFailedReason.dhKeyCheckFailed,
  PairingFailedReason.numericComparisonFailed,
  PairingFailedReason.invalidParameters,
  PairingFailedReason.keyRejected,
]);

export const isGuess = (reason: number): boolean => guesses.has(reason);

/** What both sides must see when they meet again. */
import type { Seen } from '../report.ts';
import type { Role } from '../table.ts';
import { insufficientAuthentication, insufficientEncryption, readsOf, securityOf } from './expected-link.ts';
import type { Result } from './model.ts';
import type { Combination } from './plan.ts';

export interface Meeting {
  readonly row: string;
  readonly ours: Seen;
  readonly theirs: Seen;
  /** The foreign side is put right before it. */
  readonly corrected?: boolean | undefined;
  readonly defect?: string | undefined;
}

/** Connection Terminated due to MIC Failure: the keys of both sides differ (Vol 1, Part F, 2.58). */
const micFailure = 0x3d;

/** The links after a pairing that has brought a bond. */
export const meetingsOf = (
  { name, wrongKey }: Combination,
  result: Result,
  role: Role,
): readonly Meeting[] => {
  const encrypted = {
    ours: { security: securityOf(result) },
    theirs: { encrypted: true, reads: readsOf(result) },
  };
  const ended = { ours: { failure: { gone: micFailure } }, theirs: { gone: micFailure } };
  /** A bond, and a link that is not encrypted: what needs security is refused with this code. */
  const plain = (code: number) => ({
    ours: { security: { ...securityOf(undefined), bonded: true } },
    theirs: { encrypted: false, reads: { encrypted: code, authenticated: code, secure: code } },
  });
  const again = `${name}, again`;
  if (wrongKey === 'fails') return [{ row: again, ...ended }];
  if (wrongKey === 'is not seen')
    return [{ row: again, ...encrypted, defect: 'Rootcanal encrypts with keys that differ' }];
  // Without a key that serves these roles a client must pair; with one it must encrypt (Vol 3, Part C, 10.3.1).
  if (!result.encryptsAgain) return [{ row: again, ...plain(insufficientAuthentication) }];
  if (result.secureConnections || role === 'peripheral') return [{ row: again, ...encrypted }];
  const wrongly = result.given.ours.includes('encryption')
    ? {
        ...ended,
        defect:
          'Bumble as peripheral answers with the key that it was given and not with the one that it gave',
      }
    : {
        ...plain(insufficientEncryption),
        defect: 'Bumble as peripheral looks for the key that it was given, and has none',
      };
  return [
    { row: again, ...wrongly },
    { row: `${name}, put right`, corrected: true, ...encrypted },
  ];
};

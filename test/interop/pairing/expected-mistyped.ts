/** What both sides must see of a passkey that was mistyped, and of the next try with the right one. */
import { PairingFailedReason } from 'jelling';
import type { Seen } from '../report.ts';
import type { Role } from '../table.ts';
import type { Combination } from './plan.ts';

export interface Attempt {
  readonly row: string;
  readonly ours: Seen;
  readonly theirs: Seen;
  /** How long this side lets pass before it. */
  readonly afterMs?: number | undefined;
  /** The passkey is the wrong one. */
  readonly mistyped?: boolean | undefined;
}

/** The first waiting interval of our side (Vol 3, Part H, 2.3.6), and a little more. */
const backOffMs = 1_100;

/** The responder is the first who can compare what came of the passkey, in either kind (Vol 3, Part H, 2.3.5.5 and 2.3.5.6.3). */
export const attemptsOf = ({ name }: Combination, role: Role): readonly Attempt[] => {
  const leaves = { kind: 'left to the peer' };
  const nothing = { isEncrypted: false, bonds: 0 };
  const wrong = { reason: PairingFailedReason.confirmValueFailed };
  const first: Attempt = {
    row: name,
    mistyped: true,
    ours: { outcome: role === 'central' ? { ...wrong, origin: 'peer' } : leaves, ...nothing },
    theirs: { outcome: wrong, isEncrypted: false, hasKeys: false },
  };
  const good = {
    ours: { outcome: role === 'central' ? { kind: 'paired' } : leaves, isEncrypted: true, bonds: 1 },
    theirs: { outcome: { method: 'PASSKEY' }, isEncrypted: true, hasKeys: true },
  };
  // As central this side waits by itself; as peripheral it tells who comes too early.
  if (role === 'central')
    return [first, { row: `${name}, again`, ...good, ours: { ...good.ours, waited: true } }];
  const tooEarly = { reason: PairingFailedReason.repeatedAttempts };
  return [
    first,
    {
      row: `${name}, too early`,
      ours: { outcome: leaves, ...nothing },
      theirs: { outcome: tooEarly, isEncrypted: false, hasKeys: false },
    },
    { row: `${name}, again`, afterMs: backOffMs, ...good },
  ];
};

/** What has to come of a pairing, written down from the Core Specification and from nothing of ours. */
import type { KeyName } from 'jelling';
import type { Role } from '../table.ts';
import { type Io, ios } from './contract.ts';
import type { Combination, Ours } from './plan.ts';

/** `works`: Just Works; I and R are the initiator and the responder; `number`: Numeric Comparison. */
export type Method = 'works' | 'I shows' | 'R shows' | 'both enter' | 'number' | 'out of band';

// Table 2.8 of Vol 3, Part H, 2.3.5.1: rows are responders, columns initiators, both in the order of `ios`.
const table = {
  legacy: ['WWRWR', 'WWRWR', 'IIBWI', 'WWWWW', 'IIRWI'],
  secure: ['WWRWR', 'WNRWN', 'IIBWI', 'WWWWW', 'INRWN'],
} as const;

const letters: Readonly<Record<string, Method>> = {
  W: 'works',
  I: 'I shows',
  R: 'R shows',
  B: 'both enter',
  N: 'number',
};

export const methodOf = (secure: boolean, mitm: boolean, initiator: Io, responder: Io): Method => {
  if (!mitm) return 'works';
  const letter = table[secure ? 'secure' : 'legacy'][ios.indexOf(responder)]?.[ios.indexOf(initiator)];
  return letters[letter ?? ''] ?? 'works';
};

/** Whether a side that asks for protection gets it. */
export const satisfies = (method: Method, mitm: Ours['mitm']): boolean => method !== 'works' || mitm !== true;

export interface Result {
  readonly method: Method;
  readonly secureConnections: boolean;
  readonly authenticated: boolean;
  /** LE security mode 1 (Vol 3, Part C, 10.2.1). */
  readonly level: 2 | 3 | 4;
  /** What each side gives (Vol 3, Part H, 3.6.1): what is there for encryption with Secure Connections is not given. */
  readonly given: Readonly<Record<'ours' | 'theirs', readonly KeyName[]>>;
  /** Our side keeps a bond. */
  readonly bonded: boolean;
  /** There is a key for the next link with these roles: one that both made, or that the peripheral gave (Vol 3, Part H, 2.4.4.2). */
  readonly encryptsAgain: boolean;
}

const both = (a: readonly KeyName[], b: readonly KeyName[], secure: boolean): KeyName[] =>
  a.filter((key) => b.includes(key) && !(secure && key === 'encryption'));

/** What must come of it if nothing forbids it; undefined where our side must refuse. */
export const resultOf = ({ ours, theirs, oob }: Combination, role: Role): Result | undefined => {
  const secure = ours.secureConnections !== false && theirs.secureConnections;
  const [initiator, responder] = role === 'central' ? [ours.io, theirs.io] : [theirs.io, ours.io];
  const mitm = ours.mitm !== false || theirs.mitm;
  const method = oob === undefined ? methodOf(secure, mitm, initiator, responder) : 'out of band';
  if (!satisfies(method, ours.mitm)) return undefined;
  const authenticated = method !== 'works';
  // A side that does not bond neither gives nor takes; the foreign one does all the same.
  const given = {
    ours: ours.bond ? both(ours.give, theirs.take, secure) : [],
    theirs: ours.bond ? both(theirs.give, ours.take, secure) : [],
  };
  const hasKey = secure || given.ours.includes('encryption') || given.theirs.includes('encryption');
  return {
    method,
    secureConnections: secure,
    authenticated,
    level: authenticated ? (secure ? 4 : 3) : 2,
    given,
    bonded: ours.bond && theirs.bond && hasKey,
    encryptsAgain: secure || given[role === 'central' ? 'theirs' : 'ours'].includes('encryption'),
  };
};

/** What both sides must see of a link while they pair and when they have, by what has to come of it. */
import { PairingFailedReason } from 'jelling';
import type { Seen } from '../report.ts';
import type { Role } from '../table.ts';
import type { LevelName } from './contract.ts';
import type { Method, Result } from './model.ts';
import type { Combination } from './plan.ts';

/** What the user of a side is asked for (Vol 3, Part H, 2.3.5.1). */
export const askedOf = (method: Method, role: Role): string[] => {
  switch (method) {
    case 'works':
    case 'out of band':
      return [];
    case 'number':
      return ['compare'];
    case 'both enter':
      return ['enter'];
    case 'I shows':
      return [role === 'central' ? 'show' : 'enter'];
    case 'R shows':
      return [role === 'central' ? 'enter' : 'show'];
  }
};

const theirMethods: Readonly<Record<Method, string>> = {
  works: 'JUST_WORKS',
  'I shows': 'PASSKEY',
  'R shows': 'PASSKEY',
  'both enter': 'PASSKEY',
  number: 'NUMERIC_COMPARISON',
  'out of band': 'OOB',
};

const open = {
  encrypted: false,
  authenticated: false,
  bonded: false,
  secureConnections: false,
  keySize: 0,
  level: 1,
};

/** `connection.security` of our side. */
export const securityOf = (result: Result | undefined): Seen =>
  result === undefined
    ? open
    : {
        encrypted: true,
        authenticated: result.authenticated,
        bonded: result.bonded,
        secureConnections: result.secureConnections,
        keySize: 16,
        level: result.level,
      };

export const insufficientAuthentication = 0x05;
export const insufficientEncryption = 0x0f;

/** What our server answers to who reads (Vol 3, Part C, 10.3.1). */
export const readsOf = (result: Result | undefined): Record<LevelName, number> => {
  const unless = (allowed: boolean): number => (allowed ? 0 : insufficientAuthentication);
  return {
    encrypted: unless(result !== undefined),
    authenticated: unless(result?.authenticated === true),
    secure: unless(result?.level === 4),
  };
};

/** How a pairing ends on our side, where that asked for it. */
export const ourOutcome = (result: Result | undefined, { begunBy }: Combination, role: Role): Seen => {
  if (begunBy !== role) return { kind: 'left to the peer' };
  if (result !== undefined) return { kind: 'paired' };
  return { reason: PairingFailedReason.authenticationRequirements, origin: 'local' };
};

export const theirOutcome = (result: Result | undefined): Seen =>
  result === undefined
    ? { reason: PairingFailedReason.authenticationRequirements }
    : { method: theirMethods[result.method] };

/** What the foreign side calls the link. It takes every encrypted one for authenticated, and says in its keys alone how they were made. */
export const theirLink = (result: Result | undefined): Seen => ({
  authenticated: result !== undefined,
  sc: result?.secureConnections === true,
  is_encrypted: result !== undefined,
});

/** What the foreign side is known to do wrong while it pairs. */
export const pairingDefects = ({ theirs }: Combination, result: Result): string[] => [
  ...(result.authenticated ? [] : ['Bumble calls the link authenticated, as it does every encrypted one']),
  ...(theirs.signsWithZeros === true ? ['Bumble gives a signing key of zeros'] : []),
  ...(theirs.bond ? [] : ['Bumble keeps keys though it said that it would not bond']),
];

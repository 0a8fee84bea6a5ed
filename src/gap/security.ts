import type { LinkSecurity } from '../gatt/access.ts';
import type { LinkProtection, SecurityCause } from '../smp/security-watch.ts';
import { LARGEST_KEY_SIZE } from '../smp/smp-codes.ts';

/** What protects a link at this moment (Vol 3, Part C, 10.2.1). Read from the link at each use; never what somebody hoped for. */
export interface ConnectionSecurity {
  readonly encrypted: boolean;
  /** The key came from a pairing that a person or an out-of-band channel vouched for. */
  readonly authenticated: boolean;
  /** There is a bond with the peer; one of legacy pairing may have no key for the role that this side has here. */
  readonly bonded: boolean;
  readonly secureConnections: boolean;
  /** Octets of the key, 7 to 16; 0 on a link that is not encrypted. */
  readonly keySize: number;
  /** LE security mode 1, level 1 to 4. */
  readonly level: 1 | 2 | 3 | 4;
}

/** What protects a link, and what has brought that. */
export interface SecurityChange extends ConnectionSecurity {
  /** A pairing that is complete now, or the keys of a bond that there was. */
  readonly by: SecurityCause;
}

const levelOf = ({ encrypted, authenticated, secureConnections, keySize }: LinkProtection): 1 | 2 | 3 | 4 => {
  if (!encrypted) return 1;
  if (!authenticated) return 2;
  return secureConnections && keySize === LARGEST_KEY_SIZE ? 4 : 3;
};

export const securityOf = (protection: LinkProtection): ConnectionSecurity => ({
  ...protection,
  level: levelOf(protection),
});

/** The same for the judge of access; `hasKey` says whether the link could be encrypted with a bond. */
export const gattSecurity = (security: ConnectionSecurity, hasKey: boolean): LinkSecurity => ({
  encrypted: security.encrypted,
  authenticated: security.authenticated,
  secureConnections: security.secureConnections,
  keySize: security.keySize,
  hasKey,
});

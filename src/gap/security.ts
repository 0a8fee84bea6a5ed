import type { LinkSecurity } from '../gatt/access.ts';

/** What protects a link at this moment (Vol 3, Part C, 10.2.1). Read from the link at each use; never what somebody hoped for. */
export interface ConnectionSecurity {
  readonly encrypted: boolean;
  /** The key came from a pairing that a person or an out-of-band channel vouched for. */
  readonly authenticated: boolean;
  /** The key is kept for the next connection. */
  readonly bonded: boolean;
  readonly secureConnections: boolean;
  /** Octets of the key, 7 to 16; 0 on a link that is not encrypted. */
  readonly keySize: number;
  /** LE security mode 1, level 1 to 4. */
  readonly level: 1 | 2 | 3 | 4;
}

/** A link that nothing protects. */
export const unprotected: ConnectionSecurity = {
  encrypted: false,
  authenticated: false,
  bonded: false,
  secureConnections: false,
  keySize: 0,
  level: 1,
};

/** The same for the judge of access. A link without a bond has no key to be encrypted with. */
export const gattSecurity = (security: ConnectionSecurity): LinkSecurity => ({
  encrypted: security.encrypted,
  authenticated: security.authenticated,
  secureConnections: security.secureConnections,
  keySize: security.keySize,
  hasKey: security.bonded,
});

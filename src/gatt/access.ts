import { AttErrorCode } from '../att/att-codes.ts';

/** What a link offers at this moment. Read from the link for each access, never kept. */
export interface LinkSecurity {
  readonly encrypted: boolean;
  /** The key was made with protection against a man in the middle. */
  readonly authenticated: boolean;
  readonly secureConnections: boolean;
  /** Octets of the encryption key; 0 while the link is not encrypted. */
  readonly keySize: number;
  /** A long-term key is shared with the peer, whether or not the link is encrypted with it now. */
  readonly hasKey: boolean;
}

export const openLink: LinkSecurity = {
  encrypted: false,
  authenticated: false,
  secureConnections: false,
  keySize: 0,
  hasKey: false,
};

/** What a link must offer for one kind of access. */
export interface AccessRule {
  readonly encrypted?: boolean | undefined;
  readonly authenticated?: boolean | undefined;
  readonly secureConnections?: boolean | undefined;
  readonly minKeySize?: number | undefined;
}

/** The ways to reach an attribute. A write command is one of its own: a characteristic may allow it and refuse the request. */
export type Operation = 'read' | 'write' | 'writeCommand';

/** The rule for each operation; one that is missing is not permitted at all. */
export type Permissions = { readonly [O in Operation]?: AccessRule | undefined };

export const openAccess: AccessRule = {};

/** The answer to an access that is allowed. */
export const ALLOWED = 0;

/**
 * The one judge of access: every path to an attribute asks it, each time. Gives ALLOWED or the ATT error code.
 * A link that lacks encryption is told whether pairing or mere encryption is wanted by the key it has (Vol 3, Part C, 10.3.1).
 */
export const checkAccess = (
  permissions: Permissions,
  operation: Operation,
  link: { security(): LinkSecurity },
): number => {
  const rule = permissions[operation];
  if (rule === undefined)
    return operation === 'read' ? AttErrorCode.readNotPermitted : AttErrorCode.writeNotPermitted;
  if (rule === openAccess) return ALLOWED;
  const authenticated = rule.authenticated === true;
  const secureConnections = rule.secureConnections === true;
  const minKeySize = rule.minKeySize ?? 0;
  const encrypted = rule.encrypted === true || authenticated || secureConnections || minKeySize > 0;
  if (!encrypted) return ALLOWED;
  const security = link.security();
  if (!security.encrypted) {
    return security.hasKey ? AttErrorCode.insufficientEncryption : AttErrorCode.insufficientAuthentication;
  }
  if (authenticated && !security.authenticated) return AttErrorCode.insufficientAuthentication;
  if (secureConnections && !security.secureConnections) return AttErrorCode.insufficientAuthentication;
  if (security.keySize < minKeySize) return AttErrorCode.encryptionKeySizeTooShort;
  return ALLOWED;
};

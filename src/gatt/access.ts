import { AttErrorCode } from '../att/att-codes.ts';
import { InvalidArgumentError } from '../core/errors.ts';

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

/** What a link must offer for one kind of access. Each of them but `encrypted: false` needs an encrypted link. */
export interface AccessRule {
  readonly encrypted?: boolean | undefined;
  /** The key was made with protection against a man in the middle. */
  readonly authenticated?: boolean | undefined;
  readonly secureConnections?: boolean | undefined;
  /** Octets, 7 to 16. */
  readonly minKeySize?: number | undefined;
}

/** Whether an access is permitted: never, always, or over a link that offers so much. */
export type Permission = boolean | AccessRule;

/**
 * The ways to reach an attribute. A write command is one of its own, and so is one that is signed: a characteristic may allow it and refuse the request. The last two
 * are the server's, which sends the value.
 */
export type Operation = 'read' | 'write' | 'writeCommand' | 'signedWrite' | 'notify' | 'indicate';

/** The rule for each operation; one that is missing is not permitted at all. */
export type Permissions = { readonly [O in Operation]?: AccessRule | undefined };

export const openAccess: AccessRule = {};

const SHORTEST_KEY = 7;
const LONGEST_KEY = 16;

const ruleFields: { readonly [K in keyof AccessRule]-?: 'boolean' | 'number' } = {
  encrypted: 'boolean',
  authenticated: 'boolean',
  secureConnections: 'boolean',
  minKeySize: 'number',
};

/** Throws InvalidArgumentError for what is no rule: one that is misspelt would guard nothing. */
export const checkRule = (rule: AccessRule): AccessRule => {
  if (typeof rule !== 'object' || rule === null) {
    throw new InvalidArgumentError(
      `a rule of access is an object like { encrypted: true }, not ${String(rule)}`,
    );
  }
  const known: Readonly<Record<string, string>> = ruleFields;
  for (const [name, value] of Object.entries(rule)) {
    const type = Object.hasOwn(known, name) ? known[name] : undefined;
    if (type === undefined) {
      throw new InvalidArgumentError(
        `a rule of access has ${Object.keys(ruleFields).join(', ')}, and no '${name}'`,
      );
    }
    if (value !== undefined && typeof value !== type)
      throw new InvalidArgumentError(`${name} of a rule of access is a ${type}; it is ${String(value)}`);
  }
  const { minKeySize } = rule;
  const isKeySize = minKeySize === undefined || (minKeySize >= SHORTEST_KEY && minKeySize <= LONGEST_KEY);
  if (isKeySize) return rule;
  throw new InvalidArgumentError(
    `minKeySize must be from ${SHORTEST_KEY} to ${LONGEST_KEY} octets; it is ${minKeySize}`,
  );
};

/** The rule that an option stands for; undefined where it permits nothing. Throws InvalidArgumentError for what is no permission. */
export const accessRule = (permission: Permission | undefined): AccessRule | undefined => {
  if (permission === undefined || permission === false) return undefined;
  if (permission === true) return openAccess;
  const rule = checkRule(permission);
  return needsEncryption(rule) ? rule : openAccess;
};

/** What a link must offer that is to satisfy both rules. */
export const bothRules = (a: AccessRule | undefined, b: AccessRule | undefined): AccessRule | undefined => {
  if (a === undefined || b === undefined || a === b) return a ?? b;
  return {
    encrypted: a.encrypted === true || b.encrypted === true,
    authenticated: a.authenticated === true || b.authenticated === true,
    secureConnections: a.secureConnections === true || b.secureConnections === true,
    minKeySize: Math.max(a.minKeySize ?? 0, b.minKeySize ?? 0),
  };
};

export const needsEncryption = ({
  encrypted,
  authenticated,
  secureConnections,
  minKeySize,
}: AccessRule): boolean =>
  encrypted === true || authenticated === true || secureConnections === true || (minKeySize ?? 0) > 0;

/**
 * The rule of an operation. On a link that is encrypted data is not signed, and a write command has what signing is to bring (Vol 3, Part C, 10.4.2, and Part G, 4.9.2).
 */
export const ruleOf = (permissions: Permissions, operation: Operation): AccessRule | undefined => {
  const { signedWrite } = permissions;
  const standsForSigned = operation === 'writeCommand' && signedWrite !== undefined;
  return (
    permissions[operation] ?? (standsForSigned ? bothRules(signedWrite, { encrypted: true }) : undefined)
  );
};

/** The answer to an access that is allowed. */
export const ALLOWED = 0;

/**
 * The one judge of access: every path to an attribute asks it, each time. Gives ALLOWED or the ATT error code.
 * A link that lacks encryption is told whether pairing or mere encryption is wanted by the key it has (Vol 3, Part C, 10.3.1, Table 10.2). Where
 * several errors apply the choice is free (Vol 3, Part F, 3.4.1.1): first comes the one whose remedy, a new pairing, mends the others too.
 */
export const checkAccess = (
  permissions: Permissions,
  operation: Operation,
  link: { security(): LinkSecurity },
): number => {
  const rule = ruleOf(permissions, operation);
  if (rule === undefined)
    return operation === 'read' ? AttErrorCode.readNotPermitted : AttErrorCode.writeNotPermitted;
  if (rule === openAccess || !needsEncryption(rule)) return ALLOWED;
  const security = link.security();
  if (!security.encrypted) {
    return security.hasKey ? AttErrorCode.insufficientEncryption : AttErrorCode.insufficientAuthentication;
  }
  if (rule.authenticated === true && !security.authenticated) return AttErrorCode.insufficientAuthentication;
  if (rule.secureConnections === true && !security.secureConnections)
    return AttErrorCode.insufficientAuthentication;
  if (security.keySize < (rule.minKeySize ?? 0)) return AttErrorCode.encryptionKeySizeTooShort;
  return ALLOWED;
};

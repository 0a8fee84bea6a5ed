import {
  type AccessRule,
  bothRules,
  needsEncryption,
  type Operation,
  openAccess,
  ruleOf,
} from '../access.ts';
import { FIRST_HANDLE, LAST_HANDLE } from '../gatt-codes.ts';
import type { AttributeDatabase } from './attribute-database.ts';

/** Those by which data goes over an encrypted link. There a write command stands for a signed one. */
const operations = ['read', 'write', 'writeCommand', 'notify', 'indicate'] as const satisfies Operation[];

/** Levels of LE security mode 1 (Vol 3, Part C, 10.2.1). */
const SecurityLevel = {
  none: 1,
  encrypted: 2,
  authenticated: 3,
  authenticatedSecureConnections: 4,
} as const;

/** The lowest level that offers what a rule wants. Secure Connections without authentication is a link of level 2, so no more can be said of it. */
const securityLevelOf = (rule: AccessRule): number => {
  if (!needsEncryption(rule)) return SecurityLevel.none;
  if (rule.authenticated !== true) return SecurityLevel.encrypted;
  return rule.secureConnections === true
    ? SecurityLevel.authenticatedSecureConnections
    : SecurityLevel.authenticated;
};

/** The level at which nothing in the database is refused any more. */
export const highestSecurityLevel = (database: AttributeDatabase): number => {
  let needed: AccessRule = openAccess;
  let attribute = database.next(FIRST_HANDLE, LAST_HANDLE);
  while (attribute !== undefined) {
    for (const operation of operations)
      needed = bothRules(needed, ruleOf(attribute.permissions, operation)) ?? needed;
    attribute = database.next(attribute.handle + 1, LAST_HANDLE);
  }
  return securityLevelOf(needed);
};

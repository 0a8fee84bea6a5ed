import { describe, expect, it } from 'vitest';
import { ALLOWED, checkAccess, type LinkSecurity, openAccess, openLink } from '../../../src/gatt/access.ts';

const justWorks: LinkSecurity = {
  encrypted: true,
  authenticated: false,
  secureConnections: false,
  keySize: 16,
  hasKey: true,
};
const strong: LinkSecurity = { ...justWorks, authenticated: true, secureConnections: true };

describe('access to an attribute', () => {
  it('is refused where there is no permission, whatever the link', () => {
    expect(checkAccess({}, 'read', strong)).toBe(0x02);
    expect(checkAccess({}, 'write', strong)).toBe(0x03);
    expect(checkAccess({}, 'writeCommand', strong)).toBe(0x03);
  });

  it('tells the three operations apart', () => {
    expect(checkAccess({ read: openAccess }, 'read', openLink)).toBe(ALLOWED);
    expect(checkAccess({ read: openAccess }, 'write', openLink)).toBe(0x03);
    expect(checkAccess({ write: openAccess }, 'writeCommand', openLink)).toBe(0x03);
    expect(checkAccess({ writeCommand: openAccess }, 'write', openLink)).toBe(0x03);
  });

  it.each([
    ['without a key, pairing is wanted', openLink, 0x05],
    ['with a key, encryption is wanted', { ...openLink, hasKey: true }, 0x0f],
    ['over an encrypted link', justWorks, ALLOWED],
  ])('that needs encryption: %s', (_name, security, status) => {
    expect(checkAccess({ read: { encrypted: true } }, 'read', security)).toBe(status);
  });

  it('that needs authentication is refused over a key that was made without', () => {
    expect(checkAccess({ write: { authenticated: true } }, 'write', justWorks)).toBe(0x05);
    expect(checkAccess({ write: { authenticated: true } }, 'write', strong)).toBe(ALLOWED);
  });

  it('that needs Secure Connections is refused over a legacy key, also an authenticated one', () => {
    const legacy = { ...strong, secureConnections: false };
    expect(checkAccess({ read: { secureConnections: true } }, 'read', legacy)).toBe(0x05);
    expect(checkAccess({ read: { secureConnections: true } }, 'read', strong)).toBe(ALLOWED);
  });

  it('that needs a long key is refused over a short one', () => {
    const short = { ...strong, keySize: 7 };
    expect(checkAccess({ read: { minKeySize: 16 } }, 'read', short)).toBe(0x0c);
    expect(checkAccess({ read: { minKeySize: 7 } }, 'read', short)).toBe(ALLOWED);
    expect(checkAccess({ read: { minKeySize: 16 } }, 'read', openLink)).toBe(0x05);
  });
});

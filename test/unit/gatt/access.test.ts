import { describe, expect, it } from 'vitest';
import {
  ALLOWED,
  checkAccess as check,
  type LinkSecurity,
  type Operation,
  openAccess,
  openLink,
  type Permissions,
} from '../../../src/gatt/access.ts';
import type { Attribute } from '../../../src/gatt/server/attribute.ts';
import { addPart, attributeCount, layOut, place } from '../../../src/gatt/server/server-binding.ts';
import { Service } from '../../../src/gatt/server/service.ts';
import { ManualClock, newServer, RawClient } from '../../support/gatt-pair.ts';

const checkAccess = (permissions: Permissions, operation: Operation, security: LinkSecurity): number =>
  check(permissions, operation, { security: () => security });

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

describe('every path to a value asks the one judge (A7)', () => {
  it('a link that loses its security between two parts is refused the second', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const service = new Service(0x1234);
    const attribute = (handle: number): Attribute => ({
      handle,
      type: service.uuid,
      groupEnd: handle,
      permissions: { read: { encrypted: true }, write: { encrypted: true } },
      source: { maxLength: 100, value: () => new Uint8Array(50), commit: () => {} },
    });
    service[addPart]({ [attributeCount]: 1, [layOut]: (handle) => [attribute(handle)], [place]: () => {} });
    server.register(service);
    const client = new RawClient(clock, server);
    client.connection.security = justWorks;
    expect((await client.ask('0a 3100'))[0]?.slice(0, 2)).toBe('0b');
    expect((await client.ask('16 3100 0000 01'))[0]?.slice(0, 2)).toBe('17');
    client.connection.security = { ...openLink, hasKey: true };
    expect(await client.ask('0c 3100 1600')).toEqual(['010c31000f']);
    expect(await client.ask('18 01')).toEqual(['011831000f']);
  });
});

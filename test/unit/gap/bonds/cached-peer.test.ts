import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../../src/core/address.ts';
import { cachedPeer } from '../../../../src/gap/bonds/cached-peer.ts';
import { Device, type DeviceOwner } from '../../../../src/gap/device.ts';
import type { ConnectionSecurity } from '../../../../src/gap/security.ts';

const nobody: DeviceOwner = {
  connectionTo: () => undefined,
  keepConnected: (device) => {
    throw new Error(`${device} is not kept`);
  },
  connect: () => Promise.reject(new Error('out of reach')),
  bondWith: () => undefined,
  removeBond: () => Promise.resolve(false),
  identify: (peer) => peer,
};
const device = (text: string, type: 'public' | 'random'): Device =>
  new Device(nobody, { address: parseAddress(text), type });
const identity = { address: parseAddress('C0:00:00:00:00:01'), type: 'random' } as const;
const unprotected: ConnectionSecurity = {
  encrypted: false,
  authenticated: false,
  bonded: false,
  secureConnections: false,
  keySize: 0,
  level: 1,
};
const encrypted: ConnectionSecurity = { ...unprotected, encrypted: true, keySize: 16, level: 2 };

describe('what a peer is kept under', () => {
  it.each([
    ['a public address', device('00:11:22:33:44:55', 'public'), '00:11:22:33:44:55/public'],
    ['a static address', device('C0:11:22:33:44:55', 'random'), 'C0:11:22:33:44:55/random'],
  ])('without a bond: %s', (_name, peer, key) => {
    expect(cachedPeer(peer, undefined, unprotected)).toEqual({ key, bonded: false });
    expect(cachedPeer(peer, undefined, encrypted)).toEqual({ key, bonded: false });
  });

  it.each([
    ['a resolvable address', device('40:11:22:33:44:55', 'random')],
    ['a non-resolvable address', device('00:11:22:33:44:55', 'random')],
  ])('without a bond: nothing for %s (A13)', (_name, peer) => {
    expect(cachedPeer(peer, undefined, encrypted)).toBeUndefined();
  });

  it('with a bond: the identity, whatever address it shows, once it has proved to have the key', () => {
    const peer = device('40:11:22:33:44:55', 'random');
    const bonded = { ...encrypted, bonded: true };
    expect(cachedPeer(peer, identity, bonded)).toEqual({
      key: 'bond C0:00:00:00:00:01/random',
      bonded: true,
    });
    expect(cachedPeer(peer, identity, { ...unprotected, bonded: true })).toBeUndefined();
    expect(cachedPeer(peer, identity, encrypted)).toBeUndefined();
  });
});

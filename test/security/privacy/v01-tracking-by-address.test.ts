import { describe, expect, test } from 'vitest';
import { Hosts } from '../../support/hosts.ts';
import {
  addressesOf,
  isOf,
  kindsOf,
  type PersonOptions,
  Spy,
  twoFriends,
} from '../../support/private-hosts.ts';

const controllers: readonly (readonly [string, PersonOptions])[] = [
  ['legacy commands, a public address', { profile: '4.0' }],
  ['legacy commands, a static address', { profile: '4.2', address: null }],
  ['extended commands, a public address', { profile: '5.x' }],
  ['extended commands, a static address', { profile: '5.x', address: null }],
];

describe.each(controllers)('V1 over a controller with %s', (_name, options) => {
  test('V1 who hides shows resolvable private addresses alone, whatever it does', async () => {
    await using hosts = new Hosts();
    const spy = new Spy(hosts);
    const [hidden, friend] = await twoFriends(hosts, { ...options, privacy: true }, options);
    const { ble } = hidden;

    // Advertises, to everybody and not to be connected to.
    const incoming = ble.advertise({ name: 'hidden', intervalMs: 100 });
    await hosts.clock.advance(1_000);
    const advertised = spy.take(hidden);
    expect(kindsOf(advertised)).toEqual(new Set(['resolvable']));
    const central = friend.ble.device(hidden.identity.address, hidden.identity.type).connect();
    await hosts.run(central);
    const link = await hosts.run(incoming);
    expect(link.device.address).toBe(friend.identity.address);
    await hosts.run(link.disconnect());
    await hosts.run(
      ble.broadcast({ intervalMs: 100, durationMs: 500, manufacturer: [0xffff, Uint8Array.of(1)] }),
    );

    // Scans actively, and connects, while the other advertises.
    const atFriend = friend.ble.advertise({ name: 'friend', intervalMs: 100 });
    const scanner = ble.scan({ active: true });
    await hosts.run(scanner.next());
    await hosts.clock.advance(500);
    const connected = ble.device(friend.identity.address, friend.identity.type).connect();
    await hosts.run(connected);
    await hosts.run(atFriend);
    await hosts.run(scanner.close());

    const all = [...advertised, ...spy.take(hidden)];
    expect(new Set(all.map(({ kind }) => kind))).toEqual(
      new Set(['advertising', 'scanRequest', 'connectRequest']),
    );
    expect(kindsOf(all)).toEqual(new Set(['resolvable']));
    expect(addressesOf(all)).not.toContain(hidden.identity.address);
    for (const { from } of all) expect(isOf(hidden, from.address)).toBe(true);
  });

  test('V1 who does not hide asks advertisers for more under an address that means nothing', async () => {
    await using hosts = new Hosts();
    const spy = new Spy(hosts);
    const [open, friend] = await twoFriends(hosts, options);
    const advertising = friend.ble.advertising({ name: 'friend', intervalMs: 100 });
    const waiting = advertising.next();
    const scanner = open.ble.scan({ active: true });
    await hosts.run(scanner.next());
    await hosts.clock.advance(1_000);
    const asked = spy.take(open, 'scanRequest');
    expect(asked.length).toBeGreaterThan(0);
    expect(kindsOf(asked)).toEqual(new Set(['nonResolvable']));
    await hosts.run(scanner.close());
    await hosts.run(advertising.close());
    await hosts.run(waiting);
    expect(spy.take(open)).toEqual([]);
  });

  test('V1 one that only listens is not heard', async () => {
    await using hosts = new Hosts();
    const spy = new Spy(hosts);
    const [open, friend] = await twoFriends(hosts, options);
    const stop = new AbortController();
    const over = friend.ble.broadcast({ name: 'friend', signal: stop.signal }).catch(() => undefined);
    const scanner = open.ble.scan();
    await hosts.run(scanner.next());
    await hosts.clock.advance(1_000);
    await hosts.run(scanner.close());
    stop.abort();
    await hosts.run(over);
    expect(spy.take(open)).toEqual([]);
  });
});

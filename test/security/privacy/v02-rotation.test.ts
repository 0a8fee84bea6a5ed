import type { SenderOnAir } from 'jelling/virtual';
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

const MINUTE_MS = 60_000;

const targetsOf = (sent: readonly SenderOnAir[]): readonly unknown[] => [
  ...new Set(sent.map(({ to }) => to?.address)),
];

const controllers: readonly (readonly [string, PersonOptions])[] = [
  ['legacy commands', { profile: '4.2' }],
  ['extended commands', { profile: '5.x', address: null }],
];

describe.each(controllers)('V2 over a controller with %s', (_name, options) => {
  test.each([
    ['15 minutes', true, 15 * MINUTE_MS],
    ['as long as it was told', { rotateMs: 2 * MINUTE_MS }, 2 * MINUTE_MS],
  ])('V2 an advertiser shows another address after %s', async (_for, privacy, periodMs) => {
    await using hosts = new Hosts();
    const spy = new Spy(hosts);
    const [hidden] = await twoFriends(hosts, { ...options, privacy }, options);
    const stop = new AbortController();
    const over = hidden.ble.advertise({ intervalMs: 10_240, signal: stop.signal }).catch(() => undefined);
    await hosts.clock.advance(periodMs - 1_000);
    const first = addressesOf(spy.take(hidden));
    expect(first).toHaveLength(1);
    await hosts.clock.advance(20_000);
    await hosts.clock.advance(periodMs - 30_000);
    const later = spy.take(hidden);
    expect(addressesOf(later).filter((address) => address !== first[0])).toHaveLength(1);
    expect(addressesOf(later).at(-1)).not.toBe(first[0]);
    for (const { from } of later) expect(isOf(hidden, from.address)).toBe(true);
    stop.abort();
    await hosts.run(over);
  });

  test('V2 so do a scanner and an attempt to connect, which go on', async () => {
    await using hosts = new Hosts();
    const spy = new Spy(hosts);
    const [hidden, friend] = await twoFriends(hosts, { ...options, privacy: true }, options);
    const stop = new AbortController();
    const over = friend.ble
      .broadcast({ name: 'friend', scannable: true, intervalMs: 10_240, signal: stop.signal })
      .catch(() => undefined);
    const scanner = hidden.ble.scan({ active: true });
    await hosts.run(scanner.next());
    const stranger = hidden.ble
      .device('00:00:5E:00:53:77')
      .connect({ timeoutMs: 40 * MINUTE_MS, signal: stop.signal });
    const given = stranger.catch((error: unknown) => error);
    await hosts.clock.advance(40 * MINUTE_MS);
    const asked = spy.take(hidden, 'scanRequest');
    expect(addressesOf(asked)).toHaveLength(3);
    for (const { from } of asked) expect(isOf(hidden, from.address)).toBe(true);
    const last = asked.at(-1);
    expect(last && hosts.clock.now() - last.atMs).toBeLessThan(60_000);
    await hosts.run(scanner.close());
    stop.abort();
    await hosts.run(over);
    await hosts.run(given);
  });
});

describe('V2 what means nothing', () => {
  test('V2 changes too', async () => {
    await using hosts = new Hosts();
    const spy = new Spy(hosts);
    const [open, friend] = await twoFriends(hosts, {});
    const stop = new AbortController();
    const over = friend.ble
      .broadcast({ name: 'friend', scannable: true, intervalMs: 10_240, signal: stop.signal })
      .catch(() => undefined);
    const scanner = open.ble.scan({ active: true });
    await hosts.run(scanner.next());
    await hosts.clock.advance(20 * MINUTE_MS);
    const asked = spy.take(open, 'scanRequest');
    expect(kindsOf(asked)).toEqual(new Set(['nonResolvable']));
    expect(addressesOf(asked)).toHaveLength(2);
    await hosts.run(scanner.close());
    stop.abort();
    await hosts.run(over);
  });
});

test('V2 no two sets show the same address at the same time, and all change', async () => {
  await using hosts = new Hosts();
  const spy = new Spy(hosts);
  const [hidden] = await twoFriends(hosts, { privacy: true }, {});
  const stop = new AbortController();
  const over = [1, 2, 3].map((value) =>
    hidden.ble
      .broadcast({ intervalMs: 10_240, manufacturer: [0xffff, Uint8Array.of(value)], signal: stop.signal })
      .catch(() => undefined),
  );
  await hosts.clock.advance(MINUTE_MS);
  const before = addressesOf(spy.take(hidden));
  expect(before).toHaveLength(3);
  await hosts.clock.advance(15 * MINUTE_MS);
  spy.take(hidden);
  await hosts.clock.advance(MINUTE_MS);
  const after = addressesOf(spy.take(hidden));
  expect(after).toHaveLength(3);
  expect(new Set([...before, ...after]).size).toBe(6);
  stop.abort();
  await hosts.run(Promise.all(over));
});

test('V2 what the controller makes itself, to call a peer by, changes as often', async () => {
  await using hosts = new Hosts();
  const spy = new Spy(hosts);
  const options = { privacy: { rotateMs: 2 * MINUTE_MS } };
  const [hidden, friend] = await twoFriends(hosts, options, options, { centralAddressResolution: true });
  const stop = new AbortController();
  const over = hidden.ble
    .advertise({ directed: friend.identity, intervalMs: 10_240, signal: stop.signal })
    .catch(() => undefined);
  await hosts.clock.advance(MINUTE_MS);
  const before = spy.take(hidden);
  await hosts.clock.advance(4 * MINUTE_MS);
  const after = spy.take(hidden).slice(-3);
  for (const of of [addressesOf, targetsOf]) {
    expect(of(after)).toHaveLength(1);
    expect(of(before)).not.toContain(of(after)[0]);
  }
  stop.abort();
  await hosts.run(over);
});

import { InvalidStateError, TimeoutError } from 'jelling';
import { describe, expect, test } from 'vitest';
import { addressAt, kindOfAddress } from '../../src/core/address.ts';
import { Hosts } from '../support/hosts.ts';
import { friends, type PersonOptions, Spy, twoFriends } from '../support/private-hosts.ts';

const MINUTE_MS = 60_000;

/** Who resolves addresses at the central: its controller, or the host that listens. */
const centrals: readonly (readonly [string, PersonOptions])[] = [
  ['the controller', { profile: '5.x' }],
  ['the host, over a controller that resolves and refuses identities', { profile: '4.2' }],
  ['the host, over a controller that knows nothing of it', { profile: '4.0' }],
  ['the host, that hides itself', { profile: '4.0', privacy: true }],
];

describe.each(centrals)('a peer that hides, resolved by %s', (_name, options) => {
  test('is connected to by its identity, under whatever address it goes', async () => {
    await using hosts = new Hosts();
    const spy = new Spy(hosts);
    const [central, hidden] = await twoFriends(hosts, options, { privacy: true });
    const { address, type } = hidden.identity;
    const device = central.ble.device(address, type);
    for (let round = 0; round < 2; round++) {
      const incoming = hidden.ble.advertise({ intervalMs: 100 });
      const link = await hosts.run(device.connect());
      const atPeer = await hosts.run(incoming);
      expect(link.device.address).toBe(address);
      expect(device.connection).toBe(link);
      expect(central.ble.connections).toEqual([link]);
      expect(atPeer.device.address).toBe(central.identity.address);
      expect(hidden.ble.device(central.identity.address, central.identity.type).connection).toBe(atPeer);
      await expect(device.connect()).rejects.toThrow(InvalidStateError);
      await hosts.run(link.disconnect());
      expect(device.connection).toBeUndefined();
      await hosts.clock.advance(16 * MINUTE_MS);
    }
    const called = spy.take(central, 'connectRequest').map(({ to }) => to);
    expect(new Set(called.map((one) => one?.address)).size).toBe(2);
    for (const one of called) expect(one && kindOfAddress(one.address, one.type)).toBe('resolvable');
  });

  test('is connected to although it changes its address meanwhile', async () => {
    await using hosts = new Hosts();
    const [central, hidden] = await twoFriends(hosts, options, { privacy: { rotateMs: 1_000 } });
    const { address, type } = hidden.identity;
    const connecting = central.ble.device(address, type).connect({ timeoutMs: 30_000 });
    await hosts.clock.advance(3_500);
    const incoming = hidden.ble.advertise({ intervalMs: 100 });
    const link = await hosts.run(connecting);
    expect(link.device.address).toBe(address);
    await hosts.run(incoming);
  });

  test('is connected to where it does not hide today', async () => {
    await using hosts = new Hosts();
    const [central, open] = await twoFriends(hosts, options, {});
    const incoming = open.ble.advertise({ intervalMs: 100 });
    const link = await hosts.run(central.ble.device(open.identity.address).connect());
    expect(link.device.address).toBe(open.identity.address);
    await hosts.run(incoming);
  });

  test('is one result of a scan, by its identity, from one address to the next', async () => {
    await using hosts = new Hosts();
    const [central, hidden] = await twoFriends(hosts, options, { privacy: { rotateMs: 60_000 } });
    const stop = new AbortController();
    const over = hidden.ble.advertise({ name: 'hidden', signal: stop.signal }).catch(() => undefined);
    const scanner = central.ble.scan({ active: true, durationMs: 5 * MINUTE_MS });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { address, name, device } of scanner)
        seen.push(`${address} ${name} ${device.address}`);
    })();
    await hosts.run(reading, 10 * MINUTE_MS);
    const { address } = hidden.identity;
    expect(new Set(seen)).toEqual(new Set([`${address} hidden ${address}`]));
    stop.abort();
    await hosts.run(over);
  });

  test('times out where it is not there, and leaves nothing behind', async () => {
    await using hosts = new Hosts();
    const [central, hidden] = await twoFriends(hosts, options, { privacy: true });
    const { address, type } = hidden.identity;
    const failed = central.ble.device(address, type).connect({ timeoutMs: 4_000 });
    await expect(hosts.run(failed)).rejects.toThrow(TimeoutError);
    await expect(failed).rejects.toThrow(`timed out after 4000 ms while connecting to ${address}`);
    const stop = new AbortController();
    const given = central.ble.device(address, type).connect({ signal: stop.signal });
    await hosts.clock.advance(1_000);
    stop.abort(new Error('no longer'));
    await expect(hosts.run(given)).rejects.toThrow('no longer');
    // The radio is free for others.
    const incoming = central.ble.advertise({ intervalMs: 100 });
    await hosts.run(hidden.ble.device(central.identity.address, central.identity.type).connect());
    await hosts.run(incoming);
  });
});

test('what has been heard a moment ago is connected to without listening again', async () => {
  await using hosts = new Hosts();
  const [central, hidden] = await twoFriends(hosts, { profile: '4.0' }, { privacy: true });
  const incoming = hidden.ble.advertise({ intervalMs: 100 });
  const scanner = central.ble.scan({ durationMs: 1_000 });
  const { value: result } = await hosts.run(scanner.next());
  await hosts.run(scanner.close());
  const link = await hosts.run(result?.device.connect() ?? Promise.reject(new Error('nothing heard')));
  expect(link.device.address).toBe(hidden.identity.address);
  await hosts.run(incoming);
});

test('what has been heard a moment ago and has changed since is listened for after a while', async () => {
  await using hosts = new Hosts();
  const hiding = { privacy: { rotateMs: 1_000 } };
  const [central, hidden] = await twoFriends(hosts, { profile: '4.0' }, hiding);
  const incoming = hidden.ble.advertise({ intervalMs: 100 });
  const scanner = central.ble.scan({ durationMs: 100 });
  const { value: result } = await hosts.run(scanner.next());
  await hosts.run(scanner.close());
  await hosts.clock.advance(1_500);
  const connecting = result?.device.connect({ timeoutMs: 5_000 });
  const link = await hosts.run(connecting ?? Promise.reject(new Error('nothing heard')));
  expect(link.device.address).toBe(hidden.identity.address);
  await hosts.run(incoming);
});

test('several that hide are waited for together, in the accept list by their identities', async () => {
  await using hosts = new Hosts();
  const spy = new Spy(hosts);
  const people = await friends(hosts, [{ privacy: true }, { privacy: true }, { privacy: true }]);
  const [central, one, other] = people;
  if (central === undefined || one === undefined || other === undefined) throw new Error('three were made');
  const listed: string[] = [];
  central.controller.faults.fromHost = (packet) => {
    const [, low, high] = packet;
    // HCI_LE_Add_Device_To_Filter_Accept_List
    if (((high ?? 0) << 8) + (low ?? 0) === 0x2011) listed.push(addressAt(packet, 5));
    return undefined;
  };
  const waiting = [one, other].map(({ identity: { address, type } }) =>
    central.ble.device(address, type).connect({ timeoutMs: 60_000 }),
  );
  await hosts.clock.advance(2_000);
  const incoming = [one, other].map(({ ble }) => ble.advertise({ intervalMs: 100 }));
  const links = await hosts.run(Promise.all(waiting));
  expect(links.map(({ device }) => device.address)).toEqual([one.identity.address, other.identity.address]);
  await hosts.run(Promise.all(incoming));
  expect(listed).toEqual([one.identity.address, other.identity.address]);
  for (const { from, to } of spy.take(central, 'connectRequest')) {
    expect(kindOfAddress(from.address, from.type)).toBe('resolvable');
    expect(to && kindOfAddress(to.address, to.type)).toBe('resolvable');
  }
});

test('more friends than the controller holds: it knows the first, the host the rest', async () => {
  await using hosts = new Hosts();
  // The resolving list of this kind of controller has room for 16.
  const people = await friends(hosts, [{}, ...Array.from({ length: 18 }, () => ({ privacy: true }))]);
  const [central, ...hidden] = people;
  const [first, last] = [hidden[0], hidden.at(-1)];
  if (central === undefined || first === undefined || last === undefined) throw new Error('many were made');
  for (const { ble, identity } of [first, last]) {
    const incoming = ble.advertise({ intervalMs: 100 });
    const link = await hosts.run(central.ble.device(identity.address, identity.type).connect());
    expect(link.device.address).toBe(identity.address);
    await hosts.run(incoming);
    await hosts.run(link.disconnect());
  }
  expect(central.ble.counters['stepsRefused']).toBe(0);
});

test('a device met behind a private address goes by its identity as soon as that is known', async () => {
  await using hosts = new Hosts();
  const [central, hidden] = await twoFriends(hosts, {}, { privacy: true });
  const spy = new Spy(hosts);
  const stop = new AbortController();
  const over = hidden.ble.advertise({ signal: stop.signal }).catch(() => undefined);
  await hosts.clock.advance(500);
  stop.abort();
  await hosts.run(over);
  const [sent] = spy.take(hidden);
  if (sent === undefined) throw new Error('nothing was sent');
  const device = central.ble.device(sent.from.address, 'random');
  expect([device.address, device.addressType]).toEqual([hidden.identity.address, hidden.identity.type]);
  expect(device.bond?.address).toBe(hidden.identity.address);
  // Who has been known is no stranger for being unbonded.
  await hosts.run(device.removeBond());
  expect(device.address).toBe(hidden.identity.address);
  expect(central.ble.device(sent.from.address, 'random').address).toBe(sent.from.address);
});

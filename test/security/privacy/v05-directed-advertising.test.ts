import { InvalidStateError } from 'jelling';
import { describe, expect, test } from 'vitest';
import { directedTarget } from '../../../src/gap/advertising/directed-target.ts';
import { learnAddressResolution } from '../../../src/gap/privacy/central-address-resolution.ts';
import type { Bond } from '../../../src/smp/bond.ts';
import { identityOf, keyOf, secureBond } from '../../support/bonds.ts';
import { Hosts } from '../../support/hosts.ts';
import { isOf, type PersonOptions, Spy, twoFriends } from '../../support/private-hosts.ts';

const resolving: Partial<Bond> = { centralAddressResolution: true };

describe('V5 over the air', () => {
  test.each<[string, PersonOptions, PersonOptions]>([
    ['both hide', { privacy: true }, { privacy: true }],
    [
      'both hide and have no public address',
      { privacy: true, address: null },
      { privacy: true, address: null },
    ],
    ['legacy commands', { privacy: true, profile: '5.x', address: null }, { privacy: true }],
  ])(
    'V5 a peer that is known to resolve is called by a private address, and answers: %s',
    async (_name, options, other) => {
      await using hosts = new Hosts();
      const spy = new Spy(hosts);
      const [peripheral, central] = await twoFriends(hosts, options, other, resolving);
      const incoming = peripheral.ble.advertise({ directed: central.identity });
      await hosts.clock.advance(1_000);
      const sent = spy.take(peripheral);
      expect(sent.length).toBeGreaterThan(0);
      for (const { from, to } of sent) {
        expect(isOf(peripheral, from.address)).toBe(true);
        expect(to !== undefined && isOf(central, to.address)).toBe(true);
      }
      const { address, type } = peripheral.identity;
      const link = await hosts.run(central.ble.device(address, type).connect());
      expect(link.device.address).toBe(address);
      expect((await hosts.run(incoming)).device.address).toBe(central.identity.address);
      const [request] = spy.take(central, 'connectRequest');
      expect(request !== undefined && isOf(central, request.from.address)).toBe(true);
    },
  );

  test.each<[string, Partial<Bond>, string]>([
    ['does not resolve', { centralAddressResolution: false }, 'has said that it does not recognise itself'],
    ['may not resolve', {}, 'it has not been read yet whether it recognises itself'],
  ])('V5 one that %s is not called, and nothing is sent', async (_name, more, message) => {
    await using hosts = new Hosts();
    const spy = new Spy(hosts);
    const [peripheral, central] = await twoFriends(hosts, { privacy: true }, { privacy: true }, more);
    const refused = peripheral.ble.advertise({ directed: central.identity });
    await expect(refused).rejects.toThrow(InvalidStateError);
    await expect(refused).rejects.toThrow(message);
    await hosts.clock.advance(5_000);
    expect(spy.take(peripheral)).toEqual([]);
  });

  test('V5 nor is one that the controller cannot call', async () => {
    await using hosts = new Hosts();
    const [peripheral, central] = await twoFriends(hosts, { privacy: true, profile: '4.0' }, {}, resolving);
    await expect(peripheral.ble.advertise({ directed: central.identity })).rejects.toThrow(
      'the controller has no resolving list that holds it',
    );
  });

  test('V5 a private address of nobody who has bonded is not called', async () => {
    await using hosts = new Hosts();
    const { ble } = await hosts.host();
    const directed = identityOf('4A:00:00:00:00:01', 'random');
    await expect(ble.advertise({ directed })).rejects.toThrow(
      'is a private address of nobody who has bonded',
    );
  });

  test('V5 who hides tells a bonded peripheral that it resolves, where its controller does', async () => {
    await using hosts = new Hosts();
    const read = async (options: PersonOptions) => {
      const [central, peripheral] = await twoFriends(hosts, options, {});
      const incoming = peripheral.ble.advertise();
      await hosts.run(central.ble.device(peripheral.identity.address).connect());
      const link = await hosts.run(incoming);
      const values = await hosts.run(link.readByUuid(0x2aa6));
      return values.map(({ value }) => value[0]);
    };
    expect(await read({ privacy: true })).toEqual([1]);
    expect(await read({ privacy: true, profile: '4.0' })).toEqual([0]);
    expect(await read({})).toEqual([]);
  });
});

describe('V5 whether a peer resolves', () => {
  const peer = identityOf('00:00:5E:00:53:0A');

  /** Reads it of a peer that has this, and gives what is kept then. */
  const learned = async (bond: Bond | undefined, values: readonly number[] | Error) => {
    let kept = bond;
    let reads = 0;
    await learnAddressResolution(
      {
        readByUuid: async () => {
          reads++;
          if (values instanceof Error) throw values;
          return values.map((value) => ({ handle: 3, value: Uint8Array.of(value) }));
        },
      },
      peer,
      {
        find: () => kept,
        update: async (_peer, change) => {
          kept = kept && change(kept);
        },
      },
    );
    return { reads, resolves: kept?.centralAddressResolution };
  };

  test.each([
    ['1', [1], true],
    ['0', [0], false],
    ['2', [2], false],
    ['nothing', [], false],
  ])('V5 is kept with the bond when it has been read: %s', async (_name, values, resolves) => {
    expect(await learned(secureBond(peer, 1), values)).toEqual({ reads: 1, resolves });
  });

  test('V5 is read once, of peers that are bonded and hide', async () => {
    expect(await learned(secureBond(peer, 1, resolving), [0])).toEqual({ reads: 0, resolves: true });
    expect(await learned(secureBond(peer, 1, { peerIrk: undefined }), [1])).toEqual({
      reads: 0,
      resolves: undefined,
    });
    expect(await learned(undefined, [1])).toEqual({ reads: 0, resolves: undefined });
  });

  test('V5 stays unknown where the peer refuses', async () => {
    await expect(learned(secureBond(peer, 1), new Error('refused'))).rejects.toThrow('refused');
  });
});

test('V5 a peer without a key is called by what it goes by', () => {
  const peer = identityOf('00:00:5E:00:53:0A');
  expect(directedTarget(peer, { bond: undefined, resolved: false })).toEqual({ peer, privately: false });
  const bond = secureBond(peer, 1, { peerIrk: undefined });
  expect(directedTarget(peer, { bond, resolved: false })).toEqual({ peer, privately: false });
  const hiding = secureBond(peer, 1, { peerIrk: keyOf(2), ...resolving });
  expect(directedTarget(peer, { bond: hiding, resolved: true })).toEqual({ peer, privately: true });
});

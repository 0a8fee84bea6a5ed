import { MemoryIdentityStore } from 'jelling';
import { expect, test } from 'vitest';
import { parseAddress } from '../../../src/core/address.ts';
import type { BondStore } from '../../../src/smp/bond-store.ts';
import { MemoryBondStore } from '../../../src/smp/bond-store.ts';
import { identityOf, secureBond } from '../../support/bonds.ts';
import { Hosts } from '../../support/hosts.ts';

const stolen = parseAddress('00:1A:7D:DA:71:13');
const friend = identityOf('00:00:5E:00:53:0A');

/** A store that tells whose bonds it was asked for. */
const watched = () => {
  const asked: string[] = [];
  const store = new MemoryBondStore();
  const bonds: BondStore = {
    load: (local) => {
      asked.push(local.address);
      return store.load(local);
    },
    save: (local, bond) => store.save(local, bond),
    find: (local, peer) => store.find(local, peer),
    remove: (local, peer) => store.remove(local, peer),
  };
  return { asked, store, bonds };
};

test('H8 bonds follow the address that a controller reports, unless the adapter goes by an identity of its own', async () => {
  await using hosts = new Hosts();
  const { asked, bonds } = watched();
  await hosts.host({ address: stolen, open: { bonds } });
  expect(asked).toEqual([stolen]);
});

test('H8 an identity of its own belongs to where the controller is plugged in, and not to what it says', async () => {
  await using hosts = new Hosts();
  const { asked, store, bonds } = watched();
  const identityStore = new MemoryIdentityStore();
  const own = { bonds, identityStore, identity: 'lamp' };
  const real = await hosts.host({ name: 'usb:1-2', address: stolen, open: own });
  const local = { address: parseAddress(real.ble.address), type: real.ble.addressType };
  await store.save(local, secureBond(friend, 1));
  await hosts.run(real.ble.close());
  real.controller.remove?.();

  // Another stick in another place that reports the address of the first: it gets neither its identity nor its bonds.
  asked.length = 0;
  const { ble } = await hosts.host({ name: 'usb:1-3', address: stolen, open: own });
  expect(ble.address).not.toBe(real.ble.address);
  expect(asked).toEqual([ble.address]);
  expect(await store.load({ address: parseAddress(ble.address), type: ble.addressType })).toEqual([]);
});

test('H8 the first, back in its place, has its bonds whatever address it reports', async () => {
  await using hosts = new Hosts();
  const { bonds } = watched();
  const identityStore = new MemoryIdentityStore();
  const own = { bonds, identityStore, identity: 'lamp' };
  const once = await hosts.host({ name: 'usb:1-2', address: stolen, open: own });
  await hosts.run(once.ble.close());
  const again = await hosts.hostOn(once.controller, own);
  expect(again.ble.address).toBe(once.ble.address);
  expect(again.ble.address).not.toBe(stolen);
});

test('H8 a store for each adapter keeps bonds apart too', async () => {
  await using hosts = new Hosts();
  const [one, two] = [watched(), watched()];
  await hosts.host({ name: 'one', address: stolen, open: { bonds: one.bonds } });
  expect([one.asked, two.asked]).toEqual([[stolen], []]);
});

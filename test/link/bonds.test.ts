import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Adapter,
  bondFile,
  InvalidStateError,
  MemoryBondStore,
  MemoryIdentityStore,
  open,
} from 'jelling';
import { createAir } from 'jelling/virtual';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { identityOf, legacyBond, secureBond } from '../support/bonds.ts';
import { Hosts } from '../support/hosts.ts';

const a = identityOf('00:00:5E:00:53:0A');
const b = identityOf('F0:00:5E:00:53:0B', 'random');

const selfOf = ({ address, addressType }: Adapter) => ({ address, type: addressType });

describe('the bonds of an adapter', () => {
  test('are told without their keys, and removed from the store', async () => {
    await using hosts = new Hosts();
    const probe = await hosts.host();
    const local = selfOf(probe.ble);
    const bonds = new MemoryBondStore();
    await bonds.save(local, legacyBond(a));
    await bonds.save(local, secureBond(b, 3));
    await bonds.save(a, secureBond(b, 4));
    await hosts.run(probe.ble.close());
    const { ble } = await hosts.host({ address: probe.ble.address, open: { bonds } });
    expect(ble.bonds).toEqual([
      {
        address: a.address,
        addressType: 'public',
        authenticated: false,
        secureConnections: false,
        keySize: 7,
        resolvable: true,
      },
      {
        address: b.address,
        addressType: 'random',
        authenticated: true,
        secureConnections: true,
        keySize: 16,
        resolvable: true,
      },
    ]);
    const device = ble.device(b.address, 'random');
    expect(device.bond).toEqual(ble.bonds[1]);
    expect(ble.device(b.address, 'public').bond).toBeUndefined();
    expect(await hosts.run(device.removeBond())).toBe(true);
    expect(await hosts.run(device.removeBond())).toBe(false);
    expect(device.bond).toBeUndefined();
    expect((await bonds.load(local)).map(({ peer }) => peer)).toEqual([a]);
    expect(await bonds.load(a)).toHaveLength(1);
  });

  test('are none where none are kept', async () => {
    await using hosts = new Hosts();
    const { ble } = await hosts.host({ open: { bonds: false } });
    expect(ble.bonds).toEqual([]);
    await expect(ble.device(a.address).removeBond()).rejects.toThrow(InvalidStateError);
  });

  test('a store that cannot be read ends the opening', async () => {
    const bonds = new MemoryBondStore();
    bonds.load = () => Promise.reject(new InvalidStateError('bonds.json is damaged'));
    const air = createAir();
    await expect(open(air.createController().connect(), { bonds })).rejects.toThrow('bonds.json is damaged');
  });

  test('a store that does not answer does not hold removeBond for ever', async () => {
    await using hosts = new Hosts();
    const bonds = new MemoryBondStore();
    bonds.remove = () => new Promise(() => undefined);
    const { ble } = await hosts.host({ open: { bonds } });
    await expect(hosts.run(ble.device(a.address).removeBond())).rejects.toThrow(
      'timed out after 2000 ms while removing the bond with 00:00:5E:00:53:0A',
    );
  });
});

test('an adapter goes by another identity under another name', async () => {
  await using hosts = new Hosts();
  const identityStore = new MemoryIdentityStore();
  const address = '02:00:00:00:00:77' as Adapter['address'];
  const as = async (identity?: string) => {
    const { ble, controller } = await hosts.host({ address, open: { identityStore, identity } });
    const self = selfOf(ble);
    await hosts.run(ble.close());
    controller.remove();
    return self;
  };
  expect(await as()).toEqual({ address, type: 'public' });
  const lamp = await as('lamp');
  expect(lamp.type).toBe('random');
  expect(await as('fan')).not.toEqual(lamp);
});

describe('the file of bonds', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jelling-state-'));
    vi.stubEnv('XDG_STATE_HOME', folder);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  test('stands in the state folder unless a path is given', async () => {
    await (await bondFile()).save(a, secureBond(b, 1));
    expect(await readdir(join(folder, 'jelling'))).toEqual(['bonds.json']);
    const elsewhere = join(folder, 'mine.json');
    await (await bondFile(elsewhere)).save(a, secureBond(b, 2));
    expect((await (await bondFile()).all())[0]?.bonds[0]?.peerIrk).not.toEqual(
      (await (await bondFile(elsewhere)).all())[0]?.bonds[0]?.peerIrk,
    );
  });

  test('is neither made nor read by an adapter on the virtual air', async () => {
    const ble = await open('virtual');
    await ble.close();
    expect(await readdir(folder)).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { kindOfAddress, parseAddress } from '../../../../src/core/address.ts';
import { Log } from '../../../../src/core/log.ts';
import { type Identity, MemoryIdentityStore } from '../../../../src/gap/privacy/identity.ts';
import { chooseIdentity, type IdentityChoice } from '../../../../src/gap/privacy/local-identity.ts';
import type { HciController } from '../../../../src/hci/hci-controller.ts';
import { keyOf } from '../../../support/bonds.ts';

const publicAddress = parseAddress('00:00:5E:00:53:01');
const chipAddress = parseAddress('C1:00:5E:00:53:02');

type Chip = Pick<HciController, 'info' | 'readStaticAddress'>;

/** A controller that has these addresses. */
const chip = (has: { readonly public?: boolean; readonly static?: boolean }): Chip => ({
  info: { publicAddress: has.public === true ? publicAddress : undefined } as Chip['info'],
  readStaticAddress: () => Promise.resolve(has.static === true ? chipAddress : undefined),
});

/** A store that notes what is written. */
class Notebook extends MemoryIdentityStore {
  readonly saved: string[] = [];

  override save(name: string, identity: Identity): Promise<void> {
    this.saved.push(name);
    return super.save(name, identity);
  }
}

const choice = (store: IdentityChoice['store'], more: Partial<IdentityChoice> = {}): IdentityChoice => ({
  store,
  adapter: 'usb',
  name: undefined,
  hides: false,
  log: new Log(),
  ...more,
});

describe('the address', () => {
  test('is the public one, else that of the chip, and nothing is written down', async () => {
    const store = new Notebook();
    const both = await chooseIdentity(chip({ public: true, static: true }), choice(store));
    expect(both.address).toEqual({ type: 'public', address: publicAddress });
    const own = await chooseIdentity(chip({ static: true }), choice(store));
    expect(own.address).toEqual({ type: 'random', address: chipAddress });
    expect(store.saved).toEqual([]);
  });

  test('is made once where the controller has none, and kept', async () => {
    const store = new Notebook();
    const first = await chooseIdentity(chip({}), choice(store));
    expect(kindOfAddress(first.address.address, first.address.type)).toBe('static');
    expect((await chooseIdentity(chip({}), choice(store))).address).toEqual(first.address);
    expect(store.saved).toEqual(['usb']);
  });

  test('is one of its own for each identity that has a name', async () => {
    const store = new Notebook();
    const named = (name: string) => chooseIdentity(chip({ public: true }), choice(store, { name }));
    const [lamp, again, fan] = [await named('lamp'), await named('lamp'), await named('fan')];
    expect(lamp.address).toEqual(again.address);
    expect([...lamp.irk]).toEqual([...again.irk]);
    expect(lamp.address).not.toEqual(fan.address);
    expect([...lamp.irk]).not.toEqual([...fan.irk]);
    expect(store.saved).toEqual(['usb#lamp', 'usb#fan']);
  });
});

describe('the IRK', () => {
  test('is kept when somebody is to rely on it, once', async () => {
    const store = new Notebook();
    const identity = await chooseIdentity(chip({ public: true }), choice(store));
    expect(identity.irk).toHaveLength(16);
    expect(store.saved).toEqual([]);
    await Promise.all([identity.keep(), identity.keep()]);
    expect(store.saved).toEqual(['usb']);
    const again = await chooseIdentity(chip({ public: true }), choice(store));
    expect([...again.irk]).toEqual([...identity.irk]);
    await again.keep();
    expect(store.saved).toEqual(['usb']);
  });

  test('is kept from the start where the adapter hides', async () => {
    const store = new Notebook();
    await chooseIdentity(chip({ public: true }), choice(store, { hides: true }));
    expect(store.saved).toEqual(['usb']);
  });

  test('comes to an identity that was kept before there was one', async () => {
    const store = new Notebook();
    await store.save('usb', { staticAddress: chipAddress });
    const identity = await chooseIdentity(chip({}), choice(store));
    expect(identity.address.address).toBe(chipAddress);
    expect([...((await store.load('usb'))?.irk ?? [])]).toEqual([...identity.irk]);
  });

  test('that is kept is used', async () => {
    const store = new Notebook();
    await store.save('usb', { staticAddress: chipAddress, irk: keyOf(4) });
    expect([...(await chooseIdentity(chip({}), choice(store))).irk]).toEqual([...keyOf(4)]);
  });
});

describe('a store that fails', () => {
  const failing = (store: Notebook): Notebook => {
    store.load = () => Promise.reject(new Error('damaged'));
    store.save = () => Promise.reject(new Error('read-only'));
    return store;
  };

  test('is no reason not to open what needs nothing from it, and is told to whoever does', async () => {
    const notes: string[] = [];
    const log = new Log(({ message }) => notes.push(message));
    const identity = await chooseIdentity(chip({ public: true }), choice(failing(new Notebook()), { log }));
    expect(notes).toEqual([expect.stringContaining('damaged')]);
    await expect(identity.keep()).rejects.toThrow('read-only');
  });

  test.each<[string, { readonly public?: boolean }, Partial<IdentityChoice>]>([
    ['an address', {}, {}],
    ['another identity', { public: true }, { name: 'lamp' }],
    ['privacy', { public: true }, { hides: true }],
  ])('ends the opening of what needs %s from it', async (_what, has, more) => {
    await expect(chooseIdentity(chip(has), choice(failing(new Notebook()), more))).rejects.toThrow('damaged');
  });

  test('is asked again when it failed to keep', async () => {
    const store = new Notebook();
    const identity = await chooseIdentity(chip({ public: true }), choice(store));
    const { save } = store;
    store.save = () => Promise.reject(new Error('full'));
    await expect(identity.keep()).rejects.toThrow('full');
    store.save = save;
    await identity.keep();
    expect(store.saved).toEqual(['usb']);
  });
});

import { describe, expect, test } from 'vitest';
import { Log } from '../../../../src/core/log.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { WaitScope } from '../../../../src/core/wait-scope.ts';
import { MemoryIdentityStore } from '../../../../src/gap/privacy/identity.ts';
import { KnownSelf, type SelfHci, type SelfOptions } from '../../../../src/gap/privacy/known-self.ts';
import type { Privacy } from '../../../../src/gap/privacy/privacy.ts';
import type { HciController } from '../../../../src/hci/hci-controller.ts';
import { MemoryBondStore } from '../../../../src/smp/bond-store.ts';
import { identityOf, keyOf, localIdentity, secureBond } from '../../../support/bonds.ts';
import { FakeRadio } from '../../../support/fake-radio.ts';

const a = identityOf('00:00:5E:00:53:0A');
const b = identityOf('F0:00:5E:00:53:0B', 'random');

const hci: SelfHci = {
  info: { publicAddress: localIdentity.address } as HciController['info'],
  readStaticAddress: () => Promise.resolve(undefined),
  scope: new WaitScope(),
};

const found = (options: Partial<SelfOptions>): Promise<KnownSelf> =>
  KnownSelf.find(hci, {
    store: new MemoryIdentityStore(),
    adapter: 'usb',
    name: undefined,
    bondStore: undefined,
    privacy: undefined,
    log: new Log(),
    clock: new ManualClock(),
    ...options,
  });

const opened = async (privacy: Privacy | undefined) => {
  const bondStore = new MemoryBondStore();
  await bondStore.save(localIdentity, secureBond(a, 1, { peerIrk: keyOf(11) }));
  const self = await found({ bondStore, privacy });
  const fake = new FakeRadio({ resolvingListSize: 8 });
  const radio = self.useRadio(fake);
  await radio.resolvingSettled();
  return { self, fake, radio };
};

test('peers are told a key that resolves addresses by one that hides, and by nobody else', async () => {
  const shown = await opened(undefined);
  expect(shown.self.told).toEqual(localIdentity);
  const hidden = await opened({ rotateMs: 900_000 });
  expect(hidden.self.told).toEqual({ ...localIdentity, irk: hidden.self.identity.irk });
  for (const { fake } of [shown, hidden]) fake.lose();
});

describe('the controller', () => {
  test('knows whom this side knows, from the start and as bonds come and go', async () => {
    const { self, fake, radio } = await opened(undefined);
    const listed = () => fake.resolvingList.map(({ peer }) => peer);
    expect(listed()).toEqual([a]);
    expect([radio.resolves(a), radio.resolves(b)]).toEqual([true, false]);
    await self.bonds.save(secureBond(b, 2, { peerIrk: keyOf(12) }));
    await radio.resolvingSettled();
    expect(listed()).toEqual([a, b]);
    await self.bonds.remove(a);
    await radio.resolvingSettled();
    expect(listed()).toEqual([b]);
    expect([radio.resolves(a), radio.resolves(b)]).toEqual([false, true]);
    await self.bonds.remove(b);
    await radio.resolvingSettled();
    expect(fake.resolution).toBe(false);
    expect(fake.faults).toEqual([]);
    fake.lose();
  });

  test('makes addresses for this side where it hides, and only then', async () => {
    const hidden = await opened({ rotateMs: 1_000 });
    expect([...(hidden.fake.resolvingList[0]?.localIrk ?? [])]).toEqual([...hidden.self.identity.irk]);
    hidden.fake.lose();
    const open = await opened(undefined);
    expect(open.fake.resolvingList[0]?.localIrk).toEqual(new Uint8Array(16));
    open.fake.lose();
  });

  test('is told the key of whom this side has become with another controller', async () => {
    class Forgetful extends MemoryIdentityStore {
      override load(): Promise<undefined> {
        return Promise.resolve(undefined);
      }
    }
    const other = identityOf('00:00:5E:00:53:77');
    const bondStore = new MemoryBondStore();
    await bondStore.save(localIdentity, secureBond(a, 1, { peerIrk: keyOf(11) }));
    await bondStore.save(other, secureBond(a, 2, { peerIrk: keyOf(11) }));
    const self = await found({ store: new Forgetful(), bondStore, privacy: { rotateMs: 1_000 } });
    const first = new FakeRadio({ resolvingListSize: 8 });
    const radio = self.useRadio(first);
    await radio.resolvingSettled();
    const { irk } = self.identity;
    first.lose();
    await self.meet(
      { ...hci, info: { publicAddress: other.address } as HciController['info'] },
      new AbortController().signal,
    );
    const next = new FakeRadio({ resolvingListSize: 8 });
    self.useController(next);
    await radio.resolvingSettled();
    expect(self.identity.address).toEqual(other);
    expect([...self.identity.irk]).not.toEqual([...irk]);
    expect(next.resolvingList.map(({ localIrk }) => [...localIrk])).toEqual([[...self.identity.irk]]);
    next.lose();
    // The same again is the same as before.
    const { identity } = self;
    await self.meet(
      { ...hci, info: { publicAddress: other.address } as HciController['info'] },
      new AbortController().signal,
    );
    expect(self.identity).toBe(identity);
  });

  test.each([
    ['is full', 0x07, 0],
    ['cannot be used', 0x01, 0],
  ])('a list that %s is done without', async (_name, status, held) => {
    const bondStore = new MemoryBondStore();
    for (const peer of [a, b]) {
      await bondStore.save(localIdentity, secureBond(peer, 1, { peerIrk: keyOf(peer === a ? 11 : 12) }));
    }
    const self = await KnownSelf.find(hci, {
      store: new MemoryIdentityStore(),
      adapter: 'usb',
      name: undefined,
      bondStore,
      privacy: undefined,
      log: new Log(),
      clock: new ManualClock(),
    });
    const fake = new FakeRadio({ resolvingListSize: 8 });
    fake.refusals.set('addToResolvingList', [status]);
    const radio = self.useRadio(fake);
    await radio.resolvingSettled();
    expect(radio.counters.get('resolvingLimited')).toBe(1);
    expect(fake.resolvingList).toHaveLength(held);
    expect(fake.resolution).toBe(false);
    fake.lose();
  });

  test('a list that is full after some keeps those', async () => {
    const { self, fake, radio } = await opened(undefined);
    fake.resolvingListRoom = 1;
    await self.bonds.save(secureBond(b, 2, { peerIrk: keyOf(12) }));
    await radio.resolvingSettled();
    expect([radio.resolves(a), radio.resolves(b)]).toEqual([true, false]);
    expect(fake.resolution).toBe(true);
    fake.lose();
  });
});

describe('what is on its way to the store', () => {
  test('arrives there before an adapter is closed', async () => {
    const { self, fake } = await opened(undefined);
    const clock = new ManualClock();
    const kept: string[] = [];
    void self.bonds.save(secureBond(b, 2)).then(() => kept.push('b'));
    await clock.run(self.settle(clock));
    expect(kept).toEqual(['b']);
    expect(clock.pending).toBe(0);
    await fake.lose();
  });

  test('holds nothing up for longer than a store may take', async () => {
    const bondStore = new MemoryBondStore();
    bondStore.save = () => new Promise(() => undefined);
    const clock = new ManualClock();
    const self = await KnownSelf.find(hci, {
      store: new MemoryIdentityStore(),
      adapter: 'usb',
      name: undefined,
      bondStore,
      privacy: undefined,
      log: new Log(),
      clock,
    });
    void self.bonds.save(secureBond(b, 2));
    await clock.run(self.settle(clock));
    expect(clock.now()).toBe(2_000);
    expect(clock.pending).toBe(0);
  });
});

import { describe, expect, test } from 'vitest';
import { InvalidStateError, TimeoutError } from '../../../../src/core/errors.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { Bonds } from '../../../../src/gap/bonds/bonds.ts';
import { LinkSigning } from '../../../../src/gap/link/link-signing.ts';
import type { Bond, IdentityAddress } from '../../../../src/smp/bond.ts';
import { MemoryBondStore } from '../../../../src/smp/bond-store.ts';
import { sign } from '../../../../src/smp/data-signing.ts';
import { identity, identityOf, keyOf, localIdentity, secureBond } from '../../../support/bonds.ts';

const peer = identityOf('00:00:5E:00:53:0A');
const message = Uint8Array.of(0xd2, 3, 0, 1);
const theirs = { value: keyOf(2), counter: 5 };
const ours = { value: keyOf(3), counter: 9 };

/** A store whose writes a test can let fail, or never end. */
class TestStore extends MemoryBondStore {
  write: (write: () => Promise<void>) => Promise<void> = (write) => write();

  override save(local: IdentityAddress, bond: Bond): Promise<void> {
    return this.write(() => super.save(local, bond));
  }
}

const fixture = async (more: Partial<Bond> = { peerSigningKey: theirs, localSigningKey: ours }) => {
  const clock = new ManualClock();
  const store = new TestStore();
  await store.save(localIdentity, secureBond(peer, 1, more));
  const bonds = await Bonds.open(identity, store);
  const signing = new LinkSigning({
    clock,
    bonds,
    bond: () => bonds.find(peer),
    isEncrypted: () => false,
    peer: 'the peer',
  });
  const kept = async () => (await store.find(localIdentity, peer)) ?? secureBond(peer, 1);
  return { clock, store, bonds, signing, kept };
};

const signatureOf = (counter: number): Uint8Array =>
  sign({ ...theirs, counter }, message) ?? new Uint8Array(0);

describe('a signature of the peer', () => {
  test('is worth what the bond is, and its counter is in the store when it has been redeemed', async () => {
    const { signing, kept } = await fixture();
    const signature = signing.verify(message, signatureOf(6));
    expect(signature?.security()).toEqual({
      encrypted: true,
      authenticated: true,
      secureConnections: true,
      keySize: 16,
      hasKey: true,
    });
    expect((await kept()).peerSigningKey?.counter).toBe(5);
    expect(await signature?.redeem()).toBe(true);
    expect((await kept()).peerSigningKey?.counter).toBe(7);
    expect((await kept()).localSigningKey?.counter).toBe(ours.counter);
    expect(signing.verify(message, signatureOf(6))).toBeUndefined();
  });

  test('is redeemed once, also where it has been verified twice before', async () => {
    const { signing } = await fixture();
    const both = [signatureOf(6), signatureOf(6)].map((each) => signing.verify(message, each));
    expect(await Promise.all(both.map((each) => each?.redeem()))).toEqual([true, false]);
  });

  test('is of no use where the bond has gone, or another has come', async () => {
    const { signing, bonds } = await fixture();
    const signature = signing.verify(message, signatureOf(6));
    await bonds.save(secureBond(peer, 4, { peerSigningKey: { value: keyOf(9), counter: 0 } }));
    expect(await signature?.redeem()).toBe(false);
    expect(signing.verify(message, signatureOf(6))).toBeUndefined();
    await bonds.remove(peer);
    expect(await signature?.redeem()).toBe(false);
    expect(signing.verify(message, signatureOf(6))).toBeUndefined();
  });

  test('is not taken where the store fails, and can be taken when it works again', async () => {
    const { store, signing } = await fixture();
    store.write = () => Promise.reject(new Error('disk full'));
    await expect(signing.verify(message, signatureOf(6))?.redeem()).rejects.toThrow('disk full');
    store.write = (write) => write();
    expect(await signing.verify(message, signatureOf(6))?.redeem()).toBe(true);
  });

  test('does not wait for ever for a store that says nothing', async () => {
    const { clock, store, signing } = await fixture();
    store.write = () => new Promise(() => undefined);
    const redeemed = async () => signing.verify(message, signatureOf(6))?.redeem();
    await expect(clock.run(redeemed())).rejects.toThrow(TimeoutError);
  });
});

describe('a signature of this side', () => {
  test('is given when its counter is in the store, and each has the next', async () => {
    const { store, signing, kept } = await fixture();
    let writes = 0;
    store.write = async (write) => {
      await write();
      writes++;
    };
    const signatures = await Promise.all(
      [1, 2].map(async (number) => {
        const signature = await signing.sign(message, {});
        expect(writes).toBeGreaterThanOrEqual(number);
        return signature;
      }),
    );
    expect(writes).toBe(2);
    expect(signatures).toEqual([sign(ours, message), sign({ ...ours, counter: 10 }, message)]);
    expect((await kept()).localSigningKey?.counter).toBe(11);
    expect((await kept()).peerSigningKey?.counter).toBe(theirs.counter);
  });

  test('is not made twice with one counter where the store fails', async () => {
    const { store, signing } = await fixture();
    store.write = () => Promise.reject(new Error('disk full'));
    await expect(signing.sign(message, {})).rejects.toThrow('disk full');
    store.write = (write) => write();
    expect(await signing.sign(message, {})).toEqual(sign(ours, message));
  });

  test('needs a key that the peer was given, and that has a counter left', async () => {
    const none = await fixture({});
    await expect(none.signing.sign(message, {})).rejects.toThrow(InvalidStateError);
    const last = await fixture({ localSigningKey: { ...ours, counter: 0xffff_ffff } });
    await last.signing.sign(message, {});
    await expect(last.signing.sign(message, {})).rejects.toThrow(/giveKeys/);
  });
});

import { describe, expect, test } from 'vitest';
import { kindOfAddress } from '../../../../src/core/address.ts';
import { InvalidArgumentError, TransportError } from '../../../../src/core/errors.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { WaitScope } from '../../../../src/core/wait-scope.ts';
import { ahWith } from '../../../../src/crypto/toolbox.ts';
import { type Privacy, toPrivacy } from '../../../../src/gap/privacy/privacy.ts';
import { isMadeWith } from '../../../../src/gap/privacy/random-address.ts';
import { ShownAddresses } from '../../../../src/gap/privacy/shown-addresses.ts';
import type { OwnAddress } from '../../../../src/gap/radio/radio-controller.ts';
import { keyOf, localIdentity } from '../../../support/bonds.ts';

const irk = keyOf(1);

const shown = (privacy: Privacy | undefined, extended = true) => {
  const clock = new ManualClock();
  const scope = new WaitScope();
  const changes: number[] = [];
  const onChange = (): void => void changes.push(clock.now());
  const own = new ShownAddresses({ identity: localIdentity, irk, privacy, extended, clock, scope, onChange });
  const end = (): void => scope.end(new TransportError('closed'));
  return { own, clock, changes, end };
};

const kind = ({ address, type }: OwnAddress) => kindOfAddress(address, type);
const isOurs = ({ address }: OwnAddress) => isMadeWith(ahWith(irk), address);

describe('without privacy', () => {
  test('the identity is shown, and nothing moves', async () => {
    const { own, clock, end } = shown(undefined);
    expect([own.initiating, own.advertising(0), own.advertising(1)]).toEqual(Array(3).fill(localIdentity));
    expect(clock.pending).toBe(0);
    end();
  });

  test('a scanner asks under an address that means nothing, another one after 15 minutes', async () => {
    const { own, clock, changes, end } = shown(undefined);
    const first = own.scanning;
    expect(kind(first)).toBe('nonResolvable');
    await clock.advance(899_999);
    expect(own.scanning).toEqual(first);
    expect(changes).toEqual([]);
    await clock.advance(1);
    expect(changes).toEqual([900_000]);
    expect(own.scanning).not.toEqual(first);
    expect(own.initiating).toEqual(localIdentity);
    end();
    expect(clock.pending).toBe(0);
  });
});

describe('with privacy', () => {
  test('everything hides behind the IRK, and each set behind an address of its own', () => {
    const { own, end } = shown({ rotateMs: 1_000 });
    const all = [own.initiating, own.advertising(0), own.advertising(1)];
    for (const one of all) expect([kind(one), isOurs(one)]).toEqual(['resolvable', true]);
    expect(new Set(all.map(({ address }) => address)).size).toBe(3);
    expect(own.scanning).toEqual(own.initiating);
    expect(own.advertising(1)).toEqual(all[2]);
    end();
  });

  test('one address is all there is where the controller has one', () => {
    const { own, end } = shown({ rotateMs: 1_000 }, false);
    expect(own.advertising(0)).toEqual(own.initiating);
    end();
  });

  test('all of them change after each period, of which none begins while nothing is shown', async () => {
    const { own, clock, changes, end } = shown({ rotateMs: 60_000 });
    await clock.advance(30_000);
    const before = [own.initiating, own.advertising(0), own.advertising(1)];
    await clock.advance(60_000);
    expect(changes).toEqual([90_000]);
    const after = [own.initiating, own.advertising(0), own.advertising(1)];
    for (const [at, one] of after.entries()) {
      expect(one).not.toEqual(before[at]);
      expect(isOurs(one)).toBe(true);
    }
    await clock.advance(60_000);
    expect(changes).toEqual([90_000, 150_000]);
    await clock.advance(600_000);
    expect(changes).toHaveLength(2);
    end();
  });
});

describe('at rest', () => {
  test('no timer runs, and a period that has not ended goes on', async () => {
    const { own, clock, changes, end } = shown({ rotateMs: 60_000 });
    const first = own.initiating;
    await clock.advance(20_000);
    own.rest();
    expect(clock.pending).toBe(0);
    await clock.advance(20_000);
    expect(own.initiating).toEqual(first);
    await clock.advance(20_000);
    expect(changes).toEqual([60_000]);
    expect(own.initiating).not.toEqual(first);
    end();
  });

  test('a period that has ended meanwhile does not', async () => {
    const { own, clock, changes, end } = shown({ rotateMs: 60_000 });
    const first = own.initiating;
    own.rest();
    await clock.advance(60_000);
    expect(changes).toEqual([]);
    const second = own.initiating;
    expect(second).not.toEqual(first);
    await clock.advance(59_999);
    expect(own.initiating).toEqual(second);
    await clock.advance(1);
    expect(changes).toEqual([120_000]);
    end();
  });
});

describe('how to hide', () => {
  test('is for 15 minutes unless told', () => {
    expect(toPrivacy(undefined)).toBeUndefined();
    expect(toPrivacy(false)).toBeUndefined();
    expect(toPrivacy(true)).toEqual({ rotateMs: 900_000 });
    expect(toPrivacy({})).toEqual({ rotateMs: 900_000 });
    expect(toPrivacy({ rotateMs: 1_000 })).toEqual({ rotateMs: 1_000 });
  });

  test.each([0, 999, 900_001, Number.NaN, Number.POSITIVE_INFINITY])('is never for %d ms', (rotateMs) => {
    expect(() => toPrivacy({ rotateMs })).toThrow(InvalidArgumentError);
  });
});

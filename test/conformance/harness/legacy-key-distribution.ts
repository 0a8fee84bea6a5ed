import type { KeyName } from 'jelling';
import { expect } from 'vitest';
import type { Bench } from './bench.ts';
import { complete, exchangeFeatures } from './legacy-cases.ts';
import type { Hex } from './pdu.ts';
import { Auth, Keys, keyBit } from './smp.ts';
import { wire } from './smp-crypto.ts';
import type { DistributedKeys } from './smp-tester.ts';

/** Of the other transport, which no host of LE alone distributes a key for. */
export const LINK_KEY = 0x08;

export const allKeys: readonly KeyName[] = ['encryption', 'identity', 'signing'];

/**
 * Legacy pairing with a bond, in which the implementation under test gives one kind of key and takes none: as central it asks for no more, as peripheral it is asked for
 * no more by a request with these Initiator Key Distribution bits, of which it must clear all. Gives what it has distributed.
 */
export const distributeOnly = async (
  bench: Bench,
  name: KeyName,
  initiatorKeys: number = Keys.none,
): Promise<DistributedKeys> => {
  const isCentral = bench.connection.role === 'central';
  const masks = isCentral
    ? { initiatorKeys: keyBit[name], responderKeys: Keys.none }
    : { initiatorKeys, responderKeys: keyBit[name] };
  const wishes = isCentral ? { giveKeys: [name], takeKeys: [] } : { giveKeys: allKeys, takeKeys: allKeys };
  const options = { secureConnections: false, ...wishes };
  const pairing = await exchangeFeatures(bench, options, { auth: Auth.bonding, ...masks });
  const { iut } = pairing;
  expect(iut.auth & (Auth.bonding | Auth.sc)).toBe(Auth.bonding);
  expect([iut.initiatorKeys, iut.responderKeys]).toEqual([
    masks.initiatorKeys & ~LINK_KEY,
    masks.responderKeys,
  ]);
  const keys = await complete(bench, pairing);
  // Nothing comes behind it.
  await bench.tester.smp.silent();
  return keys.iut;
};

/** What the implementation under test is to say in Identity Address Information. */
export const identityOnAir = ({ iut }: Bench): Hex =>
  (iut.addressType === 'public' ? '00' : '01') + wire(iut.address.replaceAll(':', '').toLowerCase());

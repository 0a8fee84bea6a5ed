import type { KeyName } from 'jelling';
import { expect } from 'vitest';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { identityOnAir } from './legacy-key-distribution.ts';
import { SecurePairing, TestUser } from './secure-pairing.ts';
import { Auth, keyBit } from './smp.ts';

/** Identities of both kinds: with the public address of the controller, and with a static random one of the host. */
const identities = [{}, { address: null }] as const;

/** A case in which both agree on one key of the implementation under test and on none of the tester, with LE Secure Connections. */
export const distributionCase = (
  id: string,
  role: 'central' | 'peripheral',
  key: KeyName,
  mutation: Mutation,
): void =>
  conformance(id, mutation, async () => {
    for (const controller of identities) {
      // An identity is given by who has private addresses.
      await using bench = await Bench[role]({ controller, privacy: key === 'identity' });
      await distributes(bench, key);
      await bench.verdict();
    }
  });

const distributes = async (bench: Bench, key: KeyName): Promise<void> => {
  // 1. The central asks to bond. As central the implementation under test offers this key and wants none; as peripheral it would give every key.
  // 2. The peripheral answers, and both sides have named this key alone.
  const isCentral = bench.connection.role === 'central';
  const [initiatorKeys, responderKeys] = isCentral ? [keyBit[key], 0] : [0, keyBit[key]];
  const giveKeys: KeyName[] = isCentral ? [key] : ['encryption', 'identity', 'signing'];
  const options = { bond: true, mitm: false, giveKeys, takeKeys: isCentral ? [] : giveKeys };
  const features = { auth: Auth.bonding, initiatorKeys, responderKeys };
  const pairing = await SecurePairing.begin(bench, options, features);
  expect(pairing.iut).toMatchObject({ initiatorKeys, responderKeys });
  // 3. Both do phase 2, and the link is encrypted with its key.
  await pairing.finish(await pairing.compare(new TestUser(), false), false);
  // 4. The implementation under test gives the key with what belongs to it, and no other.
  const keys = await pairing.tester.takeKeys(true);
  if (key === 'identity') expect(keys.address).toBe(identityOnAir(bench));
  await pairing.tester.smp.silent();
};

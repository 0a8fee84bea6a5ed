import { expect } from 'vitest';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { sayWhetherRecognised } from './private.ts';
import {
  encryptAgain,
  level2,
  type PairedBy,
  type Protection,
  pairWith,
  reconnect,
  secureLevel2,
} from './protected.ts';
import { Auth, Keys } from './smp.ts';
import { isMadeWith } from './smp-crypto.ts';

const NO_IRK = '00'.repeat(16);
const both = Keys.enc | Keys.id;

/** A case of bondable mode: whoever of the two begins, in legacy pairing and with Secure Connections, with an implementation under test that hides and one that does not. */
export const bondingCase = (
  id: string,
  role: 'central' | 'peripheral',
  by: PairedBy['by'],
  mutation: Mutation,
): void =>
  conformance(id, mutation, async () => {
    for (const protection of [level2, secureLevel2])
      for (const privacy of [false, true]) await bondInBondableMode(role, by, protection, privacy);
  });

const bondInBondableMode = async (
  role: 'central' | 'peripheral',
  by: PairedBy['by'],
  protection: Protection,
  privacy: boolean,
): Promise<void> => {
  await using bench = await Bench[role]({ privacy });
  sayWhetherRecognised(bench);
  // 1. The pairing is begun, with Bonding Flags that say "Bonding", and completed.
  const features = { initiatorKeys: both, responderKeys: both };
  const { auth, iut, key, keys } = await pairWith(bench, protection, { by, features });
  for (const said of [auth, iut.auth]) expect(said & 0x03).toBe(Auth.bonding);
  // 2. The one that is the peripheral has distributed a long-term key, or both have made one.
  expect(key.ltk).not.toBe('');
  // 3. One that shows private addresses gives the key that they are made with. Another gives none, or one of zeros.
  if (privacy) expect(isMadeWith(keys.iut.irk ?? '', bench.tester.ends.peer.address)).toBe(true);
  else expect(keys.iut.irk ?? NO_IRK).toBe(NO_IRK);
  // 4. It resolves private addresses, and so it has asked for the tester's identity.
  expect((role === 'central' ? iut.responderKeys : iut.initiatorKeys) & Keys.id).toBe(Keys.id);
  expect(bench.iut.bonds).toMatchObject([{ address: bench.tester.address, resolvable: true }]);
  // 5. The tester ends the link, and there is another.
  await reconnect(bench);
  // 6. The central encrypts it with the key that it was given.
  await encryptAgain(bench, key);
  expect(bench.connection.security).toMatchObject({ encrypted: true, bonded: true });
  await bench.verdict();
};

/** A case of non-bondable mode: both pair without protection, and do it all again on the next link. */
export const nonBondableRounds = async (bench: Bench, by: PairedBy['by']): Promise<void> => {
  for (let round = 0; round < 2; round++) {
    // 1. The pairing is begun, with Bonding Flags that say "No Bonding", and completed.
    const { auth, iut } = await pairWith(bench, level2, {
      by,
      features: { auth: Auth.none, initiatorKeys: Keys.none, responderKeys: Keys.none },
      options: { bond: false },
    });
    for (const said of [auth, iut.auth]) expect(said & 0x03).toBe(0);
    expect(iut).toMatchObject({ initiatorKeys: Keys.none, responderKeys: Keys.none });
    expect(bench.iut.bonds).toEqual([]);
    // 2. The tester ends the link, and there is another, which nothing encrypts but a new pairing.
    await reconnect(bench);
    expect(bench.connection.security).toMatchObject({ encrypted: false, bonded: false });
  }
};

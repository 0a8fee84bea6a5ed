import type { Bench } from './bench.ts';
import type { Features } from './smp.ts';
import { Auth, Keys } from './smp.ts';
import { PairingTester } from './smp-tester.ts';

/** The preamble in which the tester and the implementation under test encrypt their link by Just Works, with a key of so many octets. */
export const encryptLink = async (bench: Bench, keySize = 16): Promise<void> => {
  await pair(bench, { keySize }, keySize);
};

/** The preamble in which both have made a bond, and are on a new link that has not been encrypted. */
export const bondAndReconnect = async (bench: Bench): Promise<void> => {
  const keys = { initiatorKeys: Keys.enc, responderKeys: Keys.enc };
  const tester = await pair(bench, { auth: Auth.bonding, ...keys }, 16);
  await tester.distribute();
  await bench.clock.advance(0);
  await bench.reconnectFromTester();
};

const pair = async (bench: Bench, features: Features, minKeySize: number): Promise<PairingTester> => {
  const tester = new PairingTester(bench);
  const bond = features.auth === Auth.bonding;
  if (tester.isInitiator) {
    bench.iut.security = { bond, minKeySize };
    await tester.ask(features);
    await tester.encrypt(await tester.legacy());
  } else {
    const paired = bench.connection.pair({ bond, mitm: false, minKeySize });
    await tester.answer(features);
    await tester.encrypt(await tester.legacy());
    await bench.run(paired);
  }
  await bench.clock.advance(0);
  return tester;
};

import type { Bench } from './bench.ts';
import type { Features } from './smp.ts';
import { Auth, Keys } from './smp.ts';
import { type DistributedKeys, PairingTester } from './smp-tester.ts';

/** The preamble in which the tester and the implementation under test encrypt their link by Just Works, with a key of so many octets. */
export const encryptLink = async (bench: Bench, keySize = 16): Promise<void> => {
  const { over } = await pair(bench, { keySize }, keySize);
  await bench.run(over);
};

/** The preamble in which both have made a bond and told each other these keys, on a link that is still up. */
export const bond = async (
  bench: Bench,
  keys: number = Keys.enc,
): Promise<{ readonly own: DistributedKeys; readonly iut: DistributedKeys }> => {
  const both = { initiatorKeys: keys, responderKeys: keys };
  const { tester, over } = await pair(bench, { auth: Auth.bonding, ...both }, 16);
  const told = await tester.distribute();
  await bench.run(over);
  // As peripheral the tester is asked for this one from now on.
  if (!tester.isInitiator) bench.tester.longTermKey = told.own.ltk;
  return told;
};

/** The preamble in which both have made a bond, and are on a new link that has not been encrypted. */
export const bondAndReconnect = async (bench: Bench): Promise<void> => {
  await bond(bench);
  await bench.reconnectFromTester();
};

/** `over` is the call of the upper tester, which ends when all keys are there. */
const pair = async (
  bench: Bench,
  features: Features,
  minKeySize: number,
): Promise<{ readonly tester: PairingTester; readonly over: Promise<void> }> => {
  const tester = new PairingTester(bench);
  const signs = ((features.initiatorKeys ?? 0) & Keys.sign) !== 0;
  const named = signs ? (['encryption', 'identity', 'signing'] as const) : undefined;
  const bonding = { bond: features.auth === Auth.bonding, giveKeys: named, takeKeys: named };
  const options = { ...bonding, mitm: false, minKeySize };
  if (tester.isInitiator) {
    bench.iut.security = options;
    await tester.ask(features);
    await tester.encrypt(await tester.legacy());
    return { tester, over: bench.clock.advance(0) };
  }
  const over = bench.connection.pair(options);
  await tester.answer(features);
  await tester.encrypt(await tester.legacy());
  return { tester, over };
};

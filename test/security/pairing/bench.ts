import { SmpError } from 'jelling';
import { expect } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { Auth, Keys, pairingFailed } from '../../conformance/harness/smp.ts';
import { PairingTester } from '../../conformance/harness/smp-tester.ts';

export type Role = 'central' | 'peripheral';

/** A bench whose implementation under test has this role, and lets everybody pair. */
export const benchOf = async (role: Role): Promise<Bench> => {
  const bench = await (role === 'central' ? Bench.central() : Bench.peripheral());
  bench.iut.security = {};
  return bench;
};

/** A promise that is waited for later, and may reject before. */
export const later = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => undefined);
  return promise;
};

/** Begins a pairing with Secure Connections, by whoever is the central, up to the features. What the API gives is there where the implementation under test began. */
export const beginSecure = async (
  bench: Bench,
  auth: number = Auth.sc | Auth.bonding,
): Promise<{ readonly tester: PairingTester; readonly paired: Promise<void> | undefined }> => {
  const tester = new PairingTester(bench);
  const features = { auth, initiatorKeys: Keys.id, responderKeys: Keys.id };
  if (tester.isInitiator) {
    await tester.ask(features);
    return { tester, paired: undefined };
  }
  const paired = later(bench.connection.pair());
  await tester.answer(features);
  return { tester, paired };
};

/** The implementation under test has told its peer, and its user, why it gives up; and nothing is encrypted. */
export const expectFailure = async (
  bench: Bench,
  reason: number,
  paired: Promise<void> | undefined,
): Promise<void> => {
  expect(await bench.tester.smp.next()).toBe(pairingFailed(reason));
  if (paired !== undefined) {
    const error = await bench.failure(paired);
    expect(error).toBeInstanceOf(SmpError);
    expect(error).toMatchObject({ reason, origin: 'local' });
  }
  await bench.tester.smp.silent(0);
  expect(bench.connection.security).toMatchObject({ encrypted: false, bonded: false, level: 1 });
};

/** Pairs honestly without users, and gives the long-term key. */
export const bondSecurely = async (bench: Bench): Promise<string> => {
  const { tester, paired } = await beginSecure(bench);
  await tester.publicKeys();
  const ltk = await tester.checks(await tester.comparison());
  await tester.encrypt(ltk);
  await tester.distribute(true);
  if (paired !== undefined) await bench.run(paired);
  await bench.clock.advance(0);
  expect(bench.connection.security).toMatchObject({ encrypted: true, bonded: true });
  return ltk;
};

/** The tester ends the link and there is another, of the same role. */
export const reconnect = async (bench: Bench): Promise<void> => {
  const { role } = bench.connection;
  bench.tester.disconnect();
  await bench.run(bench.connection.disconnected());
  await bench.clock.advance(0);
  if (role === 'central') await bench.connectToTester();
  else await bench.connectFromTester();
};

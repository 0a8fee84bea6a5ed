import { expect, test } from 'vitest';
import type { Bench } from '../../conformance/harness/bench.ts';
import { Auth, Keys, pairingFailed } from '../../conformance/harness/smp.ts';
import { PairingTester } from '../../conformance/harness/smp-tester.ts';
import { beginSecure, benchOf, expectFailure, later, reconnect } from './bench.ts';

/** A bond that a passkey vouched for. */
const bondByPasskey = async (bench: Bench): Promise<void> => {
  bench.iut.security = { ui: { enterPasskey: () => '123456' } };
  const tester = new PairingTester(bench);
  const features = {
    io: 'displayOnly',
    auth: Auth.sc | Auth.bonding | Auth.mitm,
    initiatorKeys: Keys.id,
    responderKeys: Keys.id,
  } as const;
  const paired = tester.isInitiator ? undefined : bench.connection.pair(bench.iut.security);
  await (tester.isInitiator ? tester.ask(features) : tester.answer(features));
  await tester.publicKeys();
  const ltk = await tester.checks(await tester.passkey(123456), passkeyR, passkeyR);
  await tester.encrypt(ltk);
  await tester.distribute(true);
  await bench.run(paired ?? Promise.resolve());
  await bench.clock.advance(0);
  expect(bench.connection.security).toMatchObject({ level: 4, bonded: true });
};

const passkeyR = (123456).toString(16).padStart(32, '0');

test('P8: who claims the address of a bonded central gets no weaker bond in its place', async () => {
  await using bench = await benchOf('peripheral');
  await bondByPasskey(bench);
  const before = bench.iut.bonds;
  await reconnect(bench);
  bench.iut.security = {};
  for (const request of ['0103000910000a', '01030001100303', '0103000d100303']) {
    bench.tester.smp.send(request);
    expect(await bench.tester.smp.next()).toBe(pairingFailed(0x03));
  }
  expect(bench.iut.bonds).toEqual(before);
  expect(bench.connection.security).toMatchObject({ bonded: true, encrypted: false });
});

test('P8: nor does a central make one of its own accord', async () => {
  await using bench = await benchOf('central');
  await bondByPasskey(bench);
  const before = bench.iut.bonds;
  bench.tester.longTermKey = undefined;
  await reconnect(bench);
  const paired = later(bench.connection.pair({ mitm: false }));
  await new PairingTester(bench).answer({ auth: Auth.sc });
  expect(await bench.tester.smp.next()).toBe(pairingFailed(0x03));
  await bench.failure(paired);
  expect(bench.iut.bonds).toEqual(before);
});

test('P8: a bond as good as the one before takes its place, and the user is told', async () => {
  await using bench = await benchOf('peripheral');
  const replaces: boolean[] = [];
  bench.iut.security = {
    ui: {
      confirm: (prompt) => {
        replaces.push(prompt.replacesBond);
        return true;
      },
    },
  };
  for (let i = 0; i < 2; i++) {
    const { tester } = await beginSecure(bench);
    await tester.publicKeys();
    await tester.encrypt(await tester.checks(await tester.comparison()));
    await tester.distribute(true);
    await bench.clock.advance(0);
    await reconnect(bench);
  }
  expect(replaces).toEqual([false, true]);
  expect(bench.iut.bonds).toHaveLength(1);
});

test('P8: a user who says no keeps the bond', async () => {
  await using bench = await benchOf('peripheral');
  bench.iut.security = { ui: { confirm: () => false } };
  bench.tester.smp.send('01030009100303');
  await expectFailure(bench, 0x08, undefined);
});

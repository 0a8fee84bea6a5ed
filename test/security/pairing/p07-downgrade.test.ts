import { expect, test } from 'vitest';
import { Auth, pairingFailed } from '../../conformance/harness/smp.ts';
import { PairingTester } from '../../conformance/harness/smp-tester.ts';
import { benchOf, expectFailure, later } from './bench.ts';

const ui = { showPasskey: () => undefined };

test('P7: a peer that cannot protect is refused where protection was possible, before anything is shown', async () => {
  await using bench = await benchOf('central');
  const paired = later(bench.connection.pair({ ui }));
  const request = await new PairingTester(bench).answer({ auth: Auth.sc });
  expect(request.auth & Auth.mitm).toBe(Auth.mitm);
  await expectFailure(bench, 0x03, paired);
});

test('P7: the same of a peer that begins', async () => {
  await using bench = await benchOf('peripheral');
  bench.iut.security = { ui };
  bench.tester.smp.send('01030009100000');
  expect(await bench.tester.smp.next()).toBe(pairingFailed(0x03));
});

test('P7: legacy pairing is refused where Secure Connections are required', async () => {
  await using bench = await benchOf('central');
  const paired = later(bench.connection.pair({ secureConnections: true }));
  await new PairingTester(bench).answer({ auth: Auth.bonding });
  await expectFailure(bench, 0x03, paired);
});

test('P7: Just Works is never told as authenticated, whatever was asked for', async () => {
  await using bench = await benchOf('central');
  const tester = new PairingTester(bench);
  const paired = bench.connection.pair({ ui, mitm: 'preferred', bond: false });
  await tester.answer({ auth: Auth.sc | Auth.mitm });
  await tester.publicKeys();
  await tester.encrypt(await tester.checks(await tester.comparison()));
  await bench.run(paired);
  expect(bench.connection.security).toMatchObject({ encrypted: true, authenticated: false, level: 2 });
});

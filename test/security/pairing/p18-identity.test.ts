import { expect, test } from 'vitest';
import type { Bench } from '../../conformance/harness/bench.ts';
import { pairingFailed } from '../../conformance/harness/smp.ts';
import { wire } from '../../conformance/harness/smp-crypto.ts';
import { beginSecure, benchOf } from './bench.ts';

const irk = `08${'5a'.repeat(16)}`;
const identity = (type: string, address: string): string => `09${type}${wire(address.replaceAll(':', ''))}`;

/** Pairs up to the keys of the implementation under test, as central. */
const upToKeys = async (bench: Bench) => {
  const { tester } = await beginSecure(bench);
  await tester.publicKeys();
  await tester.encrypt(await tester.checks(await tester.comparison()));
  await tester.takeKeys(true);
  return tester;
};

test.each([
  ['a resolvable private address', identity('01', '5A:00:00:00:00:01')],
  ['a non-resolvable private address', identity('01', '1A:00:00:00:00:01')],
  ['a type that there is not', identity('02', 'C0:00:00:00:00:01')],
  ['the public address of nobody', identity('00', '00:00:00:00:00:00')],
])('P18: %s is no identity', async (_what, claimed) => {
  await using bench = await benchOf('peripheral');
  const tester = await upToKeys(bench);
  tester.smp.send(irk);
  tester.smp.send(claimed);
  expect(await tester.smp.next()).toBe(pairingFailed(0x0a));
  expect(bench.iut.bonds).toEqual([]);
});

test('P18: nobody has the identity of this side', async () => {
  await using bench = await benchOf('peripheral');
  const tester = await upToKeys(bench);
  tester.smp.send(irk);
  tester.smp.send(identity(bench.iut.addressType === 'random' ? '01' : '00', bench.iut.address));
  expect(await tester.smp.next()).toBe(pairingFailed(0x0f));
  expect(bench.iut.bonds).toEqual([]);
});

test('P18: an IRK of zeros is none', async () => {
  await using bench = await benchOf('peripheral');
  const tester = await upToKeys(bench);
  tester.smp.send(`08${'00'.repeat(16)}`);
  tester.smp.send(`09${tester.ownIdentity}`);
  await bench.clock.advance(0);
  expect(bench.iut.bonds).toMatchObject([{ address: bench.tester.address, resolvable: false }]);
});

test('P18: who claims the identity of a peer that is bonded needs a key as good as that one', async () => {
  await using bench = await benchOf('peripheral');
  const first = await upToKeys(bench);
  first.smp.send(irk);
  first.smp.send(identity('01', 'C0:00:00:00:00:01'));
  await bench.clock.advance(0);
  expect(bench.iut.bonds).toMatchObject([{ address: 'C0:00:00:00:00:01', secureConnections: true }]);
  bench.tester.disconnect();
  await bench.run(bench.connection.disconnected());
  await bench.clock.advance(0);
  await bench.connectFromTester();
  // The same claim under another address, with a key of legacy pairing.
  const tester = new (await import('../../conformance/harness/smp-tester.ts')).PairingTester(bench);
  await tester.ask({ auth: 0x01, initiatorKeys: 3, responderKeys: 3 });
  await tester.encrypt(await tester.legacy());
  await tester.takeKeys();
  tester.smp.send(`06${'77'.repeat(16)}`);
  tester.smp.send(`07${'01'.repeat(10)}`);
  tester.smp.send(irk);
  tester.smp.send(identity('01', 'C0:00:00:00:00:01'));
  expect(await tester.smp.next()).toBe(pairingFailed(0x0f));
  expect(bench.iut.bonds).toMatchObject([{ secureConnections: true }]);
});

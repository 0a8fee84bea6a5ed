import { expect, test } from 'vitest';
import { Auth } from '../../conformance/harness/smp.ts';
import { PairingTester } from '../../conformance/harness/smp-tester.ts';
import { benchOf, expectFailure, later } from './bench.ts';

const any = '..'.repeat(16);

test('P3: a confirm value that is the own one is no proof, in legacy pairing of a central', async () => {
  await using bench = await benchOf('central');
  const tester = new PairingTester(bench);
  const paired = later(bench.connection.pair({ bond: false, secureConnections: false }));
  await tester.answer({ auth: Auth.none });
  const confirm = await tester.smp.expect(`03 ${any}`);
  tester.smp.send(confirm);
  await expectFailure(bench, 0x04, paired);
});

test('P3: nor is a random value that is the own one', async () => {
  await using bench = await benchOf('central');
  const tester = new PairingTester(bench);
  const paired = later(bench.connection.pair({ bond: false, secureConnections: false }));
  await tester.answer({ auth: Auth.none });
  await tester.smp.expect(`03 ${any}`);
  tester.smp.send(`03${'5a'.repeat(16)}`);
  const random = await tester.smp.expect(`04 ${any}`);
  tester.smp.send(random);
  await expectFailure(bench, 0x04, paired);
});

test('P3: a peripheral opens its value only to one that has opened the right one', async () => {
  await using bench = await benchOf('peripheral');
  const tester = new PairingTester(bench);
  await tester.ask({ auth: Auth.none });
  const confirm = await tester.smp.exchange(`03${'5a'.repeat(16)}`, `03 ${any}`);
  expect(confirm).not.toBe(`03${'5a'.repeat(16)}`);
  tester.smp.send(`04${'5a'.repeat(16)}`);
  await expectFailure(bench, 0x04, undefined);
});

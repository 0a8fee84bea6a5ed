import { expect, test } from 'vitest';
import { Auth, pairingFailed } from '../../conformance/harness/smp.ts';
import { PairingTester } from '../../conformance/harness/smp-tester.ts';
import { benchOf, expectFailure, later } from './bench.ts';

const sizes = [7, 8, 9, 10, 11, 12, 13, 14, 15];

test.each(sizes)('P5: a key of %i octets is refused unless it is allowed', async (keySize) => {
  await using central = await benchOf('central');
  const paired = later(central.connection.pair());
  await new PairingTester(central).answer({ auth: Auth.sc, keySize });
  await expectFailure(central, 0x06, paired);

  await using peripheral = await benchOf('peripheral');
  peripheral.tester.smp.send(`0103000${Auth.sc}${keySize.toString(16).padStart(2, '0')}0000`);
  expect(await peripheral.tester.smp.next()).toBe(pairingFailed(0x06));
});

test.each([0, 6, 17, 255])('P5: a key size of %i octets there cannot be', async (keySize) => {
  await using bench = await benchOf('peripheral');
  bench.iut.security = { minKeySize: 7 };
  bench.tester.smp.send(`01030000${keySize.toString(16).padStart(2, '0')}0000`);
  expect(await bench.tester.smp.next()).toBe(pairingFailed(0x0a));
});

test('P5: where it is allowed it is told', async () => {
  await using bench = await benchOf('central');
  const tester = new PairingTester(bench);
  const paired = bench.connection.pair({ minKeySize: 7, bond: false });
  await tester.answer({ auth: Auth.sc, keySize: 7 });
  await tester.publicKeys();
  await tester.encrypt(await tester.checks(await tester.comparison()));
  await bench.run(paired);
  expect(bench.connection.security).toMatchObject({ encrypted: true, keySize: 7, level: 2 });
});

import { expect, test } from 'vitest';
import { Auth, fieldsOf, pairingRequest } from '../../conformance/harness/smp.ts';
import { PairingTester } from '../../conformance/harness/smp-tester.ts';
import { benchOf, later } from './bench.ts';

test('P12: no key of the other transport is offered, and bits that nobody knows are cleared', async () => {
  await using bench = await benchOf('peripheral');
  const response = await bench.tester.smp.exchange(
    pairingRequest({
      auth: Auth.sc | Auth.bonding | Auth.reserved,
      initiatorKeys: 0xff,
      responderKeys: 0xff,
    }),
    `02 ${'..'.repeat(6)}`,
  );
  const { initiatorKeys, responderKeys, auth } = fieldsOf(response);
  expect([initiatorKeys & 0xf8, responderKeys & 0xf8, auth & 0xe0]).toEqual([0, 0, 0]);
});

test('P12: nor is it asked for', async () => {
  await using bench = await benchOf('central');
  const paired = later(bench.connection.pair({ giveKeys: ['encryption', 'identity', 'signing'] }));
  const request = await new PairingTester(bench).answer({});
  expect([request.initiatorKeys & 0xf8, request.responderKeys & 0xf8, request.auth & 0xe0]).toEqual([
    0, 0, 0,
  ]);
  bench.tester.disconnect();
  await bench.failure(paired);
});

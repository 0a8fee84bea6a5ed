import { test } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { wire } from '../../conformance/harness/smp-crypto.ts';
import { octetsOf, sampleData } from '../../vectors/sample-data.ts';
import { beginSecure, benchOf, expectFailure, type Role } from './bench.ts';

const [debug = {}] = sampleData('p256')['cases'] as readonly Record<string, unknown>[];
const x = toHex(octetsOf(debug, 'pubAx'));
const y = toHex(octetsOf(debug, 'pubAy'));

test.each<[Role]>([['central'], ['peripheral']])('P19: a %s takes no debug key', async (role) => {
  await using bench = await benchOf(role);
  const { tester, paired } = await beginSecure(bench);
  if (!tester.isInitiator) await tester.smp.expect(`0c ${'..'.repeat(64)}`);
  tester.smp.send(`0c${wire(x)}${wire(y)}`);
  await expectFailure(bench, 0x0f, paired);
});

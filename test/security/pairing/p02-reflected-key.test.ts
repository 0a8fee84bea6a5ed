import { test } from 'vitest';
import { slice } from '../../conformance/harness/pdu.ts';
import { wire } from '../../conformance/harness/smp-crypto.ts';
import { beginSecure, benchOf, expectFailure } from './bench.ts';

const p = BigInt('0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff');
const negated = (y: string): string => (p - BigInt(`0x${y}`)).toString(16).padStart(64, '0');

test.each(['as it is', 'with the other y'])(
  'P2: a central takes no public key that is its own, %s',
  async (how) => {
    await using bench = await benchOf('central');
    const { tester, paired } = await beginSecure(bench);
    const own = await tester.smp.expect(`0c ${'..'.repeat(64)}`);
    const y = wire(slice(own, 33));
    tester.smp.send(how === 'as it is' ? own : `${slice(own, 0, 33)}${wire(negated(y))}`);
    await expectFailure(bench, 0x0b, paired);
  },
);

test('P2: a peripheral shows its key only after it has judged the one of the central', async () => {
  await using bench = await benchOf('peripheral');
  const { tester } = await beginSecure(bench);
  tester.smp.send(`0c${'00'.repeat(64)}`);
  await expectFailure(bench, 0x0b, undefined);
});

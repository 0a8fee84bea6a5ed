import { expect, test } from 'vitest';
import { newKeys, type TesterKeys, wire } from '../../conformance/harness/smp-crypto.ts';
import { beginSecure, benchOf, expectFailure, type Role } from './bench.ts';

const zero = '00'.repeat(32);
const field = 'ffffffff00000001000000000000000000000000ffffffffffffffffffffffff';

/** Points that are not on the curve, out of one that is. */
const invalid: [string, (keys: TesterKeys) => { readonly x: string; readonly y: string }][] = [
  ['y is zero', ({ x }) => ({ x, y: zero })],
  [
    'a bit of y is flipped',
    ({ x, y }) => ({ x, y: y.slice(0, -1) + (Number.parseInt(y.slice(-1), 16) ^ 1).toString(16) }),
  ],
  ['both are zero', () => ({ x: zero, y: zero })],
  ['x is no number of the field', ({ y }) => ({ x: field, y })],
  ['y is no number of the field', ({ x }) => ({ x, y: 'ff'.repeat(32) })],
  ['the coordinates have changed places', ({ x, y }) => ({ x: y, y: x })],
];

for (const role of ['central', 'peripheral'] as const satisfies Role[]) {
  test.each(invalid)(`P1: a public key off the curve is refused by a ${role}: %s`, async (_how, spoil) => {
    await using bench = await benchOf(role);
    const { tester, paired } = await beginSecure(bench);
    const { x, y } = spoil(newKeys());
    if (!tester.isInitiator) await tester.smp.expect(`0c ${'..'.repeat(64)}`);
    tester.smp.send(`0c${wire(x)}${wire(y)}`);
    await expectFailure(bench, 0x0b, paired);
  });
}

test('P1: each pairing has a key pair of its own', async () => {
  await using bench = await benchOf('peripheral');
  const seen = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const { tester } = await beginSecure(bench);
    await tester.publicKeys();
    seen.add(tester.iutX);
    await tester.smp.expect(`03 ${'..'.repeat(16)}`);
    tester.smp.send('0508');
    await bench.clock.advance(0);
  }
  expect(seen.size).toBe(3);
});

import { expect, test } from 'vitest';
import { identityOf, secureBond } from '../../support/bonds.ts';
import { SmpLink } from '../../support/smp-link.ts';
import { beginSecure, benchOf } from './bench.ts';

const zeros = '00'.repeat(16);

test.each(['no pairing', 'public keys', 'first stage'])(
  'P15: a link is not encrypted before a pairing has a key: %s',
  async (until) => {
    await using bench = await benchOf('peripheral');
    bench.linkMayEnd = true;
    if (until !== 'no pairing') {
      const { tester } = await beginSecure(bench);
      await tester.publicKeys();
      if (until === 'first stage') await tester.comparison();
      else await tester.smp.expect(`03 ${'..'.repeat(16)}`);
    }
    expect(await bench.tester.encrypt(zeros)).toBe(0x06);
    expect(bench.connection.security.encrypted).toBe(false);
  },
);

test('P15: a key of zeros is never given to the controller, however it got into a store', () => {
  const peer = identityOf('A1:A2:A3:A4:A5:A6');
  const key = { value: new Uint8Array(16), ediv: 0, rand: new Uint8Array(8) };
  const link = new SmpLink({ bonds: [{ ...secureBond(peer, 1), localKey: key }] });
  link.manager.keyRequested({ ediv: 0, rand: new Uint8Array(8) });
  expect(link.answers).toEqual([undefined]);
  link.manager.encryptionChanged(undefined);
  expect(link.manager.protection.encrypted).toBe(false);
});

test('P15: the key of a pairing that has failed is of no use', async () => {
  await using bench = await benchOf('peripheral');
  const { tester } = await beginSecure(bench);
  await tester.publicKeys();
  const ltk = await tester.checks(await tester.comparison());
  tester.smp.send('0508');
  await bench.clock.advance(0);
  expect(await bench.tester.encrypt(ltk)).toBe(0x06);
});

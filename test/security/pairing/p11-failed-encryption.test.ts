import { HciError } from 'jelling';
import { expect, test } from 'vitest';
import { identityOf, secureBond } from '../../support/bonds.ts';
import { SmpLink } from '../../support/smp-link.ts';
import { benchOf, bondSecurely, later, reconnect } from './bench.ts';

test('P11: a peer without the key gets nothing in plain, and its bond stays', async () => {
  await using bench = await benchOf('central');
  await bondSecurely(bench);
  bench.tester.longTermKey = undefined;
  await reconnect(bench);
  expect(bench.connection.security).toMatchObject({ encrypted: false, bonded: true, level: 1 });
  for (let i = 0; i < 3; i++) {
    const error = await bench.failure(later(bench.connection.services()));
    expect(error).toMatchObject({ status: 0x06 });
    expect(String(error)).toContain('it has lost the bond, or is somebody else');
  }
  expect(await bench.failure(later(bench.connection.encrypt()))).toBeInstanceOf(HciError);
  await bench.att.silent(1_000);
  expect(bench.iut.bonds).toHaveLength(1);
});

test('P11: a peer with another key ends the link', async () => {
  await using bench = await benchOf('central');
  await bondSecurely(bench);
  bench.tester.longTermKey = '11'.repeat(16);
  const { connection } = bench;
  bench.tester.disconnect();
  await bench.run(connection.disconnected());
  bench.tester.advertise();
  const error = await bench.failure(bench.iut.device(bench.tester.address).connect({ exchangeMtu: false }));
  expect(error).toMatchObject({ reason: 0x3d });
});

test('P11: an event that is no success leaves the link unprotected, at the first encryption and at a refresh', () => {
  const peer = identityOf('A1:A2:A3:A4:A5:A6');
  const link = new SmpLink({ bonds: [secureBond(peer, 1)] });
  link.manager.keyRequested({ ediv: 0, rand: new Uint8Array(8) });
  link.manager.encryptionChanged(new Error('no'));
  expect(link.manager.protection.encrypted).toBe(false);
  // The key of the attempt that failed does not come to life by a later event.
  link.manager.encryptionChanged(undefined);
  expect(link.manager.protection.encrypted).toBe(false);
  link.manager.keyRequested({ ediv: 0, rand: new Uint8Array(8) });
  link.manager.encryptionChanged(undefined);
  expect(link.manager.protection.encrypted).toBe(true);
  link.manager.encryptionChanged(new Error('refresh failed'));
  expect(link.manager.protection.encrypted).toBe(false);
});

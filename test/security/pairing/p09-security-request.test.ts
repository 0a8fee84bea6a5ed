import { expect, test } from 'vitest';
import { Auth, pairingFailed, securityRequest } from '../../conformance/harness/smp.ts';
import { PairingTester } from '../../conformance/harness/smp-tester.ts';
import { benchOf, bondSecurely, reconnect } from './bench.ts';

test('P9: a bonded peripheral that asks for more has to encrypt first', async () => {
  await using bench = await benchOf('central');
  const ltk = await bondSecurely(bench);
  const before = bench.iut.bonds;
  // Somebody else under its address, who has no key.
  bench.tester.longTermKey = undefined;
  await reconnect(bench);
  const asked = bench.tester.keyRequests.length;
  bench.tester.smp.send(securityRequest(Auth.bonding | Auth.mitm | Auth.sc));
  await bench.tester.smp.silent(1_000);
  expect(bench.tester.keyRequests.length).toBe(asked + 1);
  expect(bench.connection.security).toMatchObject({ encrypted: false, bonded: true });
  expect(bench.iut.bonds).toEqual(before);
  // The real one.
  bench.tester.longTermKey = ltk;
  await reconnect(bench);
  expect(bench.connection.security.encrypted).toBe(true);
  bench.iut.security = undefined;
  bench.tester.smp.send(securityRequest(Auth.bonding | Auth.mitm));
  expect(await bench.tester.smp.next()).toBe(pairingFailed(0x05));
  bench.tester.smp.send(securityRequest(Auth.bonding | Auth.sc));
  await bench.tester.smp.silent(100);
});

test('P9: a bonded peripheral that has encrypted may ask for more', async () => {
  await using bench = await benchOf('central');
  const ltk = await bondSecurely(bench);
  bench.tester.longTermKey = ltk;
  await reconnect(bench);
  bench.iut.security = { ui: { showPasskey: () => undefined } };
  const tester = new PairingTester(bench);
  bench.tester.smp.send(securityRequest(Auth.bonding | Auth.mitm | Auth.sc));
  const request = await tester.answer({ auth: Auth.none });
  expect(request.auth & (Auth.mitm | Auth.sc)).toBe(Auth.mitm | Auth.sc);
  expect(await bench.tester.smp.next()).toBe(pairingFailed(0x03));
});

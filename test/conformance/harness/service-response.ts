import { expect } from 'vitest';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { guard, refusals, requestServices } from './guarded.ts';
import {
  authOf,
  encryptAgain,
  level2,
  level3,
  level4,
  type Protection,
  pairWith,
  reconnect,
  secureLevel2,
} from './protected.ts';
import { Auth, securityRequest } from './smp.ts';

type Role = 'central' | 'peripheral';

/** A procedure with an implementation under test that serves, once in legacy pairing and once with Secure Connections. */
const servingCase = (
  id: string,
  role: Role,
  mutation: Mutation,
  procedure: (bench: Bench, secureConnections: boolean) => Promise<void>,
): void =>
  conformance(id, mutation, async () => {
    for (const secureConnections of [false, true]) {
      await using bench = await Bench[role]();
      await procedure(bench, secureConnections);
      await bench.verdict();
    }
  });

/** Without a bond: the service wants an authenticated key as peripheral, and any key as central. */
export const refusedWithoutBond = (id: string, role: Role, mutation: Mutation): void =>
  servingCase(id, role, mutation, async (bench, secureConnections) => {
    const wanted: Protection = { authenticated: role === 'peripheral', secureConnections };
    guard(bench, wanted);
    // 1. The tester makes its service requests, and is refused for want of authentication.
    await requestServices(bench, refusals.authentication);
    // 2. The tester begins a pairing, as peripheral with a Security Request. It succeeds, and the link is encrypted.
    await pairWith(bench, wanted, { by: 'tester' });
    // 3. The tester makes its requests once more, and is served.
    await requestServices(bench);
  });

/** With a bond that nobody has vouched for, where the service wants one. */
export const refusedWithWeakBond = (id: string, role: Role, mutation: Mutation): void =>
  servingCase(id, role, mutation, async (bench, secureConnections) => {
    const strong = secureConnections ? level4 : level3;
    guard(bench, strong);
    const { key } = await pairWith(bench, secureConnections ? secureLevel2 : level2, { by: 'tester' });
    await reconnect(bench);
    // 1. The central encrypts the link with the key of the bond. A Security Request of the tester that asks for no more changes nothing.
    await encryptAgain(bench, key);
    if (role === 'central') bench.tester.smp.send(securityRequest(Auth.bonding));
    await bench.tester.smp.silent();
    // 2. The tester makes its service requests, and is refused for want of authentication.
    await requestServices(bench, refusals.authentication);
    // 3. The tester begins a pairing with the MITM flag, as peripheral with a Security Request that has it. The implementation under test sets it too.
    const { iut } = await pairWith(bench, strong, { by: 'tester' });
    expect(iut.auth & Auth.mitm).toBe(Auth.mitm);
    // 4. The tester makes its requests once more, and is served.
    await requestServices(bench);
  });

/** With a bond that is good enough, on a link that is not encrypted. */
export const refusedUnencrypted = (id: string, role: Role, mutation: Mutation): void =>
  servingCase(id, role, mutation, async (bench, secureConnections) => {
    const wanted = secureConnections ? level4 : level3;
    guard(bench, wanted);
    const { key } = await pairWith(bench, wanted, { by: 'tester' });
    // As peripheral the tester has no key at first, since the central encrypts the link as soon as there is one.
    bench.tester.longTermKey = undefined;
    await reconnect(bench);
    // 1. The tester makes its service requests, and is refused for want of encryption.
    expect(bench.connection.security.encrypted).toBe(false);
    await requestServices(bench, refusals.encryption);
    // 2. The tester begins an encryption with the key of the bond, as peripheral with a Security Request. It succeeds.
    if (role === 'central') bench.tester.smp.send(securityRequest(authOf(wanted)));
    await encryptAgain(bench, key);
    // 3. The tester makes its requests once more, and is served.
    await requestServices(bench);
  });

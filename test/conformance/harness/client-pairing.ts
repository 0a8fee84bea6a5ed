import type { SecurityPolicy } from 'jelling';
import { expect } from 'vitest';
import { Code, error, Request, read, readResponse } from './att.ts';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { discover } from './client.ts';
import { octetAt } from './pdu.ts';
import { expectProtected, finishPairing } from './protected.ts';
import { Auth, fieldsOf, pairingFailed, pairingRequest, pairingResponse, Reason } from './smp.ts';
import { PairingTester } from './smp-tester.ts';

/** A case of a client under test that is refused for want of authentication, and of a tester that cannot protect. */
export const pairingAfterRefusal = (id: string, role: 'central' | 'peripheral', mutation: Mutation): void =>
  conformance(id, mutation, async () => {
    for (const policy of [{}, { mitm: true, ui: { enterPasskey: () => '123456' } }]) {
      await using bench = await Bench[role]();
      await refuseAndPair(bench, policy);
      await bench.verdict();
    }
  });

const refuseAndPair = async (bench: Bench, policy: SecurityPolicy): Promise<void> => {
  const { att, connection, tester } = bench;
  const mandatesMitm = policy.mitm === true;
  const { characteristic } = await discover(bench);
  connection.raisesSecurity = true;
  bench.iut.security = policy;
  // 1. The upper tester reads a value, and the tester refuses that for want of authentication.
  const reading = characteristic.read();
  reading.catch(() => undefined);
  await att.expect(read(characteristic.handle));
  att.send(error(Request.read, characteristic.handle, Code.insufficientAuthentication));
  // 2. The implementation under test begins a pairing, as peripheral with a Security Request. The MITM flag is set only where it mandates protection.
  const pairing = new PairingTester(bench);
  const begun = await tester.smp.next();
  const auth = pairing.isInitiator ? octetAt(begun, 1) : fieldsOf(begun).auth;
  expect(begun).toMatch(pairing.isInitiator ? /^0b/ : /^01/);
  expect(auth & Auth.mitm).toBe(mandatesMitm ? Auth.mitm : 0);
  // 3. The tester can neither show nor enter anything. As peripheral it wants nothing, as central it wants what it was asked for.
  pairing.request = pairing.isInitiator ? pairingRequest({ auth }) : begun;
  if (pairing.isInitiator) tester.smp.send(pairing.request);
  else {
    pairing.response = pairingResponse();
    tester.smp.send(pairing.response);
  }
  // 4. Where protection is mandatory the pairing fails, and with it what the upper tester wanted.
  if (mandatesMitm) {
    await tester.smp.expect(pairingFailed(Reason.authenticationRequirements));
    expect(await bench.failure(reading)).toMatchObject({ status: Code.insufficientAuthentication });
    return;
  }
  // 5. Otherwise it succeeds without, the value is asked for once more, and the upper tester gets it.
  if (pairing.isInitiator) pairing.response = await tester.smp.expect('02 .. .. .. .. .. ..');
  const unauthenticated = { authenticated: false, secureConnections: pairing.isInitiator };
  await finishPairing(pairing, unauthenticated);
  await att.expect(read(characteristic.handle));
  att.send(readResponse('cafe'));
  expect(await bench.run(reading)).toEqual(Uint8Array.of(0xca, 0xfe));
  expectProtected(bench, unauthenticated);
};

import { L2capError } from 'jelling';
import { expect } from 'vitest';
import { Code, error, Request, read, readResponse } from './att.ts';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { discover } from './client.ts';
import { guard, refusals, requestServices } from './guarded.ts';
import { octetAt, u16 } from './pdu.ts';
import {
  exchangeFeatures,
  expectProtected,
  featuresOf,
  finishPairing,
  level4,
  optionsFor,
  type Protection,
  pairWith,
  reconnect,
  secureLevel2,
} from './protected.ts';
import { creditResponse, Result, SPSM } from './signalling.ts';
import { Auth, fieldsOf, pairingFailed, pairingRequest, pairingResponse, Reason } from './smp.ts';
import { PairingTester } from './smp-tester.ts';

type Role = 'central' | 'peripheral';

const onLink = async (role: Role, procedure: (bench: Bench) => Promise<void>): Promise<void> => {
  await using bench = await Bench[role]();
  await procedure(bench);
  await bench.verdict();
};

/** A promise that is waited for later, and may reject before. */
const later = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => undefined);
  return promise;
};

/** A service-level connection of an implementation under test that pairs with Secure Connections alone, and wants this protection: by a GATT request, and by a channel. */
export const outgoing = (id: string, role: Role, protection: Protection, mutation: Mutation): void =>
  conformance(id, mutation, async () => {
    await onLink(role, (bench) => requestByGatt(bench, protection));
    await onLink(role, (bench) => requestByL2cap(bench, protection));
  });

const requestByGatt = async (bench: Bench, protection: Protection): Promise<void> => {
  const { att, connection, iut } = bench;
  // 1. The implementation under test is configured so.
  iut.security = optionsFor(protection);
  const { characteristic } = await discover(bench);
  connection.raisesSecurity = true;
  // 2. The upper tester reads a value, and the tester refuses that for want of authentication.
  const reading = later(characteristic.read());
  await att.expect(read(characteristic.handle));
  att.send(error(Request.read, characteristic.handle, Code.insufficientAuthentication));
  // 3. The implementation under test begins a pairing with Secure Connections, as peripheral with a Security Request. The tester knows them too.
  const tester = new PairingTester(bench);
  const { auth, iut: said } = await exchangeFeatures(bench, tester, featuresOf(protection), 'iut');
  for (const flags of [auth, said.auth]) expect(flags & Auth.sc).toBe(Auth.sc);
  // 4. Both do phases 2 and 3.
  await finishPairing(tester, protection);
  // 5. The value is asked for once more, and the upper tester gets it, on a link of that mode and level.
  await att.expect(read(characteristic.handle));
  att.send(readResponse('cafe'));
  expect(await bench.run(reading)).toEqual(Uint8Array.of(0xca, 0xfe));
  expectProtected(bench, protection);
};

const requestByL2cap = async (bench: Bench, protection: Protection): Promise<void> => {
  const { signalling, connection } = bench;
  const answered = async (result: number): Promise<unknown> => {
    const opening = later(connection.l2capConnect({ psm: SPSM }));
    const request = await signalling.expect(`14.. 0a00 ${u16(SPSM)} *`);
    signalling.send(creditResponse(octetAt(request, 1), result));
    return result === Result.success ? bench.run(opening) : bench.failure(opening);
  };
  // 1. The upper tester opens a channel, and the tester refuses that for want of authentication.
  expect(await answered(Result.insufficientAuthentication)).toBeInstanceOf(L2capError);
  // 2. The upper tester pairs, with Secure Connections alone.
  const { auth } = await pairWith(bench, protection, { by: 'iut' });
  expect(auth & Auth.sc).toBe(Auth.sc);
  // 3. The upper tester opens the channel once more, and has it.
  expect(await answered(Result.success)).toMatchObject({ isOpen: true });
  expectProtected(bench, protection);
};

/** A service-level connection of the tester to services that want this protection, of an implementation under test that pairs with Secure Connections alone. */
export const incoming = (id: string, role: Role, protection: Protection, mutation: Mutation): void =>
  conformance(id, mutation, () =>
    onLink(role, async (bench) => {
      guard(bench, protection);
      // 1. The tester begins a pairing with Secure Connections, as peripheral with a Security Request. Both complete it.
      const { iut } = await pairWith(bench, protection, { by: 'tester' });
      expect(iut.auth & Auth.sc).toBe(Auth.sc);
      // 2. The tester makes its service requests, and is served.
      await requestServices(bench);
    }),
  );

/** The same with a tester that does not know Secure Connections: nothing comes of it. */
export const outgoingWithoutSecure = (id: string, role: Role, mutation: Mutation): void =>
  conformance(id, mutation, async () => {
    for (const protection of [level4, secureLevel2])
      await onLink(role, (bench) => failToRequest(bench, protection));
  });

const failToRequest = async (bench: Bench, protection: Protection): Promise<void> => {
  const { att, connection, iut, tester } = bench;
  // 1. The implementation under test is configured for Secure Connections alone.
  iut.security = optionsFor(protection);
  const { characteristic } = await discover(bench);
  connection.raisesSecurity = true;
  // 2. The upper tester reads a value, and the tester refuses that for want of authentication.
  const reading = later(characteristic.read());
  await att.expect(read(characteristic.handle));
  att.send(error(Request.read, characteristic.handle, Code.insufficientAuthentication));
  // 3. The implementation under test begins a pairing with the flag of Secure Connections, as peripheral with a Security Request.
  const begun = await tester.smp.next();
  const isRequest = connection.role === 'peripheral';
  expect((isRequest ? octetAt(begun, 1) : fieldsOf(begun).auth) & Auth.sc).toBe(Auth.sc);
  // 4. The tester answers, or pairs, without that flag.
  const auth = Auth.bonding | (protection.authenticated ? Auth.mitm : 0);
  const features = featuresOf(protection, { auth });
  tester.smp.send(isRequest ? pairingRequest(features) : pairingResponse(features));
  // 5. The implementation under test ends the pairing, the upper tester is told, and the value is not asked for again.
  await tester.smp.expect(pairingFailed(Reason.authenticationRequirements));
  expect(await bench.failure(reading)).toMatchObject({ status: Code.insufficientAuthentication });
  expect(connection.security.encrypted).toBe(false);
};

export const incomingWithoutSecure = (id: string, role: Role, mutation: Mutation): void =>
  conformance(id, mutation, async () => {
    await onLink(role, refuseLegacyPairing);
    await onLink(role, refuseAfterLegacyPairing);
  });

const refuseLegacyPairing = async (bench: Bench): Promise<void> => {
  const { tester, iut } = bench;
  guard(bench, level4);
  // 1. The implementation under test is configured for Secure Connections alone.
  iut.security = optionsFor(level4);
  // 2. The tester makes its service requests, and is refused.
  await requestServices(bench, refusals.authentication);
  // 3. The tester begins an authenticated legacy pairing. It is refused.
  const features = featuresOf(level4, { auth: Auth.bonding | Auth.mitm });
  if (bench.connection.role === 'peripheral') tester.smp.send(pairingRequest(features));
  else {
    tester.smp.send(`0b0${Auth.bonding | Auth.mitm}`);
    await tester.smp.expect('01 .. .. .. .. .. ..');
    tester.smp.send(pairingResponse(features));
  }
  await tester.smp.expect(pairingFailed(Reason.authenticationRequirements));
  // 4. The tester makes its requests once more, and is refused.
  await requestServices(bench, refusals.authentication);
};

/** Where only the services want Secure Connections, and legacy pairing is there for others. */
const refuseAfterLegacyPairing = async (bench: Bench): Promise<void> => {
  guard(bench, level4);
  await requestServices(bench, refusals.authentication);
  const legacy = { authenticated: true, secureConnections: false };
  await pairWith(bench, legacy, { by: 'tester', options: { secureConnections: 'preferred' } });
  await requestServices(bench, refusals.authentication);
};

/** Keys that are too short, each on a link of its own. */
export const shortKeys = (id: string, role: Role, protection: Protection, mutation: Mutation): void =>
  conformance(id, mutation, () =>
    onLink(role, async (bench) => {
      for (let keySize = 7; keySize < 16; keySize++) {
        await (role === 'central' ? refuseKeyAsCentral : refuseKeyAsPeripheral)(bench, protection, keySize);
        expect(bench.connection.security.encrypted).toBe(false);
        await reconnect(bench);
      }
    }),
  );

const refuseKeyAsPeripheral = async (
  { iut, tester }: Bench,
  protection: Protection,
  keySize: number,
): Promise<void> => {
  // 1. The implementation under test is configured so.
  iut.security = optionsFor(protection);
  // 2. The tester begins a pairing with Secure Connections and a maximum key size of so many octets.
  // 3. It is refused for that reason. The tester ends the link.
  const request = pairingRequest(featuresOf(protection, { keySize }));
  await tester.smp.exchange(request, pairingFailed(Reason.encryptionKeySize));
};

const refuseKeyAsCentral = async (bench: Bench, protection: Protection, keySize: number): Promise<void> => {
  // 1. The upper tester pairs, with Secure Connections and a maximum key size of 16 octets.
  const paired = later(bench.connection.pair(optionsFor(protection)));
  const request = await new PairingTester(bench).answer(featuresOf(protection, { keySize }));
  expect([request.auth & Auth.sc, request.keySize]).toEqual([Auth.sc, 16]);
  // 2. The tester has answered with a maximum of so many. That is refused for that reason, and the upper tester is told. The tester ends the link.
  await bench.tester.smp.expect(pairingFailed(Reason.encryptionKeySize));
  expect(await bench.failure(paired)).toMatchObject({ reason: Reason.encryptionKeySize, origin: 'local' });
};

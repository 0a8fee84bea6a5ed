import type { PairingPrompt } from 'jelling';
import { expect } from 'vitest';
import { Code, error, Request, readByType } from './att.ts';
import type { Bench } from './bench.ts';
import { centralCase, type Mutation, peripheralCase } from './case.ts';
import { u16 } from './pdu.ts';
import {
  expectProtected,
  featuresOf,
  finishPairing,
  optionsFor,
  type Protection,
  pairWith,
  reconnect,
} from './protected.ts';
import { SPSM } from './signalling.ts';
import { pairingFailed, pairingRequest, Reason } from './smp.ts';
import { PairingTester } from './smp-tester.ts';

const TYPE = 0xb001;
const HANDLE = 0x0003;
const request = readByType(0x0001, 0xffff, TYPE);
/** PIN or Key Missing. */
const LOST = { code: 'BLE_HCI', status: 0x06, message: expect.stringContaining('has lost the bond') };

/** The upper tester makes a service request: it reads all values of a type. */
const requestService = (bench: Bench): Promise<unknown> => {
  const reading = bench.connection.readByUuid(TYPE);
  reading.catch(() => undefined);
  return reading;
};

/** A service request that the tester gets, and serves. */
const serve = async (bench: Bench): Promise<void> => {
  const { att } = bench;
  const reading = requestService(bench);
  await att.expect(request);
  att.send(`0904${u16(HANDLE)}cafe`);
  await att.expect(readByType(HANDLE + 1, 0xffff, TYPE));
  att.send(error(Request.readByType, HANDLE + 1, Code.attributeNotFound));
  expect(await bench.run(reading)).toMatchObject([{ handle: HANDLE }]);
};

/** The preamble: both have made a bond, the tester has forgotten it, and they are on a new link. */
const forget = async (bench: Bench, protection: Protection): Promise<void> => {
  await pairWith(bench, protection, { by: 'tester' });
  bench.iut.security = undefined;
  bench.tester.longTermKey = undefined;
  await reconnect(bench);
};

/** The tester is asked for nothing, is told nothing, and there is no other bond in the place of the one that there was. */
const expectNothingFurther = async (bench: Bench, before: Bench['iut']['bonds']): Promise<void> => {
  await bench.att.silent();
  await bench.tester.smp.silent();
  expect(bench.connection.security).toMatchObject({ encrypted: false, bonded: true, level: 1 });
  expect(bench.iut.bonds).toEqual(before);
};

/** The key of the bond is tried, the upper tester is told that the bond is lost, and nothing else happens of itself. */
export const noticeAsCentral = async (bench: Bench, protection: Protection): Promise<void> => {
  await forget(bench, protection);
  const before = bench.iut.bonds;
  const { keyRequests } = bench.tester;
  const tried = keyRequests.length;
  // 1. The upper tester makes a service request. Before it is sent the implementation under test begins an encryption with the key of the bond, which the tester refuses.
  const reading = requestService(bench);
  // 2. The upper tester is told that the bond is lost, and what is to be seen to: its user decides.
  expect(await bench.failure(reading)).toMatchObject(LOST);
  expect(keyRequests.length).toBe(tried + 1);
  // 3. The request is not sent, and no pairing begins. The same becomes of a request for a channel.
  expect(await bench.failure(bench.connection.l2capConnect({ psm: SPSM }))).toMatchObject(LOST);
  await bench.signalling.silent(0);
  await expectNothingFurther(bench, before);
};

/** Whatever the policy lets others do, its user has to say that it is the one. */
export const lostBondAsCentral = (id: string, protection: Protection, mutation: Mutation): void =>
  centralCase(id, mutation, async (bench) => {
    await noticeAsCentral(bench, protection);
    await pairAgainAsCentral(bench, protection);
  });

const pairAgainAsCentral = async (bench: Bench, protection: Protection): Promise<void> => {
  // 4. The user has confirmed the tester, and the upper tester pairs. The new bond takes the place of the old one.
  await pairWith(bench, protection, { by: 'iut' });
  expect(bench.iut.bonds).toHaveLength(1);
  // 5. The upper tester makes its request once more, and is served.
  await serve(bench);
};

/** The tester is asked for the key of the bond, and pairs instead. Gives what it has said. */
const pairInstead = async (bench: Bench, protection: Protection): Promise<PairingTester> => {
  const { smp } = bench.tester;
  const tester = new PairingTester(bench);
  // 1. The upper tester makes a service request. Before it is sent the implementation under test asks for an encryption, with a Security Request.
  const reading = requestService(bench);
  await smp.expect('0b ..');
  // 2. The tester begins a pairing.
  tester.request = pairingRequest(featuresOf(protection));
  smp.send(tester.request);
  // 3. The upper tester is told that the bond is lost, and its request is not sent.
  expect(await bench.failure(reading)).toMatchObject(LOST);
  await bench.att.silent(0);
  return tester;
};

/** The bond is lost, and nobody is asked who may say that it is the one: neither where nobody may pair, nor where everybody may. */
export const noticeAsPeripheral = async (bench: Bench, protection: Protection): Promise<void> => {
  await forget(bench, protection);
  const before = bench.iut.bonds;
  for (const policy of [undefined, { secureConnections: protection.secureConnections }]) {
    bench.iut.security = policy;
    await pairInstead(bench, protection);
    // 4. The pairing is refused.
    await bench.tester.smp.expect(pairingFailed(Reason.pairingNotSupported));
    await expectNothingFurther(bench, before);
  }
};

/** The bond is lost, and the user says that it is the one. */
export const lostBondAsPeripheral = (id: string, protection: Protection, mutation: Mutation): void =>
  peripheralCase(id, mutation, async (bench) => {
    await forget(bench, protection);
    const prompts: PairingPrompt[] = [];
    let confirm = (_yes: boolean): void => undefined;
    const answer = new Promise<boolean>((resolve) => {
      confirm = resolve;
    });
    bench.iut.security = {
      ...optionsFor(protection),
      ui: {
        confirm: (prompt) => {
          prompts.push(prompt);
          return answer;
        },
        ...(protection.authenticated
          ? {
              enterPasskey: async (prompt) => {
                prompts.push(prompt);
                return (await answer) ? '123456' : undefined;
              },
            }
          : {}),
      },
    };
    const tester = await pairInstead(bench, protection);
    // 4. The user is asked, and told that there is a bond. Until there is an answer the pairing does not go on.
    if (protection.authenticated) {
      tester.response = await tester.smp.expect('02 .. .. .. .. .. ..');
      await bench.clock.advance(0);
    } else await tester.smp.silent();
    expect(prompts).toMatchObject([{ address: bench.tester.address, incoming: true, replacesBond: true }]);
    confirm(true);
    if (!protection.authenticated) tester.response = await tester.smp.expect('02 .. .. .. .. .. ..');
    // 5. The pairing succeeds. The new bond takes the place of the old one.
    await finishPairing(tester, protection);
    await bench.clock.advance(0);
    expectProtected(bench, protection);
    expect(bench.iut.bonds).toHaveLength(1);
    // 6. The upper tester makes its request once more, and is served.
    await serve(bench);
  });

import type { OobOptions, PairingOptions } from 'jelling';
import { expect } from 'vitest';
import type { Bench } from './bench.ts';
import { ioNames, ioPairs, passkeyPairs, usersPart } from './io-pairs.ts';
import { type Hex, octet, octetAt, size, slice } from './pdu.ts';
import {
  pairByPasskey,
  pairOutOfBand,
  pairWithoutPasskey,
  SecurePairing,
  TestUser,
  toldOutOfBand,
} from './secure-pairing.ts';
import { Auth, type Features, fieldsOf, Io, pairingFailed, Reason } from './smp.ts';
import { randomOctets, wire } from './smp-crypto.ts';
import { PairingTester } from './smp-tester.ts';

// Procedures that the suite has for both roles.

/** A peer whose pairings have failed waits no longer than this before the next. */
export const LONGEST_WAIT_MS = 512_000;

/** All bits of AuthReq that are reserved for future use, without and with the one that is there for BR/EDR alone. */
const reservedBits: readonly number[] = [0xc0, Auth.reserved];

/** SM/CEN/SCJW/BV-01-C and SM/PER/SCJW/BV-02-C. */
export const pairsOverTable = async (bench: Bench): Promise<void> => {
  // Every pair of IO capabilities in Table 2.8 of Vol 3, Part H, 2.3.5.1 that needs no passkey, with and without protection.
  for (const pair of ioPairs) {
    for (const mitm of [false, true]) {
      if (mitm && !['nothing', 'compare'].includes(usersPart(pair))) continue;
      // Three times with the strongest pair of each kind, once with the others.
      const rounds = pair.iut === 'keyboardDisplay' && pair.tester === 'keyboardDisplay' ? 3 : 1;
      const nonces = new Set<string>();
      // 1. The central asks to pair. 2. The peripheral answers. The tester wants no protection, the implementation under test wants what is said.
      // 3. Both do phase 2, and the link is encrypted with its key. Both users see one number, or none.
      for (let round = 0; round < rounds; round++) nonces.add(await pairWithoutPasskey(bench, pair, mitm));
      // 4. No nonce is used twice.
      expect(nonces.size).toBe(rounds);
    }
  }
};

/** SM/CEN/SCJW/BV-04-C and SM/PER/SCJW/BV-03-C. */
export const worksWithReservedBits = async (bench: Bench): Promise<void> => {
  // 1. The central asks to pair. 2. The peripheral answers. The tester has no input and no output, wants no protection, and sets all reserved bits.
  // 3. Both do phase 2 of Just Works, and the link is encrypted with its key.
  for (const iut of ioNames)
    for (const auth of reservedBits)
      await pairWithoutPasskey(bench, { iut, tester: 'noInputNoOutput' }, false, auth);
};

/** SM/CEN/SCPK/BV-01-C and SM/PER/SCPK/BV-02-C. */
export const entersOverTable = async (bench: Bench): Promise<void> => {
  // 1. The central asks to pair. 2. The peripheral answers. The tester wants protection, the implementation under test may want it too. That one can tell
  // of keys, and the tester says whether it can.
  // 3. Whoever has no keyboard shows a passkey, and the other's user enters it; or both enter the same. Keys are told where both sides can.
  // 4. and 5. Both do the rounds with that passkey, and the link is encrypted with the key of phase 2.
  for (const pair of passkeyPairs) {
    for (const mitm of [false, true]) {
      const entry = { keypress: true, mitm };
      await pairByPasskey(bench, pair, { ...entry, auth: Auth.none, passkey: 0 });
      await pairByPasskey(bench, pair, { ...entry, auth: Auth.keypress, passkey: 999_999 });
    }
  }
};

/** SM/CEN/SCPK/BV-04-C and SM/PER/SCPK/BV-03-C. */
export const entersWithReservedBits = async (bench: Bench): Promise<void> => {
  // 1. The central asks to pair. 2. The peripheral answers. The tester has a keyboard, wants protection, and sets all reserved bits.
  // 3. Both do phase 2 of Passkey Entry, and the link is encrypted with its key.
  for (const pair of passkeyPairs.filter(({ tester }) => tester === 'keyboardOnly'))
    for (const auth of reservedBits) await pairByPasskey(bench, pair, { auth });
};

/** SM/CEN/SCOB/BV-01-C and SM/PER/SCOB/BV-02-C. */
export const pairsOutOfBand = async (bench: Bench): Promise<void> => {
  // 1. The central asks to pair. 2. The peripheral answers. Each says whether it has data of the other.
  // 3. Whoever has data compares it with the other's public key.
  // 4. Both do phase 2, and the link is encrypted with a key that the data vouch for.
  for (const [iutKnows, testerKnows] of [
    [true, true],
    [true, false],
    [false, true],
  ] as const)
    await pairOutOfBand(bench, { iutKnows, testerKnows });
};

/** SM/CEN/SCOB/BV-04-C and SM/PER/SCOB/BV-03-C. */
export const pairsOutOfBandWithReservedBits = async (bench: Bench): Promise<void> => {
  const { ui } = new TestUser();
  // 1. The central asks to pair. 2. The peripheral answers. Both have data and want nothing more; the tester sets all reserved bits.
  // 3. Both do phase 2 with the data, and the link is encrypted with its key.
  for (const io of ioNames) {
    for (const auth of reservedBits) {
      const options = { io, ui, mitm: false };
      await pairOutOfBand(bench, { iutKnows: true, testerKnows: true, options, features: { auth } });
    }
  }
};

export interface Refusals {
  /** What the upper tester pairs with. */
  readonly options: (tester: PairingTester) => PairingOptions;
  readonly features: Features;
  /** Why the tester ends it in phase 2. */
  readonly last: number;
  /** What both do in phase 2 before that; by default they exchange public keys. */
  readonly before?: (pairing: SecurePairing) => Promise<unknown>;
}

/** SM/CEN/SCJW/BI-01-C, SM/CEN/SCPK/BI-01-C, SM/PER/SCPK/BI-04-C, SM/CEN/SCOB/BI-01-C and SM/PER/SCOB/BI-02-C. */
export const reportsFailures = async (bench: Bench, refusals: Refusals): Promise<void> => {
  const { options, features, last, before = ({ tester }) => tester.publicKeys() } = refusals;
  for (const reason of [
    Reason.authenticationRequirements,
    Reason.unspecified,
    Reason.pairingNotSupported,
    Reason.repeatedAttempts,
  ]) {
    // 1. The central asks to pair. A tester that is central takes the answer.
    // 2. The tester ends the pairing, for each of the reasons.
    // 3. The upper tester is told why and by whom.
    const tester = new PairingTester(bench);
    if (tester.isInitiator)
      await (await SecurePairing.begin(bench, options(tester), features, tester)).fail(reason);
    else await refuse(bench, options(tester), reason);
    await reconnect(bench);
  }
  // 4. Both exchange features, and begin phase 2.
  const tester = new PairingTester(bench);
  const pairing = await SecurePairing.begin(bench, options(tester), features, tester);
  await before(pairing);
  // 5. The tester ends it there, and the upper tester is told.
  await pairing.fail(last);
};

/** SM/CEN/SCPK/BI-02-C and SM/PER/SCPK/BI-03-C. */
export const refusesCommitment = async (bench: Bench): Promise<void> => {
  for (const rounds of [1, 20]) {
    // 1. The central asks to pair. 2. The peripheral answers. The tester has a keyboard and wants protection, both bond.
    const user = new TestUser();
    const features = { io: 'keyboardOnly', auth: Auth.bonding | Auth.mitm } as const;
    const pairing = await SecurePairing.begin(
      bench,
      { io: 'displayOnly', ui: user.ui, bond: true, mitm: true },
      features,
    );
    const { tester } = pairing;
    await tester.publicKeys();
    await bench.clock.advance(0);
    // 3. The tester's commitment of the last of these rounds is wrong. Its nonce is the one that it has committed to.
    const { na: nonce } = await tester.passkey(Number(user.shown[0]), rounds, spoilt);
    if (!tester.isInitiator) await tester.smp.expect(`04${'..'.repeat(16)}`);
    // 4. The implementation under test finds that, and ends the pairing.
    await tester.smp.exchange(`04${wire(nonce)}`, pairingFailed(Reason.confirmValueFailed));
    await pairing.endedWith(Reason.confirmValueFailed);
    expect(bench.connection.security).toMatchObject({ encrypted: false, bonded: false });
    await bench.clock.advance(LONGEST_WAIT_MS);
  }
};

/** Data of both sides as the upper tester has them. */
export const bothOutOfBand = (
  bench: Bench,
  tester: PairingTester,
  spoil?: (confirm: Hex) => Hex,
): OobOptions => ({
  own: bench.iut.createOobData(),
  peer: toldOutOfBand(tester, randomOctets(16), spoil),
});

/** SM/CEN/SCOB/BI-04-C and SM/PER/SCOB/BI-03-C. */
export const refusesOutOfBandData = async (bench: Bench): Promise<void> => {
  // The upper tester is told another value than the tester's.
  const tester = new PairingTester(bench);
  const oob = bothOutOfBand(bench, tester, spoilt);
  // 1. The central asks to pair. 2. The peripheral answers. Both say that they have data.
  const pairing = await SecurePairing.begin(bench, { oob }, { oob: 1 }, tester);
  // 3. Public keys go both ways. 4. A tester that is central sends its nonce.
  await tester.publicKeys();
  if (tester.isInitiator) tester.smp.send(`04${randomOctets(16)}`);
  // 5. The implementation under test finds that the tester's public key is not the one it was told of, and ends the pairing.
  await tester.smp.expect(pairingFailed(Reason.confirmValueFailed));
  await pairing.endedWith(Reason.confirmValueFailed);
  expect(bench.connection.security).toMatchObject({ encrypted: false });
  // 6. The tester ends the link.
  await bench.part();
  bench.linkMayEnd = true;
};

/** With another last octet. */
const spoilt = (pdu: Hex): Hex => slice(pdu, 0, -1) + octet(octetAt(pdu, size(pdu) - 1) ^ 1);

/** The tester answers a Pairing Request with Pairing Failed. */
const refuse = async (bench: Bench, options: PairingOptions, reason: number): Promise<void> => {
  const { smp } = bench.tester;
  const over = bench.connection.pair(options);
  const { io, oob, auth } = fieldsOf(await smp.expect('01 .. .. .. .. .. ..'));
  expect([io, oob]).toEqual([Io[options.io ?? 'noInputNoOutput'], options.oob?.peer === undefined ? 0 : 1]);
  expect(auth & (Auth.sc | Auth.reserved)).toBe(Auth.sc);
  smp.send(pairingFailed(reason));
  expect(await bench.failure(over)).toMatchObject({ code: 'BLE_SMP', reason, origin: 'peer' });
  await smp.silent();
};

/** The preamble again, on another link. */
export const reconnect = (bench: Bench): Promise<void> =>
  bench.connection.role === 'central' ? bench.reconnectToTester() : bench.reconnectFromTester();

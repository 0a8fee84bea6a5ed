import type { PairingOptions, PairingUi } from 'jelling';
import { expect } from 'vitest';
import { Bench, type BenchOptions } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { bytes, type Hex } from './pdu.ts';
import {
  Auth,
  type Features,
  type fieldsOf,
  Io,
  type IoName,
  pairingFailed,
  pairingRequest,
  Reason,
} from './smp.ts';
import { randomOctets, wire } from './smp-crypto.ts';
import { type DistributedKeys, PairingTester } from './smp-tester.ts';

// What the cases of legacy pairing have in common, whichever side the implementation under test is.

/** IO capabilities with which a user can take part in Passkey Entry, and all that there are. */
export const passkeyIo: readonly IoName[] = [
  'displayOnly',
  'displayYesNo',
  'keyboardOnly',
  'keyboardDisplay',
];
export const anyIo: readonly IoName[] = [...passkeyIo, 'noInputNoOutput'];

/** Rounds with each of the IO capabilities, and each wish for protection. */
export const withMitm = (
  capabilities: readonly IoName[],
  wishes: readonly (boolean | 'preferred')[],
): readonly { readonly io: IoName; readonly mitm: boolean | 'preferred' }[] =>
  capabilities.flatMap((io) => wishes.map((mitm) => ({ io, mitm })));

/** Sizes of keys that there are, in octets. */
export const keySizes: readonly number[] = [7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

/** The temporary key of Just Works. */
export const NO_TK: Hex = '00'.repeat(16);

/** Longer than the timer of the protocol, so that it is the protocol that gives up. */
const PATIENT = { timeoutMs: 60_000 };

/** A case that is gone through once for each round, on a link of its own between two that do not know each other. */
export const pairingCase = <Round>(
  id: `SM/${'CEN' | 'PER'}/${string}`,
  mutation: Mutation,
  procedure: (bench: Bench, round: Round) => Promise<void>,
  rounds: readonly Round[],
  optionsOf: (round: Round) => BenchOptions = () => ({}),
): void => {
  const role = id.startsWith('SM/CEN') ? 'central' : 'peripheral';
  conformance(id, mutation, async () => {
    for (const round of rounds) {
      await using bench = await Bench[role](optionsOf(round));
      await procedure(bench, round);
      await bench.verdict();
    }
  });
};

/** The user of the implementation under test, who enters one passkey whenever he is asked. */
export class PasskeyUser {
  readonly #entered = Math.floor(Math.random() * 1_000_000);
  readonly #asked: { readonly how: 'shown' | 'entered' | 'compared'; readonly passkey: number }[] = [];

  readonly ui: PairingUi = {
    showPasskey: (passkey) => void this.#asked.push({ how: 'shown', passkey: Number(passkey) }),
    enterPasskey: () => {
      this.#asked.push({ how: 'entered', passkey: this.#entered });
      return this.#entered;
    },
    compareNumbers: (number) => {
      this.#asked.push({ how: 'compared', passkey: Number(number) });
      return false;
    },
  };

  /** The temporary key of the passkey that he has just been shown or has entered, as it must be and once. */
  async temporaryKey(bench: Bench, how: 'shown' | 'entered'): Promise<Hex> {
    await bench.clock.advance(0);
    const [asked, ...more] = this.#asked.splice(0);
    expect([asked?.how, ...more]).toEqual([how]);
    return (asked?.passkey ?? 0).toString(16).padStart(32, '0');
  }
}

/** The temporary key of another passkey. */
export const otherPasskey = (tk: Hex): Hex => tk.slice(0, -1) + (tk.endsWith('0') ? '1' : '0');

/** Out-of-band data of the implementation under test, and of legacy pairing alone: that temporary key. */
export const withOob = (tk: Hex): PairingOptions => ({
  secureConnections: false,
  oob: { temporaryKey: bytes(wire(tk)) },
});

/** A pairing whose first phase is over. */
export interface LegacyPairing {
  readonly tester: PairingTester;
  /** What the implementation under test has said of itself. */
  readonly iut: ReturnType<typeof fieldsOf>;
  /** What the upper tester is told of it. */
  readonly over: Promise<void>;
}

const notAsked = (): never => {
  throw new Error('somebody was asked where no user takes part');
};

/** Where an IO capability is told there must be somebody. If the case says no more of him he has nothing to do: whatever he is asked ends the pairing. */
const withUser = (options: PairingOptions): PairingOptions => {
  if (options.io === undefined) return options;
  return { ui: { showPasskey: notAsked, enterPasskey: notAsked, compareNumbers: notAsked }, ...options };
};

/**
 * Phase 1, begun by whoever is central: the upper tester pairs with `options`, or lets the tester do so, and the tester says `features`. The implementation under test
 * must say of its IO capability and out-of-band data what the upper tester has, and set no reserved bit. Nobody is asked anything, unless there is a `ui`.
 */
export const exchangeFeatures = async (
  bench: Bench,
  options: PairingOptions,
  features: Features,
): Promise<LegacyPairing> => {
  const tester = new PairingTester(bench);
  const wanted = withUser(options);
  if (!tester.isInitiator) {
    const over = joinPairing(bench, wanted);
    return { tester, iut: checked(options, await tester.answer(features)), over };
  }
  bench.iut.security = wanted;
  const iut = checked(options, await tester.ask(features));
  return { tester, iut, over: joinPairing(bench, wanted) };
};

const checked = ({ io, oob }: PairingOptions, iut: LegacyPairing['iut']): LegacyPairing['iut'] => {
  if (io !== undefined) expect(iut.io).toBe(Io[io]);
  expect([iut.oob, iut.auth & Auth.reserved]).toEqual([oob?.temporaryKey === undefined ? 0 : 1, 0]);
  return iut;
};

/** The upper tester pairs, or waits for the pairing that is under way. */
export const joinPairing = (bench: Bench, options: PairingOptions): Promise<void> => {
  const over = bench.connection.pair({ ...options, ...PATIENT });
  // It may fail before the case asks what has become of it.
  over.catch(() => undefined);
  return over;
};

/**
 * Phase 1 of Passkey Entry, and the temporary key that comes of it: of the passkey that the implementation under test has shown, or that its user has entered. He has
 * been asked for his part, and once.
 */
export const beginPasskeyEntry = async (
  bench: Bench,
  io: IoName,
  features: Features & { readonly io: 'keyboardOnly' | 'keyboardDisplay' },
  options: PairingOptions = {},
): Promise<LegacyPairing & { readonly tk: Hex }> => {
  const user = new PasskeyUser();
  const pairing = await exchangeFeatures(bench, { io, ui: user.ui, ...options }, features);
  return { ...pairing, tk: await user.temporaryKey(bench, partOf(io, features.io)) };
};

/** What a user has to do in Passkey Entry (Vol 3, Part H, 2.3.5.1, Table 2.8). */
export const partOf = (io: IoName, tester: 'keyboardOnly' | 'keyboardDisplay'): 'shown' | 'entered' => {
  if (tester === 'keyboardOnly') return io === 'keyboardOnly' ? 'entered' : 'shown';
  return io.startsWith('display') ? 'shown' : 'entered';
};

/** Phase 2 with a temporary key, encryption, and phase 3. Gives the keys that have been distributed. */
export const complete = async (
  bench: Bench,
  { tester, over }: LegacyPairing,
  tk: Hex = NO_TK,
): Promise<{ readonly own: DistributedKeys; readonly iut: DistributedKeys }> => {
  await tester.encrypt(await tester.legacy(tk));
  const keys = await tester.distribute();
  await bench.run(over);
  const authenticated = tk !== NO_TK;
  expect(bench.connection.security).toMatchObject({
    encrypted: true,
    authenticated,
    secureConnections: false,
  });
  return keys;
};

/** Phase 2 in which the tester has another temporary key: the other side must find out by its random value, and say so to both testers. */
export const expectMismatch = async (
  bench: Bench,
  { tester, over }: LegacyPairing,
  tk: Hex = randomOctets(16),
): Promise<void> => {
  const { smp } = tester;
  const random = randomOctets(16);
  const confirm = `03${wire(tester.confirmValue(tk, random))}`;
  if (tester.isInitiator) await smp.exchange(confirm, '03 *');
  else {
    await smp.expect('03 *');
    smp.send(confirm);
    await smp.expect('04 *');
  }
  await smp.exchange(`04${wire(random)}`, '0504');
  await expectFailure(bench, over, Reason.confirmValueFailed);
};

/** Phase 2 in which the tester, as responder, gives back what it gets: the other side must not take its own words for an answer. */
export const expectNoReflection = async (bench: Bench, { tester, over }: LegacyPairing): Promise<void> => {
  const { smp } = tester;
  smp.send(await smp.expect('03 *'));
  // The random value may be shown all the same.
  const next = await smp.next();
  if (next.startsWith('04')) await smp.exchange(next, '0504');
  else expect(next).toBe('0504');
  await expectFailure(bench, over, Reason.confirmValueFailed);
};

/** The tester, as central, is let pair with `options`, and what it says of itself is not enough. */
export const expectRefusal = async (
  bench: Bench,
  options: PairingOptions,
  features: Features,
  reason: number,
): Promise<void> => {
  bench.iut.security = withUser(options);
  await bench.tester.smp.exchange(pairingRequest(features), pairingFailed(reason));
  expect(bench.connection.security.encrypted).toBe(false);
};

/** The upper tester is told why the pairing has failed, and by whose verdict. The link is as it was. */
export const expectFailure = async (
  bench: Bench,
  over: Promise<void>,
  reason: number,
  origin: 'local' | 'peer' = 'local',
): Promise<void> => {
  expect(await bench.failure(over)).toMatchObject({ code: 'BLE_SMP', reason, origin });
};

import type { Keypress, PairingOptions, PairingUi } from 'jelling';
import { expect } from 'vitest';
import type { Bench } from './bench.ts';
import { type IoPair, usersPart } from './io-pairs.ts';
import { bytes, type Hex, hex } from './pdu.ts';
import { Auth, type Features, type fieldsOf, Io, pairingFailed } from './smp.ts';
import { f4, g2, randomOctets, wire } from './smp-crypto.ts';
import { PairingTester } from './smp-tester.ts';

export interface Nonces {
  readonly na: Hex;
  readonly nb: Hex;
}

const KEYPRESSES: readonly (readonly [Hex, Keypress])[] = [
  ['0e00', 'entryStarted'],
  ...Array.from({ length: 6 }, () => ['0e01', 'digitEntered'] as const),
  ['0e04', 'entryCompleted'],
];

/** The user of the implementation under test, who finds all numbers equal and enters what the tester shows. */
export class TestUser {
  readonly compared: string[] = [];
  readonly shown: string[] = [];
  readonly heard: Keypress[] = [];
  readonly ui: PairingUi;

  /** With `keypress` the implementation under test tells of keys, and wants to hear of them. */
  constructor(passkey = 0, keypress = false) {
    this.ui = {
      showPasskey: (digits) => void this.shown.push(digits),
      enterPasskey: (prompt) => {
        for (let digit = 0; digit < 6; digit++) prompt.keypress('digitEntered');
        return passkey;
      },
      compareNumbers: (number) => {
        this.compared.push(number);
        return true;
      },
      keypress: keypress ? (key) => void this.heard.push(key) : undefined,
    };
  }
}

/** One pairing with LE Secure Connections of the implementation under test, in whatever role, and the tester. */
export class SecurePairing {
  readonly bench: Bench;
  readonly tester: PairingTester;
  /** What the implementation under test has said of itself. */
  readonly iut: ReturnType<typeof fieldsOf>;
  /** What the upper tester waits for. */
  readonly over: Promise<void>;

  private constructor(
    bench: Bench,
    tester: PairingTester,
    iut: ReturnType<typeof fieldsOf>,
    over: Promise<void>,
  ) {
    this.bench = bench;
    this.tester = tester;
    this.iut = iut;
    this.over = over;
    // A case looks at it when its steps are done.
    over.catch(() => undefined);
  }

  /**
   * Phase 1, begun by whoever is central. Both set the flag of Secure Connections, and the implementation under test says what the upper tester has given it,
   * with no reserved bit.
   */
  static async begin(
    bench: Bench,
    given: PairingOptions,
    features: Features = {},
    tester = new PairingTester(bench),
  ): Promise<SecurePairing> {
    const options = { bond: false, secureConnections: true, ...given };
    const offered = { ...features, auth: (features.auth ?? Auth.none) | Auth.sc };
    let pairing: SecurePairing;
    if (tester.isInitiator) {
      bench.iut.security = options;
      const iut = await tester.ask(offered);
      // The upper tester joins a pairing that is under way.
      pairing = new SecurePairing(bench, tester, iut, bench.connection.pair({ bond: false, mitm: false }));
    } else {
      const over = bench.connection.pair(options);
      pairing = new SecurePairing(bench, tester, await tester.answer(offered), over);
    }
    const { io, oob, auth } = pairing.iut;
    expect(io).toBe(Io[options.io ?? 'noInputNoOutput']);
    expect(oob).toBe(options.oob?.peer === undefined ? 0 : 1);
    expect(auth & (Auth.sc | Auth.reserved)).toBe(Auth.sc);
    return pairing;
  }

  /** Public keys, and the first stage of Just Works or Numeric Comparison: the user sees the tester's number, or none. */
  async compare(user: TestUser, isCompared: boolean): Promise<Nonces> {
    const { tester, bench } = this;
    await tester.publicKeys();
    const nonces = await tester.comparison();
    await bench.clock.advance(0);
    const { na, nb } = nonces;
    const [ofInitiator, ofResponder] = tester.isInitiator
      ? [tester.keys.x, tester.iutX]
      : [tester.iutX, tester.keys.x];
    expect(user.compared).toEqual(isCompared ? [g2(ofInitiator, ofResponder, na, nb)] : []);
    return nonces;
  }

  /** The link is encrypted with the key of the second stage, and the upper tester is told. */
  async finish(nonces: Nonces, isAuthenticated: boolean, ra?: Hex, rb?: Hex): Promise<void> {
    const { tester, bench } = this;
    await tester.encrypt(await tester.checks(nonces, ra, rb));
    await bench.run(this.over);
    await bench.clock.advance(0);
    expect(bench.connection.security).toMatchObject({
      encrypted: true,
      secureConnections: true,
      authenticated: isAuthenticated,
    });
  }

  /** The tester ends it in the place of its next step: the upper tester is told why and by whom, and the tester nothing. */
  async fail(reason: number): Promise<void> {
    this.tester.smp.send(pairingFailed(reason));
    await this.endedWith(reason, 'peer');
  }

  /** It has failed by the verdict of one side. The upper tester is told, and nothing follows. */
  async endedWith(reason: number, origin: 'local' | 'peer' = 'local'): Promise<void> {
    expect(await this.bench.failure(this.over)).toMatchObject({ code: 'BLE_SMP', reason, origin });
    await this.tester.smp.silent();
  }
}

/** A pairing in which nobody enters a passkey, with the tester's other bits of AuthReq. Gives the nonce of the implementation under test. */
export const pairWithoutPasskey = async (
  bench: Bench,
  pair: IoPair,
  mitm = false,
  auth: number = Auth.none,
): Promise<Hex> => {
  const user = new TestUser();
  const options: PairingOptions = { io: pair.iut, ui: user.ui, mitm: mitm ? 'preferred' : false };
  const pairing = await SecurePairing.begin(bench, options, { io: pair.tester, auth });
  expect(pairing.iut.auth & Auth.mitm).toBe(mitm ? Auth.mitm : 0);
  const isCompared = mitm && usersPart(pair) === 'compare';
  const nonces = await pairing.compare(user, isCompared);
  await pairing.finish(nonces, isCompared);
  return pairing.tester.isInitiator ? nonces.nb : nonces.na;
};

export interface PasskeyEntry {
  /** What the tester shows, or the users enter on both sides. */
  readonly passkey?: number;
  /** The tester's other bits of AuthReq. */
  readonly auth?: number;
  /** Whether the implementation under test wants protection too. */
  readonly mitm?: boolean;
  /** Whether the implementation under test tells of keys. */
  readonly keypress?: boolean;
}

/** A pairing by Passkey Entry, for which the tester asks. Gives the passkey that both sides have used. */
export const pairByPasskey = async (
  bench: Bench,
  pair: IoPair,
  { passkey: chosen = 123_456, auth = Auth.none, mitm = true, keypress = false }: PasskeyEntry = {},
): Promise<number> => {
  const part = usersPart(pair);
  const user = new TestUser(chosen, keypress);
  const options: PairingOptions = { io: pair.iut, ui: user.ui, mitm: mitm ? 'preferred' : false };
  const features = { io: pair.tester, auth: auth | Auth.mitm };
  const pairing = await SecurePairing.begin(bench, options, features);
  const { tester, iut } = pairing;
  const expected = (keypress ? Auth.keypress : 0) | (mitm ? Auth.mitm : 0);
  expect(iut.auth & (Auth.keypress | Auth.mitm)).toBe(expected);
  await tester.publicKeys();
  await bench.clock.advance(0);
  const tells = keypress && (auth & Auth.keypress) !== 0;
  const [shown] = user.shown;
  expect(user.shown).toHaveLength(part === 'iutShows' ? 1 : 0);
  const passkey = shown === undefined ? chosen : Number(shown);
  if (tells && part !== 'iutShows') for (const [pdu] of KEYPRESSES) await tester.smp.expect(pdu);
  if (tells && part !== 'testerShows') for (const [pdu] of KEYPRESSES) tester.smp.send(pdu);
  const nonces = await tester.passkey(passkey);
  expect(user.heard).toEqual(tells && part !== 'testerShows' ? KEYPRESSES.map(([, key]) => key) : []);
  const r = passkey.toString(16).padStart(32, '0');
  await pairing.finish(nonces, true, r, r);
  return passkey;
};

/** What the tester tells of the public key of this pairing over another channel. */
export const toldOutOfBand = (
  { keys: { x } }: PairingTester,
  random: Hex,
  spoil = (confirm: Hex) => confirm,
) => ({
  random: bytes(wire(random)),
  confirm: bytes(wire(spoil(f4(x, x, random, '00')))),
});

export interface OutOfBand {
  /** Who has been told of the other. */
  readonly iutKnows: boolean;
  readonly testerKnows: boolean;
  readonly options?: PairingOptions;
  readonly features?: Features;
}

/** A pairing in which one side at least has out-of-band data of the other. */
export const pairOutOfBand = async (
  bench: Bench,
  { iutKnows, testerKnows, options = {}, features = {} }: OutOfBand,
): Promise<void> => {
  const tester = new PairingTester(bench);
  const random = randomOctets(16);
  const own = bench.iut.createOobData();
  const peer = iutKnows ? toldOutOfBand(tester, random) : undefined;
  const offered = { ...features, oob: testerKnows ? 1 : 0 } as const;
  const pairing = await SecurePairing.begin(bench, { ...options, oob: { own, peer } }, offered, tester);
  await tester.publicKeys();
  const iutRandom = wire(hex(own.random));
  const iutConfirm = wire(hex(own.confirm));
  if (testerKnows) expect(f4(tester.iutX, tester.iutX, iutRandom, '00')).toBe(iutConfirm);
  const nonces = await tester.nonces();
  const ofIut = testerKnows ? iutRandom : undefined;
  const ofTester = iutKnows ? random : undefined;
  if (tester.isInitiator) await pairing.finish(nonces, true, ofTester, ofIut);
  else await pairing.finish(nonces, true, ofIut, ofTester);
};

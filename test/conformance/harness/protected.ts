import type { PairingOptions } from 'jelling';
import { expect } from 'vitest';
import type { Bench } from './bench.ts';
import { type Hex, octetAt } from './pdu.ts';
import { Auth, type Features, type fieldsOf, Keys, securityRequest } from './smp.ts';
import { type DistributedKeys, PairingTester } from './smp-tester.ts';

/** How a pairing is to protect: LE security mode 1 level 2 or 3, with Secure Connections or without; authenticated with them it is level 4. */
export interface Protection {
  readonly authenticated: boolean;
  readonly secureConnections: boolean;
}

/** Levels of LE security mode 1, as the implementation under test is configured for them. */
export const level2: Protection = { authenticated: false, secureConnections: false };
export const level3: Protection = { authenticated: true, secureConnections: false };
export const level4: Protection = { authenticated: true, secureConnections: true };
/** Level 2 where there is no pairing but that of Secure Connections. */
export const secureLevel2: Protection = { authenticated: false, secureConnections: true };

/** What the users of both sides agree on: the tester shows it, and the implementation under test is told. */
const PASSKEY = 123_456;
const passkeyDigits = PASSKEY.toString(16).padStart(32, '0');

/** The options that configure the implementation under test so. */
export const optionsFor = ({ authenticated, secureConnections }: Protection): PairingOptions => ({
  mitm: authenticated,
  secureConnections,
  ...(authenticated ? { ui: { enterPasskey: () => PASSKEY } } : {}),
});

/** AuthReq of a tester that wants the same, and a bond. */
export const authOf = ({ authenticated, secureConnections }: Protection): number =>
  Auth.bonding | (authenticated ? Auth.mitm : 0) | (secureConnections ? Auth.sc : 0);

export interface PairedBy {
  /** Who begins. */
  readonly by: 'tester' | 'iut';
  /** What the tester says in another way than the protection has it. */
  readonly features?: Features;
  /** More that the upper tester wants. */
  readonly options?: PairingOptions;
}

/** What one pairing has brought. */
export interface Paired {
  /** AuthReq as the implementation under test has said it first. */
  readonly auth: number;
  /** The features that it has said. */
  readonly iut: ReturnType<typeof fieldsOf>;
  /** What encrypts the next link, in the roles of this one. */
  readonly key: KeptKey;
  readonly keys: { readonly own: DistributedKeys; readonly iut: DistributedKeys };
}

export interface KeptKey {
  /** Empty where none has been distributed. */
  readonly ltk: Hex;
  readonly ediv?: number | undefined;
  readonly rand?: Hex | undefined;
}

/** Both pair with that protection, and make a bond unless told otherwise; the link must have it then. */
export const pairWith = async (
  bench: Bench,
  protection: Protection,
  { by, features, options }: PairedBy,
): Promise<Paired> => {
  const tester = new PairingTester(bench);
  const wanted = { ...optionsFor(protection), ...options };
  const said = featuresOf(protection, features);
  const over = by === 'iut' ? bench.connection.pair(wanted) : undefined;
  if (over === undefined) bench.iut.security = wanted;
  const begun = await exchangeFeatures(bench, tester, said, by);
  const finished = await finishPairing(tester, protection);
  bench.tester.longTermKey = finished.key.ltk || undefined;
  await bench.run(over ?? bench.clock.advance(0));
  expectProtected(bench, protection);
  return { ...begun, ...finished };
};

/** What a tester that wants this protection says of itself. */
export const featuresOf = (protection: Protection, more: Features = {}): Features => ({
  io: protection.authenticated ? 'displayOnly' : 'noInputNoOutput',
  auth: authOf(protection),
  initiatorKeys: Keys.enc,
  responderKeys: Keys.enc,
  ...more,
});

/** Phase 1, begun by the central, or by the peripheral with a Security Request. */
export const exchangeFeatures = async (
  bench: Bench,
  tester: PairingTester,
  features: Features,
  by: PairedBy['by'],
): Promise<Pick<Paired, 'auth' | 'iut'>> => {
  if (tester.isInitiator) {
    const request = by === 'iut' ? await tester.smp.expect('0b ..') : undefined;
    const iut = await tester.ask(features);
    return { auth: request === undefined ? iut.auth : octetAt(request, 1), iut };
  }
  if (by === 'tester') bench.tester.smp.send(securityRequest(features.auth ?? 0));
  const iut = await tester.answer(features);
  return { auth: iut.auth, iut };
};

/** Phases 2 and 3, as both have agreed on them. */
export const finishPairing = async (
  tester: PairingTester,
  { authenticated, secureConnections }: Protection,
): Promise<Pick<Paired, 'key' | 'keys'>> => {
  if (!secureConnections) {
    await tester.encrypt(await tester.legacy(authenticated ? passkeyDigits : undefined));
    const keys = await tester.distribute();
    const { ltk = '', ediv, rand } = tester.isInitiator ? keys.iut : keys.own;
    return { key: { ltk, ediv, rand }, keys };
  }
  await tester.publicKeys();
  const ltk = authenticated
    ? await tester.checks(await tester.passkey(PASSKEY), passkeyDigits, passkeyDigits)
    : await tester.checks(await tester.comparison());
  await tester.encrypt(ltk);
  return { key: { ltk }, keys: await tester.distribute(true) };
};

/** The link has exactly this protection. */
export const expectProtected = (bench: Bench, { authenticated, secureConnections }: Protection): void => {
  const level = authenticated ? (secureConnections ? 4 : 3) : 2;
  expect(bench.connection.security).toMatchObject({
    encrypted: true,
    authenticated,
    secureConnections,
    level,
  });
};

/** The link is encrypted with the key of the bond: the tester begins as central, and as peripheral is asked for the key. */
export const encryptAgain = async (bench: Bench, { ltk, ediv, rand }: KeptKey): Promise<void> => {
  const { tester, connection } = bench;
  tester.longTermKey = ltk;
  if (connection.role === 'peripheral') expect(await tester.encrypt(ltk, ediv, rand)).toBe(0);
  else {
    await bench.run(connection.encrypt());
    expect(await tester.encrypted()).toBe(0);
  }
  await bench.clock.advance(0);
};

/** The tester ends the link, and there is another one in the same roles. */
export const reconnect = async (bench: Bench): Promise<void> => {
  if (bench.connection.role === 'central') await bench.reconnectToTester();
  else await bench.reconnectFromTester();
};

import { AssertionError } from 'node:assert';
import { expect } from 'vitest';
import type { Bench } from './bench.ts';
import { type Hex, octetAt, slice } from './pdu.ts';
import { LONGEST_WAIT_MS } from './secure-connections-cases.ts';
import { Auth, pairingFailed, Reason } from './smp.ts';
import { newKeys, type TesterKeys, wire } from './smp-crypto.ts';
import { PairingTester } from './smp-tester.ts';

interface Point {
  readonly x: Hex;
  readonly y: Hex;
}

/** What the tester sends. */
interface InvalidKey {
  readonly spoil: (own: TesterKeys) => Point;
  /** What it goes on with in the place of the Diffie-Hellman key, if not with that. */
  readonly dhKey?: Hex;
  readonly times: number;
}

const PUBLIC_KEY = `0c${'..'.repeat(64)}`;
const ZERO = '00'.repeat(32);
const PRIME = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;

const withoutY = ({ x }: TesterKeys): Point => ({ x, y: ZERO });

/** The two points of one X differ in the lowest bit of Y: with another bit turned it is none of them. */
const turned = ({ x, y }: TesterKeys): Point => {
  const last = Number.parseInt(y.slice(-1), 16) ^ 2;
  return { x, y: y.slice(0, -1) + last.toString(16) };
};

/** Rounds 1 to 4. The first is for whoever keeps a pair of keys through failures. */
const invalidKeys: readonly InvalidKey[] = [
  { spoil: withoutY, dhKey: ZERO, times: 20 },
  { spoil: withoutY, times: 1 },
  { spoil: turned, times: 1 },
  { spoil: () => ({ x: ZERO, y: ZERO }), dhKey: ZERO, times: 1 },
];

/** Round 5: both points that have the X of the implementation under test. */
const reflections: readonly ((iut: Point) => Point)[] = [
  (iut) => iut,
  ({ x, y }) => ({ x, y: (PRIME - BigInt(`0x${y}`)).toString(16).padStart(64, '0') }),
];

/** SM/CEN/KDU/BI-01-C and SM/PER/KDU/BI-01-C: the pairing fails, at whatever time and for whatever reason. */
export const neverPairsOnInvalidKeys = async (bench: Bench): Promise<void> => {
  const attempts = new Attempts(bench);
  for (const { spoil, dhKey, times } of invalidKeys) {
    for (let i = 0; i < times; i++) {
      // 1. The central asks to pair. 2. The peripheral answers.
      const own = newKeys();
      const tester = new PairingTester(bench, { ...own, ...spoil(own) });
      const { over } = await attempts.begin(tester);
      // 3. The tester's public key is no point of the curve. 4. The tester goes on until the implementation under test has failed.
      const verdict = await insteadOf(goOn(tester, dhKey));
      expect(verdict).toMatch(/^05../);
      expect(await bench.failure(over)).toMatchObject({ origin: 'local', reason: octetAt(verdict, 1) });
      // What the tester has said too late belongs to no pairing, and it may be told so.
      await tester.smp.optional(pairingFailed(Reason.commandNotSupported));
    }
  }
};

/** SM/CEN/KDU/BI-04-C and SM/PER/KDU/BI-04-C: the key is what the pairing fails with, at once and by DHKey Check Failed. */
export const refusesInvalidKeys = async (bench: Bench): Promise<void> => {
  const attempts = new Attempts(bench);
  for (const { spoil, times } of invalidKeys)
    for (let i = 0; i < times; i++) await refusesKey(bench, attempts, spoil);
  // Who speaks first has not seen the other's key.
  if (bench.connection.role === 'central')
    for (const reflect of reflections) await refusesKey(bench, attempts, (_, iut) => reflect(iut));
};

const refusesKey = async (
  bench: Bench,
  attempts: Attempts,
  keyOf: (own: TesterKeys, iut: Point) => Point,
): Promise<void> => {
  const tester = new PairingTester(bench);
  const { smp } = tester;
  // 1. The central asks to pair. 2. The peripheral answers.
  const { over } = await attempts.begin(tester);
  // 3. The tester's public key is invalid.
  const theirs = tester.isInitiator ? '' : await smp.expect(PUBLIC_KEY);
  const { x, y } = keyOf(tester.keys, { x: wire(slice(theirs, 1, 33)), y: wire(slice(theirs, 33)) });
  smp.send(`0c${wire(x)}${wire(y)}`);
  // 4. The implementation under test may send its own, and ends the pairing before the tester has gone on.
  if (tester.isInitiator) await smp.optional(PUBLIC_KEY);
  const reason = Reason.dhKeyCheckFailed;
  await smp.expect(pairingFailed(reason));
  expect(await bench.failure(over)).toMatchObject({ origin: 'local', reason });
};

/** Pairings one after the other, none of which succeeds. */
class Attempts {
  readonly #bench: Bench;
  #waitedMs = 0;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** `over` is what the upper tester waits for. As central the implementation under test waits no shorter than the last time before it asks again. */
  async begin(tester: PairingTester): Promise<{ readonly over: Promise<void> }> {
    const { clock, connection, iut } = this.#bench;
    const options = { bond: false, mitm: false, secureConnections: true };
    let over: Promise<void>;
    if (tester.isInitiator) {
      iut.security = options;
      await clock.advance(LONGEST_WAIT_MS);
      await tester.ask({ auth: Auth.sc });
      over = connection.pair(options);
    } else {
      const fromMs = clock.now();
      over = connection.pair({ ...options, timeoutMs: Number.POSITIVE_INFINITY });
      const waitedMs = (await this.#requested()) - fromMs;
      expect(waitedMs).toBeGreaterThanOrEqual(this.#waitedMs);
      this.#waitedMs = waitedMs;
      await tester.answer({ auth: Auth.sc });
    }
    // A case looks at it when its steps are done.
    over.catch(() => undefined);
    return { over };
  }

  /** When the next Pairing Request comes. */
  async #requested(): Promise<number> {
    const { clock, tester } = this.#bench;
    let atMs: number | undefined;
    tester.smp.responder = () => {
      atMs ??= clock.now();
      return undefined;
    };
    while (atMs === undefined) await clock.advance(1_000);
    tester.smp.responder = undefined;
    return atMs;
  }
}

/** The rest of Just Works. */
const goOn = async (tester: PairingTester, dhKey: Hex | undefined): Promise<void> => {
  await tester.publicKeys();
  tester.dhKey = dhKey ?? tester.dhKey;
  await tester.checks(await tester.comparison());
};

/** What came in the place of a command that a step waited for. */
const insteadOf = async (steps: Promise<void>): Promise<Hex> => {
  const error: unknown = await steps.then(
    () => new Error('both sides have paired'),
    (reason: unknown) => reason,
  );
  if (error instanceof AssertionError) return String(error.actual);
  throw error;
};

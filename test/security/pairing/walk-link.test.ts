import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { type SmpCommand, smpCommandLengths } from '../../../src/smp/codec/smp-commands.ts';
import type { PairingChoices } from '../../../src/smp/pairing/pairing-choices.ts';
import type { PairingOptions } from '../../../src/smp/pairing-options.ts';
import type { PairingUi } from '../../../src/smp/pairing-ui.ts';
import { IoCapability } from '../../../src/smp/smp-codes.ts';
import { PairingSide, setupOf } from '../../support/pairing-sides.ts';
import { SmpLink, turn } from '../../support/smp-link.ts';

const SEED = 0x14;
const SMP_TIMEOUT_MS = 30_000;
const PASSKEY = 123_456;
const { keyboardOnly, noInputNoOutput, displayYesNo } = IoCapability;

/** What a side can do, and what its peer; every passkey is known to both from the start. */
const users: readonly (readonly [PairingUi, Partial<PairingChoices>])[] = [
  [{}, { ioCapability: noInputNoOutput }],
  [{ enterPasskey: () => PASSKEY }, { ioCapability: keyboardOnly, mitm: 'required' }],
  [{ compareNumbers: () => true }, { ioCapability: displayYesNo, mitm: 'required' }],
];

/** The Security Manager of one side, and an honest machine at the other end, one exchange at a time. */
class Ends {
  readonly link: SmpLink;
  readonly peer: PairingSide;
  readonly #isCentral: boolean;
  #isEncrypted = false;
  /** Of the call to pair, if this side begins. */
  outcome: 'none' | 'pending' | 'paired' | 'failed' = 'none';

  constructor(isCentral: boolean, [ui, choices]: (typeof users)[number], secureConnections: boolean) {
    this.#isCentral = isCentral;
    const options: PairingOptions = { ui, secureConnections };
    this.link = new SmpLink({ role: isCentral ? 'central' : 'peripheral', policy: options });
    const wish = secureConnections ? 'required' : 'never';
    this.peer = new PairingSide(
      setupOf(isCentral ? 'responder' : 'initiator', { ...choices, secureConnections: wish }),
    );
    if (isCentral) {
      this.outcome = 'pending';
      this.link.manager.pair(options, { timeoutMs: Number.POSITIVE_INFINITY }).then(
        () => {
          this.outcome = 'paired';
        },
        () => {
          this.outcome = 'failed';
        },
      );
    } else this.peer.begin();
  }

  /** What both have said is heard, users answer, and a link for which both have a key is encrypted. */
  async exchange(): Promise<void> {
    const { link, peer } = this;
    await link.clock.advance(0);
    for (const command of peer.sent.splice(0)) link.hear(command);
    await turn();
    this.pass();
    for (const action of peer.takeActions()) {
      if (action.kind === 'askPasskey') peer.input({ kind: 'passkey', passkey: PASSKEY });
      else if (action.kind === 'askComparison') peer.input({ kind: 'comparison', same: true });
      else if (action.kind === 'weigh') peer.input({ kind: 'accepted' });
    }
    if (!this.#isEncrypted && peer.key !== undefined) this.#encrypt(peer.key);
  }

  /** The peer hears what this side has said, which is returned. */
  pass(): readonly SmpCommand[] {
    const said = this.link.takeSaid();
    for (const command of said) this.peer.hear(command);
    return said;
  }

  /** By a controller that compares keys. */
  #encrypt(key: string): void {
    const { link } = this;
    if (!this.#isCentral) link.manager.keyRequested({ ediv: 0, rand: new Uint8Array(8) });
    const given = this.#isCentral ? link.enabled[0]?.value : link.answers.splice(0)[0];
    if (given === undefined || toHex(given) !== key) return;
    this.#isEncrypted = true;
    link.manager.encryptionChanged(undefined);
    this.peer.input({ kind: 'encrypted' });
  }

  get isEncrypted(): boolean {
    return this.#isEncrypted;
  }
}

const EXCHANGES = 70;

test('the ends come to a key where nobody disturbs them', async () => {
  for (const isCentral of [true, false]) {
    for (const user of users) {
      for (const secureConnections of [true, false]) {
        // Legacy pairing does not compare numbers.
        if (!secureConnections && user === users[2]) continue;
        const ends = new Ends(isCentral, user, secureConnections);
        for (let i = 0; i < EXCHANGES; i++) await ends.exchange();
        expect(ends.isEncrypted).toBe(true);
        expect(ends.link.bonds).toHaveLength(1);
        expect(ends.outcome).toBe(isCentral ? 'paired' : 'none');
        ends.link.end();
      }
    }
  }
});

const octets = fc
  .tuple(fc.oneof(fc.integer({ min: 0, max: 0x10 }), fc.nat(0xff)), fc.nat(66), fc.nat(3), fc.nat(0xff))
  .map(([code, length, isRight, fill]) => {
    const right = smpCommandLengths.get(code);
    const command = new Uint8Array(isRight > 0 && right !== undefined ? right : length).fill(fill);
    if (command.length > 0) command[0] = code;
    return command;
  });

const cases = fc.record({
  isCentral: fc.boolean(),
  user: fc.constantFrom(...users),
  secureConnections: fc.boolean(),
  exchanges: fc.oneof(fc.nat(8), fc.nat(EXCHANGES)),
  octets,
});

test('P14: whatever is said at whatever time of a pairing, it ends, is told of once, and leaves no key that the peer has not', async () => {
  const outcomes = { encrypted: 0, failed: 0 };
  await fc.assert(
    fc.asyncProperty(cases, async ({ isCentral, user, secureConnections, exchanges, octets: said }) => {
      const ends = new Ends(isCentral, user, secureConnections);
      const { link } = ends;
      for (let i = 0; i < exchanges; i++) await ends.exchange();
      ends.pass();
      link.channel.deliver(said);
      await turn();
      const answered = ends.pass().filter(({ kind }) => kind === 'pairingFailed').length;
      expect(answered).toBeLessThanOrEqual(said[0] === 0x05 ? 0 : 1);
      for (let i = 0; i < EXCHANGES; i++) await ends.exchange();
      await link.clock.advance(SMP_TIMEOUT_MS);
      await turn();
      expect(ends.outcome).not.toBe('pending');
      expect(link.clock.pending).toBe(0);
      expect(link.manager.protection.encrypted).toBe(ends.isEncrypted);
      if (!ends.isEncrypted) expect(link.bonds).toEqual([]);
      outcomes[ends.isEncrypted ? 'encrypted' : 'failed']++;
      link.end();
    }),
    { seed: SEED, numRuns: 400 },
  );
  // Before the encryption and after it.
  expect(outcomes.failed).toBeGreaterThan(100);
  expect(outcomes.encrypted).toBeGreaterThan(50);
}, 120_000);

import { type KeyPair, keyPairOf } from '../../../src/crypto/p256.ts';
import { f4 } from '../../../src/crypto/toolbox.ts';
import type { PairingChoices } from '../../../src/smp/pairing/pairing-choices.ts';
import type { PairingRole } from '../../../src/smp/pairing/pairing-method.ts';
import type { PairingSetup } from '../../../src/smp/pairing/pairing-states.ts';
import { IoCapability } from '../../../src/smp/smp-codes.ts';
import { SeededRandom } from '../../../src/virtual/random.ts';
import { setupOf } from '../../support/pairing-sides.ts';

const { keyboardOnly, displayOnly, displayYesNo } = IoCapability;
const mitm = 'required';

export type Sides = readonly [initiator: Partial<PairingChoices>, responder: Partial<PairingChoices>];

const temporary = { temporaryKey: new Uint8Array(16).fill(7) };

/** Every method of pairing, by which both sides come to a key. */
export const methods: readonly (readonly [string, Sides])[] = (['never', 'required'] as const).flatMap(
  (secureConnections) => {
    const kind = secureConnections === 'never' ? 'legacy' : 'secure';
    const sides = (a: Partial<PairingChoices>, b: Partial<PairingChoices>): Sides => [
      { ...a, secureConnections },
      { ...b, secureConnections },
    ];
    return [
      [`${kind}, Just Works`, sides({}, {})],
      [
        `${kind}, passkey shown by the initiator`,
        sides(
          { ioCapability: displayOnly, mitm, keypress: true },
          { ioCapability: keyboardOnly, mitm, keypress: true },
        ),
      ],
      [
        `${kind}, passkey shown by the responder`,
        sides({ ioCapability: keyboardOnly, mitm }, { ioCapability: displayOnly, mitm }),
      ],
      [
        `${kind}, passkey entered by both`,
        sides({ ioCapability: keyboardOnly, mitm }, { ioCapability: keyboardOnly, mitm }),
      ],
      secureConnections === 'never'
        ? ['legacy, Out of Band', sides({ oob: temporary }, { oob: temporary })]
        : [
            'secure, Numeric Comparison',
            sides({ ioCapability: displayYesNo, mitm }, { ioCapability: displayYesNo, mitm }),
          ],
    ] satisfies (readonly [string, Sides])[];
  },
);

/** Both sides of a pairing, with everything that is drawn for it. */
export interface Scenario {
  readonly name: string;
  readonly setups: Readonly<Record<PairingRole, PairingSetup>>;
}

const keyPairFrom = (random: SeededRandom): KeyPair => {
  const privateKey = random.bytes(32);
  // Below the order of the curve, and not zero.
  privateKey[0] = 0x7f;
  return keyPairOf(privateKey);
};

/** What a side makes for an out-of-band channel, and what the other is given of it. */
const outOfBand = (keyPair: KeyPair, random: Uint8Array) => {
  const { x } = keyPair.publicKey;
  return { own: { keyPair, random }, given: { random, confirm: f4(x, x, random, 0) } };
};

/** All methods and what they may be varied by; the same from one seed. */
export const scenariosFrom = (seed: number): readonly Scenario[] => {
  const random = new SeededRandom(seed);
  const bytes = (length: number) => Uint8Array.from(random.bytes(length));
  const keyPairs = { initiator: keyPairFrom(random), responder: keyPairFrom(random) };
  const setup = (role: PairingRole, choices: Partial<PairingChoices>, consent: boolean): PairingSetup => {
    const made = setupOf(role, choices);
    return {
      ...made,
      consent,
      local: { ...made.local, irk: bytes(16) },
      material: {
        keyPair: keyPairs[role],
        nonces: Array.from({ length: 20 }, () => bytes(16)),
        passkey: random.u32() % 1_000_000,
        ltk: bytes(16),
        ediv: random.u32() & 0xffff,
        rand: bytes(8),
        csrk: bytes(16),
      },
    };
  };
  const scenario = (name: string, [a, b]: Sides, consent = false): Scenario => ({
    name,
    setups: { initiator: setup('initiator', a, consent), responder: setup('responder', b, consent) },
  });
  const [one, two] = [outOfBand(keyPairs.initiator, bytes(16)), outOfBand(keyPairs.responder, bytes(16))];
  const known: Sides = [
    { oob: { own: one.own, peer: two.given } },
    { oob: { own: two.own, peer: one.given } },
  ];
  const nothing = { bonding: false, give: 0, take: 0 };
  return [
    ...methods.map(([name, sides]) => scenario(name, sides)),
    scenario('secure, Out of Band', known),
    scenario('legacy, Just Works with consent', [{ secureConnections: 'never' }, {}], true),
    scenario('secure, Just Works with consent', [{}, {}], true),
    scenario('secure, Just Works without keys to give', [nothing, nothing]),
  ];
};

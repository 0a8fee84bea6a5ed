import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeSmpCommand,
  encodeSmpCommand,
  measureSmpCommand,
  type SmpCommand,
  smpCommandLengths,
} from '../../../src/smp/codec/smp-commands.ts';
import { stepPairing } from '../../../src/smp/pairing/pairing.ts';
import type { PairingChoices } from '../../../src/smp/pairing/pairing-choices.ts';
import type { PairingRole } from '../../../src/smp/pairing/pairing-method.ts';
import {
  expectedCommands,
  type PairingSetup,
  type PairingState,
} from '../../../src/smp/pairing/pairing-states.ts';
import { IoCapability } from '../../../src/smp/smp-codes.ts';
import { PairingSide, setupOf, talk } from '../../support/pairing-sides.ts';
import { SmpLink, turn } from '../../support/smp-link.ts';

const SEED = 0x14;
const { keyboardOnly, displayOnly, displayYesNo } = IoCapability;
const mitm = 'required';

type Sides = readonly [initiator: Partial<PairingChoices>, responder: Partial<PairingChoices>];

const oob = { temporaryKey: new Uint8Array(16).fill(7) };
const methods: [string, Sides][] = (['never', 'required'] as const).flatMap((secureConnections) => {
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
      ? ['legacy, Out of Band', sides({ oob }, { oob })]
      : [
          'secure, Numeric Comparison',
          sides({ ioCapability: displayYesNo, mitm }, { ioCapability: displayYesNo, mitm }),
        ],
  ] satisfies [string, Sides][];
});

/** A side that keeps every state that it has been in. */
class Watched extends PairingSide {
  readonly states: PairingState[] = [];

  override take(step: Parameters<PairingSide['take']>[0]): void {
    super.take(step);
    if (step.state.phase !== 'over') this.states.push(step.state);
  }
}

/** Both sides of an honest pairing, with the states that each went through. */
const honest = ([a, b]: Sides): Record<PairingRole, Watched> => {
  const initiator = new Watched(setupOf('initiator', a));
  const responder = new Watched(setupOf('responder', b));
  talk(initiator, responder);
  expect(initiator.outcome).toBeDefined();
  expect(responder.outcome).toBeDefined();
  return { initiator, responder };
};

/** A command of each code, with fields that nobody has chosen. */
const someOfEach = (fill: number): SmpCommand[] =>
  [...smpCommandLengths].flatMap(([code, length]) => {
    const bytes = new Uint8Array(length).fill(fill);
    bytes[0] = code;
    return decodeSmpCommand(bytes) ?? [];
  });

const sentBy = (setup: PairingSetup, state: PairingState, command: SmpCommand) => {
  const step = stepPairing(setup, state, { kind: 'command', command });
  return {
    step,
    failures: step.actions.filter(
      (action) => action.kind === 'send' && action.command.kind === 'pairingFailed',
    ),
    has: (kind: string) => step.actions.some((action) => action.kind === kind),
  };
};

describe.each(methods)('P14: %s', (_name, sides) => {
  test('in every state every command that has no place ends the pairing, told once and never to Pairing Failed', () => {
    for (const { setup, states } of Object.values(honest(sides))) {
      expect(states.length).toBeGreaterThan(3);
      for (const state of states) {
        for (const command of [0x00, 0x5a, 0xff].flatMap(someOfEach)) {
          const { step, failures, has } = sentBy(setup, state, command);
          // No command whose content nobody has chosen brings a key, or makes the host take one.
          expect(has('encrypt') || has('weigh') || has('complete'), `${state.phase} ${command.kind}`).toBe(
            // The last key of the peer may have any content.
            has('weigh') && state.phase === 'keys' && state.left.length === 1,
          );
          const isIgnored = command.kind === 'securityRequest' && setup.role === 'initiator';
          if (command.kind === 'pairingFailed') {
            expect([failures.length, step.state.phase]).toEqual([0, 'over']);
          } else if (isIgnored) {
            expect([step.state, step.actions]).toEqual([state, []]);
          } else if (!expectedCommands(state).includes(command.kind)) {
            expect([failures.length, step.state.phase]).toEqual([1, 'over']);
          } else {
            expect(failures.length).toBe(step.state.phase === 'over' ? 1 : 0);
          }
          // What is over is over.
          const after = stepPairing(setup, { phase: 'over' }, { kind: 'command', command });
          expect(after.actions).toEqual([]);
        }
      }
    }
  });

  test('one bit that is changed on the way to either side, and it makes no key', () => {
    const flips = fc.record({
      target: fc.constantFrom<PairingRole>('initiator', 'responder'),
      command: fc.nat(100),
      bit: fc.nat(8 * 64),
    });
    fc.assert(
      fc.property(flips, ({ target, command, bit }) => {
        const initiator = new PairingSide(setupOf('initiator', sides[0]));
        const responder = new PairingSide(setupOf('responder', sides[1]));
        const victim = target === 'initiator' ? initiator : responder;
        let heard = 0;
        let isChanged = false;
        const { hear } = victim;
        victim.hear = (original) => {
          const changed = heard++ === command ? withBit(original, bit) : original;
          isChanged ||= changed !== original;
          hear.call(victim, changed);
        };
        talk(initiator, responder);
        expect(victim.key === undefined).toBe(isChanged);
      }),
      { seed: SEED, numRuns: 150 },
    );
  });
});

/** Commands of the first two phases, and how many of their octets a key depends on: key size and distribution are not among them with Secure Connections. */
const covered: Readonly<Record<string, number>> = {
  pairingRequest: 3,
  pairingResponse: 3,
  pairingPublicKey: 64,
  pairingConfirm: 16,
  pairingRandom: 16,
  pairingDhKeyCheck: 16,
};

const withBit = (command: SmpCommand, bit: number): SmpCommand => {
  const octets = covered[command.kind];
  if (octets === undefined) return command;
  const bytes = new Uint8Array(measureSmpCommand(command));
  encodeSmpCommand(command, bytes, 0);
  const at = 1 + (Math.floor(bit / 8) % octets);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 8));
  return decodeSmpCommand(bytes) ?? command;
};

/** Right and wrong lengths of a code. */
const lengthsFor = (code: number): number[] => {
  const right = smpCommandLengths.get(code) ?? 3;
  return [1, right - 1, right, right + 1, 23, 65, 66].filter(
    (length, at, all) => length > 0 && all.indexOf(length) === at,
  );
};

test.each(['central', 'peripheral'] as const)(
  'P14: every code at every sort of length, at each step of a pairing of a %s: nothing thrown, nothing hangs',
  async (role) => {
    for (let steps = 0; steps <= 6; steps++) {
      for (let code = 0; code <= 0x11; code++) {
        for (const length of lengthsFor(code)) {
          const link = new SmpLink({ role, policy: {} });
          const peer = new PairingSide(
            setupOf(role === 'central' ? 'responder' : 'initiator', { give: 2, take: 2 }),
          );
          const paired = role === 'central' ? link.manager.pair({}, {}) : undefined;
          const outcome = paired?.then(
            () => 'paired',
            () => 'failed',
          );
          if (role === 'central') await link.clock.advance(0);
          else peer.begin();
          for (let i = 0; i < steps; i++) {
            for (const command of peer.sent.splice(0)) link.hear(command);
            for (const command of link.takeSaid()) peer.hear(command);
          }
          for (const command of peer.sent.splice(0)) link.hear(command);
          link.takeSaid();
          const command = new Uint8Array(length).fill(0xa5);
          command[0] = code;
          link.channel.deliver(command);
          const said = link.takeSaid();
          expect(said.filter(({ kind }) => kind === 'pairingFailed').length).toBeLessThanOrEqual(1);
          if (code === 5) expect(said).toEqual([]);
          link.manager.keyRequested({ ediv: 0, rand: new Uint8Array(8) });
          await link.clock.advance(30_000);
          if (outcome !== undefined) expect(await outcome).toBe('failed');
          expect(link.manager.protection.encrypted).toBe(false);
          link.end();
          await turn();
        }
      }
    }
  },
  60_000,
);

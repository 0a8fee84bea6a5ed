import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeSmpCommand,
  encodeSmpCommand,
  measureSmpCommand,
  type SmpCommand,
  smpCommandLengths,
} from '../../../src/smp/codec/smp-commands.ts';
import type { PairingRole } from '../../../src/smp/pairing/pairing-method.ts';
import { PairingSide, setupOf, talk } from '../../support/pairing-sides.ts';
import { SmpLink, turn } from '../../support/smp-link.ts';
import { methods } from './scenarios.ts';

const SEED = 0x14;

describe.each(methods)('P14: %s', (_name, sides) => {
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

import { describe, expect, test } from 'vitest';
import { stepPairing } from '../../../src/smp/pairing/pairing.ts';
import type { PairingRole } from '../../../src/smp/pairing/pairing-method.ts';
import { sendCommand } from '../../../src/smp/pairing/pairing-states.ts';
import { PairingFailedReason } from '../../../src/smp/smp-codes.ts';
import { SeededRandom } from '../../../src/virtual/random.ts';
import { Exploration, type Machine, placeOf } from './explore.ts';
import { Probe } from './probe.ts';
import { type Scenario, scenariosFrom } from './scenarios.ts';

const SEED = 0x14;
const scenarios = scenariosFrom(SEED);

/** What honest sides come to, and how often with other octets: by role, by machine and phase. Passkey Entry with Secure Connections has twenty rounds. */
const STATES = {
  initiator: {
    features: 14,
    consent: 2,
    'legacyInitiator entry': 2,
    'legacyInitiator confirm': 9,
    'legacyInitiator random': 7,
    'secureInitiator publicKey': 8,
    'comparisonInitiator confirm': 4,
    'comparisonInitiator random': 4,
    'comparisonInitiator comparison': 1,
    'passkeyInitiator entry': 2,
    'passkeyInitiator confirm': 82,
    'passkeyInitiator random': 80,
    'oobInitiator random': 1,
    'secureInitiator check': 9,
    encryption: 14,
    'keys before encryptionInformation': 6,
    'keys before centralIdentification': 6,
    'keys before identityInformation': 13,
    'keys before identityAddressInformation': 13,
    'keys before signingInformation': 13,
    weighing: 14,
  },
  responder: {
    consent: 2,
    'legacyResponder entry': 2,
    'legacyResponder lateEntry': 2,
    'legacyResponder confirm': 6,
    'legacyResponder random': 6,
    'secureResponder publicKey': 8,
    'comparisonResponder random': 4,
    'comparisonResponder comparison': 1,
    'comparisonResponder lateComparison': 1,
    'passkeyResponder entry': 2,
    'passkeyResponder lateEntry': 2,
    'passkeyResponder confirm': 60,
    'passkeyResponder random': 60,
    'oobResponder random': 1,
    'secureResponder check': 8,
    encryption: 14,
    'keys before encryptionInformation': 6,
    'keys before centralIdentification': 6,
    'keys before identityInformation': 13,
    'keys before identityAddressInformation': 13,
    'keys before signingInformation': 13,
    weighing: 14,
  },
};

const walk = (machine: Machine, over: readonly Scenario[] = scenarios) => {
  const reached: Record<PairingRole, Record<string, number>> = { initiator: {}, responder: {} };
  const complaints: string[] = [];
  let [worlds, places, sayings] = [0, 0, 0];
  for (const [at, scenario] of over.entries()) {
    const exploration = new Exploration(scenario, machine);
    const probe = new Probe(machine, new SeededRandom(SEED, at), exploration.said.values());
    const stations = [...exploration.stations.values()];
    probe.run(stations);
    for (const { setup, state } of stations) {
      const place = placeOf(state);
      reached[setup.role][place] = (reached[setup.role][place] ?? 0) + 1;
    }
    complaints.push(...exploration.complaints, ...probe.complaints);
    worlds += exploration.worlds;
    places += probe.places;
    sayings += probe.count;
  }
  return { reached, complaints: [...new Set(complaints)], worlds, places, sayings };
};

test('P14: every code at every sort of length in every state that a pairing can be in', () => {
  const { reached, complaints, worlds, places, sayings } = walk(stepPairing);
  expect(complaints).toEqual([]);
  expect(reached).toEqual(STATES);
  // Harm leads to more: a value that is not the honest one, and what follows on it.
  expect(worlds).toBe(690);
  expect(places).toBeGreaterThan(5_000);
  expect(sayings).toBeGreaterThan(10_000_000);
}, 120_000);

describe('P14: the walk finds', () => {
  /** A machine that does in one sort of place what `defect` says, and else what it should. */
  const planted =
    (place: RegExp, defect: (...args: Parameters<Machine>) => ReturnType<Machine> | undefined): Machine =>
    (setup, state, input) =>
      (place.test(`${setup.role} ${placeOf(state)}`) ? defect(setup, state, input) : undefined) ??
      stepPairing(setup, state, input);

  test.each<[string, string, Machine, RegExp]>([
    [
      'a check that is not compared',
      'secure, Just Works',
      planted(/secureResponder check/, (setup, state, input) => {
        if (state.phase !== 'authentication' || !('expected' in state.authentication)) return undefined;
        if (input.kind !== 'command' || input.command.kind !== 'pairingDhKeyCheck') return undefined;
        const command = { ...input.command, dhKeyCheck: state.authentication.expected };
        return stepPairing(setup, state, { kind: 'command', command });
      }),
      /secureResponder check, pairingDhKeyCheck: a key without both checks/,
    ],
    [
      'a check that is skipped',
      'secure, Out of Band',
      planted(/secureInitiator check/, (_setup, state, input) => {
        if (state.phase !== 'authentication' || !('ltk' in state.authentication)) return undefined;
        if (input.kind !== 'command' || input.command.kind !== 'pairingRandom') return undefined;
        const { terms, authentication } = state;
        const key = authentication.ltk;
        return { state: { phase: 'encryption', terms, key }, actions: [{ kind: 'encrypt', key, terms }] };
      }),
      /secureInitiator check, pairingRandom: a key without both checks/,
    ],
    [
      'keys that are taken before the encryption',
      'secure, Numeric Comparison',
      planted(/initiator encryption/, (setup, state, input) =>
        input.kind === 'command' && input.command.kind === 'identityInformation'
          ? stepPairing(setup, state, { kind: 'encrypted' })
          : undefined,
      ),
      /initiator encryption, identityInformation: what has no place is taken/,
    ],
    [
      'a passkey that is entered and lost',
      'secure, passkey shown by the initiator',
      planted(/lateEntry/, (_setup, state, input) =>
        input.kind === 'passkey' ? { state, actions: [] } : undefined,
      ),
      /both sides are honest, and it ends in .*lateEntry/,
    ],
    [
      'a state from which nothing leads on',
      'legacy, Just Works',
      planted(/legacyResponder confirm/, (_setup, state, input) =>
        input.kind === 'command' && input.command.kind === 'pairingRandom' && state.phase === 'authentication'
          ? { state: { ...state, authentication: { machine: 'over', phase: 'over' } }, actions: [] }
          : undefined,
      ),
      /legacyResponder confirm, pairingRandom: it waits for nobody/,
    ],
    [
      'an answer to Pairing Failed',
      'legacy, Just Works',
      planted(/features/, (_setup, _state, input) => {
        if (input.kind !== 'command' || input.command.kind !== 'pairingFailed') return undefined;
        const { reason } = input.command;
        const failed = sendCommand({ kind: 'pairingFailed', reason: PairingFailedReason.unspecifiedReason });
        return { state: { phase: 'over' }, actions: [failed, { kind: 'failed', reason, origin: 'peer' }] };
      }),
      /features, pairingFailed: the peer is told 1 times/,
    ],
    [
      'a command that is let pass where it has no place',
      'secure, passkey entered by both',
      planted(/passkeyResponder entry/, (_setup, state, input) =>
        input.kind === 'command' && input.command.kind === 'pairingPublicKey'
          ? { state, actions: [] }
          : undefined,
      ),
      /passkeyResponder entry, pairingPublicKey: what has no place is taken/,
    ],
  ])('%s', (_name, scenario, machine, complaint) => {
    const over = scenarios.filter(({ name }) => name === scenario);
    expect(walk(stepPairing, over).complaints).toEqual([]);
    expect(walk(machine, over).complaints).toContainEqual(expect.stringMatching(complaint));
  });
});

import { toHex } from '../../../src/core/bytes.ts';
import type { SmpCommand } from '../../../src/smp/codec/smp-commands.ts';
import { answerPairing, beginPairing, type stepPairing } from '../../../src/smp/pairing/pairing.ts';
import type { PairingRole } from '../../../src/smp/pairing/pairing-method.ts';
import type {
  PairingAction,
  PairingInput,
  PairingSetup,
  PairingState,
  PairingStep,
} from '../../../src/smp/pairing/pairing-states.ts';
import { KeypressNotification } from '../../../src/smp/smp-codes.ts';
import type { Scenario } from './scenarios.ts';

export type Machine = typeof stepPairing;

/** What a machine has asked for, of its user, its controller or its host, and has not been given. */
export type Owed = 'passkey' | 'comparison' | 'consent' | 'encryption' | 'weighing';

const debts: Partial<Record<PairingAction['kind'], Owed>> = {
  askPasskey: 'passkey',
  askComparison: 'comparison',
  askConsent: 'consent',
  encrypt: 'encryption',
  weigh: 'weighing',
};

/** What is owed after a step that has paid one of the debts, or none. */
export const owedAfter = (owed: readonly Owed[], step: PairingStep, paid?: Owed): readonly Owed[] => [
  ...owed.filter((debt) => debt !== paid),
  ...step.actions.flatMap(({ kind }) => debts[kind] ?? []),
];

/** One side in one state, as some order of honest events brings it about. */
export interface Station {
  readonly setup: PairingSetup;
  readonly state: PairingState;
  readonly owed: readonly Owed[];
  /** The commands that the honest peer may say next, as keyOf() has them. */
  readonly honest: Set<string>;
}

/** The same text for the same value, whatever octets it has. */
export const keyOf = (value: unknown): string =>
  JSON.stringify(value, (_name, field: unknown) => (field instanceof Uint8Array ? toHex(field) : field));

export interface Said {
  readonly command: SmpCommand;
  readonly by: PairingRole;
}

interface End {
  readonly state: PairingState;
  readonly owed: readonly Owed[];
  /** The user has pressed a key: once is enough. */
  readonly hasPressed: boolean;
  readonly isComplete: boolean;
}

/** Both ends, and the commands on their way to each. */
interface World {
  readonly ends: Readonly<Record<PairingRole, End>>;
  readonly wires: Readonly<Record<PairingRole, readonly SmpCommand[]>>;
  readonly shown: number | undefined;
}

const roles = ['initiator', 'responder'] as const;
const other = (role: PairingRole): PairingRole => (role === 'initiator' ? 'responder' : 'initiator');

const carriesKeys = ({ kind }: SmpCommand): boolean =>
  /Information$/.test(kind) || kind === 'centralIdentification';

/** Everything that two honest sides can come to, in whatever order their users, controllers and commands are heard. */
export class Exploration {
  readonly stations = new Map<string, Station>();
  /** Every command that is said and by whom, by keyOf(). */
  readonly said = new Map<string, Said>();
  /** What went wrong with nobody doing any harm. */
  readonly complaints: string[] = [];
  worlds = 0;
  readonly #scenario: Scenario;
  readonly #machine: Machine;
  readonly #honest = new Map<string, Set<string>>();
  readonly #seen = new Set<string>();
  readonly #toVisit: World[] = [];

  constructor(scenario: Scenario, machine: Machine) {
    this.#scenario = scenario;
    this.#machine = machine;
    const idle: End = { state: { phase: 'over' }, owed: [], hasPressed: false, isComplete: false };
    const nothing: World = {
      ends: { initiator: idle, responder: idle },
      wires: { initiator: [], responder: [] },
      shown: undefined,
    };
    const { initiator, responder } = scenario.setups;
    const asked = this.#after(nothing, 'initiator', beginPairing(initiator));
    const [request] = asked.wires.responder;
    if (request?.kind !== 'pairingRequest') throw new Error('a pairing begins with a Pairing Request');
    const heard = { ...asked, wires: { ...asked.wires, responder: [] } };
    this.#toVisit.push(this.#after(heard, 'responder', answerPairing(responder, request)));
    for (let world = this.#toVisit.pop(); world !== undefined; world = this.#toVisit.pop()) {
      const key = keyOf(world);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.worlds++;
      this.#visit(world);
    }
  }

  #visit(world: World): void {
    for (const role of roles) this.#keep(world, role);
    const next = roles.flatMap((role) => [...this.#moves(world, role)]);
    this.#toVisit.push(...next);
    const isDone = roles.every((role) => world.ends[role].isComplete);
    if (next.length === 0 && !isDone) {
      const places = roles.map((role) => `${role} ${placeOf(world.ends[role].state)}`);
      this.complaints.push(
        `${this.#scenario.name}: both sides are honest, and it ends in ${places.join(', ')}`,
      );
    }
  }

  #keep({ ends, wires }: World, role: PairingRole): void {
    const { state, owed } = ends[role];
    if (state.phase === 'over') return;
    // Nobody vouches for keypress notifications: what is honest does not depend on them.
    const alike = keyOf([role, { ...state, keypresses: undefined }, owed]);
    const honest = this.#honest.get(alike) ?? new Set<string>();
    this.#honest.set(alike, honest);
    const [next] = wires[role];
    if (next !== undefined) honest.add(keyOf(next));
    const setup = this.#scenario.setups[role];
    this.stations.set(keyOf([role, state, owed]), { setup, state, owed, honest });
  }

  *#moves(world: World, role: PairingRole): Generator<World> {
    const { state, owed, hasPressed } = world.ends[role];
    const [next, ...later] = world.wires[role];
    // What protects keys is told before them.
    if (next !== undefined && !(state.phase === 'encryption' && carriesKeys(next))) {
      const wires = { ...world.wires, [role]: later };
      yield this.#fed({ ...world, wires }, role, { kind: 'command', command: next });
    }
    for (const debt of owed) {
      const input = this.#payment(world, role, debt);
      if (input !== undefined) yield this.#fed(world, role, input, debt);
    }
    if (owed.includes('passkey') && !hasPressed && 'terms' in state && state.terms.keypress) {
      const input: PairingInput = { kind: 'keypress', notification: KeypressNotification.digitEntered };
      const { ends } = this.#fed(world, role, input);
      yield {
        ...this.#fed(world, role, input),
        ends: { ...ends, [role]: { ...ends[role], hasPressed: true } },
      };
    }
  }

  /** What an honest user or controller answers; undefined where it has to wait for the other side. */
  #payment({ ends, shown }: World, role: PairingRole, debt: Owed): PairingInput | undefined {
    const { state } = ends[role];
    switch (debt) {
      case 'passkey': {
        const isChosen = 'terms' in state && state.terms.method === 'passkeyEnteredByBoth';
        const passkey = isChosen ? 123_456 : shown;
        return passkey === undefined ? undefined : { kind: 'passkey', passkey };
      }
      case 'comparison':
        return { kind: 'comparison', same: true };
      case 'consent':
        return { kind: 'consent' };
      case 'weighing':
        return { kind: 'accepted' };
      case 'encryption': {
        const hasKey = ['encryption', 'keys', 'weighing', 'over'].includes(ends[other(role)].state.phase);
        return hasKey ? { kind: 'encrypted' } : undefined;
      }
    }
  }

  #fed(world: World, role: PairingRole, input: PairingInput, paid?: Owed): World {
    const step = this.#machine(this.#scenario.setups[role], world.ends[role].state, input);
    return this.#after(world, role, step, paid);
  }

  #after(world: World, role: PairingRole, step: PairingStep, paid?: Owed): World {
    let { shown } = world;
    let { isComplete } = world.ends[role];
    const sent: SmpCommand[] = [];
    for (const action of step.actions) {
      if (action.kind === 'send') sent.push(action.command);
      else if (action.kind === 'showPasskey') shown = action.passkey;
      else if (action.kind === 'complete') isComplete = true;
    }
    for (const command of sent) this.said.set(keyOf(command), { command, by: role });
    const owed = owedAfter(world.ends[role].owed, step, paid);
    const to = other(role);
    return {
      ends: { ...world.ends, [role]: { ...world.ends[role], state: step.state, owed, isComplete } },
      wires: { ...world.wires, [to]: [...world.wires[to], ...sent] },
      shown,
    };
  }
}

/** `passkeyResponder lateEntry`: a state without what it holds. */
export const placeOf = (state: PairingState): string => {
  switch (state.phase) {
    case 'authentication':
      return `${state.authentication.machine} ${state.authentication.phase}`;
    case 'keys':
      return `keys before ${state.left[0]}`;
    default:
      return state.phase;
  }
};

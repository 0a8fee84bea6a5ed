import {
  encodeSmpCommand,
  measureSmpCommand,
  type SmpCommand,
  type SmpCommandKind,
  smpCommandLengths,
} from '../../../src/smp/codec/smp-commands.ts';
import type { PairingRole } from '../../../src/smp/pairing/pairing-method.ts';
import type {
  PairingInput,
  PairingSetup,
  PairingState,
  PairingStep,
} from '../../../src/smp/pairing/pairing-states.ts';
import { KeypressNotification, PairingFailedReason } from '../../../src/smp/smp-codes.ts';
import { readInbound } from '../../../src/smp/smp-inbox.ts';
import type { SeededRandom } from '../../../src/virtual/random.ts';
import { keyOf, type Machine, type Owed, owedAfter, placeOf, type Said, type Station } from './explore.ts';

/** Commands of one kind, of those that a state takes, after which the walk goes on: beside the one that honest sides say there. */
const FOLLOWED = 3;

const keypress = 'pairingKeypressNotification';
/**
 * The commands of the peer that move a pairing on, by the figures and the order of the specification (Vol 3, Part H, 2.3.5, 3.5.8, 3.6.1 and appendix C), and not by the
 * table of the machines. Where nothing stands the peer has nothing to say.
 */
const expected: Readonly<Record<string, readonly SmpCommandKind[]>> = {
  features: ['pairingResponse'],
  'legacyInitiator entry': [keypress],
  'legacyInitiator confirm': ['pairingConfirm', keypress],
  'legacyInitiator random': ['pairingRandom'],
  'legacyResponder entry': ['pairingConfirm', keypress],
  'legacyResponder confirm': ['pairingConfirm', keypress],
  'legacyResponder random': ['pairingRandom'],
  'secureInitiator publicKey': ['pairingPublicKey'],
  'secureInitiator check': ['pairingDhKeyCheck'],
  'secureResponder publicKey': ['pairingPublicKey'],
  'secureResponder check': ['pairingDhKeyCheck'],
  'comparisonInitiator confirm': ['pairingConfirm'],
  'comparisonInitiator random': ['pairingRandom'],
  'comparisonResponder random': ['pairingRandom'],
  'comparisonResponder comparison': ['pairingDhKeyCheck'],
  'passkeyInitiator entry': [keypress],
  'passkeyInitiator confirm': ['pairingConfirm', keypress],
  'passkeyInitiator random': ['pairingRandom'],
  'passkeyResponder entry': ['pairingConfirm', keypress],
  'passkeyResponder confirm': ['pairingConfirm', keypress],
  'passkeyResponder random': ['pairingRandom'],
  'oobInitiator random': ['pairingRandom'],
  'oobResponder random': ['pairingRandom'],
  'keys before encryptionInformation': ['encryptionInformation'],
  'keys before centralIdentification': ['centralIdentification'],
  'keys before identityInformation': ['identityInformation'],
  'keys before identityAddressInformation': ['identityAddressInformation'],
  'keys before signingInformation': ['signingInformation'],
};

const expectedIn = (state: PairingState): readonly SmpCommandKind[] => expected[placeOf(state)] ?? [];

const bytesOf = (command: SmpCommand): Uint8Array => {
  const bytes = new Uint8Array(measureSmpCommand(command));
  encodeSmpCommand(command, bytes, 0);
  return bytes;
};

/** Every code at right and wrong lengths, with octets that nobody has chosen and with the extremes. */
function* arbitraryOctets(random: SeededRandom): Generator<Uint8Array> {
  yield new Uint8Array(0);
  for (let code = 0; code <= 0xff; code++) {
    const right = smpCommandLengths.get(code);
    const lengths = right === undefined ? [1, 2, 17, 65] : [1, right - 1, right, right + 1, 23, 66];
    for (const length of new Set(lengths)) {
      const fills = length === right ? [random.bytes(length), random.bytes(length)] : [random.bytes(length)];
      for (const fill of [0x00, 0xff]) fills.push(new Uint8Array(length).fill(fill));
      for (const octets of fills) {
        octets[0] = code;
        yield octets;
      }
    }
  }
}

/** A station, or what a peer that does harm has made of one: from there nothing may lead to a key. */
interface Place extends Omit<Station, 'honest'> {
  readonly honest: ReadonlySet<string> | undefined;
}

/** The same for all places that are alike but for the values that were exchanged. */
const spotOf = ({ setup, state }: Pick<Station, 'setup' | 'state'>): string => {
  const round =
    state.phase === 'authentication' && 'round' in state.authentication ? state.authentication.round : 0;
  return `${setup.role} ${placeOf(state)} ${round}`;
};

/** Says everything to a machine in every state that it can be in, and does at the wrong time what its user and its controller may do. */
export class Probe {
  readonly complaints = new Set<string>();
  /** States that have been looked at, also those that only harm leads to. */
  places = 0;
  /** What has been said and done in them. */
  count = 0;
  readonly #machine: Machine;
  readonly #sayings: readonly Saying[];
  readonly #seen = new Set<string>();
  /** What honest sides say at each spot. */
  readonly #honest = new Map<string, Set<string>>();

  /** `said` is what honest sides say at some time, which a peer may say at any other. */
  constructor(machine: Machine, random: SeededRandom, said: Iterable<Said>) {
    this.#machine = machine;
    this.#sayings = [
      ...Array.from(said, ({ command, by }) => sayingOf(bytesOf(command), by)),
      ...Array.from(arbitraryOctets(random), (octets) => sayingOf(octets, undefined)),
    ];
  }

  run(stations: readonly Station[]): void {
    const toVisit: Place[] = [...stations];
    for (const station of stations) {
      const spot = spotOf(station);
      this.#honest.set(spot, new Set([...(this.#honest.get(spot) ?? []), ...station.honest]));
    }
    for (let place = toVisit.pop(); place !== undefined; place = toVisit.pop()) {
      const key = keyOf([place.setup.role, place.state, place.owed, place.honest === undefined]);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.places++;
      this.#disturb(place);
      toVisit.push(...this.#talkTo(place));
    }
  }

  /** Gives where it comes to. */
  #talkTo(place: Place): readonly Place[] {
    const followed: Place[] = [];
    const taken = new Map<string, number>();
    const saidHere = this.#honest.get(spotOf(place));
    for (const { what, input, key, by } of this.#sayings) {
      this.count++;
      // What is ignored changes nothing; where honest sides go the other walk has been.
      if (input === undefined || place.honest?.has(key) === true) continue;
      const next = this.#step(place, input, what);
      const isFollowed = next.state.phase !== 'over' && next.state !== place.state;
      if (!isFollowed || what === keypress) continue;
      const times = taken.get(what) ?? 0;
      const isHonest = saidHere?.has(key) === true;
      // What an honest peer says in another round shows as much as what it says in this one, where the bits of the passkey are the same.
      const isOfPeer = by !== undefined && by !== place.setup.role;
      if (!isHonest && (isOfPeer || times >= FOLLOWED)) continue;
      if (!isHonest) taken.set(what, times + 1);
      followed.push(this.#led(place, next));
    }
    // A user who is deceived goes on as one who is not.
    if (place.honest === undefined) {
      for (const debt of place.owed) {
        const input = answers[debt];
        if (input === undefined) continue;
        const next = this.#step(place, input, `${debt} that is given`, debt);
        if (next.state.phase !== 'over') followed.push(this.#led(place, next, debt));
      }
    }
    return followed;
  }

  #led({ setup, owed }: Place, next: PairingStep, paid?: Owed): Place {
    return { setup, state: next.state, owed: owedAfter(owed, next, paid), honest: undefined };
  }

  /** What nobody has asked for. */
  #disturb(place: Place): void {
    for (const [input, debt] of disturbances) {
      this.count++;
      if (debt === undefined || !place.owed.includes(debt)) this.#step(place, input, input.kind);
    }
  }

  #step(place: Place, input: PairingInput, what: string, paid?: Owed): PairingStep {
    const step = this.#machine(place.setup, place.state, input);
    const complain = (why: string): void => {
      this.complaints.add(`${place.setup.role} ${placeOf(place.state)}, ${what}: ${why}`);
    };
    this.#judge(place, input, step, complain, paid);
    return step;
  }

  #judge(
    { setup, state, owed }: Place,
    input: PairingInput,
    step: PairingStep,
    complain: (why: string) => void,
    paid: Owed | undefined,
  ): void {
    const has = (kind: string): boolean => step.actions.some((action) => action.kind === kind);
    const told = step.actions.filter(
      (action) => action.kind === 'send' && action.command.kind === 'pairingFailed',
    ).length;
    if (has('encrypt')) complain('a key without both checks');
    if (has('complete')) complain('it is complete');
    // The last key of the peer may be any, on a link that is encrypted.
    if (has('weigh') && state.phase !== 'keys') complain('keys before the encryption');
    if (told > 1) complain('the peer is told twice');
    if (step.state.phase === 'over') {
      const fromPeer = input.kind === 'command' && input.command.kind === 'pairingFailed';
      if (told !== (fromPeer ? 0 : 1)) complain(`the peer is told ${told} times`);
      if (!has('failed')) complain('nobody here is told');
      const after = this.#machine(setup, step.state, input);
      if (after.state.phase !== 'over' || after.actions.length > 0) complain('what is over goes on');
      return;
    }
    if (has('failed') || told > 0) complain('it has failed and goes on');
    const waits = expectedIn(step.state).length + owedAfter(owed, step, paid).length;
    if (waits === 0) complain('it waits for nobody');
    if (isOutOfPlace(setup, state, input)) complain('what has no place is taken');
  }
}

/** Commands that end a pairing in that state. */
const isOutOfPlace = ({ role }: PairingSetup, state: PairingState, input: PairingInput): boolean => {
  if (input.kind !== 'command') return input.kind === 'cancel';
  // A central that is asked to pair does so already (Vol 3, Part H, 2.4.6).
  if (input.command.kind === 'securityRequest' && role === 'initiator') return false;
  return !expectedIn(state).includes(input.command.kind);
};

/** A payload, by what it is to a pairing that is under way. */
interface Saying {
  readonly what: string;
  readonly input: PairingInput | undefined;
  readonly key: string;
  /** Who says it in an honest pairing; undefined where nobody does. */
  readonly by: PairingRole | undefined;
}

const sayingOf = (octets: Uint8Array, by: PairingRole | undefined): Saying => {
  const input = inputOf(octets);
  if (input?.kind !== 'command') return { what: 'malformed', input, key: '', by };
  return { what: input.command.kind, input, key: keyOf(input.command), by };
};

/** What a payload is to a pairing that is under way, as the Security Manager has it. */
const inputOf = (octets: Uint8Array): PairingInput | undefined => {
  const inbound = readInbound(octets);
  switch (inbound.kind) {
    case 'command':
      return inbound;
    case 'malformed':
      return { kind: 'cancel', reason: PairingFailedReason.invalidParameters };
    case 'ignored':
      return undefined;
  }
};

const answers: Partial<Record<Owed, PairingInput>> = {
  passkey: { kind: 'passkey', passkey: 123_456 },
  comparison: { kind: 'comparison', same: true },
  consent: { kind: 'consent' },
};

/** What may come without being asked for, and what would ask for it. */
const disturbances: readonly (readonly [PairingInput, Owed | undefined])[] = [
  [{ kind: 'passkey', passkey: 0 }, 'passkey'],
  [{ kind: 'comparison', same: true }, 'comparison'],
  [{ kind: 'comparison', same: false }, undefined],
  [{ kind: 'consent' }, 'consent'],
  [{ kind: 'encrypted' }, 'encryption'],
  [{ kind: 'accepted' }, 'weighing'],
  [{ kind: 'keypress', notification: KeypressNotification.digitEntered }, undefined],
  [{ kind: 'cancel', reason: PairingFailedReason.unspecifiedReason }, undefined],
];

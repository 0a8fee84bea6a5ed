import { parseAddress } from '../../src/core/address.ts';
import { toHex } from '../../src/core/bytes.ts';
import { generateKeyPair } from '../../src/crypto/p256.ts';
import { randomBytes } from '../../src/crypto/random.ts';
import type { SmpCommand } from '../../src/smp/codec/smp-commands.ts';
import { answerPairing, beginPairing, stepPairing } from '../../src/smp/pairing/pairing.ts';
import type { PairingChoices, PairingMaterial } from '../../src/smp/pairing/pairing-choices.ts';
import type { PairingRole } from '../../src/smp/pairing/pairing-method.ts';
import type {
  PairingAction,
  PairingInput,
  PairingOutcome,
  PairingSetup,
  PairingState,
  PairingStep,
} from '../../src/smp/pairing/pairing-states.ts';
import { IoCapability } from '../../src/smp/smp-codes.ts';

const plainChoices: PairingChoices = {
  ioCapability: IoCapability.noInputNoOutput,
  can: { show: true, enter: true, compare: true },
  bonding: true,
  mitm: 'never',
  secureConnections: 'preferred',
  minKeySize: 16,
  maxKeySize: 16,
  keypress: false,
  give: 0x07,
  take: 0x07,
};

const newMaterial = (): PairingMaterial => ({
  keyPair: generateKeyPair(),
  nonces: Array.from({ length: 20 }, () => randomBytes(16)),
  passkey: new DataView(randomBytes(4).buffer).getUint32(0) % 1_000_000,
  ltk: randomBytes(16),
  ediv: 0x1234,
  rand: randomBytes(8),
  csrk: randomBytes(16),
});

const initiator = Uint8Array.of(0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6);
const responder = Uint8Array.of(1, 0xf1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6);

export const setupOf = (role: PairingRole, choices: Partial<PairingChoices> = {}): PairingSetup => ({
  role,
  choices: { ...plainChoices, ...choices },
  material: newMaterial(),
  initiator,
  responder,
  local:
    role === 'initiator'
      ? { address: parseAddress('A1:A2:A3:A4:A5:A6'), type: 'public', irk: randomBytes(16) }
      : { address: parseAddress('F1:B2:B3:B4:B5:B6'), type: 'random', irk: randomBytes(16) },
  consent: false,
});

/** One machine with what it wants done, for a test that plays the rest. */
export class PairingSide {
  readonly setup: PairingSetup;
  readonly sent: SmpCommand[] = [];
  readonly actions: PairingAction[] = [];
  state: PairingState = { phase: 'over' };
  key: string | undefined;
  outcome: PairingOutcome | undefined;
  failure: { readonly reason: number; readonly origin: string } | undefined;

  constructor(setup: PairingSetup) {
    this.setup = setup;
  }

  take(step: PairingStep): void {
    this.state = step.state;
    for (const action of step.actions) {
      this.actions.push(action);
      if (action.kind === 'send') this.sent.push(action.command);
      else if (action.kind === 'encrypt') this.key = toHex(action.key);
      else if (action.kind === 'complete') this.outcome = action.outcome;
      else if (action.kind === 'failed') this.failure = action;
    }
  }

  begin(): void {
    this.take(beginPairing(this.setup));
  }

  input(input: PairingInput): void {
    this.take(stepPairing(this.setup, this.state, input));
  }

  hear(command: SmpCommand): void {
    if (command.kind === 'pairingRequest') this.take(answerPairing(this.setup, command));
    else this.input({ kind: 'command', command });
  }

  takeActions(): PairingAction[] {
    return this.actions.splice(0);
  }
}

/** Lets both sides talk until neither has anything to say, with users who do what they are asked for. */
export const talk = (
  a: PairingSide,
  b: PairingSide,
  typing: (passkey: number) => number = (passkey) => passkey,
): void => {
  let shown: number | undefined;
  const numbers: number[] = [];
  const asked: PairingSide[] = [];
  const compared: PairingSide[] = [];
  const encrypting = new Set<PairingSide>();
  a.begin();
  for (let turn = 0; turn < 200; turn++) {
    for (const side of [a, b]) {
      for (const action of side.takeActions()) {
        if (action.kind === 'showPasskey') shown = action.passkey;
        else if (action.kind === 'askPasskey') asked.push(side);
        else if (action.kind === 'askComparison') {
          numbers.push(action.number);
          compared.push(side);
        } else if (action.kind === 'encrypt') encrypting.add(side);
        else if (action.kind === 'weigh') side.input({ kind: 'accepted' });
      }
    }
    for (const side of asked.splice(0)) side.input({ kind: 'passkey', passkey: typing(shown ?? 123_456) });
    if (compared.length === 2)
      for (const side of compared.splice(0))
        side.input({ kind: 'comparison', same: numbers[0] === numbers[1] });
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const command = from.sent.shift();
      if (command !== undefined) to.hear(command);
    }
    if (encrypting.size === 2 && a.sent.length === 0 && b.sent.length === 0) {
      encrypting.clear();
      b.input({ kind: 'encrypted' });
      a.input({ kind: 'encrypted' });
    }
  }
};

import type { Bytes } from '../core/bytes.ts';
import { type Clock, noTimer, type Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { IdentityAddress } from './bond.ts';
import { type KeyStrength, strengthOf } from './bond-making.ts';
import type { PairingFeatures, SmpCommand } from './codec/smp-commands.ts';
import { answerPairing, beginPairing, stepPairing } from './pairing/pairing.ts';
import type { PairingMethod } from './pairing/pairing-method.ts';
import type {
  PairingAction,
  PairingInput,
  PairingOutcome,
  PairingSetup,
  PairingState,
  PairingStep,
} from './pairing/pairing-states.ts';
import type { AssociationModel, PairingPrompt, PairingUi } from './pairing-ui.ts';
import { type Answer, Prompter } from './prompter.ts';
import { KeypressNotification, PairingFailedReason } from './smp-codes.ts';

/** The Security Manager Timer (Vol 3, Part H, 3.4). */
export const SMP_TIMEOUT_MS = 30_000;

export type PairingEnd =
  | { readonly kind: 'complete'; readonly outcome: PairingOutcome }
  | {
      readonly kind: 'failed';
      readonly reason: number;
      readonly origin: 'local' | 'peer';
      readonly cause?: unknown;
    }
  /** The peer has said nothing for 30 s. */
  | { readonly kind: 'timeout' }
  | { readonly kind: 'linkLost' };

export interface PairingRunOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly setup: PairingSetup;
  readonly ui: PairingUi;
  /** Whom the user is asked about. */
  readonly peer: IdentityAddress;
  readonly incoming: boolean;
  readonly replacesBond: boolean;
  readonly send: (command: SmpCommand) => void;
  /** Both sides have this key: the link is to be encrypted with it. */
  readonly encrypt: (key: Bytes, strength: KeyStrength) => void;
  /** Says why the keys of the peer are not to be taken, if they are not. */
  readonly weigh: (outcome: PairingOutcome) => PairingFailedReason | undefined;
  /** Called once, when nothing more follows. */
  readonly ended: (end: PairingEnd) => void;
}

const modelOf = (method: PairingMethod): AssociationModel =>
  method === 'justWorks' || method === 'numericComparison' || method === 'outOfBand'
    ? method
    : 'passkeyEntry';

/** One pairing from its first command to its end: runs the machine, its timer, and what the machine asks of user and controller. */
export class PairingRun {
  readonly #options: PairingRunOptions;
  readonly #over = new AbortController();
  #state: PairingState = { phase: 'over' };
  #timer: Timer = noTimer;
  /** What a callback of the user threw, which is why it failed. */
  #cause: unknown;

  constructor(options: PairingRunOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Of the machine. */
  get phase(): PairingState['phase'] {
    return this.#state.phase;
  }

  /** The key that the link is to be encrypted with, while that is what comes next. */
  get awaited(): { readonly key: Bytes; readonly strength: KeyStrength } | undefined {
    if (this.#state.phase !== 'encryption') return undefined;
    const { key, terms } = this.#state;
    return { key, strength: strengthOf(terms) };
  }

  /** As central. */
  begin(): void {
    this.#take(beginPairing(this.#options.setup));
  }

  /** As peripheral. */
  answer(request: PairingFeatures): void {
    this.#restartTimer();
    this.#take(answerPairing(this.#options.setup, request));
  }

  receive(command: SmpCommand): void {
    this.#restartTimer();
    this.#feed({ kind: 'command', command });
  }

  /** The link is encrypted with the key that the pairing has made. */
  encrypted(): void {
    this.#feed({ kind: 'encrypted' });
  }

  /** Gives up, and tells the peer. Idempotent. */
  cancel(reason: PairingFailedReason, cause?: unknown): void {
    this.#cause = cause;
    this.#feed({ kind: 'cancel', reason });
  }

  /** What a user who gives up has failed to do, in the peer's words. */
  get reasonToGiveUp(): PairingFailedReason {
    const isEntry =
      this.#state.phase === 'authentication' && modelOf(this.#state.terms.method) === 'passkeyEntry';
    return isEntry ? PairingFailedReason.passkeyEntryFailed : PairingFailedReason.unspecifiedReason;
  }

  /** What it waits for is an answer of the user here. */
  get isWithUser(): boolean {
    const state = this.#state;
    const asking = ['entry', 'lateEntry', 'comparison', 'lateComparison'];
    return (
      state.phase === 'consent' ||
      (state.phase === 'authentication' && asking.includes(state.authentication.phase))
    );
  }

  /** The link has ended. Nobody is told but those who wait here. */
  lost(): void {
    this.#end({ kind: 'linkLost' });
  }

  #feed(input: PairingInput): void {
    if (!this.isOver) this.#take(stepPairing(this.#options.setup, this.#state, input));
  }

  #take({ state, actions }: PairingStep): void {
    this.#state = state;
    for (const action of actions) this.#act(action);
  }

  #act(action: PairingAction): void {
    const { send, encrypt, weigh } = this.#options;
    switch (action.kind) {
      case 'send':
        this.#restartTimer();
        send(action.command);
        break;
      case 'showPasskey':
        this.#await(
          this.#prompter().show(action.passkey),
          PairingFailedReason.passkeyEntryFailed,
          () => undefined,
        );
        break;
      case 'askPasskey':
        this.#await(this.#prompter().enter(), PairingFailedReason.passkeyEntryFailed, (passkey) =>
          this.#feed({ kind: 'passkey', passkey }),
        );
        break;
      case 'askComparison':
        this.#await(
          this.#prompter().compare(action.number),
          PairingFailedReason.numericComparisonFailed,
          () => this.#feed({ kind: 'comparison', same: true }),
        );
        break;
      case 'askConsent':
        this.#await(this.#prompter().confirm(), PairingFailedReason.unspecifiedReason, () =>
          this.#feed({ kind: 'consent' }),
        );
        break;
      case 'peerKeypress':
        this.#prompter().keypress(action.notification);
        break;
      case 'encrypt':
        encrypt(action.key, strengthOf(action.terms));
        break;
      case 'weigh': {
        const refused = weigh(action.outcome);
        this.#feed(refused === undefined ? { kind: 'accepted' } : { kind: 'cancel', reason: refused });
        break;
      }
      case 'complete':
        this.#end(action);
        break;
      case 'failed':
        this.#end({ ...action, cause: this.#cause });
        break;
    }
  }

  #await<T>(asked: Promise<Answer<T>>, refused: PairingFailedReason, answered: (value: T) => void): void {
    void asked.then((answer) => {
      if (answer.kind === 'answered') answered(answer.value);
      else this.cancel(refused, answer.cause);
    });
  }

  #prompter(): Prompter {
    const { ui, peer, incoming, replacesBond, log } = this.#options;
    const terms = 'terms' in this.#state ? this.#state.terms : undefined;
    const prompt: PairingPrompt = {
      address: peer.address,
      addressType: peer.type,
      method: modelOf(terms?.method ?? 'justWorks'),
      incoming,
      replacesBond,
      secureConnections: terms?.secureConnections === true,
      signal: this.#over.signal,
      keypress: (key) => this.#feed({ kind: 'keypress', notification: KeypressNotification[key] }),
    };
    return new Prompter(ui, prompt, log);
  }

  #restartTimer(): void {
    this.#timer.cancel();
    if (this.isOver) return;
    this.#timer = this.#options.clock.after(SMP_TIMEOUT_MS, () => this.#end({ kind: 'timeout' }));
  }

  #end(end: PairingEnd): void {
    if (this.isOver) return;
    this.#timer.cancel();
    this.#over.abort();
    this.#options.ended(end);
  }
}

import { type Clock, noTimer, type Timer } from '../core/clock.ts';
import { AttError, InvalidArgumentError, InvalidStateError, TimeoutError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { PACKET_HEADROOM } from '../core/packet.ts';
import { procedure, type WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import type { AttChannel } from './att-channel.ts';
import { attErrorAdvice, attErrorName, attOpcodeName } from './att-codes.ts';
import {
  idleSequence,
  type SequenceInput,
  type SequenceState,
  step,
  type Transaction,
} from './transaction.ts';

/** A transaction not completed by then ends the bearer (Vol 3, Part F, 3.3.3). */
const TRANSACTION_TIMEOUT_MS = 30_000;

const PATIENTLY: WaitOptions = { timeoutMs: Number.POSITIVE_INFINITY };

/** What came for a transaction. The view is valid until the call returns. */
export type Answer =
  | { readonly kind: 'pdu'; readonly pdu: Uint8Array }
  | { readonly kind: 'error'; readonly error: Error };

/** A transaction with all that its life needs. */
export interface LaneTransaction extends Transaction {
  /** As it continues "while": `reading 0x2A6E of F0:F1:F2:F3:F4:F5`. */
  readonly what: string;
  readonly packet: Uint8Array;
  /** Asked when its turn has come: an error says that it is not to be sent any more. */
  readonly obsolete?: (() => Error | undefined) | undefined;
  /** Called before it is sent. */
  readonly onSend?: (() => void) | undefined;
  /** Called when it is answered or can never be, whether or not its caller still waits. Does not throw. */
  readonly onAnswer: (answer: Answer) => void;
}

/** A transaction that a caller waits for. */
export interface LaneCall<R> extends Transaction {
  readonly what: string;
  readonly packet: Uint8Array;
  /** As in LaneTransaction. */
  readonly obsolete?: (() => Error | undefined) | undefined;
  /** Reads the answer; may throw. */
  readonly accept: (pdu: Uint8Array) => R;
  /** Told of a refusal when it comes, whether or not its caller still waits, and before the next transaction is sent. Does not throw. */
  readonly onRefused?: ((error: AttError) => void) | undefined;
}

export interface LaneOptions {
  readonly channel: AttChannel;
  /** The bearer's life: its end rejects all that wait here. */
  readonly scope: WaitScope;
  readonly clock: Clock;
  readonly log: Log;
  readonly peer: string;
  readonly mtu: () => number;
  readonly onIgnored: () => void;
  readonly onTurnedAway: () => void;
  /** A transaction timed out. */
  readonly onPoisoned: (error: TimeoutError) => void;
  /** A further transaction would be sent at once. */
  readonly onFree: () => void;
}

/** Drives one sequential protocol of a bearer: the requests of its client, or the indications of its server. */
export class TransactionLane {
  readonly #options: LaneOptions;
  #state: SequenceState<LaneTransaction> = idleSequence;
  #timer: Timer = noTimer;
  #sentMs = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Whether a further transaction would be sent at once. */
  get isFree(): boolean {
    return this.#state.kind === 'free' && !this.#state.held;
  }

  /** Runs one transaction for a caller. */
  run<R>(call: LaneCall<R>, wait: WaitOptions, defaultTimeoutMs: number): Promise<R> {
    const { clock, scope } = this.#options;
    const { what, opcode, answerOpcode, packet, obsolete, accept, onRefused } = call;
    const { timeoutMs, signal } = wait;
    let own: LaneTransaction | undefined;
    const hint = (): string => this.describe(own);
    return procedure<R>({ what, clock, scope, defaultTimeoutMs, timeoutMs, signal, hint }, (settle) => {
      const onAnswer = (answer: Answer): void => {
        if (answer.kind === 'error') {
          if (answer.error instanceof AttError) onRefused?.(answer.error);
          settle.reject(answer.error);
          return;
        }
        try {
          settle.resolve(accept(answer.pdu));
        } catch (error) {
          settle.reject(error);
        }
      };
      const transaction: LaneTransaction = { what, opcode, answerOpcode, packet, obsolete, onAnswer };
      own = transaction;
      this.submit(transaction);
      return () => this.#feed({ kind: 'givenUp', transaction });
    });
  }

  /** Takes a transaction that nobody gives up. */
  submit(transaction: LaneTransaction): void {
    this.#feed({ kind: 'submitted', transaction });
  }

  /** A response or confirmation arrived. */
  answered(pdu: Uint8Array): void {
    this.#feed({ kind: 'answered', opcode: pdu[0] ?? 0 }, { kind: 'pdu', pdu });
  }

  /** An ATT_ERROR_RSP arrived. */
  refused(requestOpcode: number, status: number, handle: number): void {
    const { peer } = this.#options;
    const make = (what: string): AttError => {
      const advice = attErrorAdvice(status);
      const where = handle === 0 ? '' : ` at handle 0x${handle.toString(16).padStart(4, '0').toUpperCase()}`;
      const text = `${peer} refused ${attOpcodeName(requestOpcode)} while ${what}: ${attErrorName(status)}${where}`;
      return new AttError(advice === undefined ? text : `${text}; ${advice}`, status, handle);
    };
    const what = this.#state.kind === 'taken' ? this.#state.transaction.what : '';
    this.#feed({ kind: 'refused', requestOpcode }, { kind: 'error', error: make(what) });
  }

  /** An ATT_ERROR_RSP arrived that cannot be read further than the request it names. */
  refusedUnreadably(requestOpcode: number, error: Error): void {
    this.#feed({ kind: 'refused', requestOpcode }, { kind: 'error', error });
  }

  /** Begins nothing new until release(). */
  hold(): void {
    this.#feed({ kind: 'held' });
  }

  release(): void {
    this.#feed({ kind: 'released' });
  }

  /** The bearer ended. */
  end(): void {
    this.#feed({ kind: 'ended' });
  }

  /** What holds the bearer, as a message says it to `own`'s caller, which may be that of the `last` sent, or to one who waits beside. */
  describe(own?: LaneTransaction | 'last'): string {
    const { peer, clock } = this.#options;
    const state = this.#state;
    if (state.kind === 'ended') return 'the bearer has ended';
    if (state.kind === 'free')
      return state.held ? 'the MTU exchange has not been answered yet' : 'the bearer is free';
    const { transaction, abandoned } = state;
    const agoMs = Math.round(clock.now() - this.#sentMs);
    const unanswered = `${attOpcodeName(transaction.opcode)} was sent ${agoMs} ms ago and ${peer} has not answered`;
    const until = 'the bearer stays taken until it does or 30 s are over';
    if (own === 'last' || transaction === own) return `${unanswered}; ${until}`;
    const place = own === undefined ? -1 : state.waiting.indexOf(own);
    const others = place > 0 ? `, and ${place} more stood before` : '';
    const left = abandoned ? ', whose caller has given up' : '';
    return `it never had its turn: the bearer is held by ${transaction.what}${left} (${unanswered}${others}); ${until}`;
  }

  #feed(input: SequenceInput<LaneTransaction>, answer?: Answer): void {
    const { state, actions } = step(this.#state, input);
    this.#state = state;
    for (const action of actions) {
      switch (action.kind) {
        case 'send':
          // What was told of the answer may have ended the bearer meanwhile.
          if (this.#state.kind !== 'ended') this.#send(action.transaction);
          break;
        case 'complete':
          this.#timer.cancel();
          if (action.abandoned) this.#logLate(action.transaction);
          if (answer !== undefined) action.transaction.onAnswer(answer);
          break;
        case 'drop':
          this.#timer.cancel();
          break;
        case 'turnAway':
          this.#turnAway(action.transaction);
          break;
        case 'ignore':
          this.#options.onIgnored();
          break;
        case 'poison':
          this.#poison(action.transaction);
          break;
      }
    }
    if (this.isFree) this.#options.onFree();
  }

  #send(transaction: LaneTransaction): void {
    const { channel, clock } = this.#options;
    const fault = transaction.obsolete?.() ?? this.#faultOf(transaction);
    if (fault !== undefined) {
      this.#fail(transaction, fault);
      return;
    }
    transaction.onSend?.();
    this.#sentMs = clock.now();
    this.#timer = clock.after(TRANSACTION_TIMEOUT_MS, () => this.#feed({ kind: 'expired' }), {
      background: true,
    });
    // The caller's own deadline governs its wait; the PDU, once begun, is not taken back, for nobody could tell whether it had left.
    channel
      .send(transaction.packet, PATIENTLY)
      .catch((error: unknown) =>
        this.#fail(transaction, error instanceof Error ? error : new Error(String(error))),
      );
  }

  #faultOf({ what, opcode, packet }: LaneTransaction): Error | undefined {
    const mtu = this.#options.mtu();
    const length = packet.length - PACKET_HEADROOM;
    if (length <= mtu) return undefined;
    const name = attOpcodeName(opcode);
    return new InvalidArgumentError(
      `${what}: ${name} of ${length} octets does not fit an ATT_MTU of ${mtu}; exchange a larger MTU or send less`,
    );
  }

  #fail(transaction: LaneTransaction, error: Error): void {
    this.#feed({ kind: 'unsendable', transaction });
    transaction.onAnswer({ kind: 'error', error });
  }

  #turnAway(transaction: LaneTransaction): void {
    this.#options.onTurnedAway();
    const text = `${transaction.what}: too many calls wait for this bearer already; await some of them first`;
    transaction.onAnswer({ kind: 'error', error: new InvalidStateError(text) });
  }

  #logLate(transaction: LaneTransaction): void {
    const { log, peer } = this.#options;
    log.write('debug', 'att', () => `${peer} answered late: ${transaction.what} had been given up`);
  }

  #poison(transaction: LaneTransaction): void {
    const { peer, onPoisoned } = this.#options;
    this.#timer = noTimer;
    onPoisoned(
      new TimeoutError(
        `${peer} did not complete ${attOpcodeName(transaction.opcode)} within ${TRANSACTION_TIMEOUT_MS} ms while ${transaction.what}: ` +
          'nothing more may be sent on this bearer; disconnect and connect again',
        TRANSACTION_TIMEOUT_MS,
      ),
    );
  }
}

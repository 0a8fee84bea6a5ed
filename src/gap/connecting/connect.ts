import { noTimer, type Timer } from '../../core/clock.ts';
import { HciError, InvalidStateError } from '../../core/errors.ts';
import { procedure, type Settle, type WaitOptions } from '../../core/procedure.ts';
import type { Radio } from '../radio/radio.ts';
import { isPeerOf, type NewLink, type Peer, samePeer } from '../radio/radio-controller.ts';
import type { InitiatingWant } from '../radio/radio-plan.ts';
import type { InitiatingUser } from '../radio/radio-users.ts';
import {
  type ConnectParameters,
  type InitiatingParameters,
  toInitiatingParameters,
} from './connect-parameters.ts';
import { afterTurn, groupOf } from './connect-queue.ts';

export interface ConnectRequest extends ConnectParameters, WaitOptions {
  readonly peer: Peer;
}

interface Waiter {
  readonly peer: Peer;
  readonly parameters: InitiatingParameters;
  readonly settle: Settle<NewLink>;
  /** Whether it had to take turns with others. */
  tookTurns: boolean;
}

export const CONNECT_TIMEOUT_MS = 10_000;
/**
 * How long a group is looked for while others wait that cannot be looked for with it: longer than the slowest interval in common use (1285 ms),
 * short enough that everybody gets several turns within the default deadline.
 */
const TURN_MS = 2_000;

const hintFor = ({ address }: Peer, tookTurns: boolean): string => {
  const turns = tookTurns
    ? '; it took turns with other attempts that could not be made together with it'
    : '';
  return `${address} did not answer: it may be off, out of reach, connected to somebody else, or advertise under another address${turns}`;
};

/** Any number of connection attempts over an initiator that knows one. */
export class Connector {
  readonly #radio: Radio;
  readonly #user: InitiatingUser = {
    linkUp: (newLink) => this.#linkUp(newLink),
    failed: (want, error) => this.#failed(want, error),
    acceptListFull: (size) => this.#acceptListFull(size),
  };
  #queue: Waiter[] = [];
  #group: readonly Waiter[] = [];
  #want: InitiatingWant | undefined;
  #acceptListSize: number;
  /** Whether a link has come through the accept list. Until then it is doubted every other turn: there are controllers that keep one and ignore it. */
  #listProven = false;
  #listDoubted = false;
  #turn: Timer = noTimer;

  constructor(radio: Radio) {
    this.#radio = radio;
    this.#acceptListSize = radio.abilities.acceptListSize;
    // The waits have been rejected by then.
    radio.scope.add(() => {
      this.#turn.cancel();
      this.#queue = [];
    });
  }

  /** Attempts that wait for their link. */
  get pending(): number {
    return this.#queue.length;
  }

  /**
   * A link to `peer` in the central role. Default deadline 10 s. When it gives up, the attempt is over in the controller before the promise
   * rejects; a link that came up all the same is closed.
   *
   * Attempts run together through the accept list where their parameters are equal and their addresses last; others take turns.
   *
   * @throws InvalidStateError when this peer is being connected to already; HciError when the controller refuses or the attempt fails.
   */
  connect(request: ConnectRequest): Promise<NewLink> {
    const { peer } = request;
    let waiter: Waiter | undefined;
    return procedure<NewLink>(
      {
        what: `connecting to ${peer.address} (${peer.type})`,
        clock: this.#radio.controller.clock,
        scope: this.#radio.scope,
        defaultTimeoutMs: CONNECT_TIMEOUT_MS,
        timeoutMs: request.timeoutMs,
        signal: request.signal,
        hint: () => hintFor(peer, waiter?.tookTurns === true),
      },
      (settle) => {
        const parameters = toInitiatingParameters(request);
        if (this.#queue.some((one) => samePeer(one.peer, peer))) {
          throw new InvalidStateError(
            `already connecting to ${peer.address}: await that attempt, or abort it with its signal`,
          );
        }
        const mine: Waiter = { peer, parameters, settle, tookTurns: false };
        waiter = mine;
        this.#queue.push(mine);
        this.#plan();
        return () => this.#withdraw(mine);
      },
    );
  }

  #linkUp(newLink: NewLink): boolean {
    const waiter = this.#queue.find((one) => isPeerOf(newLink, one.peer));
    if (waiter === undefined) return false;
    if (this.#group.length > 1) this.#listProven = true;
    this.#remove(waiter);
    waiter.settle.resolve(newLink);
    this.#plan();
    return true;
  }

  #failed(want: InitiatingWant, error: Error): void {
    if (want.peers.length > 1 && error instanceof HciError) {
      // Nothing says for whose sake: one by one it will show.
      this.#listProven = false;
      this.#listDoubted = true;
      this.#plan();
      return;
    }
    for (const waiter of this.#queue.filter((one) => want.peers.some((peer) => samePeer(peer, one.peer)))) {
      this.#remove(waiter);
      waiter.settle.reject(error);
    }
    this.#plan();
  }

  #acceptListFull(size: number): void {
    this.#acceptListSize = size;
    this.#plan();
  }

  #remove(waiter: Waiter): void {
    this.#queue = this.#queue.filter((one) => one !== waiter);
  }

  #withdraw(waiter: Waiter): Promise<void> | undefined {
    this.#remove(waiter);
    this.#plan();
    return this.#radio.until(
      ({ initiating }) => !initiating?.want.peers.some((peer) => samePeer(peer, waiter.peer)),
    );
  }

  /** Compares who waits with who is being looked for. A group keeps its turn until its time is up, also while it grows or shrinks. */
  #plan(): void {
    const doubted = this.#listDoubted && !this.#listProven;
    const group = groupOf(this.#queue, doubted ? 1 : this.#acceptListSize);
    const unchanged = group.length === this.#group.length && group.every((one) => this.#group.includes(one));
    const keepsTurn = group.some((one) => this.#group.includes(one));
    this.#group = group;
    const others = this.#queue.length > group.length;
    if (others) for (const waiter of this.#queue) waiter.tookTurns = true;
    const takesTurns = others || (group.length > 1 && !this.#listProven);
    if (!takesTurns || !keepsTurn) {
      this.#turn.cancel();
      this.#turn = noTimer;
    }
    if (takesTurns && this.#turn === noTimer) {
      this.#turn = this.#radio.controller.clock.after(TURN_MS, () => this.#nextTurn());
    }
    const [first, ...more] = group.map((one) => one.peer);
    const head = group[0];
    if (first === undefined || head === undefined) this.#want = undefined;
    else if (!unchanged || this.#want === undefined)
      this.#want = { peers: [first, ...more], parameters: head.parameters };
    this.#radio.wantInitiating(this.#want, this.#user);
  }

  #nextTurn(): void {
    this.#turn = noTimer;
    this.#listDoubted = !this.#listDoubted;
    this.#queue = afterTurn(this.#queue, this.#group);
    this.#plan();
  }
}

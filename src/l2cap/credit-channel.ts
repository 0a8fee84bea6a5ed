import { type Bytes, readU16 } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';
import { DisconnectedError } from '../core/errors.ts';
import { procedure, type Settle, type WaitOptions } from '../core/procedure.ts';
import { WaitScope } from '../core/wait-scope.ts';
import { HciErrorCode } from '../hci/codec/error-codes.ts';
import {
  advanceChannel,
  type CreditAction,
  type CreditEnd,
  type CreditInput,
  type CreditState,
  type CreditTerms,
  openChannel,
} from './credit-machine.ts';
import { CreditSender } from './credit-sender.ts';
import type { CreditSizes } from './credit-terms.ts';

const DISCONNECT_TIMEOUT_MS = 2_000;

/** What a channel needs of its link. */
export interface CreditLink {
  readonly clock: Clock;
  /** Whom it leads to, for messages. */
  readonly peer: string;
  /** Sends a K-frame to this channel of the peer's. */
  sendFrame(remoteCid: number, packet: Uint8Array): Promise<void>;
  sendCredits(localCid: number, credits: number): Promise<void>;
  /** Settles when the peer has answered, or will not. */
  requestDisconnection(localCid: number, remoteCid: number): Promise<void>;
  /** Has the peer told of other sizes of this side. */
  reconfigure(channel: CreditChannel, sizes: CreditSizes, wait: WaitOptions): Promise<void>;
  /** The channel takes no part in anything any more. */
  ended(end: CreditEnd): void;
  /** Its identifiers are free again. */
  released(localCid: number): void;
}

export interface CreditChannelParameters {
  readonly spsm: number;
  readonly localCid: number;
  readonly remoteCid: number;
  readonly terms: CreditTerms;
  readonly peerMtu: number;
  readonly peerMps: number;
  /** The peer's initial credits. */
  readonly credits: number;
  /** In enhanced credit-based flow control mode: it can be reconfigured. */
  readonly isEnhanced?: boolean | undefined;
}

/** Gets each SDU, which it may keep, and says by CreditChannel.read() when it has used it up. */
export type SduReceiver = (sdu: Bytes, frames: number) => void;

const reasons: Readonly<Record<CreditEnd, string>> = {
  frameWithoutCredit: 'was closed, because the peer sent without a credit',
  frameWithoutSduLength: 'was closed, because the peer began an SDU without its length',
  frameLongerThanMps: 'was closed, because the peer sent a frame longer than the MPS',
  sduLongerThanMtu: 'was closed, because the peer sent an SDU longer than the MTU',
  framesLongerThanSdu: 'was closed, because the peer sent more than it had said the SDU has',
  framesWithoutOctets: 'was closed, because the peer used up its credits on frames without an octet',
  creditOverflow: 'was closed, because the peer gave more than 65535 credits',
  duplicateCid: 'was closed, because the peer gave its identifier to two channels',
  badResponse: 'was closed, because the peer opened it with parameters that no channel has',
  sendFailed: 'was closed, because an SDU could not be sent to its end: await what is sent',
  closedByPeer: 'was closed by the peer',
  closedHere: 'was closed on this side',
  linkLost: 'went with its link',
};

const hex = (cid: number): string => `0x${cid.toString(16).padStart(4, '0')}`;

/** One open channel in LE credit-based flow control mode (Vol 3, Part A, 10.1): the machine of credit-machine.ts, with its buffers and its waits. */
export class CreditChannel {
  readonly spsm: number;
  readonly localCid: number;
  readonly remoteCid: number;
  /** For messages. */
  readonly name: string;
  /** Ends with DisconnectedError when the channel ends in whatever way, or with the link's error. */
  readonly scope = new WaitScope();
  readonly #link: CreditLink;
  readonly isEnhanced: boolean;
  #terms: CreditTerms;
  readonly #sender: CreditSender;
  readonly #closing = new Set<Settle<void>>();
  #state: CreditState;
  #sdu: Bytes | undefined;
  #receiver: SduReceiver | undefined;
  /** Until there is a receiver. The window bounds it. */
  readonly #unread: { readonly sdu: Bytes; readonly frames: number }[] = [];
  /** Credits to give while an indication waits for room. */
  #ungranted = 0;
  #isGranting = false;
  #lostWith: Error | undefined;

  constructor(link: CreditLink, parameters: CreditChannelParameters) {
    this.#link = link;
    this.#terms = parameters.terms;
    this.spsm = parameters.spsm;
    this.localCid = parameters.localCid;
    this.remoteCid = parameters.remoteCid;
    this.name = `L2CAP channel ${hex(this.localCid)} (SPSM ${hex(this.spsm)}) of ${link.peer}`;
    this.isEnhanced = parameters.isEnhanced ?? false;
    this.#state = openChannel(parameters.terms, parameters.credits);
    this.#sender = new CreditSender(
      {
        clock: link.clock,
        scope: this.scope,
        name: this.name,
        takeCredit: () => this.#takeCredit(),
        sendFrame: (packet) => link.sendFrame(this.remoteCid, packet),
        failed: () => this.close('sendFailed'),
      },
      parameters.peerMtu,
      parameters.peerMps,
    );
  }

  get clock(): Clock {
    return this.#link.clock;
  }

  /** Octets of the longest SDU that the peer may send. */
  get mtu(): number {
    return this.#terms.mtu;
  }

  /** Octets of the longest information payload that the peer may send. */
  get mps(): number {
    return this.#terms.mps;
  }

  /** Octets of the longest SDU that the peer takes. */
  get peerMtu(): number {
    return this.#sender.mtu;
  }

  /** Octets of the longest information payload that the peer takes. */
  get peerMps(): number {
    return this.#sender.mps;
  }

  /** The peer takes other sizes from now on. */
  peerReconfigured(mtu: number, mps: number): void {
    this.#sender.mtu = mtu;
    this.#sender.mps = mps;
  }

  get terms(): CreditTerms {
    return this.#terms;
  }

  /** This side takes other sizes from now on; a larger window is given to the peer as credits. */
  set terms(terms: CreditTerms) {
    const more = terms.window - this.#terms.window;
    this.#terms = terms;
    if (more > 0) this.read(more);
  }

  get state(): CreditState {
    return this.#state;
  }

  /** What is with the controller since the channel was opened. */
  get sent(): { readonly octets: number; readonly sdus: number } {
    return this.#sender.sent;
  }

  set receiver(receiver: SduReceiver) {
    this.#receiver = receiver;
    for (const { sdu, frames } of this.#unread.splice(0)) receiver(sdu, frames);
  }

  /**
   * Sends octets, as one SDU or, where they are more than the peer's MTU, as several. Resolves when the last is with the controller. Giving up lets an SDU
   * that has begun to leave go on, and none after it. No octets, no SDU. Default deadline 1 s and 100 ms for each frame, those
   * that wait before it among them.
   */
  send(data: Uint8Array, wait: WaitOptions = {}): Promise<void> {
    return this.#sender.send(data, wait);
  }

  /** Resolves when all that was given to send() is with the controller. The same default deadline. */
  flush(wait: WaitOptions = {}): Promise<void> {
    return this.#sender.flush(wait);
  }

  /** The reader has used up what came with so many frames: the peer may send as many again. */
  read(frames: number): void {
    this.#step({ kind: 'read', frames });
  }

  /** See Reconfiguration.request(). */
  reconfigure(sizes: CreditSizes, wait: WaitOptions = {}): Promise<void> {
    return this.#link.reconfigure(this, sizes, wait);
  }

  /** Closes the channel, at once for this side. Resolves when the peer has agreed, or the link has gone. Default deadline 2 s. */
  disconnect(wait: WaitOptions = {}): Promise<void> {
    this.close('closedHere');
    return procedure<void>(
      {
        what: `closing ${this.name}`,
        clock: this.clock,
        defaultTimeoutMs: DISCONNECT_TIMEOUT_MS,
        timeoutMs: wait.timeoutMs,
        signal: wait.signal,
        hint: () => 'the peer did not answer; the channel is closed on this side all the same',
      },
      (settle) => {
        if (this.#state.phase === 'closed') {
          settle.resolve();
          return undefined;
        }
        this.#closing.add(settle);
        return () => {
          this.#closing.delete(settle);
        };
      },
    );
  }

  close(end: CreditEnd): void {
    this.#step({ kind: 'close', end });
  }

  /** A K-frame. The view need not outlive the call. */
  receive(payload: Uint8Array): void {
    this.#step({ kind: 'frame', length: payload.length, head: readU16(payload, 0) }, payload);
  }

  /** A PDU longer than any K-frame was skipped. */
  oversized(): void {
    this.#step({ kind: 'oversized' });
  }

  /** A Flow Control Credit Indication. */
  credits(credits: number): void {
    this.#step({ kind: 'credits', credits });
  }

  /** A Disconnection Request. */
  peerCloses(): void {
    this.#step({ kind: 'peerCloses' });
  }

  /** The peer has answered the Disconnection Request, or never will. */
  closeDone(): void {
    this.#step({ kind: 'closeDone' });
  }

  linkLost(error: Error): void {
    this.#lostWith = error;
    this.#step({ kind: 'linkLost' });
  }

  #takeCredit(): boolean {
    if (this.#state.phase !== 'open' || this.#state.sendCredits === 0) return false;
    this.#step({ kind: 'send' });
    return true;
  }

  #step(input: CreditInput, payload?: Uint8Array): void {
    const wasOver = this.#state.phase === 'closed';
    const { state, actions } = advanceChannel(this.#terms, this.#state, input);
    this.#state = state;
    for (const action of actions) this.#act(action, payload);
    if (wasOver || state.phase !== 'closed') return;
    this.#link.released(this.localCid);
    for (const settle of this.#closing) settle.resolve();
    this.#closing.clear();
  }

  #act(action: CreditAction, payload: Uint8Array | undefined): void {
    switch (action.kind) {
      case 'store':
        if (payload !== undefined) this.#store(action, payload);
        break;
      case 'grant':
        this.#ungranted += action.credits;
        if (!this.#isGranting) void this.#grant();
        break;
      case 'maySend':
        this.#sender.wake();
        break;
      case 'requestDisconnection':
        void this.#requestDisconnection();
        break;
      case 'ended':
        this.#end(action.end);
        break;
    }
  }

  #store(
    { begins, skip, at, frames }: Extract<CreditAction, { readonly kind: 'store' }>,
    payload: Uint8Array,
  ): void {
    const sdu = begins === undefined ? this.#sdu : new Uint8Array(begins);
    if (sdu === undefined) return;
    sdu.set(skip === 0 ? payload : payload.subarray(skip), at);
    this.#sdu = frames === undefined ? sdu : undefined;
    if (frames === undefined) return;
    if (this.#receiver === undefined) this.#unread.push({ sdu, frames });
    else this.#receiver(sdu, frames);
  }

  /** One indication waits at a time; what is granted meanwhile goes with the next. Never rejects. */
  async #grant(): Promise<void> {
    this.#isGranting = true;
    while (this.#ungranted > 0 && this.#state.phase === 'open') {
      const credits = this.#ungranted;
      this.#ungranted = 0;
      try {
        await this.#link.sendCredits(this.localCid, credits);
      } catch {
        // The peer would wait for these for ever.
        this.close('sendFailed');
      }
    }
    this.#isGranting = false;
  }

  async #requestDisconnection(): Promise<void> {
    try {
      await this.#link.requestDisconnection(this.localCid, this.remoteCid);
    } catch {
      // A peer that does not answer, or does not know the channel, has none either.
    }
    this.closeDone();
  }

  #end(end: CreditEnd): void {
    const isOfPeer = end === 'closedByPeer';
    const reason = isOfPeer
      ? HciErrorCode.remoteUserTerminatedConnection
      : HciErrorCode.connectionTerminatedByLocalHost;
    const error = this.#lostWith ?? new DisconnectedError(`${this.name} ${reasons[end]}`, reason);
    this.#sdu = undefined;
    this.#sender.end(error);
    this.scope.end(error);
    this.#link.ended(end);
  }
}

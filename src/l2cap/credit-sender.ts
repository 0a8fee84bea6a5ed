import { writeU16 } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';
import { DisconnectedError, InvalidStateError, TransportError } from '../core/errors.ts';
import { allocatePacket, PacketOffset } from '../core/packet.ts';
import { goesAtOnce, procedure, type Settle, type WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import { alreadySent } from '../hci/acl-link.ts';
import { SDU_LENGTH_SIZE } from './credit-codes.ts';

/** Calls of send() that may wait on a channel. More is a sender that does not await. */
const MAX_QUEUED_SENDS = 64;
/** The default deadline of send(): a second, and what a frame takes on a slow link for each of them. */
const SEND_TIMEOUT_MS = 1_000;
const FRAME_TIMEOUT_MS = 100;

export interface CreditSenderOptions {
  readonly clock: Clock;
  /** The channel's. */
  readonly scope: WaitScope;
  /** For messages: `L2CAP channel 0x0080 of F0:F1:F2:F3:F4:F5`. */
  readonly name: string;
  /** Takes a credit; false where there is none. */
  takeCredit(): boolean;
  /** Resolves when the K-frame is with the controller. */
  sendFrame(packet: Uint8Array): Promise<void>;
  /** An SDU was begun and cannot be ended: the channel is of no more use. */
  failed(): void;
}

interface Job {
  data: Uint8Array;
  /** What leaves next. */
  at: number;
  end: number;
  /** Octets of the SDU under way that have not left; 0 between two. */
  sduLeft: number;
  readonly total: number;
  /** Octets, and whole SDUs, that are with the controller. */
  octetsGone: number;
  sdusGone: number;
  /** Who waits for it; nobody while it is tried whether it leaves at once. */
  settle: Settle<void> | undefined;
}

const progress = (job: Job): string =>
  `${job.octetsGone} of ${job.total} octets have left, ${job.sdusGone} whole SDUs`;

/** Cuts what is sent into SDUs, and those into K-frames, each written where it leaves from, as fast as credits and the controller allow. */
export class CreditSender {
  readonly #options: CreditSenderOptions;
  readonly #jobs: Job[] = [];
  readonly #flushes = new Set<Settle<void>>();
  #isWaiting = false;
  #octets = 0;
  #sdus = 0;
  /** The peer's, both raised at times in the enhanced mode. */
  mtu: number;
  mps: number;

  constructor(options: CreditSenderOptions, mtu: number, mps: number) {
    this.#options = options;
    this.mtu = mtu;
    this.mps = mps;
  }

  /** Octets and SDUs that are with the controller since the channel was opened. */
  get sent(): { readonly octets: number; readonly sdus: number } {
    return { octets: this.#octets, sdus: this.#sdus };
  }

  /** See CreditChannel.send(). */
  send(data: Uint8Array, wait: WaitOptions): Promise<void> {
    const { clock, scope, name } = this.#options;
    let job: Job | undefined;
    if (data.length > 0 && this.#jobs.length === 0 && scope.error === undefined && goesAtOnce(wait)) {
      job = this.#begin(data);
      if (this.#jobs.length === 0) return alreadySent;
    }
    return procedure<void>(
      {
        what: `sending on ${name}`,
        clock,
        scope,
        defaultTimeoutMs: this.#timeoutMs(job === undefined ? data.length : 0),
        timeoutMs: wait.timeoutMs,
        signal: wait.signal,
        hint: () => (job === undefined ? '' : `the peer gives no room; ${progress(job)}`),
      },
      (settle) => {
        if (data.length === 0) {
          settle.resolve();
          return undefined;
        }
        if (job === undefined && this.#jobs.length >= MAX_QUEUED_SENDS) {
          throw new InvalidStateError(
            `${MAX_QUEUED_SENDS} calls of send() wait on ${name}: await them first`,
          );
        }
        const begun = job ?? this.#begin(data, settle);
        begun.settle = settle;
        job = begun;
        return () => this.#giveUp(begun);
      },
    );
  }

  /** Sends as much as can leave now. */
  #begin(data: Uint8Array, settle?: Settle<void>): Job {
    const { length } = data;
    const job: Job = {
      data,
      at: 0,
      end: length,
      sduLeft: 0,
      total: length,
      octetsGone: 0,
      sdusGone: 0,
      settle,
    };
    this.#jobs.push(job);
    this.wake();
    return job;
  }

  /** Resolves when everything that waits is with the controller. */
  flush(wait: WaitOptions): Promise<void> {
    const { clock, scope, name } = this.#options;
    return procedure<void>(
      {
        what: `flushing ${name}`,
        clock,
        scope,
        defaultTimeoutMs: this.#timeoutMs(0),
        timeoutMs: wait.timeoutMs,
        signal: wait.signal,
        hint: () => 'the peer gives no room',
      },
      (settle) => {
        if (this.#jobs.length === 0) {
          settle.resolve();
          return undefined;
        }
        this.#flushes.add(settle);
        return () => {
          this.#flushes.delete(settle);
        };
      },
    );
  }

  /** For so many octets behind all that waits already. */
  #timeoutMs(length: number): number {
    const octets = this.#jobs.reduce((sum, { at, end }) => sum + end - at, length);
    return SEND_TIMEOUT_MS + FRAME_TIMEOUT_MS * Math.ceil((octets + SDU_LENGTH_SIZE) / this.mps);
  }

  /** There are credits, or something to send. */
  wake(): void {
    while (!this.#isWaiting) {
      const job = this.#jobs[0];
      if (job === undefined || !this.#options.takeCredit()) return;
      const from = job.at;
      const packet = this.#nextFrame(job);
      const length = job.at - from;
      const endsSdu = job.sduLeft === 0;
      const sending = this.#options.sendFrame(packet);
      if (sending === alreadySent) this.#gone(job, length, endsSdu);
      else void this.#follow(sending, job, length, endsSdu);
    }
  }

  /** The channel ended: each call is told how far it came. */
  end(error: Error): void {
    for (const job of this.#jobs.splice(0)) {
      const text = `${error.message}; ${progress(job)}`;
      if (error instanceof DisconnectedError) {
        job.settle?.reject(new DisconnectedError(text, error.reason, { cause: error }));
      } else job.settle?.reject(new TransportError(text, { cause: error }));
    }
    this.#flushes.clear();
  }

  /** A frame waits for room in the controller, and all others behind it. Never rejects. */
  async #follow(sending: Promise<void>, job: Job, length: number, endsSdu: boolean): Promise<void> {
    this.#isWaiting = true;
    try {
      await sending;
    } catch {
      this.#isWaiting = false;
      this.#options.failed();
      return;
    }
    this.#isWaiting = false;
    this.#gone(job, length, endsSdu);
    this.wake();
  }

  /** A frame with so many octets of the job is with the controller. */
  #gone(job: Job, length: number, endsSdu: boolean): void {
    job.octetsGone += length;
    this.#octets += length;
    if (!endsSdu) return;
    job.sdusGone++;
    this.#sdus++;
    if (job.at === job.end) this.#finish(job);
  }

  #nextFrame(job: Job): Uint8Array {
    const begins = job.sduLeft === 0;
    if (begins) job.sduLeft = Math.min(job.end - job.at, this.mtu);
    const skip = begins ? SDU_LENGTH_SIZE : 0;
    const length = Math.min(job.sduLeft, this.mps - skip);
    const packet = allocatePacket(skip + length);
    if (begins) writeU16(packet, PacketOffset.payload, job.sduLeft);
    packet.set(job.data.subarray(job.at, job.at + length), PacketOffset.payload + skip);
    job.at += length;
    job.sduLeft -= length;
    return packet;
  }

  #finish(job: Job): void {
    if (this.#jobs[0] === job) this.#jobs.shift();
    job.settle?.resolve();
    this.#checkFlushed();
  }

  /** What has begun to leave must go on: the peer would take the next SDU for the rest of this one. What has not, does not leave. */
  #giveUp(job: Job): void {
    const at = this.#jobs.indexOf(job);
    if (at < 0) return;
    if (job.sduLeft === 0) {
      if (at === 0 && this.#isWaiting) {
        // Its last frame is on the way.
        job.end = job.at;
        return;
      }
      this.#jobs.splice(at, 1);
      this.#checkFlushed();
      return;
    }
    // The buffer is the caller's again.
    job.data = new Uint8Array(job.data.subarray(job.at, job.at + job.sduLeft));
    job.at = 0;
    job.end = job.sduLeft;
  }

  #checkFlushed(): void {
    if (this.#jobs.length > 0) return;
    for (const settle of this.#flushes) settle.resolve();
    this.#flushes.clear();
  }
}

import { type Clock, noTimer, type Timer } from '../../core/clock.ts';
import type { Counters } from '../../core/counters.ts';
import type { H5Configuration } from './h5-link-control.ts';
import { encodeH5, H5_MAX_LENGTH, type H5Packet, H5PacketType } from './h5-packet.ts';
import { resendAfterMs, SETTLE_LIMIT_MS, SILENCE_LIMIT_MS } from './h5-timing.ts';
import { type H5Window, type H5WindowInput, openWindow, sequenceOf, stepH5Window } from './h5-window.ts';
import { SlipWriter } from './slip.ts';

export const trafficCounterNames = ['h5OutOfSequence', 'h5WrongAcknowledgments', 'h5PacketsResent'] as const;
export type TrafficCounterName = (typeof trafficCounterNames)[number];

export interface H5TrafficOptions {
  readonly clock: Clock;
  readonly baudRate: number;
  readonly counters: Counters<TrafficCounterName>;
  /** What the ends have agreed on; undefined while the link is not active. */
  configuration(): H5Configuration | undefined;
  /** Whether packets may leave now; calls the other end where it sleeps. */
  isReady(): boolean;
  write(frame: Uint8Array): void;
  /** The other end has been silent for too long. */
  lose(what: string): void;
}

/**
 * The packets of an active link (Vol 4, Part D, 6 and 7): what is sent is kept until it is acknowledged, and sent again when that takes too long.
 */
export class H5Traffic {
  readonly #options: H5TrafficOptions;
  #window: H5Window = openWindow();
  /** Reliable packets in order; the first `unacknowledged` of them are under way. */
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  readonly #slip = new SlipWriter();
  /** Where a packet is put together before it is framed. */
  readonly #room = new Uint8Array(H5_MAX_LENGTH);
  /** Octets under way. */
  #sentBytes = 0;
  #resend: Timer = noTimer;
  /** When the timer comes, if it runs. */
  #resendTimerAt = Number.POSITIVE_INFINITY;
  /** When what is under way has to be sent again: moved on by each packet and each acknowledgment, where the timer is not. */
  #resendAt = Number.POSITIVE_INFINITY;
  /** When the other end acknowledged last, or had nothing to acknowledge. */
  #heardAt = 0;
  #stopped = false;
  readonly #whenSettled = new Set<() => void>();

  constructor(options: H5TrafficOptions) {
    this.#options = options;
  }

  /** Octets that are not acknowledged. */
  get pendingBytes(): number {
    return this.#queuedBytes;
  }

  /** Whether an acknowledgment has to be sent. */
  get owesAcknowledgment(): boolean {
    return this.#window.owed;
  }

  /** A packet that has to arrive; it takes its turn. */
  sendReliable(packet: Uint8Array): void {
    this.#queue.push(packet);
    this.#queuedBytes += packet.length;
    this.pump();
  }

  /** A packet that leaves now, or never. */
  sendUnreliable(packet: Uint8Array): void {
    if (this.#options.configuration() !== undefined) this.#write(packet, undefined);
  }

  acknowledge(): void {
    this.sendUnreliable(Uint8Array.of(H5PacketType.acknowledgment));
  }

  /** Whether the packet, which came whole, is to be delivered. */
  receive(packet: H5Packet): boolean {
    const { reliable, sequence, acknowledge } = packet;
    let delivered = false;
    for (const action of this.#step({ kind: 'received', reliable, sequence, acknowledge })) {
      switch (action.kind) {
        case 'acknowledged':
          this.#acknowledged(action.count);
          break;
        case 'outOfSequence':
          this.#options.counters.add('h5OutOfSequence');
          break;
        case 'wrongAcknowledgment':
          this.#options.counters.add('h5WrongAcknowledgments');
          break;
        case 'deliver':
          delivered = true;
      }
    }
    return delivered;
  }

  /** A packet came that may have been a reliable one, with an error. */
  receiveFaulty(): void {
    this.#step({ kind: 'faulty' });
  }

  /** Sends what waits, as far as the window reaches. */
  pump(): void {
    if (this.#stopped || this.#queue.length === this.#window.unacknowledged) return;
    if (!this.#options.isReady()) return;
    const windowSize = this.#options.configuration()?.windowSize ?? 0;
    while (this.#window.unacknowledged < windowSize) {
      const packet = this.#queue[this.#window.unacknowledged];
      if (packet === undefined) break;
      if (this.#window.unacknowledged === 0) this.#heardAt = this.#options.clock.now();
      this.#sentBytes += this.#write(packet, this.#window.nextSequence);
      this.#step({ kind: 'send' });
      this.#waitForAcknowledgment();
    }
  }

  /** Resolves when all is acknowledged, or cannot be helped. Never rejects. */
  settled(): Promise<void> {
    if (this.#queue.length === 0 || this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#whenSettled.delete(done);
        patience.cancel();
        resolve();
      };
      const patience = this.#options.clock.after(SETTLE_LIMIT_MS, done);
      this.#whenSettled.add(done);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#resend.cancel();
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#tellSettled();
  }

  #step(input: H5WindowInput): ReturnType<typeof stepH5Window>['actions'] {
    const { state, actions } = stepH5Window(this.#window, input);
    this.#window = state;
    return actions;
  }

  /** Whatever the packet is, it acknowledges (6.5). Gives the octets that it takes on the line. */
  #write(packet: Uint8Array, sequence: number | undefined): number {
    const whole = encodeH5(
      {
        reliable: sequence !== undefined,
        sequence: sequence ?? 0,
        acknowledge: this.#window.expected,
        type: packet[0] ?? 0,
        checked: this.#options.configuration()?.dataIntegrityCheck ?? false,
        payload: packet.subarray(1),
      },
      this.#room,
    );
    const frame = this.#slip.frame(whole);
    this.#step({ kind: 'acknowledge' });
    this.#options.write(frame);
    return frame.length;
  }

  #acknowledged(count: number): void {
    for (const packet of this.#queue.splice(0, count)) this.#queuedBytes -= packet.length;
    this.#heardAt = this.#options.clock.now();
    this.#sentBytes = 0;
    for (const packet of this.#queue.slice(0, this.#window.unacknowledged)) this.#sentBytes += packet.length;
    this.#waitForAcknowledgment();
    this.pump();
    if (this.#queue.length === 0) this.#tellSettled();
  }

  #waitForAcknowledgment(): void {
    if (this.#window.unacknowledged === 0 || this.#stopped) return;
    const { clock, baudRate } = this.#options;
    this.#resendAt = clock.now() + resendAfterMs(baudRate, this.#sentBytes);
    if (this.#resendAt < this.#resendTimerAt) this.#setTimer();
  }

  /** A timer that comes too early is set anew; to move it with every packet would cost more than the packet. */
  #setTimer(): void {
    const { clock } = this.#options;
    this.#resend.cancel();
    this.#resendTimerAt = this.#resendAt;
    this.#resend = clock.after(this.#resendAt - clock.now(), () => {
      this.#resendTimerAt = Number.POSITIVE_INFINITY;
      if (this.#window.unacknowledged === 0) return;
      if (clock.now() < this.#resendAt) this.#setTimer();
      else this.#sendAgain();
    });
  }

  /** All that are under way, with the acknowledgment of this moment and the numbers they had (6.6, 6.7). */
  #sendAgain(): void {
    const { clock, counters } = this.#options;
    if (clock.now() - this.#heardAt >= SILENCE_LIMIT_MS) {
      this.#options.lose(`the other end has acknowledged nothing for ${SILENCE_LIMIT_MS / 1000} s`);
      return;
    }
    if (this.#options.isReady()) {
      this.#sentBytes = 0;
      const underWay = this.#queue.slice(0, this.#window.unacknowledged);
      for (const [place, packet] of underWay.entries()) {
        this.#sentBytes += this.#write(packet, sequenceOf(this.#window, place));
        counters.add('h5PacketsResent');
      }
    }
    this.#waitForAcknowledgment();
  }

  #tellSettled(): void {
    for (const done of this.#whenSettled) done();
  }
}

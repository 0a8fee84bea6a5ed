import { viewOf } from '../../core/bytes.ts';
import { type Clock, noTimer, type Timer } from '../../core/clock.ts';
import { Counters } from '../../core/counters.ts';
import { TransportError } from '../../core/errors.ts';
import { procedure } from '../../core/procedure.ts';
import type { HciTransport, HciTransportSink } from '../../core/transport.ts';
import { messageOf } from '../connect-failure.ts';
import { arrivingIndicators } from '../line-protocol.ts';
import { matches, RESET_COMPLETE } from '../reset-complete.ts';
import { headerLengths, LONGEST_HEADER, packetLengthAt } from './hci-packet-length.ts';
import type { HciSocket, HciSocketListener } from './hci-socket-port.ts';

/** Between tries to hand over what the kernel had no room for. */
const NO_ROOM_RETRY_MS = 10;
/** For what still waits to leave when it is closed. */
const DRAIN_ON_CLOSE_MS = 250;
/** Octets that may wait for a device which takes none: see the stream transport. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;
/** Octets that are kept for a host which does not read. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

/** Whether it is one packet, whole and with nothing behind it. */
const isPacket = (octets: Uint8Array): boolean =>
  octets.length >= (headerLengths[octets[0] ?? 0] ?? LONGEST_HEADER) &&
  packetLengthAt(octets, 0) === octets.length;

const counterNames = [
  'packetsSent',
  'noRoom',
  'lostSync',
  'resynced',
  'droppedPackets',
  'brokenPackets',
  'unknownIndicators',
] as const;

export interface HciSocketTransportOptions {
  readonly name: string;
  readonly clock: Clock;
  /** The transport closes what it opens. What is thrown is thrown by the constructor. */
  readonly open: (listener: HciSocketListener) => HciSocket;
}

/**
 * HCI by the user channel of Linux: every read and every write is one whole packet, indicator first. The kernel reads from the device whether or not anybody
 * reads from it, and throws away what nobody has fetched; so this transport always fetches, and keeps what comes while it is paused.
 */
export class HciSocketTransport implements HciTransport {
  readonly name: string;
  /** The controller may be on USB, which the kernel does not tell here: what the usual dongle needs. */
  readonly eventLagMs = 4;
  /** What firmware the controller needs it has got from the kernel, so that it is not to be treated as one on a bare line. */
  readonly bus = undefined;
  readonly #clock: Clock;
  readonly #socket: HciSocket;
  readonly #counters = new Counters(counterNames);
  #sink: HciTransportSink | undefined;
  #isPaused = false;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #outOfStep = false;

  #waiting: Uint8Array[] = [];
  #pendingBytes = 0;
  #retry: Timer = noTimer;
  #onEmpty: (() => void) | undefined;

  #ended = false;
  #lostBy: TransportError | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: HciSocketTransportOptions) {
    this.name = options.name;
    this.#clock = options.clock;
    this.#socket = options.open({
      packet: (octets) => this.#receive(octets),
      gone: () => this.#lose('it was unplugged, or its driver has let it go'),
    });
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#counters.all();
  }

  start(sink: HciTransportSink): void {
    this.#sink = sink;
    if (this.#ended) queueMicrotask(() => sink.closed(this.#lostBy));
    else queueMicrotask(this.#deliverHeld);
  }

  send(packet: Uint8Array): void {
    if (this.#ended || this.#closing !== undefined) return;
    if (!arrivingIndicators.controller.includes(packet[0] ?? 0)) {
      this.#counters.add('unknownIndicators');
      return;
    }
    this.#counters.add('packetsSent');
    this.#pendingBytes += packet.length;
    this.#waiting.push(packet);
    if (this.#waiting.length === 1) this.#flush();
    if (this.#pendingBytes > MAX_PENDING_BYTES)
      this.#lose(`it takes nothing, ${this.#pendingBytes} octets wait for it`);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#deliverHeld();
  }

  /** Without effect: an open socket keeps the process alive, and the library cannot let go of it. */
  ref(): void {
    // See above.
  }

  /** Without effect: see ref(). */
  unref(): void {
    // See ref().
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #receive(octets: Uint8Array): void {
    if (this.#ended) return;
    const packet = viewOf(octets, 0, octets.length);
    if (!arrivingIndicators.host.includes(packet[0] ?? 0) || !isPacket(packet)) {
      this.#counters.add('brokenPackets');
      return;
    }
    if (this.#outOfStep) {
      if (!matches(packet, RESET_COMPLETE)) {
        this.#counters.add('droppedPackets');
        return;
      }
      this.#outOfStep = false;
      this.#counters.add('resynced');
    }
    if (this.#sink !== undefined && !this.#isPaused && this.#held.length === 0) this.#sink.packet(packet);
    else this.#hold(packet);
  }

  #hold(packet: Uint8Array): void {
    this.#held.push(packet);
    this.#heldBytes += packet.length;
    if (this.#heldBytes <= MAX_HELD_BYTES) return;
    // A packet that is left out may be the end of a link: from here on nothing can be believed but a Reset.
    this.#counters.add('lostSync');
    this.#counters.add('droppedPackets', this.#held.length);
    const what = `${this.#heldBytes} octets that nobody has read`;
    this.#forgetHeld();
    this.#outOfStep = true;
    this.#sink?.lostSync(what);
  }

  readonly #deliverHeld = (): void => {
    const held = this.#held;
    let at = 0;
    while (this.#sink !== undefined && !this.#isPaused && !this.#ended) {
      const packet = held[at];
      if (packet === undefined) break;
      at++;
      this.#heldBytes -= packet.length;
      this.#sink.packet(packet);
    }
    held.splice(0, at);
  };

  #forgetHeld(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  /** Hands over what waits, in its order, as far as the kernel has room. */
  readonly #flush = (): void => {
    while (!this.#ended) {
      const packet = this.#waiting[0];
      if (packet === undefined) {
        this.#onEmpty?.();
        return;
      }
      try {
        if (!this.#socket.write(packet)) {
          this.#counters.add('noRoom');
          this.#retry = this.#clock.after(NO_ROOM_RETRY_MS, this.#flush);
          return;
        }
      } catch (error) {
        this.#lose(`it does not take a packet of ${packet.length} octets: ${messageOf(error)}`, error);
        return;
      }
      this.#waiting.shift();
      this.#pendingBytes -= packet.length;
    }
  };

  #lose(what: string, cause?: unknown): void {
    if (this.#ended) return;
    this.#lostBy = new TransportError(
      `the connection to ${this.name} is lost: ${what}; check that it is plugged in, then open the adapter again`,
      cause === undefined ? undefined : { cause },
    );
    this.#end();
    this.#sink?.closed(this.#lostBy);
  }

  async #close(): Promise<void> {
    if (this.#ended) return;
    await this.#emptied();
    // The device may have been lost by now.
    if (this.#ended) return;
    this.#end();
    this.#sink?.closed();
  }

  #end(): void {
    this.#ended = true;
    this.#retry.cancel();
    this.#forgetHeld();
    this.#waiting = [];
    this.#pendingBytes = 0;
    this.#onEmpty?.();
    this.#socket.close();
  }

  /** Resolves when nothing waits, or when that takes too long. */
  #emptied(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    return procedure<void>(
      { what: `closing ${this.name}`, clock: this.#clock, defaultTimeoutMs: DRAIN_ON_CLOSE_MS },
      (settle) => {
        this.#onEmpty = () => settle.resolve();
        return undefined;
      },
    ).catch(() => undefined);
  }
}

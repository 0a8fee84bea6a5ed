import { toHex, viewOf } from '../core/bytes.ts';
import { Counters } from '../core/counters.ts';
import { HciPacketType } from '../core/transport.ts';
import { headerLengths, LONGEST_HEADER, packetLengthAt } from './hci-socket/hci-packet-length.ts';
import { arrivingIndicators, type LineSide } from './line-protocol.ts';
import { matches, RESET, RESET_COMPLETE } from './reset-complete.ts';

/** Where a framer delivers. Neither call throws. */
export interface H4FramerSink {
  /** One whole packet, indicator first; the view is valid until the call returns. */
  packet(packet: Uint8Array): void;
  /** Octets came that are no packet; called once for each loss. Nothing is delivered until a Reset has gone through. */
  lostSync(what: string): void;
}

export interface H4FramerOptions {
  /** Which end of the line reads: the other end's indicators are the legal ones. */
  readonly side: LineSide;
  /** The longest ACL payload that is believed; a longer one is taken for noise. */
  readonly maxAclLength?: number | undefined;
}

/**
 * No controller hands up more in one ACL packet (a link-layer PDU ends at 251 octets, a BR/EDR one at 1021), while noise read as a
 * header would claim up to 65535 and swallow as many octets before anybody noticed.
 */
export const DEFAULT_MAX_ACL_LENGTH = 8192;

/** The octets that show the line in step again. */
const resyncPatterns: Readonly<Record<LineSide, readonly number[]>> = {
  host: RESET_COMPLETE,
  controller: RESET,
};

const counterNames = ['lostSync', 'resynced', 'droppedOctets', 'overlongPackets'] as const;

/**
 * Cuts a stream of octets into HCI packets (Vol 4, Part A, 2), whatever chunks they come in. A packet that lies in one chunk is handed
 * on as a view of it; only what straddles chunks is copied, into a buffer sized from the packet's header.
 *
 * H4 has no way back into step but a Reset: after an unknown indicator everything is dropped until the Reset's own octets pass.
 */
export class H4Framer {
  readonly #sink: H4FramerSink;
  readonly #side: LineSide;
  readonly #maxAclLength: number;
  /** By indicator; 0 where it is not legal on this side. */
  readonly #headerLengths = new Uint8Array(256);
  readonly #counters = new Counters(counterNames);

  /** The packet that began in an earlier chunk: its header alone until that is whole. */
  #part = new Uint8Array(0);
  #partLength = 0;
  #headerKnown = false;

  /** The last octets seen while out of step, as many as the pattern has. */
  #window: number[] = [];
  #lost = false;
  #stopped = false;

  constructor(options: H4FramerOptions, sink: H4FramerSink) {
    this.#sink = sink;
    this.#side = options.side;
    this.#maxAclLength = options.maxAclLength ?? DEFAULT_MAX_ACL_LENGTH;
    for (const indicator of arrivingIndicators[options.side]) {
      this.#headerLengths[indicator] = headerLengths[indicator] ?? 0;
    }
  }

  get counters(): Readonly<Record<(typeof counterNames)[number], number>> {
    return this.#counters.all();
  }

  /** Delivers nothing more, not even what is left of the chunk in hand. */
  stop(): void {
    this.#stopped = true;
  }

  /** A packet has begun and is not whole. */
  get isWithinPacket(): boolean {
    return this.#partLength > 0;
  }

  /** Octets are missing at this place, as `what` says: what has begun is dropped, and the way back looked for. */
  gap(what: string): void {
    if (this.#lost) this.#window = [];
    else this.#loseStep(what);
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && !this.#stopped) {
      if (this.#lost) at = this.#search(chunk, at);
      else if (this.#partLength > 0) at = this.#continuePart(chunk, at);
      else at = this.#take(chunk, at);
    }
  }

  #take(chunk: Uint8Array, at: number): number {
    const indicator = chunk[at] ?? 0;
    const headerLength = this.#headerLengths[indicator] ?? 0;
    if (headerLength === 0) {
      this.#lose(`0x${toHex(chunk.subarray(at, at + 1))} where a packet indicator belongs`, chunk, at);
      return at;
    }
    const there = chunk.length - at;
    if (there < headerLength) return this.#beginPart(chunk, at, LONGEST_HEADER, false);
    const length = packetLengthAt(chunk, at);
    if (!this.#believe(chunk, at, length)) return at;
    if (there < length) return this.#beginPart(chunk, at, length, true);
    this.#sink.packet(viewOf(chunk, at, length));
    return at + length;
  }

  #beginPart(chunk: Uint8Array, at: number, capacity: number, headerKnown: boolean): number {
    const rest = chunk.subarray(at);
    this.#part = new Uint8Array(capacity);
    this.#part.set(rest);
    this.#partLength = rest.length;
    this.#headerKnown = headerKnown;
    return chunk.length;
  }

  #continuePart(chunk: Uint8Array, at: number): number {
    const wanted = this.#headerKnown ? this.#part.length : (this.#headerLengths[this.#part[0] ?? 0] ?? 0);
    const taken = Math.min(wanted - this.#partLength, chunk.length - at);
    this.#part.set(chunk.subarray(at, at + taken), this.#partLength);
    this.#partLength += taken;
    if (this.#partLength < wanted) return at + taken;

    if (!this.#headerKnown) {
      const header = this.#part;
      const length = packetLengthAt(header, 0);
      if (!this.#believe(header.subarray(0, wanted), 0, length)) {
        this.#dropPart();
        // The way back may begin within the octets that were taken for a header.
        this.#search(header.subarray(0, wanted), 0);
        return at + taken;
      }
      if (length > wanted) {
        this.#part = new Uint8Array(length);
        this.#part.set(header.subarray(0, wanted));
        this.#headerKnown = true;
        return at + taken;
      }
    }
    const packet = this.#part.subarray(0, wanted);
    this.#dropPart();
    this.#sink.packet(packet);
    return at + taken;
  }

  #dropPart(): void {
    this.#part = new Uint8Array(0);
    this.#partLength = 0;
    this.#headerKnown = false;
  }

  /** False, and out of step, when the header claims more than is believed. */
  #believe(bytes: Uint8Array, at: number, length: number): boolean {
    if (bytes[at] !== HciPacketType.acl || length - LONGEST_HEADER <= this.#maxAclLength) return true;
    this.#counters.add('overlongPackets');
    this.#lose(`an ACL data packet that claims ${length - LONGEST_HEADER} octets`, bytes, at);
    return false;
  }

  #lose(what: string, bytes: Uint8Array, at: number): void {
    this.#loseStep(`${what} (${toHex(bytes.subarray(at, at + 8), ' ')})`);
  }

  #loseStep(what: string): void {
    this.#dropPart();
    this.#lost = true;
    this.#window = [];
    this.#counters.add('lostSync');
    this.#sink.lostSync(what);
  }

  #search(chunk: Uint8Array, from: number): number {
    const pattern = resyncPatterns[this.#side];
    const window = this.#window;
    for (let at = from; at < chunk.length; at++) {
      window.push(chunk[at] ?? 0);
      if (window.length > pattern.length) {
        window.shift();
        this.#counters.add('droppedOctets');
      }
      if (matches(window, pattern)) {
        this.#lost = false;
        this.#window = [];
        this.#counters.add('resynced');
        this.#sink.packet(Uint8Array.from(window));
        return at + 1;
      }
    }
    return chunk.length;
  }
}

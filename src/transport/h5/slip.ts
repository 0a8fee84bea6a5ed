import { viewOf } from '../../core/bytes.ts';
import { Counters } from '../../core/counters.ts';

/** The octets of the SLIP layer (Vol 4, Part D, 3). */
const Slip = { delimiter: 0xc0, escape: 0xdb, escapedDelimiter: 0xdc, escapedEscape: 0xdd } as const;

/** Where the next such octet is; the length where there is none. The search is the engine's own, many times as fast as a look at each octet. */
const find = (octets: Uint8Array, octet: number, from: number): number => {
  const at = octets.indexOf(octet, from);
  return at < 0 ? octets.length : at;
};

/** Each octet may need two, between two delimiters. */
const longestFrame = (packet: Uint8Array): number => 2 * packet.length + 2;

/** Writes the packet between two delimiters, with escape sequences for what may not stand there (Vol 4, Part D, 3.1); gives the end of it. */
const writeFrame = (packet: Uint8Array, frame: Uint8Array, start: number): number => {
  let to = start;
  frame[to++] = Slip.delimiter;
  let delimiterAt = find(packet, Slip.delimiter, 0);
  let escapeAt = find(packet, Slip.escape, 0);
  for (let from = 0; ; ) {
    const special = Math.min(delimiterAt, escapeAt);
    frame.set(from === 0 && special === packet.length ? packet : packet.subarray(from, special), to);
    to += special - from;
    if (special === packet.length) break;
    from = special + 1;
    frame[to++] = Slip.escape;
    if (special === delimiterAt) {
      frame[to++] = Slip.escapedDelimiter;
      delimiterAt = find(packet, Slip.delimiter, from);
    } else {
      frame[to++] = Slip.escapedEscape;
      escapeAt = find(packet, Slip.escape, from);
    }
  }
  frame[to++] = Slip.delimiter;
  return to;
};

export const encodeSlip = (packet: Uint8Array): Uint8Array => {
  const frame = new Uint8Array(longestFrame(packet));
  return frame.subarray(0, writeFrame(packet, frame, 0));
};

/** Holds the frames of many turns. */
const POOL_OCTETS = 16 * 1024;

/** Frames packets, one behind the other in the same memory: those of a turn leave as one view, without a copy. */
export class SlipWriter {
  #pool = new Uint8Array(0);
  #end = 0;

  /** What it gives is not written to again. */
  frame(packet: Uint8Array): Uint8Array {
    const longest = longestFrame(packet);
    if (this.#pool.length - this.#end < longest) {
      this.#pool = new Uint8Array(Math.max(POOL_OCTETS, longest));
      this.#end = 0;
    }
    const start = this.#end;
    this.#end = writeFrame(packet, this.#pool, start);
    return this.#pool.subarray(start, this.#end);
  }
}

/** Where a framer delivers. Neither call throws. */
export interface SlipFramerSink {
  /** What stood between two delimiters, without escapes and never empty; the view is valid until the call returns, and may be written to. */
  packet(packet: Uint8Array): void;
  /** A packet was dropped for a wrong escape or for its length. `length` is what there was of it. */
  faulty(length: number): void;
}

const counterNames = ['slipStrayOctets', 'slipEscapeErrors', 'slipOverlong'] as const;

/**
 * Finds packets in a stream of octets, whatever chunks they come in (Vol 4, Part D, 3.2). Out of step it drops everything up to a delimiter. That
 * counts as the start of a packet: had it been an end, a start would follow at once, and packets are never empty.
 *
 * Escapes are taken out where they stand: a packet that lies in one chunk is handed on as a view of it, and only what straddles chunks is copied.
 */
export class SlipFramer {
  readonly #sink: SlipFramerSink;
  /** What has come in earlier chunks of the packet in hand, without escapes. */
  readonly #part: Uint8Array;
  readonly #counters = new Counters(counterNames);
  /** Of the packet in hand, as far as it has come. */
  #length = 0;
  #within = false;
  /** An escape was the last octet of the packet so far. */
  #escaped = false;
  /** The rest of the packet is dropped. */
  #spoilt = false;
  #stopped = false;
  /** Where the next escape stands in the chunk in hand, when it is not behind what is being read. */
  #escapeAt = -1;

  /** `maxLength` is of a packet without its escapes; what claims to be longer is dropped. */
  constructor(maxLength: number, sink: SlipFramerSink) {
    this.#part = new Uint8Array(maxLength);
    this.#sink = sink;
  }

  get counters(): Readonly<Record<(typeof counterNames)[number], number>> {
    return this.#counters.all();
  }

  /** Delivers nothing more, not even what is left of the chunk in hand. */
  stop(): void {
    this.#stopped = true;
  }

  /** The octets of the chunk are overwritten. */
  push(chunk: Uint8Array): void {
    const octets = viewOf(chunk, 0, chunk.length);
    this.#escapeAt = -1;
    let at = 0;
    while (at < octets.length && !this.#stopped) {
      const end = find(octets, Slip.delimiter, at);
      if (!this.#within) {
        this.#counters.add('slipStrayOctets', end - at);
        this.#within = end < octets.length;
      } else if (end < octets.length) this.#finish(octets, at, end);
      else if (!this.#spoilt) this.#keep(octets, at, end);
      at = end + 1;
    }
  }

  /** A delimiter stands at `end`, and what is before it from `at` belongs to the packet in hand. */
  #finish(octets: Uint8Array, at: number, end: number): void {
    const isWhole = this.#length === 0;
    if (isWhole && !this.#spoilt) this.#length = this.#unescape(octets, at, end) - at;
    else if (!this.#spoilt) this.#keep(octets, at, end);
    if (this.#escaped) this.#spoil('slipEscapeErrors');
    const length = this.#length;
    const spoilt = this.#spoilt;
    // Two delimiters in a row: the second one starts a packet too.
    if (length === 0 && !spoilt) return;
    this.#length = 0;
    this.#within = false;
    this.#spoilt = false;
    if (spoilt) this.#sink.faulty(length);
    else this.#sink.packet(isWhole ? viewOf(octets, at, length) : this.#part.subarray(0, length));
  }

  /** These octets belong to a packet that began in an earlier chunk, or goes on in a later one. */
  #keep(octets: Uint8Array, at: number, end: number): void {
    const plainEnd = this.#unescape(octets, at, end);
    this.#part.set(octets.subarray(at, plainEnd), this.#length);
    this.#length += plainEnd - at;
  }

  /** Takes the escapes out of these octets of the packet in hand, up to what spoils it; gives the end of what is left. */
  #unescape(octets: Uint8Array, start: number, end: number): number {
    const limit = start + this.#part.length - this.#length;
    let to = start;
    let at = start;
    while (at < end) {
      if (this.#escaped) {
        const plain = plainOf(octets[at]);
        if (plain === undefined) {
          this.#spoil('slipEscapeErrors');
          break;
        }
        if (to === limit) {
          this.#spoil('slipOverlong');
          break;
        }
        octets[to++] = plain;
        at++;
        this.#escaped = false;
        continue;
      }
      const runEnd = Math.min(this.#nextEscape(octets, at), end);
      const run = Math.min(runEnd - at, limit - to);
      if (to < at) octets.copyWithin(to, at, at + run);
      to += run;
      if (at + run < runEnd) {
        this.#spoil('slipOverlong');
        break;
      }
      this.#escaped = runEnd < end;
      at = runEnd + 1;
    }
    return to;
  }

  /** Each stretch of a chunk is searched once, however many packets lie in it. */
  #nextEscape(octets: Uint8Array, at: number): number {
    if (this.#escapeAt < at) this.#escapeAt = find(octets, Slip.escape, at);
    return this.#escapeAt;
  }

  #spoil(why: 'slipEscapeErrors' | 'slipOverlong'): void {
    this.#counters.add(why);
    this.#spoilt = true;
    this.#escaped = false;
  }
}

/** What an escape stands for with this octet behind it. */
const plainOf = (octet: number | undefined): number | undefined => {
  if (octet === Slip.escapedDelimiter) return Slip.delimiter;
  return octet === Slip.escapedEscape ? Slip.escape : undefined;
};

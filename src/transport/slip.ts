import { Counters } from '../core/counters.ts';

/** The octets of the SLIP layer (Vol 4, Part D, 3). */
const Slip = { delimiter: 0xc0, escape: 0xdb, escapedDelimiter: 0xdc, escapedEscape: 0xdd } as const;

/** The packet between two delimiters, with escape sequences for what may not stand there (Vol 4, Part D, 3.1). */
export const encodeSlip = (packet: Uint8Array): Uint8Array => {
  let escapes = 0;
  for (const octet of packet) if (octet === Slip.delimiter || octet === Slip.escape) escapes++;
  const frame = new Uint8Array(packet.length + escapes + 2);
  frame[0] = Slip.delimiter;
  let at = 1;
  for (const octet of packet) {
    if (octet === Slip.delimiter || octet === Slip.escape) {
      frame[at++] = Slip.escape;
      frame[at++] = octet === Slip.delimiter ? Slip.escapedDelimiter : Slip.escapedEscape;
    } else frame[at++] = octet;
  }
  frame[at] = Slip.delimiter;
  return frame;
};

/** Where a framer delivers. Neither call throws. */
export interface SlipFramerSink {
  /** What stood between two delimiters, without escapes and never empty; the view is valid until the call returns. */
  packet(packet: Uint8Array): void;
  /** A packet was dropped for a wrong escape or for its length. `length` is what there was of it. */
  faulty(length: number): void;
}

const counterNames = ['slipStrayOctets', 'slipEscapeErrors', 'slipOverlong'] as const;

/**
 * Finds packets in a stream of octets, whatever chunks they come in (Vol 4, Part D, 3.2). Out of step it drops everything up to a delimiter. That
 * counts as the start of a packet: had it been an end, a start would follow at once, and packets are never empty.
 */
export class SlipFramer {
  readonly #sink: SlipFramerSink;
  readonly #packet: Uint8Array;
  readonly #counters = new Counters(counterNames);
  #length = 0;
  #within = false;
  #escaped = false;
  /** The rest of the packet is dropped. */
  #spoilt = false;
  #stopped = false;

  /** `maxLength` is of a packet without its escapes; what claims to be longer is dropped. */
  constructor(maxLength: number, sink: SlipFramerSink) {
    this.#packet = new Uint8Array(maxLength);
    this.#sink = sink;
  }

  get counters(): Readonly<Record<(typeof counterNames)[number], number>> {
    return this.#counters.all();
  }

  /** Delivers nothing more, not even what is left of the chunk in hand. */
  stop(): void {
    this.#stopped = true;
  }

  push(chunk: Uint8Array): void {
    for (const octet of chunk) {
      if (this.#stopped) return;
      if (octet === Slip.delimiter) this.#delimit();
      else if (this.#within) this.#take(octet);
      else this.#counters.add('slipStrayOctets');
    }
  }

  #delimit(): void {
    if (!this.#within) {
      this.#within = true;
      return;
    }
    if (this.#escaped) this.#spoil('slipEscapeErrors');
    const length = this.#length;
    if (length === 0 && !this.#spoilt) return;
    const spoilt = this.#spoilt;
    this.#length = 0;
    this.#within = false;
    this.#spoilt = false;
    if (spoilt) this.#sink.faulty(length);
    else this.#sink.packet(this.#packet.subarray(0, length));
  }

  #take(octet: number): void {
    if (this.#spoilt) return;
    if (octet === Slip.escape && !this.#escaped) {
      this.#escaped = true;
      return;
    }
    let plain = octet;
    if (this.#escaped) {
      this.#escaped = false;
      if (octet === Slip.escapedDelimiter) plain = Slip.delimiter;
      else if (octet === Slip.escapedEscape) plain = Slip.escape;
      else {
        this.#spoil('slipEscapeErrors');
        return;
      }
    }
    if (this.#length < this.#packet.length) this.#packet[this.#length++] = plain;
    else this.#spoil('slipOverlong');
  }

  #spoil(why: 'slipEscapeErrors' | 'slipOverlong'): void {
    this.#counters.add(why);
    this.#spoilt = true;
    this.#escaped = false;
  }
}

import { readU16 } from '../../core/bytes.ts';
import { HciPacketType } from '../../core/transport.ts';

export interface UsbFramerOptions {
  readonly type: typeof HciPacketType.event | typeof HciPacketType.acl;
  /** Payloads above it are noise. */
  readonly maxLength: number;
  /** The view begins with the indicator and is valid until the call returns. */
  readonly packet: (packet: Uint8Array) => void;
  /** A header claims more than is believed. The framer has dropped what it held. */
  readonly overlong: (length: number) => void;
}

/** Octets in front of each read, so that the indicator can be written before a packet without a copy. */
export const USB_READ_HEADROOM = 1;

/**
 * Cuts what one USB endpoint delivers into HCI packets. The indicator is not on the wire (Vol 4, Part B, 2.2), a packet may span
 * transfers, and a transfer may hold several packets.
 */
export class UsbFramer {
  readonly #options: UsbFramerOptions;
  readonly #headerLength: number;
  /** Indicator and what has come of a packet that began in an earlier transfer. */
  #part = new Uint8Array(0);
  #partLength = 0;
  #headerKnown = false;

  constructor(options: UsbFramerOptions) {
    this.#options = options;
    this.#headerLength = options.type === HciPacketType.event ? 2 : 4;
  }

  /** A packet has begun and is not whole. */
  get isWithinPacket(): boolean {
    return this.#partLength > 0;
  }

  /** Forgets a packet that has only begun. */
  reset(): void {
    this.#part = new Uint8Array(0);
    this.#partLength = 0;
    this.#headerKnown = false;
  }

  /** `length` octets were read into `buffer` behind its headroom. The octets are overwritten. */
  push(buffer: Uint8Array, length: number): void {
    const end = USB_READ_HEADROOM + length;
    let at = USB_READ_HEADROOM;
    while (at < end)
      at = this.#partLength > 0 ? this.#continuePart(buffer, at, end) : this.#take(buffer, at, end);
  }

  #take(buffer: Uint8Array, at: number, end: number): number {
    const there = end - at;
    if (there < this.#headerLength) return this.#beginPart(buffer, at, end, this.#headerLength);
    const payload = this.#payloadLengthAt(buffer, at);
    if (payload > this.#options.maxLength) {
      this.#options.overlong(payload);
      return end;
    }
    const length = this.#headerLength + payload;
    if (there < length) {
      this.#headerKnown = true;
      return this.#beginPart(buffer, at, end, length);
    }
    // The octet before the packet is the headroom, or the last one of a packet that was handed on already.
    buffer[at - 1] = this.#options.type;
    this.#options.packet(buffer.subarray(at - 1, at + length));
    return at + length;
  }

  #payloadLengthAt(bytes: Uint8Array, at: number): number {
    return this.#options.type === HciPacketType.event ? (bytes[at + 1] ?? 0) : readU16(bytes, at + 2);
  }

  #beginPart(buffer: Uint8Array, at: number, end: number, length: number): number {
    this.#part = new Uint8Array(1 + length);
    this.#part[0] = this.#options.type;
    this.#part.set(buffer.subarray(at, end), 1);
    this.#partLength = 1 + end - at;
    return end;
  }

  #continuePart(buffer: Uint8Array, at: number, end: number): number {
    const taken = Math.min(this.#part.length - this.#partLength, end - at);
    this.#part.set(buffer.subarray(at, at + taken), this.#partLength);
    this.#partLength += taken;
    if (this.#partLength < this.#part.length) return at + taken;

    if (!this.#headerKnown) {
      const header = this.#part;
      const payload = this.#payloadLengthAt(header, 1);
      if (payload > this.#options.maxLength) {
        this.reset();
        this.#options.overlong(payload);
        return end;
      }
      this.#headerKnown = true;
      if (payload > 0) {
        this.#part = new Uint8Array(header.length + payload);
        this.#part.set(header);
        return at + taken;
      }
    }
    const packet = this.#part;
    this.reset();
    this.#options.packet(packet);
    return at + taken;
  }
}

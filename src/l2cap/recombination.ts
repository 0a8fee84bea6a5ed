import { readU16, viewOf } from '../core/bytes.ts';

/** PDU length and channel identifier in front of every L2CAP PDU (Vol 3, Part A, 3.1). */
const BASIC_HEADER_LENGTH = 4;

export type RecombinationFault =
  /** A fragment without an octet. */
  | 'emptyFragments'
  /** A continuation of nothing. */
  | 'strayContinuations'
  /** A PDU that the start of another cut short. */
  | 'truncatedPdus'
  /** A PDU whose fragments hold more than its header says. */
  | 'overlongPdus'
  /** A PDU longer than its channel's MTU. */
  | 'oversizedPdus'
  /** A PDU for a channel that is not there; it is ignored (Vol 3, Part A, 3.1). */
  | 'unknownCids';

export interface RecombinationSink {
  /** The longest payload that the channel takes, or undefined where there is no such channel. */
  mtuOf(cid: number): number | undefined;
  /** A whole PDU. The view is valid until the call returns. */
  pdu(cid: number, payload: Uint8Array): void;
  /** A PDU begins that is longer than its channel's MTU and will be skipped; `head` is as much of its payload as the first fragment holds. */
  oversized(cid: number, head: Uint8Array): void;
  fault(fault: RecombinationFault): void;
}

const none = new Uint8Array(0);

/**
 * Makes PDUs of the fragments of one link. Memory is bound to what a header announces, and that to the channel's MTU; a PDU that lies in one
 * fragment is handed on where it lies. A fragment that does not fit its PDU costs that PDU and no other.
 */
export class Recombination {
  readonly #sink: RecombinationSink;
  /** A header that its first fragment cut in two. */
  #header = none;
  #cid = 0;
  #payload = none;
  #filled = 0;
  /** Octets still to come of a PDU that nobody wants. */
  #skip = 0;
  #open: 'no' | 'header' | 'payload' | 'skip' = 'no';

  constructor(sink: RecombinationSink) {
    this.#sink = sink;
  }

  push(fragment: Uint8Array, first: boolean): void {
    if (first && this.#open !== 'no') {
      if (this.#open !== 'skip') this.#sink.fault('truncatedPdus');
      this.#close();
    }
    if (fragment.length === 0) this.#sink.fault('emptyFragments');
    else if (first) this.#start(fragment);
    else this.#continue(fragment);
  }

  #start(fragment: Uint8Array): void {
    if (fragment.length < BASIC_HEADER_LENGTH) {
      this.#header = new Uint8Array(fragment);
      this.#open = 'header';
      return;
    }
    const length = readU16(fragment, 0);
    const cid = readU16(fragment, 2);
    const held = fragment.length - BASIC_HEADER_LENGTH;
    const mtu = this.#sink.mtuOf(cid);
    if (mtu === undefined || length > mtu) {
      this.#sink.fault(mtu === undefined ? 'unknownCids' : 'oversizedPdus');
      if (mtu !== undefined) this.#sink.oversized(cid, fragment.subarray(BASIC_HEADER_LENGTH));
      this.#skip = length - held;
      this.#open = this.#skip > 0 ? 'skip' : 'no';
    } else if (held > length) {
      this.#sink.fault('overlongPdus');
    } else if (held === length) {
      this.#sink.pdu(cid, viewOf(fragment, BASIC_HEADER_LENGTH, length));
    } else {
      this.#cid = cid;
      this.#payload = new Uint8Array(length);
      this.#payload.set(fragment.subarray(BASIC_HEADER_LENGTH));
      this.#filled = held;
      this.#open = 'payload';
    }
  }

  #continue(fragment: Uint8Array): void {
    switch (this.#open) {
      case 'no':
        this.#sink.fault('strayContinuations');
        break;
      case 'header':
        this.#joinHeader(fragment);
        break;
      case 'payload':
        this.#fill(fragment);
        break;
      case 'skip':
        this.#skip -= fragment.length;
        if (this.#skip <= 0) this.#close();
        break;
    }
  }

  /** Three octets at most are copied twice, and only by a controller that cuts a header in two. */
  #joinHeader(fragment: Uint8Array): void {
    const joined = new Uint8Array(this.#header.length + fragment.length);
    joined.set(this.#header);
    joined.set(fragment, this.#header.length);
    this.#close();
    this.#start(joined);
  }

  #fill(fragment: Uint8Array): void {
    const filled = this.#filled + fragment.length;
    if (filled > this.#payload.length) {
      this.#sink.fault('overlongPdus');
      this.#close();
      return;
    }
    this.#payload.set(fragment, this.#filled);
    this.#filled = filled;
    if (filled < this.#payload.length) return;
    const payload = this.#payload;
    const cid = this.#cid;
    this.#close();
    this.#sink.pdu(cid, payload);
  }

  #close(): void {
    this.#open = 'no';
    this.#header = none;
    this.#payload = none;
    this.#filled = 0;
    this.#skip = 0;
  }
}

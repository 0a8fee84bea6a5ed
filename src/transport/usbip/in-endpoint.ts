import { concatBytes } from '../../core/bytes.ts';
import type { Clock, Timer } from '../../core/clock.ts';
import type { DongleFaults } from './dongle-faults.ts';
import { type Urb, type UrbResult, UrbStatus } from './urbs.ts';

export interface InEndpointOptions {
  readonly address: number;
  readonly maxPacketOctets: number;
  readonly clock: Clock;
  readonly faults: DongleFaults;
  /** See DongleFaults.eventPollMs; 0 for an endpoint that is asked all the time. */
  readonly pollMs: () => number;
  readonly complete: (urb: Urb, result: UrbResult) => void;
  /** The endpoint halts. */
  readonly halt: () => void;
  /** An HCI packet has gone to the host to its last octet. */
  readonly delivered: () => void;
}

/** A packet on the bus, and whether it is the last of an HCI packet. */
interface BusPacket {
  readonly octets: Uint8Array;
  readonly isLast: boolean;
}

/**
 * An endpoint that is read. A transfer ends with a packet that is not full, or when its buffer is (USB 2.0, 5.7.3 and 5.8.3); it takes packets
 * only when it can end, so that a transfer that is taken back loses none.
 */
export class InEndpoint {
  readonly #options: InEndpointOptions;
  #packets: BusPacket[] = [];
  readonly #urbs: Urb[] = [];
  #poll: Timer | undefined;
  #isHalted = false;
  #pendingBytes = 0;
  #queued = 0;
  #delivered = 0;

  constructor(options: InEndpointOptions) {
    this.#options = options;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** HCI packets that it was given, and that have gone to the host or were dropped. */
  get queued(): number {
    return this.#queued;
  }

  get delivered(): number {
    return this.#delivered;
  }

  /** One HCI packet as it stands on this endpoint. */
  queue(octets: Uint8Array): void {
    const { faults, address, maxPacketOctets } = this.#options;
    const cuts = faults.cut?.(octets, address) ?? [];
    const ends = [...cuts.filter((cut) => cut > 0 && cut < octets.length), octets.length];
    let start = 0;
    const pieces: Uint8Array[] = [];
    for (const end of ends) {
      for (; end - start > maxPacketOctets; start += maxPacketOctets) {
        pieces.push(octets.slice(start, start + maxPacketOctets));
      }
      pieces.push(octets.slice(start, end));
      if (end - start === maxPacketOctets && faults.closesTransfers(address)) pieces.push(new Uint8Array(0));
      start = end;
    }
    for (const [i, piece] of pieces.entries()) {
      this.#packets.push({ octets: piece, isLast: i === pieces.length - 1 });
    }
    this.#pendingBytes += octets.length;
    this.#queued++;
    this.serve();
  }

  submit(urb: Urb): void {
    this.#urbs.push(urb);
    this.serve();
  }

  unlink(urb: Urb): void {
    const at = this.#urbs.indexOf(urb);
    if (at >= 0) this.#urbs.splice(at, 1);
  }

  /** While it is halted every transfer ends with a stall. */
  setHalted(isHalted: boolean): void {
    this.#isHalted = isHalted;
    this.serve();
  }

  /** What waits for the host is dropped. */
  flush(): void {
    this.#packets = [];
    this.#pendingBytes = 0;
    this.#delivered = this.#queued;
  }

  stop(): void {
    this.flush();
    this.#urbs.length = 0;
    this.#poll?.cancel();
    this.#poll = undefined;
  }

  /** Ends what transfers it can. */
  serve(): void {
    while (this.#poll === undefined && !this.#options.faults.isSilent) {
      const [urb] = this.#urbs;
      if (urb === undefined) return;
      if (this.#isHalted) this.#end(urb, { status: UrbStatus.stall });
      else if (!this.#isReady(urb)) return;
      else if (this.#options.pollMs() > 0) this.#waitForPoll(this.#options.pollMs());
      else this.#carryOut(urb);
    }
  }

  /** Transfers are asked for at whole multiples of the interval. */
  #waitForPoll(pollMs: number): void {
    const { clock } = this.#options;
    const delayMs = pollMs - (clock.now() % pollMs);
    this.#poll = clock.after(delayMs, () => this.#polled(), { background: true });
  }

  #polled(): void {
    this.#poll = undefined;
    const [urb] = this.#urbs;
    if (urb !== undefined && !this.#isHalted && !this.#options.faults.isSilent && this.#isReady(urb)) {
      this.#carryOut(urb);
    }
    this.serve();
  }

  #isReady(urb: Urb): boolean {
    return this.#packetCount(urb) > 0;
  }

  /** Packets that the transfer takes; 0 while it cannot end. */
  #packetCount(urb: Urb): number {
    let length = 0;
    for (const [i, { octets }] of this.#packets.entries()) {
      length += octets.length;
      const isShort = octets.length < this.#options.maxPacketOctets;
      if (isShort || length >= urb.transferBufferLength) return i + 1;
    }
    return 0;
  }

  #carryOut(urb: Urb): void {
    if (this.#options.faults.takeStall(this.#options.address)) {
      this.#isHalted = true;
      this.#options.halt();
      this.#end(urb, { status: UrbStatus.stall });
      return;
    }
    const packets = this.#packets.splice(0, this.#packetCount(urb));
    const data = concatBytes(...packets.map(({ octets }) => octets));
    this.#pendingBytes -= data.length;
    const whole = packets.filter(({ isLast }) => isLast).length;
    this.#delivered += whole;
    this.#end(
      urb,
      // Octets beyond the buffer are lost with the packet that they stand in.
      data.length > urb.transferBufferLength
        ? { status: UrbStatus.overflow, data: data.subarray(0, urb.transferBufferLength) }
        : { status: UrbStatus.ok, data },
    );
    if (whole > 0) this.#options.delivered();
  }

  #end(urb: Urb, result: UrbResult): void {
    this.unlink(urb);
    this.#options.complete(urb, result);
  }
}

import { PACKET_HEADROOM } from '../core/packet.ts';
import type { WaitOptions } from '../core/procedure.ts';
import type { WaitScope } from '../core/wait-scope.ts';
import type { CreditChannel } from '../l2cap/credit-channel.ts';
import type { EnhancedAttChannel } from './bearer-set.ts';

/** An enhanced credit-based channel as an ATT bearer sees it: each PDU is one SDU (Vol 3, Part F, 3.2.11). */
export class CreditAttChannel implements EnhancedAttChannel {
  readonly #channel: CreditChannel;
  receiver: ((pdu: Uint8Array) => void) | undefined;

  constructor(channel: CreditChannel) {
    this.#channel = channel;
  }

  /** Begins to receive: what came before is handed over now. */
  start(): void {
    this.#channel.receiver = (sdu, frames) => {
      try {
        this.receiver?.(sdu);
      } finally {
        // A bearer keeps nothing of what it gets, so that the peer may send as much again.
        this.#channel.read(frames);
      }
    };
  }

  get scope(): WaitScope {
    return this.#channel.scope;
  }

  get mtu(): number {
    return Math.min(this.#channel.mtu, this.#channel.peerMtu);
  }

  send(packet: Uint8Array, options?: WaitOptions): Promise<void> {
    return this.#channel.send(packet.subarray(PACKET_HEADROOM), options);
  }

  close(): void {
    this.#channel.close('closedHere');
  }
}

import type { WaitOptions } from '../core/procedure.ts';
import { alreadySent } from '../hci/acl-link.ts';

/** An answer waits for room as long as the link lasts. */
const PATIENTLY: WaitOptions = { timeoutMs: Number.POSITIVE_INFINITY };

/** What answers leave by: a channel. */
export interface AnswerChannel {
  send(packet: Uint8Array, options?: WaitOptions): Promise<void>;
}

/**
 * Sends what a peer is owed and nobody here waits for. A peer that asks without end while the controller has no room grows nothing: beyond
 * `limit` that wait, answers are dropped.
 */
export class Answers {
  readonly #channel: AnswerChannel;
  readonly #limit: number;
  readonly #onDropped: () => void;
  #unsent = 0;

  constructor(channel: AnswerChannel, limit: number, onDropped: () => void) {
    this.#channel = channel;
    this.#limit = limit;
    this.#onDropped = onDropped;
  }

  /** Takes a packet made by allocatePacket(). Gives false where it is dropped. */
  send(packet: Uint8Array): boolean {
    if (this.#unsent >= this.#limit) {
      this.#onDropped();
      return false;
    }
    const sending = this.#channel.send(packet, PATIENTLY);
    if (sending === alreadySent) return true;
    this.#unsent++;
    const sent = (): void => {
      this.#unsent--;
    };
    sending.then(sent, sent);
    return true;
  }
}

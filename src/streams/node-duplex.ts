import { Duplex } from 'node:stream';
import { ChannelEnds } from './channel-ends.ts';
import type { OctetChannel } from './octet-channel.ts';

type Callback = (error?: Error | null) => void;

class ChannelDuplex extends Duplex {
  readonly #ends: ChannelEnds;

  constructor(channel: OctetChannel) {
    super({ readableHighWaterMark: 0, allowHalfOpen: false });
    this.#ends = new ChannelEnds(channel);
    void this.#ends.ended.then((reason) => this.#ended(reason));
  }

  override _read(): void {
    const read = (octets: Uint8Array | undefined): void => {
      if (octets === undefined) this.#endReadable();
      else this.push(octets);
    };
    this.#ends.read().then(read, (error) => this.destroy(error));
  }

  override _write(octets: Uint8Array, _encoding: string, callback: Callback): void {
    this.#ends.write(octets).then(() => callback(), callback);
  }

  override _final(callback: Callback): void {
    this.#ends.finish().then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: Callback): void {
    this.#ends.abort(error ?? undefined).then(() => callback(error), callback);
  }

  #ended(reason: unknown): void {
    if (!this.#ends.endedInOrder) this.destroy(reason instanceof Error ? reason : undefined);
    else if (this.#ends.isExhausted) this.#endReadable();
  }

  /** With nothing left to read, the end is told although nobody reads, as a socket does. */
  #endReadable(): void {
    if (this.destroyed || this.readableEnded) return;
    this.push(null);
    this.read(0);
  }
}

/**
 * A channel as a Duplex of Node.js, which owns it from now on. Nothing is read ahead, so that a reader who stops stops the peer; a write is over when its
 * octets are with the controller. Each write is one SDU, or several where it is longer than the peer takes. `end()` closes the channel behind the last
 * octet, because a channel cannot be closed by halves: what has arrived by then is read first. `destroy()` closes it at once. When the peer closes it the
 * stream ends; when the link is lost it is destroyed with DisconnectedError, and what has not been read goes with it.
 */
export const toDuplex = (channel: OctetChannel): Duplex => new ChannelDuplex(channel);

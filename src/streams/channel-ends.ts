import type { Bytes } from '../core/bytes.ts';
import { InvalidArgumentError } from '../core/errors.ts';
import type { OctetChannel } from './octet-channel.ts';

/** A stream waits as long as its channel lasts: who wants a deadline aborts or destroys it. */
const timeoutMs = Number.POSITIVE_INFINITY;

/**
 * The two ends of a channel, as streams of either kind use them. The channel has no half that could be closed alone, so that whatever ends the one
 * ends the other.
 */
export class ChannelEnds {
  /** Resolves with the reason when the channel is no more, in whatever way. */
  readonly ended: Promise<unknown>;
  readonly #channel: OctetChannel;
  readonly #incoming: AsyncIterator<Bytes, undefined>;
  /** What had arrived when finish() closed the channel. */
  readonly #unread: Bytes[] = [];
  #drained: Promise<void> | undefined;
  /** Something has been left out, so that closing the channel is no orderly end. */
  #isBroken = false;
  #brokenBy: unknown;

  constructor(channel: OctetChannel) {
    this.#channel = channel;
    this.#incoming = channel[Symbol.asyncIterator]();
    const ended = async (error: unknown): Promise<unknown> => {
      await this.#drained;
      return this.#brokenBy ?? error;
    };
    this.ended = channel.disconnected({ timeoutMs }).then(ended, ended);
  }

  /** Nothing can be read without waiting. */
  get isExhausted(): boolean {
    return this.#unread.length === 0 && this.#channel.available === 0;
  }

  get endedInOrder(): boolean {
    return this.#channel.endedInOrder && !this.#isBroken;
  }

  /** Octets, one at least, as they came; undefined at an orderly end. Rejects with what ended the channel otherwise. */
  async read(): Promise<Bytes | undefined> {
    await this.#drained;
    const octets = this.#unread.shift() ?? (await this.#incoming.next()).value;
    if (octets === undefined && !this.endedInOrder) throw await this.ended;
    return octets?.length === 0 ? this.read() : octets;
  }

  /** Resolves when the octets are with the controller: the peer's credits are the back-pressure. A failure closes the channel. */
  async write(octets: unknown, signal?: AbortSignal): Promise<void> {
    try {
      if (!(octets instanceof Uint8Array)) {
        throw new InvalidArgumentError(
          'a stream to a Bluetooth channel takes Uint8Array: encode what is none',
        );
      }
      await this.#channel.send(octets, { timeoutMs, signal });
    } catch (error) {
      this.#break(error);
      await this.finish();
      throw error;
    }
  }

  /** Nothing more is written: closes the channel. What has arrived can still be read. */
  async finish(): Promise<void> {
    this.#drained = this.#drain();
    await this.#drained;
    await this.#channel[Symbol.asyncDispose]();
  }

  /** Closes the channel at once, whatever has not been written or read. */
  async abort(reason: unknown): Promise<void> {
    this.#break(reason);
    await this.#channel[Symbol.asyncDispose]();
  }

  /** The first reason counts. */
  #break(reason: unknown): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#brokenBy = reason;
  }

  async #drain(): Promise<void> {
    for (let left = this.#channel.available; left > 0; ) {
      const { value } = await this.#incoming.next();
      if (value === undefined) return;
      this.#unread.push(value);
      left -= value.length;
    }
  }
}

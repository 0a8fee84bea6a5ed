import { CreditChannel, type CreditChannelParameters, type CreditLink } from './credit-channel.ts';
import { FIRST_DYNAMIC_CID, LAST_DYNAMIC_CID } from './credit-codes.ts';

/** Channels of one link, those being opened and closed among them. */
export const MAX_CREDIT_CHANNELS = 32;

/** The credit-based channels of one link by their identifiers, and the identifiers that requests of this side have offered. */
export class ChannelTable {
  readonly #link: CreditLink;
  /** By this side's identifier. */
  readonly #channels = new Map<number, CreditChannel>();
  readonly #offered = new Set<number>();
  #lastCid = LAST_DYNAMIC_CID;

  constructor(link: CreditLink) {
    this.#link = link;
  }

  get(localCid: number): CreditChannel | undefined {
    return this.#channels.get(localCid);
  }

  withRemote(cid: number): CreditChannel | undefined {
    for (const channel of this.#channels.values()) if (channel.remoteCid === cid) return channel;
    return undefined;
  }

  /** Channels that there is room for. */
  get room(): number {
    return Math.max(0, MAX_CREDIT_CHANNELS - this.#channels.size - this.#offered.size);
  }

  /** Keeps an identifier for a channel to come: the one whose last use lies back the longest. Undefined where there are enough channels. */
  offer(): number | undefined {
    if (this.room === 0) return undefined;
    do {
      this.#lastCid = this.#lastCid === LAST_DYNAMIC_CID ? FIRST_DYNAMIC_CID : this.#lastCid + 1;
    } while (this.#channels.has(this.#lastCid) || this.#offered.has(this.#lastCid));
    this.#offered.add(this.#lastCid);
    return this.#lastCid;
  }

  /** Gives back what offer() kept, whatever became of it. */
  withdraw(localCid: number): void {
    this.#offered.delete(localCid);
  }

  add(parameters: CreditChannelParameters): CreditChannel {
    const channel = new CreditChannel(this.#link, parameters);
    this.#offered.delete(channel.localCid);
    this.#channels.set(channel.localCid, channel);
    return channel;
  }

  delete(localCid: number): void {
    this.#channels.delete(localCid);
  }

  /** The link ended. */
  end(error: Error): void {
    for (const channel of [...this.#channels.values()]) channel.linkLost(error);
    this.#channels.clear();
    this.#offered.clear();
  }
}

import { copyBytes } from '../core/bytes.ts';
import type { Clock } from '../core/clock.ts';
import { DataStatus, NO_SID, ReportBit, type ReportView } from './scan-report.ts';

/** The most data that one advertising event carries (Vol 6, Part B, 2.3.4.9). */
export const LONGEST_ADVERTISING_DATA = 1650;
/** Advertisers whose data is being put together at once. */
export const MAX_CHAINS = 64;
/** A chain that has not gone on for so long is over. */
export const CHAIN_STALE_MS = 10_000;

interface Chain {
  readonly fragments: Uint8Array[];
  length: number;
  lastMs: number;
  /** More came than an advertiser can send: the rest of it is let pass unheard. */
  broken: boolean;
}

/**
 * Puts the data of extended reports together that come in several fragments. What an advertiser can make it hold is bounded in length, number
 * and time.
 */
export class ScanReassembly {
  readonly #clock: Clock;
  readonly #onDrop: () => void;
  /** By advertiser, set and kind of PDU; the longest quiet first. */
  readonly #chains = new Map<string, Chain>();

  constructor(clock: Clock, onDrop: () => void) {
    this.#clock = clock;
    this.#onDrop = onDrop;
  }

  /** Chains that wait for more. */
  get size(): number {
    return this.#chains.size;
  }

  clear(): void {
    this.#chains.clear();
  }

  /** Whether `view` is a whole report now: of itself, or because the fragments before it have been put in front. */
  complete(view: ReportView): boolean {
    const { dataStatus } = view;
    // The common case costs nothing: whole, and no chain is open.
    if (dataStatus !== DataStatus.incomplete && this.#chains.size === 0) return true;
    const key = `${view.key}/${view.sid === NO_SID ? '' : view.sid}/${view.properties & ReportBit.scanResponse}`;
    const nowMs = this.#clock.now();
    const chain = this.#take(key, nowMs);
    if (dataStatus === DataStatus.incomplete) {
      const open = chain ?? { fragments: [], length: 0, lastMs: nowMs, broken: false };
      this.#extend(open, view);
      if (this.#chains.size >= MAX_CHAINS) this.#dropOldest();
      open.lastMs = nowMs;
      this.#chains.set(key, open);
      return false;
    }
    if (chain === undefined) return true;
    this.#extend(chain, view);
    if (chain.broken) return false;
    this.#join(chain, view);
    return true;
  }

  #take(key: string, nowMs: number): Chain | undefined {
    const chain = this.#chains.get(key);
    if (chain === undefined) return undefined;
    this.#chains.delete(key);
    if (nowMs - chain.lastMs <= CHAIN_STALE_MS) return chain;
    this.#onDrop();
    return undefined;
  }

  #extend(chain: Chain, view: ReportView): void {
    if (chain.broken) return;
    chain.length += view.dataLength;
    if (chain.length > LONGEST_ADVERTISING_DATA) {
      chain.broken = true;
      chain.fragments.length = 0;
      this.#onDrop();
      return;
    }
    chain.fragments.push(copyBytes(view.bytes.subarray(view.dataOffset, view.dataOffset + view.dataLength)));
  }

  #dropOldest(): void {
    const [oldest] = this.#chains.keys();
    if (oldest === undefined) return;
    this.#chains.delete(oldest);
    this.#onDrop();
  }

  /** The header of the last fragment, then the data of all: the other offsets of the view stay right. */
  #join(chain: Chain, view: ReportView): void {
    const whole = new Uint8Array(view.dataOffset + chain.length);
    whole.set(view.bytes.subarray(0, view.dataOffset));
    let at = view.dataOffset;
    for (const fragment of chain.fragments) {
      whole.set(fragment, at);
      at += fragment.length;
    }
    view.bytes = whole;
    view.dataLength = chain.length;
  }
}

import { copyBytes } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import { type AdvertisingReportCursor, DataStatus, ReportBit } from '../../hci/codec/advertising-report.ts';

/** What is read of a report here. */
export type FragmentReport = Pick<
  AdvertisingReportCursor,
  'addressKey' | 'advertisingSid' | 'eventType' | 'dataStatus' | 'data'
>;

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

const join = ({ fragments, length }: Chain): Uint8Array => {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const fragment of fragments) {
    whole.set(fragment, at);
    at += fragment.length;
  }
  return whole;
};

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

  /** The data of a whole report: its own, or with that of the fragments before it. Undefined while more is to come. */
  dataOf(report: FragmentReport): Uint8Array | undefined {
    const { dataStatus } = report;
    // The common case costs nothing: whole, and no chain is open.
    if (dataStatus !== DataStatus.incompleteMore && this.#chains.size === 0) return report.data;
    const key = `${report.addressKey}/${report.advertisingSid}/${report.eventType & ReportBit.scanResponse}`;
    const nowMs = this.#clock.now();
    const chain = this.#take(key, nowMs);
    if (dataStatus === DataStatus.incompleteMore) {
      const open = chain ?? { fragments: [], length: 0, lastMs: nowMs, broken: false };
      this.#extend(open, report.data);
      if (this.#chains.size >= MAX_CHAINS) this.#dropOldest();
      open.lastMs = nowMs;
      this.#chains.set(key, open);
      return undefined;
    }
    if (chain === undefined) return report.data;
    this.#extend(chain, report.data);
    return chain.broken ? undefined : join(chain);
  }

  #take(key: string, nowMs: number): Chain | undefined {
    const chain = this.#chains.get(key);
    if (chain === undefined) return undefined;
    this.#chains.delete(key);
    if (nowMs - chain.lastMs <= CHAIN_STALE_MS) return chain;
    this.#onDrop();
    return undefined;
  }

  #extend(chain: Chain, fragment: Uint8Array): void {
    if (chain.broken) return;
    chain.length += fragment.length;
    if (chain.length > LONGEST_ADVERTISING_DATA) {
      chain.broken = true;
      chain.fragments.length = 0;
      this.#onDrop();
      return;
    }
    chain.fragments.push(copyBytes(fragment));
  }

  #dropOldest(): void {
    const [oldest] = this.#chains.keys();
    if (oldest === undefined) return;
    this.#chains.delete(oldest);
    this.#onDrop();
  }
}

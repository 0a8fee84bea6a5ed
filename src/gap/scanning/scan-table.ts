import { addressTypeFromHci } from '../../core/address.ts';
import { copyBytes, equalBytes } from '../../core/bytes.ts';
import {
  type AdvertisingReportCursor,
  NO_ADVERTISING_SID,
  ReportBit,
} from '../../hci/codec/advertising-report.ts';
import type { Heard } from './scan-result.ts';

interface Entry extends Heard {
  /** Whether it waits to be read: further changes then join in. */
  queued: boolean;
}

/** Sets of one advertiser are told apart by their SID above the 49 bits of address and type. */
const SID_FACTOR = 2 ** 49;
/** Of an event type, without the data status above them. */
const PROPERTIES = 0x1f;
const NO_DATA = new Uint8Array(0);

/** What is read of a report here. */
export type TableReport = Pick<
  AdvertisingReportCursor,
  'addressKey' | 'address' | 'addressType' | 'advertisingSid' | 'eventType' | 'rssi'
>;

/** Whether the report says anything new. */
const merge = (entry: Entry, { rssi, eventType }: TableReport, data: Uint8Array): boolean => {
  let changed = false;
  if (entry.rssi !== rssi) {
    entry.rssi = rssi;
    changed = true;
  }
  if ((eventType & ReportBit.scanResponse) !== 0) {
    if (data.length === 0 || equalBytes(entry.scanResponseData, data)) return changed;
    entry.scanResponseData = copyBytes(data);
    return true;
  }
  const properties = eventType & PROPERTIES;
  if (entry.properties !== properties) {
    entry.properties = properties;
    changed = true;
  }
  // Directed advertising carries no data of the advertiser.
  if ((properties & ReportBit.directed) !== 0 && data.length === 0) return changed;
  if (equalBytes(entry.advertisingData, data)) return changed;
  entry.advertisingData = copyBytes(data);
  return true;
};

/**
 * Merges reports into one entry for each advertiser, and queues an entry when something about it has changed: in the order of the first change,
 * with the newest values when it is read.
 */
export class ScanTable {
  readonly #limit: number;
  readonly #onDrop: () => void;
  readonly #isWanted: (heard: Heard) => boolean;
  /** By address, for what has no SID: all legacy advertising. The longest known first. */
  readonly #plain = new Map<number, Entry>();
  readonly #sets = new Map<number, Entry>();
  readonly #changed: Entry[] = [];
  #head = 0;

  /**
   * `limit` bounds the advertisers that are remembered; `onDrop` is called for each that finds no place. An advertiser is queued only while `isWanted` says so
   * of what was heard of it last.
   */
  constructor(limit: number, onDrop: () => void, isWanted: (heard: Heard) => boolean = () => true) {
    this.#limit = limit;
    this.#onDrop = onDrop;
    this.#isWanted = isWanted;
  }

  /** Advertisers remembered. */
  get size(): number {
    return this.#plain.size + this.#sets.size;
  }

  /** Entries that wait to be read. */
  get waiting(): number {
    return this.#changed.length - this.#head;
  }

  /** Takes in a report and its data, which is copied where it is news. */
  report(report: TableReport, data: Uint8Array): void {
    const { advertisingSid, addressKey } = report;
    const hasSid = advertisingSid !== NO_ADVERTISING_SID;
    const map = hasSid ? this.#sets : this.#plain;
    const key = hasSid ? (advertisingSid & 0x0f) * SID_FACTOR + addressKey : addressKey;
    const known = map.get(key);
    const entry = known ?? this.#add(map, key, report);
    if (entry === undefined) return;
    const changed = merge(entry, report, data);
    if ((changed || known === undefined) && !entry.queued && this.#isWanted(entry)) {
      entry.queued = true;
      this.#changed.push(entry);
    }
  }

  /** The longest waiting entry that is still wanted; it then no longer waits. */
  take(): Heard | undefined {
    let entry = this.#next();
    while (entry !== undefined && !this.#isWanted(entry)) entry = this.#next();
    return entry;
  }

  clear(): void {
    this.#plain.clear();
    this.#sets.clear();
    this.#changed.length = 0;
    this.#head = 0;
  }

  #next(): Heard | undefined {
    const entry = this.#changed[this.#head];
    if (entry === undefined) return undefined;
    entry.queued = false;
    this.#head++;
    if (this.#head === this.#changed.length) {
      this.#changed.length = 0;
      this.#head = 0;
    } else if (this.#head >= 256 && this.#head * 2 >= this.#changed.length) {
      this.#changed.splice(0, this.#head);
      this.#head = 0;
    }
    return entry;
  }

  #add(map: Map<number, Entry>, key: number, report: TableReport): Entry | undefined {
    if (this.size >= this.#limit && !this.#forgetOldest()) {
      this.#onDrop();
      return undefined;
    }
    const entry: Entry = {
      address: report.address,
      addressType: addressTypeFromHci(report.addressType),
      sid: report.advertisingSid,
      rssi: report.rssi,
      properties: 0,
      advertisingData: NO_DATA,
      scanResponseData: NO_DATA,
      queued: false,
    };
    map.set(key, entry);
    return entry;
  }

  /** What nobody has read yet is kept: else a flood of new addresses would push out what the reader is about to see. */
  #forgetOldest(): boolean {
    for (const map of [this.#plain, this.#sets]) {
      for (const [key, entry] of map) {
        if (entry.queued) break;
        map.delete(key);
        return true;
      }
    }
    return false;
  }
}

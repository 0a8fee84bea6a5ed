import { addressAt, addressTypeFromHci } from '../core/address.ts';
import { copyBytes } from '../core/bytes.ts';
import { NO_SID, ReportBit, type ReportView } from './scan-report.ts';
import type { Heard } from './scan-result.ts';

interface Entry extends Heard {
  /** Whether it waits to be read: further changes then join in. */
  queued: boolean;
}

/** Sets of one advertiser are told apart by their SID above the 49 bits of address and type. */
const SID_FACTOR = 2 ** 49;
const NO_DATA = new Uint8Array(0);

const equals = (held: Uint8Array, bytes: Uint8Array, offset: number, length: number): boolean => {
  if (held.length !== length) return false;
  for (let i = 0; i < length; i++) if (held[i] !== bytes[offset + i]) return false;
  return true;
};

/**
 * Merges reports into one entry for each advertiser, and queues an entry when something about it has changed: in the order of the first change,
 * with the newest values when it is read.
 */
export class ScanTable {
  readonly #limit: number;
  readonly #onDrop: () => void;
  /** By address, for what has no SID: all legacy advertising. The longest known first. */
  readonly #plain = new Map<number, Entry>();
  readonly #sets = new Map<number, Entry>();
  readonly #changed: Entry[] = [];
  #head = 0;

  /** `limit` bounds the advertisers that are remembered; `onDrop` is called for each that finds no place. */
  constructor(limit: number, onDrop: () => void) {
    this.#limit = limit;
    this.#onDrop = onDrop;
  }

  /** Advertisers remembered. */
  get size(): number {
    return this.#plain.size + this.#sets.size;
  }

  /** Entries that wait to be read. */
  get waiting(): number {
    return this.#changed.length - this.#head;
  }

  report(view: ReportView): void {
    const hasSid = view.sid !== NO_SID;
    const map = hasSid ? this.#sets : this.#plain;
    const key = hasSid ? (view.sid & 0x0f) * SID_FACTOR + view.key : view.key;
    const known = map.get(key);
    const entry = known ?? this.#add(map, key, view);
    if (entry === undefined) return;
    const changed = this.#merge(entry, view);
    if ((changed || known === undefined) && !entry.queued) {
      entry.queued = true;
      this.#changed.push(entry);
    }
  }

  /** The longest waiting entry, which then no longer waits. */
  take(): Heard | undefined {
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

  clear(): void {
    this.#plain.clear();
    this.#sets.clear();
    this.#changed.length = 0;
    this.#head = 0;
  }

  #add(map: Map<number, Entry>, key: number, view: ReportView): Entry | undefined {
    if (this.size >= this.#limit && !this.#forgetOldest()) {
      this.#onDrop();
      return undefined;
    }
    const entry: Entry = {
      address: addressAt(view.bytes, view.addressOffset),
      addressType: addressTypeFromHci(view.bytes[view.addressTypeOffset] ?? 0),
      sid: view.sid,
      rssi: view.rssi,
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

  #merge(entry: Entry, view: ReportView): boolean {
    let changed = false;
    if (entry.rssi !== view.rssi) {
      entry.rssi = view.rssi;
      changed = true;
    }
    const { bytes, dataOffset, dataLength, properties } = view;
    if ((properties & ReportBit.scanResponse) !== 0) {
      if (dataLength === 0 || equals(entry.scanResponseData, bytes, dataOffset, dataLength)) return changed;
      entry.scanResponseData = copyBytes(bytes.subarray(dataOffset, dataOffset + dataLength));
      return true;
    }
    if (entry.properties !== properties) {
      entry.properties = properties;
      changed = true;
    }
    // Directed advertising carries no data of the advertiser.
    if ((properties & ReportBit.directed) !== 0 && dataLength === 0) return changed;
    if (equals(entry.advertisingData, bytes, dataOffset, dataLength)) return changed;
    entry.advertisingData = copyBytes(bytes.subarray(dataOffset, dataOffset + dataLength));
    return true;
  }
}

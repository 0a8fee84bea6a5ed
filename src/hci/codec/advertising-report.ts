import { type Address, addressAt, addressKeyAt } from '../../core/address.ts';
import { readU16 } from '../../core/bytes.ts';
import { EVENT_HEADER_LENGTH } from './event.ts';

/** Event_Type of legacy reports (Vol 4, Part E, 7.7.65.2). */
export const LegacyEventType = {
  advInd: 0,
  advDirectInd: 1,
  advScanInd: 2,
  advNonconnInd: 3,
  scanRsp: 4,
} as const;

/** Bits of Event_Type of extended reports (Vol 4, Part E, 7.7.65.13). */
export const ReportBit = {
  connectable: 1 << 0,
  scannable: 1 << 1,
  directed: 1 << 2,
  scanResponse: 1 << 3,
  legacy: 1 << 4,
} as const;

/** Data status, bits 5 and 6 of Event_Type of extended reports. */
export const DataStatus = { complete: 0, incompleteMore: 1, truncated: 2 } as const;

/** TX_Power and RSSI that were not measured. */
export const NOT_AVAILABLE_DBM = 127;
/** Advertising_SID of a PDU without one. */
export const NO_ADVERTISING_SID = 0xff;
/** Address_Type of an extended report whose advertiser did not tell its address. */
export const ANONYMOUS_ADDRESS_TYPE = 0xff;

const REPORTS = EVENT_HEADER_LENGTH + 2;
const LEGACY_FIXED = 9;
const EXTENDED_FIXED = 24;

/** The bits of extended reports for the event types of legacy ones (Vol 4, Part E, 7.7.65.13, table 7.1). */
const legacyBits: readonly number[] = [0x13, 0x15, 0x12, 0x10, 0x1b];
/** An event type from after this table: a legacy PDU with no promise. */
const UNKNOWN_LEGACY_BITS = ReportBit.legacy;

const i8At = (bytes: Uint8Array, offset: number): number => ((bytes[offset] ?? 0) << 24) >> 24;

/**
 * A cursor over the reports of one event packet. It reads each field on demand from the buffer and allocates nothing, and one object serves
 * packet after packet. Legacy reports (7.7.65.2), directed ones (7.7.65.11) and extended ones (7.7.65.13) look alike through it.
 *
 *     cursor.legacy(packet);
 *     while (cursor.next()) use(cursor.addressKey, cursor.rssi);
 *     if (cursor.malformed) ...
 *
 * Valid until the handler that was given it returns.
 */
export class AdvertisingReportCursor {
  #packet: Uint8Array = new Uint8Array(0);
  #kind: 'legacy' | 'directed' | 'extended' = 'legacy';
  #left = 0;
  /** Where the present report begins, and where the one behind it does. */
  #at = 0;
  #next = 0;
  #malformed = false;

  legacy(packet: Uint8Array): void {
    this.#begin(packet, 'legacy');
  }

  directed(packet: Uint8Array): void {
    this.#begin(packet, 'directed');
  }

  extended(packet: Uint8Array): void {
    this.#begin(packet, 'extended');
  }

  #begin(packet: Uint8Array, kind: 'legacy' | 'directed' | 'extended'): void {
    this.#packet = packet;
    this.#kind = kind;
    this.rewind();
  }

  /** Goes back to before the first report of the packet. */
  rewind(): void {
    this.#left = this.#packet[REPORTS - 1] ?? 0;
    this.#next = REPORTS;
    this.#malformed = this.#packet.length < REPORTS;
  }

  /** Goes to the next report; false at the end, and at a report that reaches past it. */
  next(): boolean {
    if (this.#left === 0) return false;
    const at = this.#next;
    const packet = this.#packet;
    let length: number;
    if (this.#kind === 'legacy') length = LEGACY_FIXED + (packet[at + 8] ?? 0) + 1;
    else if (this.#kind === 'directed') length = 16;
    else length = EXTENDED_FIXED + (packet[at + 23] ?? 0);
    if (at + length > packet.length) {
      this.#malformed = true;
      this.#left = 0;
      return false;
    }
    this.#left--;
    this.#at = at;
    this.#next = at + length;
    return true;
  }

  /** Whether the walk ended at a report that was cut. Those before it were good. */
  get malformed(): boolean {
    return this.#malformed;
  }

  /** As in extended reports: ReportBit and, from bit 5, DataStatus. Legacy types are translated. */
  get eventType(): number {
    const octet = this.#packet[this.#at] ?? 0;
    if (this.#kind === 'extended') return readU16(this.#packet, this.#at);
    return legacyBits[octet] ?? UNKNOWN_LEGACY_BITS;
  }

  get dataStatus(): number {
    return this.#kind === 'extended' ? ((this.#packet[this.#at] ?? 0) >>> 5) & 0b11 : DataStatus.complete;
  }

  /** The address type as it was received: 0 public, 1 random, 2 and 3 identities that the controller resolved, 0xFF anonymous. */
  get addressType(): number {
    return this.#packet[this.#at + this.#typeOffset] ?? 0;
  }

  get #typeOffset(): number {
    return this.#kind === 'extended' ? 2 : 1;
  }

  get address(): Address {
    return addressAt(this.#packet, this.#at + this.#typeOffset + 1);
  }

  /** Address and type in one number, equal for what is public or random whether the controller resolved it or not. */
  get addressKey(): number {
    const type = this.#at + this.#typeOffset;
    return addressKeyAt(this.#packet, type, type + 1);
  }

  /** dBm; NOT_AVAILABLE_DBM where it was not measured. */
  get rssi(): number {
    if (this.#kind === 'extended') return i8At(this.#packet, this.#at + 13);
    return i8At(this.#packet, this.#next - 1);
  }

  /** dBm; NOT_AVAILABLE_DBM in legacy reports. */
  get txPower(): number {
    return this.#kind === 'extended' ? i8At(this.#packet, this.#at + 12) : NOT_AVAILABLE_DBM;
  }

  /** 1 for 1M, 3 for Coded. */
  get primaryPhy(): number {
    return this.#kind === 'extended' ? (this.#packet[this.#at + 9] ?? 0) : 1;
  }

  /** 0 where there was no packet on the secondary channels. */
  get secondaryPhy(): number {
    return this.#kind === 'extended' ? (this.#packet[this.#at + 10] ?? 0) : 0;
  }

  get advertisingSid(): number {
    return this.#kind === 'extended' ? (this.#packet[this.#at + 11] ?? 0) : NO_ADVERTISING_SID;
  }

  /** In units of 1.25 ms; 0 for none. */
  get periodicAdvertisingInterval(): number {
    return this.#kind === 'extended' ? readU16(this.#packet, this.#at + 14) : 0;
  }

  /** The target of directed advertising where the report tells it: meaningful with ReportBit.directed on other than legacy reports. */
  get directAddressType(): number {
    if (this.#kind === 'legacy') return 0;
    return this.#packet[this.#at + (this.#kind === 'extended' ? 16 : 8)] ?? 0;
  }

  get directAddress(): Address {
    return addressAt(this.#packet, this.#at + (this.#kind === 'extended' ? 17 : 9));
  }

  get dataLength(): number {
    if (this.#kind === 'directed') return 0;
    return this.#packet[this.#at + (this.#kind === 'extended' ? 23 : 8)] ?? 0;
  }

  /** A view on the advertising data: who keeps it copies it. */
  get data(): Uint8Array {
    const from = this.#at + (this.#kind === 'extended' ? EXTENDED_FIXED : LEGACY_FIXED);
    return this.#packet.subarray(from, from + this.dataLength);
  }
}

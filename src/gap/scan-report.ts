import { addressKeyAt } from '../core/address.ts';
import { readU16 } from '../core/bytes.ts';

/** The bits of an extended report's Event_Type (Vol 4, Part E, 7.7.65.13); legacy reports are given in the same form. */
export const ReportBit = {
  connectable: 0x01,
  scannable: 0x02,
  directed: 0x04,
  scanResponse: 0x08,
  legacy: 0x10,
} as const;

/** Data_Status, bits 5 and 6 of an extended report's Event_Type. */
export const DataStatus = { complete: 0, incomplete: 1, truncated: 2 } as const;

/** Where RSSI or TX power is not known. */
export const POWER_UNKNOWN = 127;
/** Advertising_SID of a report that has none. */
export const NO_SID = 0xff;
/** Address_Type of an advertiser that does not say who it is. */
const ANONYMOUS = 0xff;

/**
 * One advertising report, in place: the same object is filled for every report, and its bytes are valid only while it is handed on. Addresses
 * and payloads are read from `bytes` by whoever wants them.
 */
export interface ReportView {
  bytes: Uint8Array;
  /** Address and type in one number: a key. */
  key: number;
  addressTypeOffset: number;
  addressOffset: number;
  /** ReportBit. */
  properties: number;
  dataStatus: number;
  sid: number;
  rssi: number;
  dataOffset: number;
  dataLength: number;
}

export const makeReportView = (): ReportView => ({
  bytes: new Uint8Array(0),
  key: 0,
  addressTypeOffset: 0,
  addressOffset: 0,
  properties: 0,
  dataStatus: DataStatus.complete,
  sid: NO_SID,
  rssi: POWER_UNKNOWN,
  dataOffset: 0,
  dataLength: 0,
});

/** ADV_IND, ADV_DIRECT_IND, ADV_SCAN_IND, ADV_NONCONN_IND, SCAN_RSP (Vol 4, Part E, 7.7.65.2). */
const legacyProperties = [0x13, 0x15, 0x12, 0x10, 0x1a] as const;

const LEGACY_HEADER = 9;
const EXTENDED_HEADER = 24;

const signed = (octet: number | undefined): number => ((octet ?? 0) << 24) >> 24;

/**
 * Fills `view` for each report of an LE Advertising Report and hands it on. The reports of an event follow one another; what is cut short or of
 * an unknown type is left out. Returns how many were.
 */
export const readLegacyReports = (
  bytes: Uint8Array,
  offset: number,
  view: ReportView,
  handle: (view: ReportView) => void,
): number => {
  const count = bytes[offset] ?? 0;
  let at = offset + 1;
  let left = count;
  let unknown = 0;
  view.bytes = bytes;
  view.dataStatus = DataStatus.complete;
  view.sid = NO_SID;
  for (; left > 0; left--) {
    const length = bytes[at + 8] ?? 0;
    const end = at + LEGACY_HEADER + length;
    // RSSI stands behind the data.
    if (end >= bytes.length) return left + unknown;
    const properties = legacyProperties[bytes[at] ?? 0xff];
    if (properties === undefined) {
      unknown++;
    } else {
      view.key = addressKeyAt(bytes, at + 1, at + 2);
      view.addressTypeOffset = at + 1;
      view.addressOffset = at + 2;
      view.properties = properties;
      view.rssi = signed(bytes[end]);
      view.dataOffset = at + LEGACY_HEADER;
      view.dataLength = length;
      handle(view);
    }
    at = end + 1;
  }
  return unknown;
};

/** As readLegacyReports, for an LE Extended Advertising Report. Advertisers without an address are left out and counted. */
export const readExtendedReports = (
  bytes: Uint8Array,
  offset: number,
  view: ReportView,
  handle: (view: ReportView) => void,
): number => {
  const count = bytes[offset] ?? 0;
  let at = offset + 1;
  let left = count;
  let anonymous = 0;
  for (; left > 0; left--) {
    const length = bytes[at + 23] ?? 0;
    const end = at + EXTENDED_HEADER + length;
    if (at + EXTENDED_HEADER > bytes.length || end > bytes.length) return left + anonymous;
    const eventType = readU16(bytes, at);
    if (bytes[at + 2] === ANONYMOUS) {
      anonymous++;
    } else {
      // Reassembly puts other bytes in their place.
      view.bytes = bytes;
      view.key = addressKeyAt(bytes, at + 2, at + 3);
      view.addressTypeOffset = at + 2;
      view.addressOffset = at + 3;
      view.properties = eventType & 0x1f;
      view.dataStatus = (eventType >>> 5) & 3;
      view.sid = bytes[at + 11] ?? NO_SID;
      view.rssi = signed(bytes[at + 13]);
      view.dataOffset = at + EXTENDED_HEADER;
      view.dataLength = length;
      handle(view);
    }
    at = end;
  }
  return anonymous;
};

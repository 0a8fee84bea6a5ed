/** What the far end of a line sends. */
export interface Flood {
  readonly kind: 'acl' | 'legacyReport' | 'extendedReport';
  /** Octets of the ACL payload, or of the advertising data. */
  readonly size: number;
  readonly count: number;
  /** Absent: as fast as the host says that it takes them. */
  readonly perSecond?: number | undefined;
  /** Devices that come round in turn. */
  readonly advertisers?: number | undefined;
}

/** ACL data in both directions at once. */
export interface Exchange {
  readonly kind: 'exchange';
  readonly name: string;
  readonly size: number;
  /** As fast as a line of LINE_OCTETS carries it, or as fast as it goes. */
  readonly pace: 'line' | 'none';
}

/** An active scan: half of the reports are scan responses. */
export interface Scan {
  readonly kind: 'scan';
  readonly name: string;
  readonly reports: 'legacyReport' | 'extendedReport';
  readonly size: number;
  readonly advertisers: number;
}

export type Case = Exchange | Scan;

/** Ten bits for each octet: start, eight of data, stop. */
const octetsAt = (baudRate: number): number => baudRate / 10;
/** What a UART of 3 Mbaud carries in a second, each way. */
export const LINE_OCTETS = octetsAt(3_000_000);
/** Ten times what one of 1 Mbaud carries. */
const SCAN_OCTETS = 10 * octetsAt(1_000_000);

const ACL_HEADER = 5;
/** Up to the reports and in each of them, data apart: indicator, event header, subevent and number; then type to RSSI. */
const EVENT_START = 5;
const reportFields = { legacyReport: 10, extendedReport: 24 } as const;

/** Octets of a packet as H4 has them, which all lines are measured by. */
export const packetOctets = (kind: Flood['kind'], size: number): number =>
  kind === 'acl' ? ACL_HEADER + size : EVENT_START + reportFields[kind] + size;

/** How many packets in a second. */
export const rateOf = (each: Case): number =>
  each.kind === 'exchange'
    ? Math.ceil(LINE_OCTETS / packetOctets('acl', each.size))
    : Math.ceil(SCAN_OCTETS / packetOctets(each.reports, each.size));

/** Packets that may be under way where nothing sets the pace. */
export const WINDOW = 64;

/** How long a case lasts that has a pace, and how many packets one has that has none. */
export const SECONDS = 2;
export const UNPACED_COUNT = 20_000;

const exchange = (size: number, pace: Exchange['pace']): Exchange => ({
  kind: 'exchange',
  name: `${size} B both ways, ${pace === 'line' ? 'at 3 Mbaud' : 'as fast as it goes'}`,
  size,
  pace,
});

const scan = (reports: Scan['reports'], size: number, advertisers: number): Scan => ({
  kind: 'scan',
  name: `${reports === 'legacyReport' ? 'legacy' : 'extended'} reports ${size} B, ${advertisers} devices, at 10 Mbaud`,
  reports,
  size,
  advertisers,
});

export const exchanges: readonly Exchange[] = [
  exchange(27, 'line'),
  exchange(251, 'line'),
  exchange(27, 'none'),
  exchange(251, 'none'),
];

export const scans: readonly Scan[] = [
  scan('legacyReport', 31, 50),
  scan('legacyReport', 31, 1000),
  scan('extendedReport', 31, 50),
  scan('extendedReport', 31, 1000),
  scan('extendedReport', 200, 1000),
];

/** Metres. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/** What a receiver of LE makes out at 1 Mb/s; coded PHYs reach further (Vol 6, Part A, 4.1). */
export const SENSITIVITY_DBM = -95;
const LOSS_AT_ONE_METRE_DB = 40;

/** Free space: 40 dB over the first metre at 2.4 GHz, 20 dB for each decade after it. */
export const receivedPowerDbm = (txPowerDbm: number, from: Position, to: Position): number => {
  const distance = Math.max(1, Math.hypot(from.x - to.x, from.y - to.y));
  return Math.round(txPowerDbm - LOSS_AT_ONE_METRE_DB - 20 * Math.log10(distance));
};

/** RSSI has one signed octet; 127 means that there is none (Vol 4, Part E, 7.7.65.2). */
export const clampRssi = (dbm: number): number => Math.max(-127, Math.min(20, dbm));

/** PHYs by their HCI number (Vol 4, Part E, 7.8.47). */
export const Phy = { le1M: 1, le2M: 2, coded: 3 } as const;
export type Phy = (typeof Phy)[keyof typeof Phy];

/** The gap between two packets of an event (Vol 6, Part B, 4.1.1). */
export const INTER_FRAME_MS = 0.15;

/** How long a packet with `length` octets of payload is on the air (Vol 6, Part B, 2.1 and 2.2; coded is S=8). */
export const airtimeMs = (phy: number, length: number): number => {
  if (phy === Phy.le2M) return ((2 + 4 + 2 + length + 3) * 4) / 1000;
  if (phy === Phy.coded) return (80 + 256 + 16 + 24 + (2 + length + 3) * 64 + 24) / 1000;
  return ((1 + 4 + 2 + length + 3) * 8) / 1000;
};

/** How often a link meets (Vol 6, Part B, 4.5.1), in the units of the air. */
export interface LinkParameters {
  /** Units of 1.25 ms. */
  readonly interval: number;
  /** Events that the peripheral may sleep through. */
  readonly latency: number;
  /** Units of 10 ms. */
  readonly supervisionTimeout: number;
  readonly phy: number;
}

export const intervalMs = (parameters: LinkParameters): number => parameters.interval * 1.25;
export const supervisionMs = (parameters: LinkParameters): number => parameters.supervisionTimeout * 10;

const SLOWEST_INTERVAL = 3200;
const FASTEST_INTERVAL = 6;

export interface ParameterRange {
  readonly intervalMin: number;
  readonly intervalMax: number;
  readonly latency: number;
  readonly supervisionTimeout: number;
}

/** The rules of Vol 4, Part E, 7.8.12: ranges, and a time-out longer than two events the peripheral must attend. */
export const validParameters = (p: ParameterRange): boolean =>
  p.intervalMin >= FASTEST_INTERVAL &&
  p.intervalMax <= SLOWEST_INTERVAL &&
  p.intervalMin <= p.intervalMax &&
  p.latency <= 0x01f3 &&
  p.supervisionTimeout >= 0x000a &&
  p.supervisionTimeout <= 0x0c80 &&
  p.supervisionTimeout * 10 > (1 + p.latency) * p.intervalMax * 1.25 * 2;

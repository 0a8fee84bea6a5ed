import { InvalidArgumentError } from '../../core/errors.ts';
import { scanInterval, scanWindow, toSlots } from '../intervals.ts';
import { sameMembers } from '../radio/radio-accept-list.ts';
import type { ScanWant } from '../radio/radio-plan.ts';

/** How to scan. The defaults are those of Vol 3, Part C, Appendix A for a user who waits: 30 ms in every 60. */
export interface ScanParameters {
  /** Asks advertisers for their scan response. Default false. */
  readonly active?: boolean | undefined;
  /** Rounded to 0.625 ms; 2.5 to 10240. Default 60, or `windowMs` where that is more. */
  readonly intervalMs?: number | undefined;
  /** How long of each interval it listens; rounded to 0.625 ms. Default 30, or `intervalMs` where that is less. */
  readonly windowMs?: number | undefined;
  /** Lets the controller report an advertiser once, which saves work and hides changes of RSSI. Default false. */
  readonly filterDuplicates?: boolean | undefined;
}

/** Throws InvalidArgumentError. */
export const toScanWant = (given: ScanParameters): ScanWant => {
  const interval = toSlots(given.intervalMs ?? Math.max(60, given.windowMs ?? 0), scanInterval);
  const window = toSlots(given.windowMs ?? Math.min(30, given.intervalMs ?? 30), scanWindow);
  if (window > interval) {
    throw new InvalidArgumentError(`windowMs ${given.windowMs} is above intervalMs ${given.intervalMs}`);
  }
  return {
    active: given.active ?? false,
    interval,
    window,
    filterDuplicates: given.filterDuplicates ?? false,
  };
};

/** What serves several scanners at once: as often and as long as the keenest, active if one is, filtered if all are, choosy if all are alike. */
export const unionOfScans = (scans: readonly ScanWant[]): ScanWant | undefined => {
  const [first, ...more] = scans;
  if (first === undefined) return undefined;
  return more.reduce((union, scan) => {
    const interval = Math.min(union.interval, scan.interval);
    return {
      active: union.active || scan.active,
      interval,
      window: Math.min(interval, Math.max(union.window, scan.window)),
      filterDuplicates: union.filterDuplicates && scan.filterDuplicates,
      acceptOnly: sameMembers(union.acceptOnly, scan.acceptOnly) ? union.acceptOnly : undefined,
    };
  }, first);
};

export const sameScan = (a: ScanWant, b: ScanWant): boolean =>
  a.active === b.active &&
  a.interval === b.interval &&
  a.window === b.window &&
  a.filterDuplicates === b.filterDuplicates &&
  sameMembers(a.acceptOnly, b.acceptOnly);
